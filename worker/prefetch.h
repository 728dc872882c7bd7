/*
 * The next job's entity, fetched from the shop while the job at hand is at Sage: a lane then
 * runs at the speed of Sage alone. A thread beside each drain thread, with an HTTP client of its
 * own; Sage is called by the drain thread only, one request at a time as ever.
 *
 * The two share struct prefetch under its lock. While a fetch is under way the thread also
 * reads the binding and the key of the task, which stay as they are until prefetch_drop().
 *
 * Never stale: before it is fetched, an upsert's job takes no further webhook in (job_read),
 * as when it is started; what comes then is a job of its own, behind it. What was fetched is
 * used for that very job, within PREFETCH_MAX_AGE_MS and the same hold of the lane, or not at all.
 */
#ifndef WORKER_PREFETCH_H
#define WORKER_PREFETCH_H

#include "magento/client.h"
#include "worker.h"

#define PREFETCH_MAX_AGE_MS 30000

/* NULL when memory or threads are short: lanes are then drained without. */
struct prefetch *prefetch_new(const struct config *config);
void prefetch_free(struct prefetch *prefetch);

/* Before a request to Sage: begins to fetch what the lane's next job reads, once a job at hand.
 * Whatever goes wrong is left to that job to find out. */
void prefetch_next(struct task *task);

/* What was, or is being, fetched for the job at hand: waits for it. *found is false when this is
 * not it; else the outcome is that of magento_get(), and the caller owns *json. */
enum led_err prefetch_take(struct task *task, enum magento_kind kind, int64_t id,
			   struct json_object **json, bool *found, struct led_error *error)
	__attribute__((warn_unused_result));

/* Before the lane is given back: ends what is under way, forgets what is there. */
void prefetch_drop(struct task *task);

#endif
