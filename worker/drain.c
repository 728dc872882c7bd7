/* One lane, held: its due jobs one after another, up to a quantum. */
#include "base/clock.h"
#include "base/log.h"
#include "breaker.h"
#include "context.h"
#include "limit.h"
#include "prefetch.h"
#include "retry.h"
#include "settle.h"
#include "worker.h"

#include <stdio.h>
#include <string.h>

#define QUANTUM_JOBS 50
#define QUANTUM_MS   10000
#define RENEW_MS     20000 /* between renewals; a call takes 30 s at most, the lease is 90 s */

enum led_err task_renew(struct task *task, struct led_error *error)
{
	struct db *db;
	bool held = false;
	if (clock_monotonic_ms() - task->renewed_ms < RENEW_MS)
		return LED_OK;
	enum led_err err = db_pool_take(task->worker->pool, &db, error);
	if (!err)
		err = lane_renew(db, &task->lane, &held, error);
	db_pool_give(task->worker->pool, db);
	if (err)
		return err;
	if (!held) {
		task->lost = true;
		return led_fail(error, LED_INTERNAL, "lease_lost",
				"The lane's lease ended while its job was worked on.");
	}
	task->renewed_ms = clock_monotonic_ms();
	return LED_OK;
}

enum led_err task_wait_behind(struct task *task, const char *entity_type, int64_t magento_id,
			      struct led_error *error)
{
	task->behind.entity_type = entity_type;
	task->behind.magento_id = magento_id;
	return led_fail(error, LED_NOT_FOUND, "waits_behind",
			"It waits until %s %lld, which it belongs to, is finished.", entity_type,
			(long long)magento_id);
}

static enum led_err take_next(struct task *task, struct job *job, bool *found,
			      struct led_error *error)
{
	struct db *db;
	enum led_err err = db_pool_take(task->worker->pool, &db, error);
	if (!err)
		err = job_next(db, task->job_arena, &task->lane, job, found, error);
	db_pool_give(task->worker->pool, db);
	return err;
}

static enum led_err load_run(struct task *task, const struct job *job, struct run *run,
			     struct led_error *error)
{
	struct db *db;
	enum led_err err = db_pool_take(task->worker->pool, &db, error);
	if (!err)
		err = run_get(db, task->job_arena, task->lane.binding, job->run, run, error);
	db_pool_give(task->worker->pool, db);
	return err;
}

/* What forbids working on it at all, or the work itself. */
static enum led_err attempt_job(struct task *task, const struct job_kind *kind,
				const struct job *job, struct run_end *end, struct led_error *error)
{
	struct run run;
	if (strcmp(task->binding.status, "revoked") == 0)
		return led_fail(error, LED_AUTH, "binding_revoked",
				"The shop was disconnected. Pair it again, then retry.");
	if (!kind->function)
		return led_fail(error, LED_INTERNAL, "not_built_yet",
				"Synchronising %s is not built yet. Retry it after an update.",
				kind->name);
	if (job->attempts >= RETRY_ATTEMPTS_MAX)
		return led_fail(error, LED_INTERNAL, "gave_up",
				"%lld attempts ended without an outcome.",
				(long long)job->attempts);
	if (task->lane.upstream == LANE_SAGE && !task->binding.business)
		return led_fail(error, LED_AUTH, "sage_not_connected",
				"This shop is not connected to Sage. Connect it in the dashboard.");
	enum led_err err = job->run ? load_run(task, job, &run, error) : LED_OK;
	return err ? err : kind->function(task, job, job->run ? &run : NULL, end, error);
}

static enum led_err compare(struct task *task, enum binding_change *change, struct led_error *error)
{
	struct db *db;
	enum led_err err = db_pool_take(task->worker->pool, &db, error);
	if (!err)
		err = binding_compare(db, task->job_arena, &task->binding, change, error);
	db_pool_give(task->worker->pool, db);
	return err;
}

/* A shop that refuses our token while it is being paired anew refuses only the old key: a
 * moment later there is a new one. */
