/* /dashboard/sync/{run}: the timeline of one event. */
#include "dashboard.h"
#include "run_view.h"
#include "words.h"

#include "base/json.h"
#include "base/text.h"
#include "books/codes.h"
#include "view/format.h"

#include <string.h>

#define ATTEMPTS_MAX 50

/* A JSON list that the worker stored, {…} items only. NULL when there is none. The caller
 * owns it. */
static enum led_err stored_list(const char *text, struct json_object **list,
				struct led_error *error)
{
	enum led_err err;

	*list = NULL;
	if (!text || !*text)
		return LED_OK;
	err = json_parse(text, strlen(text), list, error);
	if (!err && !json_object_is_type(*list, json_type_array))
		err = led_fail(error, LED_SERDE, "not_a_list", "What a run's column holds.");
	if (err) {
		json_object_put(*list);
		*list = NULL;
	}
	return err;
}

static enum led_err add_warnings(struct page *page, const struct history_run *run,
				 struct led_error *error)
{
	struct json_object *stored, *warnings;
	enum led_err err = stored_list(run->warnings, &stored, error);

	if (err || !stored || !json_object_array_length(stored)) {
		json_object_put(stored);
		return err;
	}
	warnings = page_list(page, page_object(page, page->data, "warned"), "warnings");
	for (size_t i = 0; i < json_object_array_length(stored); i++) {
		struct json_object *one = json_object_array_get_idx(stored, i);
		struct json_object *item = page_item(page, warnings);
		const char *message = json_string(one, "message");

		page_text(page, item, "code", json_string(one, "code"));
		page_text(page, item, "message", message ? message : json_string(one, "code"));
	}
	json_object_put(stored);
	return LED_OK;
}

static void add_call(struct page *page, struct json_object *calls, struct json_object *stored)
{
	struct json_object *item = page_item(page, calls);
	char text[FORMAT_TEXT_MAX];
	int64_t status, ms;

	page_text(page, item, "method", json_string(stored, "method"));
	page_text(page, item, "path", json_string(stored, "path"));
	page_text(page, item, "request_id", json_string(stored, "request_id"));
	/* Without a status no answer came. */
	if (json_int(stored, "status", 100, 599, &status)) {
		page_number(page, item, "status", status);
		page_flag(page, item, "bad", status >= 400);
	} else {
		page_flag(page, item, "bad", true);
	}
	page_text(page, item, "took",
		  json_int(stored, "ms", 0, INT32_MAX, &ms) ? format_duration(ms, text) : "\u2013");
}

/* As JSON is read best; what was cut short stays as it was stored. */
static void add_json(struct page *page, struct json_object *item, const char *key, const char *text)
{
	struct json_object *json = NULL;
	const char *shown = text;

	if (text && json_parse(text, strlen(text), &json, NULL) == LED_OK)
		shown = json_object_to_json_string_ext(
			json, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED |
				      JSON_C_TO_STRING_NOSLASHESCAPE);
	page_text(page, item, key, shown);
	json_object_put(json);
}

/* What Sage refused, and what it said. */
static void add_refusal(struct page *page, struct json_object *item,
			const struct history_attempt *attempt)
{
	struct json_object *refused;

	if (!attempt->request && !attempt->answer)
		return;
	refused = page_object(page, item, "refused");
	add_json(page, refused, "request", attempt->request);
	add_json(page, refused, "answer", attempt->answer);
}

static enum led_err add_attempt(struct page *page, struct json_object *attempts,
				const struct history_attempt *attempt, struct led_error *error)
{
	struct json_object *item = page_item(page, attempts), *stored, *calls;
	char text[FORMAT_TEXT_MAX];
	enum led_err err;

	page_number(page, item, "number", attempt->number);
	page_time(page, item, "when", attempt->started_at);
	page_text(page, item, "took", format_duration(attempt->took_ms, text));
	page_text(page, item, "outcome", words_outcome(attempt->outcome));
	page_flag(page, item, "good",
		  strcmp(attempt->outcome, "succeeded") == 0 ||
			  strcmp(attempt->outcome, "skipped_by_policy") == 0);
	page_flag(page, item, "bad", strcmp(attempt->outcome, "failed") == 0);
	run_view_problem(page, item, "problem", attempt->error_class, attempt->error_code,
			 attempt->error_message);
	add_refusal(page, item, attempt);
	err = stored_list(attempt->calls, &stored, error);
	if (err || !stored || !json_object_array_length(stored)) {
		json_object_put(stored);
		return err;
	}
	calls = page_list(page, page_object(page, item, "called"), "calls");
	for (size_t i = 0; i < json_object_array_length(stored); i++)
		add_call(page, calls, json_object_array_get_idx(stored, i));
	json_object_put(stored);
	return LED_OK;
}

