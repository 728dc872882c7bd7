/*
 * /oauth/sage/callback: back from Sage. The state, good once and only in the session and for
 * the binding that it was made for, decides before anything else is looked at. Until the last
 * transaction nothing is stored, so a crash on the way leaves nothing half connected; a grant
 * that is not kept is revoked again.
 */
#include "connect.h"

#include "base/log.h"
#include "http/form.h"
#include "sage/client.h"
#include "sage/reference.h"
#include "store/oauth_state.h"
#include "store/sage_grant.h"

#include <string.h>

#define BINDINGS   "/dashboard/bindings"
#define TRY_AGAIN  "Try again"
#define CHOOSE_MAX 200 /* businesses of one person */

/* What Sage says in place of a code; the first row that fits. */
static const struct {
	const char *error, *title, *message;
} REFUSALS[] = {
	{"access_denied", "Sage was not connected",
	 "You did not allow Ledger to use your Sage business. Nothing was changed. To connect it, "
	 "start again and press Allow."},
	{"Invalid request", "Another country, or another kind of account",
	 "Sage does not know this person in the chosen country, or it is a developer's account. "
	 "Choose the country in which the Sage business is, and sign in as the person who uses "
	 "it."},
	{"temporarily_unavailable", "Sage is not available",
	 "Sage's sign-in is not available at the moment. Try again in ten minutes."},
	{"server_error", "Sage had a fault",
	 "Something went wrong on Sage's side. Try again in a few minutes."},
	{NULL, "Sage refused the sign-in",
	 "Sage did not accept Ledger's request. The operator of this Ledger must check "
	 "sage_client_id and the callback address registered at Sage."},
};

static enum led_err say(const struct connect *connect, const struct http_request *request,
			struct http_response *response, int status, const char *title,
			const char *message, const char *binding, struct led_error *error)
{
	struct connect_answer answer = {status, title, message, BINDINGS, "To the bindings"};

	if (binding) {
		answer.action =
			arena_printf(request->arena, "/dashboard/connect-sage?binding=%s", binding);
		answer.label = TRY_AGAIN;
	}
	return connect_say(connect, request, response, &answer, error);
}

static enum led_err say_refusal(const struct connect *connect, const struct http_request *request,
				struct http_response *response, const char *what,
				const char *binding, struct led_error *error)
{
	size_t i = 0;

	while (REFUSALS[i].error && strcmp(REFUSALS[i].error, what) != 0)
		i++;
	log_write(LOG_WARNING, "sage_sign_in_refused",
		  LOG_S("error", REFUSALS[i].error ? REFUSALS[i].error : "other"));
	return say(connect, request, response, 400, REFUSALS[i].title, REFUSALS[i].message, binding,
		   error);
}

static enum led_err say_verdict(const struct connect *connect, const struct http_request *request,
				struct http_response *response, const struct oauth_return *back,
				struct led_error *error)
{
	static const struct {
		const char *name, *title, *message;
	} words[] = {
		[OAUTH_STATE_UNKNOWN] =
			{"unknown", "This sign-in was not begun here",
			 "Ledger does not know this sign-in. It was begun in another "
			 "browser or by another person. Start again from Bindings."},
		[OAUTH_STATE_USED] = {"used", "This sign-in is over",
				      "Sage's answer was used already; coming back to it changes "
				      "nothing. Bindings shows what is connected."},
		[OAUTH_STATE_EXPIRED] = {"expired", "This took too long",
					 "More than ten minutes have passed since the sign-in was "
					 "begun. Nothing was changed; start again."},
	};

	log_write(LOG_WARNING, "sage_callback_refused", LOG_S("state", words[back->verdict].name));
	return say(connect, request, response, 400, words[back->verdict].title,
		   words[back->verdict].message,
		   back->verdict == OAUTH_STATE_EXPIRED ? back->binding : NULL, error);
}

/* A sign-in on its last leg. */
struct arrival {
	const struct connect *connect;
	struct http_request *request;
	struct http_response *response;
	const struct connection *connection;
	const char *region;
	struct sage_tokens tokens;
};

static void give_back(struct arrival *arrival)
{
	struct sage_app app = connect_app(arrival->connect, arrival->region);
	struct led_error error;

	if (arrival->tokens.refresh.len &&
	    sage_oauth_revoke(&app, &arrival->tokens.refresh, &error))
		log_error("sage_revoke_failed", &error);
}

/* An error that a person caused or can mend is a page; ours is ours. */
static enum led_err say_failure(struct arrival *arrival, enum led_err err, struct led_error *error)
{
	struct led_error cause = *error;
	bool persons = err == LED_VALIDATION || strcmp(cause.code, "binding_not_active") == 0;

