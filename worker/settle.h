/* Settling: the transactions in which a job starts and ends, guarded by the lease. */
#ifndef WORKER_SETTLE_H
#define WORKER_SETTLE_H

#include "worker.h"

/* Counts the attempt and marks the run as running. */
enum led_err settle_start(struct task *task, const struct job_kind *kind, const struct job *job,
			  struct led_error *error) __attribute__((warn_unused_result));

/* How one attempt went. */
struct settle_attempt {
	const struct job_kind *kind;
	const struct job *job;
	int64_t started_at, duration_ms;
	const struct run_end *end;       /* it ended; NULL when it failed */
	const struct led_error *failure; /* it failed; NULL when it ended */
};

/* Writes the outcome: run, attempt, job, followers, the shop to be told, the lane's
 * parking, the binding's state; all or nothing. */
enum led_err settle_attempt(struct task *task, const struct settle_attempt *attempt,
			    struct led_error *error) __attribute__((warn_unused_result));

/* Runs `write` in a transaction of the lane's holder. Fails with task->lost set when the
 * lease is gone. */
enum led_err settle_guarded(struct task *task, db_work write, void *context,
			    struct led_error *error) __attribute__((warn_unused_result));

/* The same for what a pipeline writes on its way; a preview writes nothing. */
enum led_err settle_now(struct task *task, db_work write, void *context, struct led_error *error)
	__attribute__((warn_unused_result));

#endif
