/*
 * Slots for requests under way at Sage: as many as the whole installation may have at once.
 * A slot is leased by whoever makes a request, and its lease ends by itself when the holder
 * dies. Each slot is a row of its own, so that no row is hot and a claim is one guarded update,
 * which holds on a cluster too.
 */
#ifndef STORE_RATE_SLOT_H
#define STORE_RATE_SLOT_H

#include "base/arena.h"
#include "db/db.h"

#define RATE_SLOT_LEASE_SECONDS 90 /* more than any one call may take, with a margin */

/* Makes sure that there are slots 1 … count. */
enum led_err rate_slots_ensure(struct db *db, struct arena *arena, int64_t count,
			       struct led_error *error) __attribute__((warn_unused_result));

/* Leases one of the slots 1 … count; *number is 0 when none is free. */
enum led_err rate_slot_claim(struct db *db, struct arena *arena, const char *owner, int64_t count,
			     int64_t *number, struct led_error *error)
	__attribute__((warn_unused_result));

/* Another RATE_SLOT_LEASE_SECONDS from now; *held is false when the lease was lost. */
enum led_err rate_slot_renew(struct db *db, int64_t number, const char *owner, bool *held,
			     struct led_error *error) __attribute__((warn_unused_result));

enum led_err rate_slot_release(struct db *db, int64_t number, const char *owner,
			       struct led_error *error) __attribute__((warn_unused_result));

#endif
