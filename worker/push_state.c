/*
 * push_state: tells the shop how an entity stands, as one row the shop shows as a chip.
 * The state is read when it is told, so a late push never tells old news.
 *
 * invoice.created and invoice.paid share the invoice's row: an invoice that succeeded
 * stays synced when its payment was skipped, and turns to failed when it failed. An invoice
 * that failed shows why it did, not that its payment could not follow.
 */
#include "base/clock.h"
#include "breaker.h"
#include "context.h"
#include "document.h"
#include "store/standing.h"
#include "worker.h"

#include <string.h>

/* MAGENTO_PAYMENT, which has no state, for any other type. */
static enum magento_kind kind_of(const char *entity_type)
{
	enum magento_kind kind = MAGENTO_INVOICE;
	while (kind < MAGENTO_PAYMENT && strcmp(magento_kind_name(kind), entity_type) != 0)
		kind++;
	return kind;
}

static bool is_status(const struct run_state *state, const char *status)
{
	return state->found && strcmp(state->status, status) == 0;
}

static const char *status_of(const struct run_state *state)
{
	return state->found ? state->status : NULL;
}

/* An invoice that is in Sage, whichever event brought it there. */
static enum led_err find_invoice(struct db *db, struct task *task, const struct job *job,
				 struct run_state *state, struct led_error *error)
{
	struct xref xref;
	const struct xref_key key = document_key(task, "invoice", job->magento_id);
	if (!task->binding.business)
		return LED_OK;
	enum led_err err = xref_get(db, task->job_arena, &key, &xref, error);
	if (!err && xref.found)
		*state = (struct run_state){.found = true,
					    .status = "succeeded",
					    .sage_id = xref.sage_id,
					    .sage_number = xref.displayed_as};
	return err;
}

static enum led_err read_runs(struct db *db, struct task *task, const struct job *job,
			      const struct standing *standing, struct run_state *state,
			      struct led_error *error)
{
	struct run_state overlay = {0};
	const char *binding = task->lane.binding;
	enum led_err err = run_latest(db, task->job_arena, binding, job->entity_type,
				      job->magento_id, standing->event, state, error);
	if (err || !standing->overlay)
		return err;
	err = run_latest(db, task->job_arena, binding, job->entity_type, job->magento_id,
			 standing->overlay, &overlay, error);
	if (!err && standing_is_overlaid(status_of(state), status_of(&overlay)))
		*state = overlay;
	if (!err && !is_status(state, "failed"))
		err = find_invoice(db, task, job, state, error);
	return err;
}

/* The run whose outcome the shop shows; *told is false while there is none. */
static enum led_err choose(struct task *task, const struct job *job,
			   const struct standing *standing, struct run_state *state, bool *told,
			   struct led_error *error)
{
	struct db *db;
	enum led_err err = db_pool_take(task->worker->pool, &db, error);
	if (!err)
		err = read_runs(db, task, job, standing, state, error);
	db_pool_give(task->worker->pool, db);
	*told = !err && (is_status(state, "succeeded") || is_status(state, "skipped_by_policy") ||
			 is_status(state, "failed"));
	return err;
}

static void describe(const struct run_state *run, struct magento_state *state, char *error_code)
{
	state->last_sync_at = clock_now();
	if (is_status(run, "succeeded")) {
		state->status = MAGENTO_SYNCED;
		state->provider_entity_id = run->sage_id;
		state->provider_reference = run->sage_number;
	} else if (is_status(run, "skipped_by_policy")) {
		state->status = MAGENTO_SKIPPED;
		state->skip_reason = run->skip_reason;
	} else {
		state->status = MAGENTO_FAILED;
		state->error_code = magento_error_code(
			led_err_of_name(run->error_class ? run->error_class : ""),
			run->error_code ? run->error_code : "", error_code);
	}
}

enum led_err push_state(struct task *task, const struct job *job, const struct run *run,
			struct run_end *end, struct led_error *error)
{
	struct run_state state;
	struct magento_shop shop;
	char error_code[MAGENTO_STATE_TEXT_MAX + 1];
	bool told = false;
	const struct standing *standing = standing_of(job->entity_type);
	(void)run;
	end->status = RUN_SUCCEEDED;
	if (!standing)
		return led_fail(error, LED_INTERNAL, "unknown_entity", "The shop shows no %s.",
				job->entity_type);
	enum led_err err = choose(task, job, standing, &state, &told, error);
	if (err || !told)
		return err; /* unfinished again: its end will queue another push */
	struct magento_state message = {.kind = kind_of(standing->entity_type),
					.magento_id = job->magento_id};
	describe(&state, &message, error_code);
	err = context_shop(task, &shop, error);
	return err ? err
		   : breaker_saw(task, LANE_MAGENTO, magento_push_state(&shop, &message, error));
}
