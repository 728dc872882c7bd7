/*
 * What Sage allows the whole installation, kept by all workers on all hosts together: requests
 * a day, requests at once, and a pace for each business if the operator set one
 * (store/rate.h, store/rate_slot.h). When none is left, the work waits and spends no attempt.
 *
 * One struct limit a process, shared by its threads under its own lock: a slice of the day's
 * requests and some leased slots, so that nearly every request to Sage costs the database nothing.
 * No connection and no row lock is held while Sage answers; a killed process loses at most a slice,
 * and its slots are free again when their lease ends.
 */
#ifndef WORKER_LIMIT_H
#define WORKER_LIMIT_H

#include "worker.h"

struct limit;

enum led_err limit_new(const struct config *config, struct db_pool *pool, struct limit **out,
		       struct led_error *error) __attribute__((warn_unused_result));
/* Gives back what is left. */
void limit_free(struct limit *limit);

/* Gives back slots that nobody used for a while; every now and then. */
void limit_give_idle(struct limit *limit);

/* Before a job: *open is false when Sage may not be called now; the lane is parked then. */
enum led_err limit_look(struct task *task, bool *open, struct led_error *error)
	__attribute__((warn_unused_result));

/* Before a request: takes one, waiting a few seconds for it at most, but for the business's pace
 * as long as it takes, with the lease renewed. LED_RATE_LIMITED, with the time to wait:
 * sage_budget_spent, sage_slots_taken, sage_app_waits; sage_pace_reached when the worker stops. */
enum led_err limit_enter(struct task *task, struct led_error *error)
	__attribute__((warn_unused_result));
/* After it: another may be under way instead. */
void limit_leave(struct task *task);

/* After a job that failed: Sage's 429 is remembered, for two at once concern everybody. */
enum led_err limit_note(struct task *task, const struct led_error *failure, struct led_error *error)
	__attribute__((warn_unused_result));

#endif