	log_error("sage_sign_in_failed", &cause);
	if (err == LED_INTERNAL || err == LED_DATABASE)
		return err;
	return say(arrival->connect, arrival->request, arrival->response, persons ? 409 : 502,
		   "Sage was not connected", cause.message, arrival->connection->id, error);
}

static struct sage_grant grant_of(const struct arrival *arrival)
{
	return (struct sage_grant){
		.account = visitor_of(arrival->request)->session->account_id,
		.binding = arrival->connection->id,
		.region = arrival->region,
		.access = &arrival->tokens.access,
		.refresh = &arrival->tokens.refresh,
		.access_expires_at = arrival->tokens.access_expires_at,
		.refresh_expires_at = arrival->tokens.refresh_expires_at,
	};
}

static enum led_err join(struct arrival *arrival, const struct sage_business *business,
			 struct led_error *error)
{
	const struct connect *connect = arrival->connect;
	struct sage_grant grant = grant_of(arrival);
	struct audit_entry audit = connect_audit(arrival->request, "sage_connected");
	const struct sage_join what = {
		.tokens = &grant,
		.account = grant.account,
		.binding = grant.binding,
		.region = grant.region,
		.business = business->id,
		.business_name = business->name,
		.audit = &audit,
	};
	enum led_err err;

	audit.facts[0] = (struct audit_fact){"binding", grant.binding};
	audit.facts[1] = (struct audit_fact){"business", business->name};
	err = sage_grant_join(connect->site.db, arrival->request->arena, connect->keys, &what,
			      error);
	if (!err)
		page_redirect(&connect->site, arrival->request, arrival->response,
			      arena_printf(arrival->request->arena, "/dashboard/bindings/%s",
					   grant.binding));
	return err;
}

static enum led_err offer_choice(struct arrival *arrival, const struct sage_business *list,
				 size_t count, struct led_error *error)
{
	const struct connect *connect = arrival->connect;
	struct sage_grant grant = grant_of(arrival);
	struct sage_choice *choices =
		arena_alloc(arrival->request->arena, count * sizeof(*choices));
	enum led_err err;

	if (!choices)
		return led_fail(error, LED_INTERNAL, "out_of_memory", "No memory for businesses.");
	for (size_t i = 0; i < count; i++)
		choices[i] = (struct sage_choice){.id = list[i].id, .name = list[i].name};
	err = sage_grant_keep(connect->site.db, arrival->request->arena, connect->keys, &grant,
			      choices, count, error);
	if (!err)
		page_redirect(&connect->site, arrival->request, arrival->response,
			      arena_printf(arrival->request->arena,
					   "/dashboard/connect-sage/business?binding=%s",
					   grant.binding));
	return err;
}

/* In another of the countries that people choose from. Any other country is not held against
 * a business: Jersey's are among the United Kingdom's. */
static bool is_elsewhere(const struct sage_business *business, const char *region)
{
	if (!business->country || strcmp(business->country, region) == 0)
		return false;
	for (size_t i = 0; i < CONFIG_REGIONS; i++)
		if (strcmp(business->country, CONFIG_REGION_CODES[i]) == 0)
			return true;
	return false;
}

static size_t leave_out_elsewhere(struct sage_business *list, size_t count, const char *region)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++)
		if (!is_elsewhere(&list[i], region))
			list[kept++] = list[i];
	return kept;
}

static enum led_err another_country(struct led_error *error)
{
	return led_fail(error, LED_VALIDATION, "another_country",
			"The Sage business is in another country than the one you chose. Start "
			"again and choose the country in which the business is.");
}

/* The binding's own business again, the only one, or a choice. */
static enum led_err decide(struct arrival *arrival, struct sage_business *list, size_t count,
			   struct led_error *error)
{
	const char *locked = arrival->connection->business;

	if (!count)
		return led_fail(error, LED_VALIDATION, "no_business",
				"This Sage user has no business. Create one in Sage, or sign in as "
				"somebody who has one.");
	for (size_t i = 0; locked && i < count; i++)
		if (strcmp(list[i].id, locked) == 0)
			return is_elsewhere(&list[i], arrival->region)
				       ? another_country(error)
				       : join(arrival, &list[i], error);
	if (locked)
		return led_fail(
			error, LED_VALIDATION, "business_locked",
			"This shop is joined to %.200s, which this Sage user may not use. "
			"Sign in to Sage as somebody who may, or disconnect the binding first "
			"to join another business.",
			arrival->connection->business_name);
	count = leave_out_elsewhere(list, count, arrival->region);
	if (!count)
		return another_country(error);
	if (count == 1)
		return join(arrival, &list[0], error);
	return offer_choice(arrival, list, count < CHOOSE_MAX ? count : CHOOSE_MAX, error);
}

