/*
 * Lanes: the unit of scheduling. A lane is one binding's calls to one upstream, and
 * whoever holds its lease is the only one who makes them. A lease ends by itself when
 * its holder dies; every write that settles work checks that it still stands.
 */
#ifndef STORE_LANE_H
#define STORE_LANE_H

#include "base/arena.h"
#include "db/db.h"

#define LANE_LEASE_SECONDS 90 /* more than any one call may take, with a margin */
#define LANE_OWNER_MAX     64

enum lane_upstream { LANE_SAGE, LANE_MAGENTO };
#define LANE_UPSTREAMS 2

struct lane {
	int64_t id;
	enum lane_upstream upstream;
	char binding[37];
	char owner[LANE_OWNER_MAX]; /* who holds it: unique for each claim */
};

/* Claims the least recently served lane that has work; *claimed says whether there was
 * one. `owner` must be unique for this claim. */
enum led_err lane_claim(struct db *db, struct arena *arena, const char *owner, struct lane *lane,
			bool *claimed, struct led_error *error) __attribute__((warn_unused_result));

/* Claims one binding's lane, when nobody has it and it is not parked; *parked_why (in the
 * arena) says why it is, else NULL. LED_NOT_FOUND when the binding has no such lane. */
enum led_err lane_claim_of(struct db *db, struct arena *arena, const char *binding,
			   enum lane_upstream upstream, const char *owner, struct lane *lane,
			   bool *claimed, const char **parked_why, struct led_error *error)
	__attribute__((warn_unused_result));

/* Another LANE_LEASE_SECONDS from now; *held is false when the lease was lost. */
enum led_err lane_renew(struct db *db, const struct lane *lane, bool *held, struct led_error *error)
	__attribute__((warn_unused_result));

/* Inside a transaction: locks the lane for its holder. *held as above. */
enum led_err lane_hold(struct db *db, struct arena *arena, const struct lane *lane, bool *held,
		       struct led_error *error) __attribute__((warn_unused_result));

/* Gives the lane back. */
enum led_err lane_release(struct db *db, const struct lane *lane, struct led_error *error)
	__attribute__((warn_unused_result));

/* Nobody claims the lane for `seconds`; `why` is a code for people. */
enum led_err lane_park(struct db *db, const struct lane *lane, int64_t seconds, const char *why,
		       struct led_error *error) __attribute__((warn_unused_result));

/* The circuit breakers of a binding: failures in a row of each upstream. They are kept in the
 * upstream's own lane row and belong to every worker, whoever holds the lane. */
enum led_err lane_failures(struct db *db, struct arena *arena, const char *binding,
			   int64_t failures[LANE_UPSTREAMS], struct led_error *error)
	__attribute__((warn_unused_result));
enum led_err lane_count_failure(struct db *db, const char *binding, enum lane_upstream upstream,
				struct led_error *error) __attribute__((warn_unused_result));

/* Nobody claims a lane that needs the upstream for `seconds`: of the shop's both. A lane that
 * waits longer for another reason goes on doing so. */
enum led_err lane_open_circuit(struct db *db, const char *binding, enum lane_upstream upstream,
			       int64_t seconds, const char *why, struct led_error *error)
	__attribute__((warn_unused_result));

/* No failures any more; what waits for the reason `why` waits no longer. */
enum led_err lane_close_circuit(struct db *db, const char *binding, enum lane_upstream upstream,
				const char *why, struct led_error *error)
	__attribute__((warn_unused_result));

#endif
