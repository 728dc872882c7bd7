/* The health loop at rest: which shops are to be asked, and when next. Set DB_SET_PING. */
#ifndef STORE_PING_H
#define STORE_PING_H

#include "base/arena.h"
#include "db/db.h"

/* Queues a ping for each active binding that is due, a few at a time, and the refresh of
 * its reference data when that is older than a day. By any worker at any time. */
enum led_err ping_queue_due(struct db *db, struct arena *arena, struct led_error *error)
	__attribute__((warn_unused_result));

/* The shop has answered, or nobody did: then it is asked again in a minute. */
enum led_err ping_note(struct db *db, const char *binding, bool answered, struct led_error *error)
	__attribute__((warn_unused_result));

#endif
