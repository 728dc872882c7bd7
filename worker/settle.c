#include "settle.h"
#include "alert.h"
#include "base/json.h"
#include "base/log.h"
#include "crypto/random.h"
#include "post.h"
#include "retry.h"

#include <string.h>

#define CALLS_MAX 32768 /* bytes of a run's calls as JSON */

struct guarded {
	struct task *task;
	db_work write;
	void *context;
};

static enum led_err hold_and_write(struct db *db, void *context, struct led_error *error)
{
	struct guarded *guarded = context;
	struct task *task = guarded->task;
	bool held;
	enum led_err err = lane_hold(db, task->job_arena, &task->lane, &held, error);
	if (!err && !held) {
		task->lost = true;
		err = led_fail(error, LED_INTERNAL, "lease_lost",
			       "The lane's lease ended while its job was worked on.");
	}
	return err ? err : guarded->write(db, guarded->context, error);
}

enum led_err settle_guarded(struct task *task, db_work write, void *context,
			    struct led_error *error)
{
	struct guarded guarded = {.task = task, .write = write, .context = context};
	struct db *db;
	enum led_err err = db_pool_take(task->worker->pool, &db, error);
	if (!err)
		err = db_transaction(db, hold_and_write, &guarded, error);
	db_pool_give(task->worker->pool, db);
	return err;
}

enum led_err settle_now(struct task *task, db_work write, void *context, struct led_error *error)
{
	return task->preview ? LED_OK : settle_guarded(task, write, context, error);
}

struct start {
	const struct job_kind *kind;
	const struct job *job;
};

static enum led_err write_start(struct db *db, void *context, struct led_error *error)
{
	const struct start *start = context;
	enum led_err err = job_start(db, start->job, error);
	if (!err && start->kind && start->kind->owns_run)
		err = run_start(db, start->job->run, error);
	return err;
}

enum led_err settle_start(struct task *task, const struct job_kind *kind, const struct job *job,
			  struct led_error *error)
{
	struct start start = {.kind = kind, .job = job};
	return settle_guarded(task, write_start, &start, error);
}

/* One outcome on its way into the tables. */
struct ending {
	struct task *task;
	const struct settle_attempt *attempt;
	const struct retry_rule *rule; /* of a failure */
	bool final;                    /* the job ends, well or badly */
	const char *calls;
};

/* Of the job's last call, when that was refused. */
static const char *told(const struct call_log *calls, bool request)
{
	const char *text = request ? calls->request : calls->answer;
	return calls->count && *text ? text : NULL;
}

static enum led_err add_attempt(struct db *db, const struct ending *ending, const char *outcome,
				struct led_error *error)
{
	const struct settle_attempt *attempt = ending->attempt;
	const struct run_attempt row = {
		.started_at = attempt->started_at,
		.duration_ms = attempt->duration_ms,
		.outcome = outcome,
		.failure = attempt->failure,
		.calls = ending->calls,
		.request = attempt->failure ? told(&ending->task->calls, true) : NULL,
		.answer = attempt->failure ? told(&ending->task->calls, false) : NULL,
	};
	return run_add_attempt(db, attempt->job->run, &row, error);
}

static enum led_err write_final(struct db *db, const struct ending *ending, struct led_error *error)
{
	static const char *const outcomes[] = {
		[RUN_SUCCEEDED] = "succeeded",
		[RUN_SKIPPED] = "skipped_by_policy",
		[RUN_FAILED] = "failed",
	};
	const struct settle_attempt *attempt = ending->attempt;
	const struct run_end failed = {.status = RUN_FAILED, .failure = attempt->failure};
	const struct run_end *end = attempt->end ? attempt->end : &failed;
	struct task *task = ending->task;
	enum led_err err = LED_OK;
	if (attempt->end && task->posted.key.binding)
		err = post_settle(db, &task->posted.key, &task->posted.xref, error);
	if (!err && attempt->kind->owns_run) {
		err = run_finish(db, attempt->job->run, end, error);
		if (!err)
			err = add_attempt(db, ending, outcomes[end->status], error);
		if (!err)
			err = job_push_state(db, task->lane.binding, attempt->job, error);
	}
	return err ? err : job_finish(db, task->job_arena, &task->lane, attempt->job, error);
}

static enum led_err write_later(struct db *db, const struct ending *ending, struct led_error *error)
{
	const struct settle_attempt *attempt = ending->attempt;
	int64_t tries = attempt->job->attempts + 1;
	uint16_t noise;
	if (random_bytes(&noise, sizeof noise))
		return led_fail(error, LED_INTERNAL, "no_randomness", "No random bytes.");
	enum led_err err = job_wait(db, attempt->job, retry_delay(tries, noise), tries, error);
	if (!err && attempt->kind->owns_run)
		err = run_postpone(db, attempt->job->run, true, attempt->failure, error);
	if (!err && attempt->kind->owns_run)
		err = add_attempt(db, ending, "retry", error);
	return err;
}

