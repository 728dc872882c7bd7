#include "sage/oauth.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "sage/client.h"
#include "sage/errors.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define FORM_MAX             32768   /* bytes of a form: a token of SECRET_MAX, each byte encoded */
#define ANSWER_MAX           32768   /* bytes of an answer */
#define REFRESH_LIFE_DEFAULT 2678400 /* seconds, 31 days: what Sage documents */
#define LIFE_MAX             (400 * 86400)

static const struct {
	const char *oauth_error;
	enum led_err class;
	const char *code;
	const char *message;
} REFUSALS[] = {
	{"invalid_grant", LED_AUTH, "invalid_grant",
	 "Sage's permission has ended. Connect Sage again."},
	{"invalid_client", LED_AUTH, "sage_client_refused",
	 "Sage does not know this Ledger. Its operator must correct sage_client_id and "
	 "sage_client_secret."},
	{"unauthorized_client", LED_AUTH, "sage_client_refused",
	 "Sage does not let this Ledger sign in. Its operator must check the app at Sage."},
	{"invalid_request", LED_INTERNAL, "sage_oauth_refused",
	 "Sage did not understand the request for tokens. Please report this to support."},
	{"unsupported_grant_type", LED_INTERNAL, "sage_oauth_refused",
	 "Sage did not understand the request for tokens. Please report this to support."},
};

void sage_tokens_release(struct sage_tokens *tokens)
{
	secret_release(&tokens->access);
	secret_release(&tokens->refresh);
	*tokens = (struct sage_tokens){0};
}

/* A form in memory of its own that is never reallocated, so that wiping it wipes all. */
struct form {
	size_t len;
	bool overflow;
	char text[FORM_MAX];
};

static void form_byte(struct form *form, char c)
{
	if (form->len == sizeof form->text)
		form->overflow = true;
	else
		form->text[form->len++] = c;
}

static void form_value(struct form *form, const char *value, size_t len)
{
	static const char hex[] = "0123456789ABCDEF";
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789-._~";
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)value[i];
		if (c && strchr(plain, c)) {
			form_byte(form, (char)c);
		} else {
			form_byte(form, '%');
			form_byte(form, hex[c >> 4]);
			form_byte(form, hex[c & 15]);
		}
	}
}

static void form_add(struct form *form, const char *name, const char *value, size_t len)
{
	if (form->len)
		form_byte(form, '&');
	form_value(form, name, strlen(name));
	form_byte(form, '=');
	form_value(form, value, len);
}

static void form_begin(struct form *form, const struct sage_app *app, const char *grant_type)
{
	form->len = 0;
	form->overflow = false;
	form_add(form, "grant_type", grant_type, strlen(grant_type));
	form_add(form, "client_id", app->client_id, strlen(app->client_id));
	form_add(form, "client_secret", app->client_secret, strlen(app->client_secret));
}

static enum led_err judge_refusal(const struct http_answer *answer, struct led_error *error)
{
	struct json_object *body = NULL;
	const char *oauth_error = NULL;
	enum led_err class = LED_AUTH;
	const char *code = "sage_authorization_refused";
	const char *message = "Sage refused its permission. Connect Sage again.";
	if (http_answer_is_json(answer) &&
	    json_parse(buf_str(&answer->body), answer->body.len, &body, NULL) == LED_OK)
		oauth_error = json_string(body, "error");
	for (size_t i = 0; oauth_error && i < sizeof REFUSALS / sizeof REFUSALS[0]; i++) {
		if (strcmp(REFUSALS[i].oauth_error, oauth_error) == 0) {
			class = REFUSALS[i].class;
			code = REFUSALS[i].code;
			message = REFUSALS[i].message;
		}
	}
	json_object_put(body);
	return led_fail(error, class, code, "%s", message);
}

static enum led_err invalid(struct led_error *error)
{
	return led_fail(error, LED_SERDE, "sage_answer_invalid",
			"Sage's answer to a request for tokens is not what it documents.");
}

/* Takes a token out of the answer. Only visible ASCII: it goes into a header. */
static enum led_err take_token(struct json_object *body, const char *key, struct secret *out,
			       struct led_error *error)
{
	const char *token = json_string(body, key);
	size_t len = token ? strlen(token) : 0;
	for (size_t i = 0; i < len; i++)
		if (token[i] <= ' ' || token[i] == 0x7f)
			return invalid(error);
	if (len == 0 || len > SECRET_MAX)
		return invalid(error);
	if (!secret_set(out, token, len))
		return led_fail(error, LED_INTERNAL, "no_memory", "No memory for a token");
	/* json-c frees without wiping; the string is ours, and nobody reads it again. */
	explicit_bzero((void *)(uintptr_t)token, len);
	return LED_OK;
}

static enum led_err take_tokens(struct json_object *body, int64_t now, struct sage_tokens *tokens,
				struct led_error *error)
{
	int64_t life, refresh_life = REFRESH_LIFE_DEFAULT;
	if (!json_int(body, "expires_in", 1, LIFE_MAX, &life))
		return invalid(error);
	if (json_member(body, "refresh_token_expires_in") &&
	    !json_int(body, "refresh_token_expires_in", 1, LIFE_MAX, &refresh_life))
		return invalid(error);
	enum led_err err = take_token(body, "access_token", &tokens->access, error);
	if (!err)
		err = take_token(body, "refresh_token", &tokens->refresh, error);
	if (err)
		return err;
	const char *user = json_string(body, "requested_by_id");
	snprintf(tokens->user_id, sizeof tokens->user_id, "%s", user ? user : "");
	tokens->access_expires_at = now + life;
	tokens->refresh_expires_at = now + refresh_life;
	return LED_OK;
}

