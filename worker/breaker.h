/*
 * The circuit breaker of a binding's upstream: its shop, or its Sage business. Five calls in
 * a row without an answer open it, and whatever needs that upstream waits: the Sage lane for
 * Sage, both lanes for the shop. When the time is over the next job is the probe; it
 * closes the circuit or opens it for twice as long. A waiting job spends no attempt.
 *
 * The count is in the upstream's own lane row, so every worker on every host shares it.
 */
#ifndef WORKER_BREAKER_H
#define WORKER_BREAKER_H

#include "worker.h"

#define BREAKER_FAILURES 5 /* in a row open it */

/* How long the circuit stays open after `failures` in a row: 0 below BREAKER_FAILURES, then
 * 60 s, doubled for each failure more, at most 15 minutes. */
int64_t breaker_seconds(int64_t failures);

/* Reads how the binding's upstreams stand: what is healthy costs nothing to close. */
enum led_err breaker_load(struct task *task, struct led_error *error)
	__attribute__((warn_unused_result));

/* Notes what became of a call; returns `result` as it is. LED_HTTP is a failure of the
 * upstream, anything else is an answer, were it a refusal. */
enum led_err breaker_saw(struct task *task, enum lane_upstream upstream, enum led_err result);

/* After a job: counts, opens, closes by what its calls last met. *opened when the lane at hand
 * waits now. */
enum led_err breaker_note(struct task *task, bool *opened, struct led_error *error)
	__attribute__((warn_unused_result));

#endif