static enum led_err add_attempts(struct page *page, int64_t account, const struct history_run *run,
				 struct led_error *error)
{
	struct json_object *list = page_list(page, page->data, "timeline");
	struct history_attempt *attempts;
	size_t count;
	enum led_err err = history_attempts(page->site->db, page->request->arena, account, run->id,
					    ATTEMPTS_MAX, &attempts, &count, error);

	for (size_t i = count; !err && i > 0; i--)
		err = add_attempt(page, list, &attempts[i - 1], error);
	if (err)
		return err;
	page_flag(page, page->data, "earlier_left_out", count == ATTEMPTS_MAX);
	page_flag(page, page->data, "attempts_gone", count == 0 && run->attempts > 0);
	return LED_OK;
}

/* Why a lane stands still; a code that is nobody's is a fault of ours. */
static const char *parked_words(struct arena *arena, const char *code)
{
	const struct books_code *known = books_code_find(code, NULL);
	const char *words = known ? arena_printf(arena, "Waiting: %s", known->means) : NULL;

	return words ? words : "Waiting";
}

/* What is still to come, in words. */
static const char *job_words(struct arena *arena, const struct history_job *job,
			     bool being_worked_on)
{
	if (being_worked_on)
		return "Being worked on now";
	if (job->parked_until)
		return parked_words(arena, job->parked_why);
	if (strcmp(job->state, "blocked") == 0)
		return "Waiting for an earlier event of the same document";
	if (strcmp(job->state, "waiting") == 0)
		return "Next try";
	return "Next in line";
}

static enum led_err add_jobs(struct page *page, int64_t account, const struct history_run *run,
			     struct led_error *error)
{
	struct json_object *list = page_list(page, page->data, "jobs");
	struct history_job *jobs;
	size_t count;
	enum led_err err = history_jobs(page->site->db, page->request->arena, account, run->id,
					&jobs, &count, error);

	for (size_t i = 0; !err && i < count; i++) {
		struct json_object *item = page_item(page, list);
		bool push = strcmp(jobs[i].kind, "push_state") == 0;

		page_text(page, item, "what", push ? "Telling the shop" : "Posting to Sage");
		page_text(page, item, "state",
			  job_words(page->request->arena, &jobs[i], !push && run->running));
		page_time(page, item, "when",
			  jobs[i].parked_until ? jobs[i].parked_until : jobs[i].due_at);
	}
	return err;
}

static enum led_err fill(struct page *page, const struct history_run *run, struct led_error *error)
{
	int64_t account = visitor_of(page->request)->session->account_id;
	struct json_object *item = page_object(page, page->data, "run");
	char text[FORMAT_TEXT_MAX];
	enum led_err err;

	run_view_add(page, item, run);
	page_text(page, item, "sage_id", run->sage_id);
	page_text(page, item, "shop_url", run->shop_url);
	page_time(page, item, "occurred", run->occurred_at);
	page_time(page, item, "finished", run->finished_at);
	if (run->sage_total && run->currency)
		page_text(page, item, "sage_amount",
			  format_money(*run->sage_total, run->currency, text));
	page_flag(page, item, "totals_differ",
		  run->sage_total && run->magento_total &&
			  decimal_compare(*run->sage_total, *run->magento_total) != 0);
	err = add_warnings(page, run, error);
	if (!err)
		err = add_attempts(page, account, run, error);
	return err ? err : add_jobs(page, account, run, error);
}

enum led_err sync_run_page(void *program, struct http_request *request,
			   struct http_response *response, struct led_error *error)
{
	const struct site *site = program;
	struct history_run *run = NULL;
	struct page page;
	const char *title;
	int64_t id;
	enum led_err err = LED_OK;

	if (text_to_int64(http_request_capture(request, "run"), 1, INT64_MAX, &id))
		err = history_run(site->db, request->arena,
				  visitor_of(request)->session->account_id, id, &run, error);
	if (err)
		return err;
	if (!run)
		return page_message(site, request, response, 404, "Not found",
				    "There is no such event in this account's history.", error);
	title = run->magento_number ? arena_printf(request->arena, "%s %s", words_event(run->event),
						   run->magento_number)
				    : NULL;
	page_begin(&page, site, request, title ? title : words_event(run->event), "sync");
	err = fill(&page, run, error);
	if (err) {
		page_drop(&page);
		return err;
	}
	return page_send(&page, response, 200, "sync_run", error);
}
