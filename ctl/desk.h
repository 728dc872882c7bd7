/*
 * The worker's place for a command that has to do with one binding's shop and Sage: its
 * context loaded, its Sage lane held, so that a running worker and the command never call
 * Sage for the same business at once, nor both refresh its token.
 */
#ifndef CTL_DESK_H
#define CTL_DESK_H

#include "../worker/worker.h"
#include "ctl.h"

struct desk {
	struct worker worker;
	struct task task; /* its job_arena is the command's */
	bool held;
};

/* Waits up to a minute for the lane. LED_VALIDATION, "lane_busy" or "lane_parked". Released
 * with desk_close(), also after an error. */
enum led_err desk_open(const struct ctl *ctl, const char *binding, struct desk *desk,
		       struct led_error *error) __attribute__((warn_unused_result));
void desk_close(struct desk *desk);

/* Runs `work` on a connection of the desk's, in a transaction. */
enum led_err desk_write(struct desk *desk, db_work work, void *context, struct led_error *error)
	__attribute__((warn_unused_result));

/* One statement's rows, in the command's arena. */
enum led_err desk_query(struct desk *desk, enum db_statement statement, const struct db_value *args,
			size_t count, struct db_rows *rows, struct led_error *error)
	__attribute__((warn_unused_result));

/* The settings that are current now, as a run queued now would be judged. */
enum led_err desk_books(struct desk *desk, struct run *run, struct books_context *books,
			struct led_error *error) __attribute__((warn_unused_result));

#endif