static enum led_err arrive(struct arrival *arrival, const char *code, const struct secret *verifier,
			   struct led_error *error)
{
	const struct connect *connect = arrival->connect;
	struct arena *arena = arrival->request->arena;
	struct sage_app app = connect_app(connect, arrival->region);
	const struct sage sage = {
		.http = connect->http,
		.api_url = config_sage_url(connect->site.config, CONFIG_SAGE_API, arrival->region),
		.access_token = &arrival->tokens.access,
	};
	const char *callback = connect_callback_url(connect, arrival->request);
	char *text = arena_strndup(arena, (const char *)verifier->bytes, verifier->len);
	struct sage_business *list;
	size_t count;
	enum led_err err;

	if (!callback || !text)
		return led_fail(error, LED_INTERNAL, "out_of_memory", "An exchange.");
	err = sage_oauth_exchange(&app, code, callback, text, &arrival->tokens, error);
	explicit_bzero(text, verifier->len);
	if (!err)
		err = sage_businesses(&sage, arena, &list, &count, error);
	if (!err)
		err = decide(arrival, list, count, error);
	if (err)
		give_back(arrival);
	return err;
}

static enum led_err come_back(const struct connect *connect, struct http_request *request,
			      struct http_response *response, const struct oauth_return *back,
			      const char *code, struct led_error *error)
{
	struct arrival arrival = {connect, request, response, .region = back->region};
	struct connection *connection;
	enum led_err err =
		connect_find(connect, request, response, back->binding, &connection, error);

	if (err || !connection)
		return err;
	arrival.connection = connection;
	err = strcmp(connection->status, "active") == 0
		      ? arrive(&arrival, code, &back->verifier, error)
		      : led_fail(error, LED_VALIDATION, "binding_not_active",
				 "The shop was disconnected meanwhile. Pair it again first.");
	sage_tokens_release(&arrival.tokens);
	return err ? say_failure(&arrival, err, error) : LED_OK;
}

/* Without a state there is nothing to go by but this browser's last sign-in; Sage leaves it
 * out when it refuses somebody of another country. */
static enum led_err without_state(const struct connect *connect, struct http_request *request,
				  struct http_response *response, const char *refusal,
				  struct led_error *error)
{
	const struct visitor *visitor = visitor_of(request);
	const char *binding = NULL;
	enum led_err err;

	if (!refusal)
		return say(connect, request, response, 400, "Nothing to see here",
			   "Only Sage sends people to this address.", NULL, error);
	err = oauth_state_latest(connect->site.db, request->arena, visitor->session_id,
				 visitor->session->account_id, &binding, error);
	return err ? err : say_refusal(connect, request, response, refusal, binding, error);
}

enum led_err sage_callback(void *program, struct http_request *request,
			   struct http_response *response, struct led_error *error)
{
	const struct connect *connect = program;
	const struct visitor *visitor = visitor_of(request);
	struct http_form query = {0};
	struct oauth_return back;
	const char *state, *code, *refusal;
	enum led_err err;

	if (!visitor->session) {
		const struct connect_answer answer = {403, "Sign in again",
						      "Your session has ended while you were at "
						      "Sage. Nothing was changed: sign in "
						      "and connect Sage once more.",
						      "/login", "Sign in"};
		return connect_say(connect, request, response, &answer, error);
	}
	if (http_form_parse(request->query, strlen(request->query), request->arena, &query, NULL))
		query = (struct http_form){0};
	state = http_form_get(&query, "state");
	code = http_form_get(&query, "code");
	refusal = http_form_get(&query, "error");
	if (!state)
		return without_state(connect, request, response, refusal, error);
	err = oauth_state_take(connect->site.db, request->arena, connect->keys, state,
			       visitor->session_id, visitor->session->account_id, &back, error);
	if (err)
		return err;
	if (back.verdict != OAUTH_STATE_GOOD)
		err = say_verdict(connect, request, response, &back, error);
	else if (refusal || !code)
		err = say_refusal(connect, request, response, refusal ? refusal : "", back.binding,
				  error);
	else
		err = come_back(connect, request, response, &back, code, error);
	secret_release(&back.verifier);
	connect_keep_uses(connect);
	return err;
}