static enum led_err write_parked(struct db *db, const struct ending *ending,
				 struct led_error *error)
{
	const struct settle_attempt *attempt = ending->attempt;
	const struct led_error *failure = attempt->failure;
	const struct retry_rule *rule = ending->rule;
	struct task *task = ending->task;
	int seconds = failure->retry_after ? failure->retry_after : rule->park_seconds;
	enum led_err err = lane_park(db, &task->lane, seconds, failure->code, error);
	if (!err)
		err = job_unstart(db, attempt->job, error);
	if (!err && attempt->kind->owns_run)
		err = run_postpone(db, attempt->job->run, false, failure, error);
	if (!err && rule->sage_status)
		err = binding_set_sage_status(db, task->lane.binding, rule->sage_status, error);
	if (!err && rule->sage_status)
		err = alert_status(db, task, rule->sage_status, error);
	if (!err && rule->magento_status)
		err = binding_set_magento_status(db, task->lane.binding, rule->magento_status,
						 error);
	if (!err && rule->magento_status)
		err = alert_status(db, task, rule->magento_status, error);
	return err;
}

/* When nothing is left to wait behind, the job is simply ready again. */
static enum led_err write_behind(struct db *db, const struct ending *ending,
				 struct led_error *error)
{
	const struct settle_attempt *attempt = ending->attempt;
	struct task *task = ending->task;
	bool blocked;
	enum led_err err = job_block_behind(db, task->job_arena, &task->lane, attempt->job,
					    task->behind.entity_type, task->behind.magento_id,
					    &blocked, error);
	if (!err && !blocked)
		err = job_unstart(db, attempt->job, error);
	if (!err && attempt->kind->owns_run)
		err = run_postpone(db, attempt->job->run, false, attempt->failure, error);
	return err;
}

/* A job that ended well proves that its upstream serves us again. A skipped run asked
 * nothing of Sage. */
static enum led_err write_recovery(struct db *db, const struct ending *ending,
				   struct led_error *error)
{
	struct task *task = ending->task;
	const struct binding *binding = &task->binding;
	bool sage =
		task->lane.upstream == LANE_SAGE && ending->attempt->end->status == RUN_SUCCEEDED;
	enum led_err err = LED_OK;
	if (sage && strcmp(binding->sage_status, "active") != 0)
		err = binding_set_sage_status(db, binding->id, "active", error);
	if (!err && task->lane.upstream == LANE_MAGENTO &&
	    strcmp(binding->magento_status, "active") != 0)
		err = binding_set_magento_status(db, binding->id, "active", error);
	return err;
}

static enum led_err write_ending(struct db *db, void *context, struct led_error *error)
{
	const struct ending *ending = context;
	enum led_err err;
	if (ending->final)
		err = write_final(db, ending, error);
	else if (ending->rule->action == RETRY_LATER)
		err = write_later(db, ending, error);
	else if (ending->rule->action == RETRY_BEHIND)
		err = write_behind(db, ending, error);
	else
		err = write_parked(db, ending, error);
	if (!err && ending->attempt->end)
		err = write_recovery(db, ending, error);
	return err;
}

static void print_calls(const struct call_log *calls, struct buf *out)
{
	buf_add_char(out, '[');
	for (size_t i = 0; i < calls->count; i++) {
		const struct call_record *call = &calls->records[i];
		buf_add_str(out, i ? ",{\"method\":" : "{\"method\":");
		json_quote(out, call->method);
		buf_add_str(out, ",\"path\":");
		json_quote(out, call->path);
		buf_addf(out, ",\"status\":%d,\"ms\":%lld,\"request_id\":", call->status,
			 (long long)call->ms);
		json_quote(out, call->request_id);
		buf_add_char(out, '}');
	}
	buf_add_char(out, ']');
}

enum led_err settle_attempt(struct task *task, const struct settle_attempt *attempt,
			    struct led_error *error)
{
	struct buf calls;
	buf_init(&calls, CALLS_MAX);
	print_calls(&task->calls, &calls);
	struct ending ending = {
		.task = task,
		.attempt = attempt,
		.final = true,
		.calls = calls.failed ? "[]" : buf_str(&calls),
	};
	if (attempt->failure) {
		ending.rule = retry_rule_for(attempt->failure);
		ending.final = ending.rule->action == RETRY_FAIL ||
			       (ending.rule->action == RETRY_LATER &&
				(attempt->kind->one_shot ||
				 attempt->job->attempts + 1 >= RETRY_ATTEMPTS_MAX));
	}
	enum led_err err = settle_guarded(task, write_ending, &ending, error);
	buf_release(&calls);
	return err;
}
