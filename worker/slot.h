/*
 * The slots for requests under way at Sage (store/rate_slot.h) that this process has leased.
 * Kept for the next request, so that leasing is rare; given back when they are not used.
 * Not locked: whoever owns it sees to that.
 */
#ifndef WORKER_SLOT_H
#define WORKER_SLOT_H

#include "base/arena.h"
#include "db/db.h"
#include "store/lane.h"

#include <stdbool.h>
#include <stdint.h>

#define SLOTS_MAX 64 /* of one process: as many as it may have threads */

struct slot {
	int64_t number;
	int64_t leased_until_ms; /* monotonic; earlier than the database's own idea of it */
	int64_t used_ms;
	bool busy;
};

struct slots {
	int64_t at_once; /* the whole installation's */
	char owner[LANE_OWNER_MAX];
	struct slot slot[SLOTS_MAX];
	size_t count;
	bool exist; /* in the table: looked at once */
};

enum led_err slots_init(struct slots *slots, int64_t at_once) __attribute__((warn_unused_result));

/* One that is leased for longer than a call may take, or NULL. */
struct slot *slots_ready(struct slots *slots);

/* Leases one, anew or for longer; *slot is NULL when none is free. */
enum led_err slots_lease(struct slots *slots, struct db *db, struct arena *arena,
			 struct slot **slot, struct led_error *error)
	__attribute__((warn_unused_result));

/* The request that had it is answered. */
void slots_leave(struct slots *slots, int64_t number);

/* Whether one was not used for so long; and giving those back. */
bool slots_idle(const struct slots *slots, int64_t idle_ms);
void slots_release(struct slots *slots, struct db *db, int64_t idle_ms);

#endif
