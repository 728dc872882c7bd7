#include "access.h"
#include "base/clock.h"
#include "base/log.h"
#include "breaker.h"
#include "limit.h"
#include "prefetch.h"
#include "preview.h"
#include "sage/oauth.h"
#include "settle.h"

#include <string.h>
#include <time.h>

#define REFRESH_AHEAD 60    /* seconds before the access token ends */
#define SAVE_MS       30000 /* with the call before, well within the lease */
#define SAVE_PAUSE_MS 500

static enum led_err load_token(struct task *task, struct led_error *error)
{
	struct db *db;
	if (task->token.generation)
		return LED_OK;
	enum led_err err = db_pool_take(task->worker->pool, &db, error);
	if (!err)
		err = oauth_token_get(db, task->lane_arena, task->worker->keys, &task->binding,
				      &task->token, error);
	db_pool_give(task->worker->pool, db);
	return err;
}

struct rotation {
	struct task *task;
	struct oauth_token *next; /* generation: the one it replaces */
	bool rotated;
};

static enum led_err write_rotation(struct db *db, void *context, struct led_error *error)
{
	struct rotation *rotation = context;
	struct task *task = rotation->task;
	return oauth_token_rotate(db, task->worker->keys, &task->binding, rotation->next,
				  &rotation->rotated, error);
}

/* From here on Sage knows only the new pair, and only this thread has it: a database that is
 * away for a moment must not cost the merchant a new sign-in. */
static enum led_err save(struct rotation *rotation, struct led_error *error)
{
	const struct timespec pause = {.tv_nsec = SAVE_PAUSE_MS * 1000000L};
	int64_t until = clock_monotonic_ms() + SAVE_MS;
	for (;;) {
		enum led_err err = settle_guarded(rotation->task, write_rotation, rotation, error);
		if (err != LED_DATABASE || clock_monotonic_ms() > until)
			return err;
		log_error("sage_token_not_saved", error);
		nanosleep(&pause, NULL);
	}
}

/* The tokens change hands: `tokens` is left empty. */
static struct oauth_token take_over(struct sage_tokens *tokens, int64_t generation)
{
	struct oauth_token token = {
		.access = tokens->access,
		.refresh = tokens->refresh,
		.access_expires_at = tokens->access_expires_at,
		.refresh_expires_at = tokens->refresh_expires_at,
		.generation = generation,
	};
	*tokens = (struct sage_tokens){0};
	return token;
}

/* Exchanges the refresh token and commits the new pair; only then is it used. */
static enum led_err refresh(struct task *task, struct led_error *error)
{
	const struct config *config = &task->worker->config;
	const struct sage_app app = {
		.http = task->client,
		.token_url = config_sage_url(config, CONFIG_SAGE_TOKEN, task->binding.region),
		.client_id = config->sage_client_id,
		.client_secret = config->sage_client_secret,
		.calls = &task->calls,
	};
	struct sage_tokens tokens = {0};
	enum led_err err = task_renew(task, error);
	if (!err)
		err = breaker_saw(task, LANE_SAGE,
				  sage_oauth_refresh(&app, &task->token.refresh, &tokens, error));
	if (err)
		return err;
	struct oauth_token next = take_over(&tokens, task->token.generation);
	struct rotation rotation = {.task = task, .next = &next};
	err = save(&rotation, error);
	oauth_token_release(&task->token);
	if (err || !rotation.rotated)
		oauth_token_release(&next);
	if (err)
		return err;
	/* Saved by a try whose answer was lost, or people connected anew meanwhile: what is
	 * stored counts. */
	if (!rotation.rotated)
		return load_token(task, error);
	next.generation++;
	task->token = next;
	log_write(LOG_INFO, "sage_token_refreshed", LOG_S("binding", task->binding.id));
	return LED_OK;
}

/* A grant that is gone is not tried again: people must connect anew, and then the
 * binding's state changes. */
static enum led_err ensure_token(struct task *task, struct led_error *error)
{
	if (strcmp(task->binding.sage_status, "reconnect_needed") == 0)
		return led_fail(error, LED_AUTH, "sage_reconnect_needed",
				"Sage no longer accepts this connection. Connect Sage again in the "
				"dashboard; waiting documents are then posted by themselves.");
	enum led_err err = load_token(task, error);
	if (!err && task->token.access_expires_at < clock_now() + REFRESH_AHEAD)
		err = refresh(task, error);
	return err;
}

/* A grant that is gone shows in either; another access token decides. */
static bool token_refused(const struct led_error *error)
{
	return error->class == LED_AUTH && (strcmp(error->code, "sage_token_refused") == 0 ||
					    strcmp(error->code, "sage_forbidden") == 0);
}

/* A list of many pages is many requests: each keeps the lease, and is one of those that Sage
 * allows. */
static enum led_err before_request(void *context, struct led_error *error)
{
	struct task *task = context;
	enum led_err err = task_renew(task, error);
	if (!err)
		prefetch_next(task);
	return err ? err : limit_enter(task, error);
}

static void after_request(void *context, enum led_err result)
{
	struct task *task = context;
	limit_leave(task);
	breaker_saw(task, LANE_SAGE, result);
}

enum led_err access_with_sage(struct task *task, access_work work, void *context,
			      struct led_error *error)
{
	enum led_err err = ensure_token(task, error);
	if (err)
		return err;
	const struct sage_gate gate = {before_request, after_request, task};
	struct sage sage = {
		.http = task->client,
		.api_url = config_sage_url(&task->worker->config, CONFIG_SAGE_API,
					   task->binding.region),
		.business_id = task->binding.business,
		.access_token = &task->token.access,
		.calls = &task->calls,
		.gate = &gate,
	};
	err = work(&sage, context, error);
	if (err != LED_AUTH || !token_refused(error))
		return err;
	err = refresh(task, error);
	return err ? err : work(&sage, context, error);
}

struct single_call {
	const struct access_call *call;
	struct json_object **out;
};

static enum led_err make_call(const struct sage *sage, void *context, struct led_error *error)
{
	const struct single_call *single = context;
	const struct access_call *call = single->call;
	size_t len = call->body ? strlen(call->body) : 0;
	switch (call->verb) {
	case ACCESS_GET:
		return sage_get(sage, call->path, single->out, error);
	case ACCESS_LIST:
		return sage_list(sage, call->path, single->out, error);
	case ACCESS_POST:
		return sage_post(sage, call->path, call->body, len, single->out, error);
	case ACCESS_PUT:
		return sage_put(sage, call->path, call->body, len, single->out, error);
	}
	return led_fail(error, LED_INTERNAL, "unknown_verb", "No such call.");
}

enum led_err access_sage(struct task *task, const struct access_call *call,
			 struct json_object **out, struct led_error *error)
{
	struct single_call single = {call, out};
	bool handled = false;
	enum led_err err = task->preview ? preview_call(task, call, &handled, out, error) : LED_OK;
	if (err || handled)
		return err;
	return access_with_sage(task, make_call, &single, error);
}