static void excuse_old_key(struct task *task, struct led_error *failure)
{
	enum binding_change change;
	struct led_error unused;
	if (failure->class != LED_AUTH || strcmp(failure->code, "shop_refused_token") != 0 ||
	    compare(task, &change, &unused) || change == BINDING_AS_BEFORE)
		return;
	led_fail(failure, LED_RATE_LIMITED, "shop_paired_anew",
		 "The shop is being paired anew; its new key is used from then on.");
	failure->retry_after = 1;
}

static void log_outcome(const struct job *job, const struct led_error *failure, int64_t ms)
{
	if (failure)
		log_write(LOG_WARNING, "job_failed", LOG_S("kind", job->kind),
			  LOG_N("run", job->run), LOG_S("class", led_err_name(failure->class)),
			  LOG_S("code", failure->code), LOG_N("ms", ms));
	else
		log_write(LOG_INFO, "job_done", LOG_S("kind", job->kind), LOG_N("run", job->run),
			  LOG_N("ms", ms));
}

static enum led_err work_on(struct task *task, const struct job *job, bool *parked,
			    struct led_error *error)
{
	const struct job_kind unknown = {.name = job->kind, .owns_run = job->run != 0};
	const struct job_kind *kind = job_kind_find(job->kind);
	struct run_end end = {0};
	struct led_error failure;
	int64_t started_at = clock_now(), started_ms = clock_monotonic_ms();
	if (!kind)
		kind = &unknown;
	enum led_err err = settle_start(task, kind, job, error);
	if (err)
		return err;
	enum led_err outcome = attempt_job(task, kind, job, &end, &failure);
	if (task->lost)
		return led_fail(error, LED_INTERNAL, "lease_lost", "The lease was lost.");
	if (outcome)
		excuse_old_key(task, &failure);
	const struct settle_attempt attempt = {
		.kind = kind,
		.job = job,
		.started_at = started_at,
		.duration_ms = clock_monotonic_ms() - started_ms,
		.end = outcome ? NULL : &end,
		.failure = outcome ? &failure : NULL,
	};
	log_outcome(job, attempt.failure, attempt.duration_ms);
	err = settle_attempt(task, &attempt, error);
	if (!err)
		err = breaker_note(task, parked, error);
	if (!err && outcome)
		err = limit_note(task, &failure, error);
	*parked |= outcome && retry_rule_for(&failure)->action == RETRY_PARK;
	return err;
}

static enum led_err work_on_next(struct task *task, bool *more, struct led_error *error)
{
	struct job job;
	char id[64];
	bool found = false, parked = false;
	arena_reset(task->job_arena);
	enum binding_change change;
	enum led_err err = compare(task, &change, error);
	bool open = false;
	if (!err && change != BINDING_CHANGED)
		err = take_next(task, &job, &found, error);
	if (!err && found)
		err = limit_look(task, &open, error);
	if (err || !open) {
		*more = false;
		return err;
	}
	snprintf(id, sizeof id, "run-%lld-job-%lld", (long long)job.run, (long long)job.id);
	log_context(id);
	task->calls.count = task->calls.lost = 0;
	task->called[LANE_SAGE] = task->called[LANE_MAGENTO] = TASK_CALL_NONE;
	task->job = job.id;
	task->prefetched = false;
	task->posted.key.binding = NULL;
	task->warnings.count = 0;
	err = work_on(task, &job, &parked, error);
	log_context("");
	*more = !err && !parked;
	return err;
}

enum led_err drain_lane(struct task *task, struct led_error *error)
{
	int64_t until = clock_monotonic_ms() + QUANTUM_MS;
	bool more = true;
	task->renewed_ms = clock_monotonic_ms();
	task->pace = 0;
	enum led_err err = context_load(task, error);
	if (!err)
		err = breaker_load(task, error);
	if (!err && task->lane.upstream == LANE_SAGE && task->binding.paused &&
	    strcmp(task->binding.status, "revoked") != 0)
		more = false; /* paused since the lane was chosen */
	for (int jobs = 0; !err && more && jobs < QUANTUM_JOBS; jobs++) {
		if (task->worker->stopping || clock_now() >= task->worker->linger_until ||
		    clock_monotonic_ms() > until)
			break;
		err = task_renew(task, error);
		if (!err)
			err = work_on_next(task, &more, error);
	}
	prefetch_drop(task);
	context_release(task);
	return err;
}