static enum led_err judge(const struct http_answer *answer, int64_t now, struct sage_tokens *tokens,
			  struct led_error *error)
{
	if (answer->status == 400 || answer->status == 401 || answer->status == 403)
		return judge_refusal(answer, error);
	struct json_object *body = NULL;
	enum led_err err = sage_judge(answer, &body, error);
	if (!err)
		err = take_tokens(body, now, tokens, error);
	if (err)
		sage_tokens_release(tokens);
	json_object_put(body);
	return err;
}

/* Sends the form to `url` and wipes it, whatever comes. */
static enum led_err send_form(const struct sage_app *app, const char *url, const char *name,
			      struct form *form, struct http_answer *answer,
			      struct led_error *error)
{
	const struct http_call call = {
		.method = "POST",
		.url = url,
		.body = form->text,
		.body_len = form->len,
		.content_type = "application/x-www-form-urlencoded",
		.body_max = ANSWER_MAX,
		.fresh = true, /* what it carries is good for one request only */
	};
	enum led_err err;
	if (form->overflow) {
		err = led_fail(error, LED_INTERNAL, "token_too_long",
			       "A token is too long to send");
	} else {
		err = http_client_call(app->http, &call, answer, error);
		call_log_add(app->calls, "POST", name, answer);
	}
	explicit_bzero(form, sizeof *form);
	return err;
}

static void release_answer(struct http_answer *answer)
{
	if (answer->body.data)
		explicit_bzero(answer->body.data, answer->body.size);
	http_answer_release(answer);
}

static enum led_err request_tokens(const struct sage_app *app, struct form *form,
				   struct sage_tokens *tokens, struct led_error *error)
{
	struct http_answer answer;
	http_answer_init(&answer);
	*tokens = (struct sage_tokens){0};
	int64_t now = clock_now(); /* before the call: a token never seems to live too long */
	enum led_err err = send_form(app, app->token_url, "/token", form, &answer, error);
	if (!err)
		err = judge(&answer, now, tokens, error);
	release_answer(&answer);
	return err;
}

enum led_err sage_oauth_exchange(const struct sage_app *app, const char *code,
				 const char *redirect_uri, const char *verifier,
				 struct sage_tokens *tokens, struct led_error *error)
{
	struct form form;
	form_begin(&form, app, "authorization_code");
	form_add(&form, "code", code, strlen(code));
	form_add(&form, "redirect_uri", redirect_uri, strlen(redirect_uri));
	form_add(&form, "code_verifier", verifier, strlen(verifier));
	return request_tokens(app, &form, tokens, error);
}

enum led_err sage_oauth_refresh(const struct sage_app *app, const struct secret *refresh,
				struct sage_tokens *tokens, struct led_error *error)
{
	struct form form;
	form_begin(&form, app, "refresh_token");
	form_add(&form, "refresh_token", (const char *)refresh->bytes, refresh->len);
	return request_tokens(app, &form, tokens, error);
}

enum led_err sage_oauth_revoke(const struct sage_app *app, const struct secret *refresh,
			       struct led_error *error)
{
	struct http_answer answer;
	struct json_object *body = NULL;
	struct form form = {.len = 0};
	http_answer_init(&answer);
	form_add(&form, "client_id", app->client_id, strlen(app->client_id));
	form_add(&form, "client_secret", app->client_secret, strlen(app->client_secret));
	form_add(&form, "token", (const char *)refresh->bytes, refresh->len);
	enum led_err err = send_form(app, app->revoke_url, "/revoke", &form, &answer, error);
	if (!err && (answer.status == 400 || answer.status == 401 || answer.status == 403)) {
		struct led_error refusal;
		err = judge_refusal(&answer, &refusal);
		if (strcmp(refusal.code, "invalid_grant") == 0)
			err = LED_OK;
		else if (error)
			*error = refusal;
	} else if (!err) {
		err = sage_judge(&answer, &body, error);
	}
	json_object_put(body);
	release_answer(&answer);
	return err;
}

/* Appends "&name=value", or "?name=value" when it is the first. */
static void add_param(struct buf *out, const char *name, const char *value)
{
	buf_addf(out, "%c%s=", strchr(buf_str(out), '?') ? '&' : '?', name);
	sage_encode(out, value);
}

enum led_err sage_oauth_consent_url(const struct sage_consent *consent, struct buf *out,
				    struct led_error *error)
{
	unsigned char digest[DIGEST_SIZE];
	char challenge[TEXT_BASE64URL_SIZE(DIGEST_SIZE)], country[3];
	if (digest_sha256(consent->verifier, strlen(consent->verifier), digest))
		return led_fail(error, LED_INTERNAL, "digest_failed", "A code challenge.");
	text_base64url(digest, sizeof digest, challenge);
	for (int i = 0; i < 3; i++)
		country[i] = (char)tolower((unsigned char)consent->country[i]);
	buf_add_str(out, consent->authorize_url);
	add_param(out, "client_id", consent->client_id);
	add_param(out, "response_type", "code");
	add_param(out, "redirect_uri", consent->redirect_uri);
	add_param(out, "scope", "full_access");
	add_param(out, "country", country);
	add_param(out, "state", consent->state);
	add_param(out, "code_challenge", challenge);
	add_param(out, "code_challenge_method", "S256");
	return out->failed ? led_fail(error, LED_INTERNAL, "out_of_memory", "Sage's address.")
			   : LED_OK;
}
