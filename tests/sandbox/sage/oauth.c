#include "sage/oauth.h"

#include "sage/call.h"
#include "sage/js.h"
#include "sage/store.h"
#include "sage/tokens.h"
#include "sage/traffic.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
	CODE_SECONDS = 60,
	ACCESS_SECONDS = 300,
	REFRESH_SECONDS = 2678400,
	EXPIRED_SHOWN = 1,
};

void oauth_reset(void)
{
	tokens_reset();
}

static void token_error(struct sb_reply *reply, int status, const char *error)
{
	struct json_object *out = json_object_new_object();

	js_put_str(out, "error", error);
	sb_reply_json(reply, status, out);
}

/* The two forms of the token endpoints' parameters, all malloc'd by sb_param. */
struct form {
	char *client_id, *client_secret, *grant_type, *code, *redirect_uri, *code_verifier;
	char *refresh_token, *token;
};

static void form_read(const struct sb_request *req, struct form *form)
{
	form->client_id = sb_param(req->body, "client_id");
	form->client_secret = sb_param(req->body, "client_secret");
	form->grant_type = sb_param(req->body, "grant_type");
	form->code = sb_param(req->body, "code");
	form->redirect_uri = sb_param(req->body, "redirect_uri");
	form->code_verifier = sb_param(req->body, "code_verifier");
	form->refresh_token = sb_param(req->body, "refresh_token");
	form->token = sb_param(req->body, "token");
}

static void form_release(struct form *form)
{
	free(form->client_id);
	free(form->client_secret);
	free(form->grant_type);
	free(form->code);
	free(form->redirect_uri);
	free(form->code_verifier);
	free(form->refresh_token);
	free(form->token);
}

/* Whether the form came as one and from a client we know; answers otherwise. */
static bool client_authentic(const struct sb_request *req, const struct form *form,
			     struct sb_reply *reply)
{
	const char *type = sb_header(req, "Content-Type");
	const struct client *client;

	if (type == NULL || strncasecmp(type, "application/x-www-form-urlencoded", 33) != 0) {
		token_error(reply, 400, "invalid_request");
		return false;
	}
	client = form->client_id != NULL ? client_find(form->client_id) : NULL;
	if (client == NULL || form->client_secret == NULL ||
	    strcmp(client->secret, form->client_secret) != 0) {
		token_error(reply, 401, "invalid_client");
		return false;
	}
	return true;
}

static struct json_object *pair_json(const char *client_id, const char *user, const char *scope)
{
	struct token *access = token_new(TOKEN_ACCESS, client_id, user, scope, ACCESS_SECONDS);
	struct token *refresh = token_new(TOKEN_REFRESH, client_id, user, scope, REFRESH_SECONDS);
	struct json_object *out = json_object_new_object();

	js_put_str(out, "access_token", access->text);
	js_put_str(out, "scope", access->scope);
	js_put_str(out, "token_type", "bearer");
	js_put_int(out, "expires_in", ACCESS_SECONDS);
	js_put_str(out, "refresh_token", refresh->text);
	js_put_int(out, "refresh_token_expires_in", REFRESH_SECONDS);
	js_put_str(out, "requested_by_id", store_user(user)->id);
	return out;
}

static void exchange(const struct form *form, struct sb_reply *reply)
{
	struct token *code = form->code != NULL ? token_find(TOKEN_CODE, form->code) : NULL;

	if (form->code == NULL || form->redirect_uri == NULL) {
		token_error(reply, 400, "invalid_request");
		return;
	}
	if (code == NULL || !token_alive(code) || strcmp(code->client_id, form->client_id) != 0 ||
	    strcmp(code->redirect_uri, form->redirect_uri) != 0 ||
	    !token_pkce_ok(code, form->code_verifier)) {
		traffic_token(TRAFFIC_GRANT_REFUSED);
		token_error(reply, 400, "invalid_grant");
		return;
	}
	code->dead = true;
	traffic_token(TRAFFIC_EXCHANGED);
	sb_reply_json(reply, 200, pair_json(code->client_id, code->user, code->scope));
}

static void refresh(const struct form *form, struct sb_reply *reply)
{
	struct token *old =
		form->refresh_token != NULL ? token_find(TOKEN_REFRESH, form->refresh_token) : NULL;

	if (form->refresh_token == NULL) {
		token_error(reply, 400, "invalid_request");
		return;
	}
	if (old == NULL || !token_alive(old) || strcmp(old->client_id, form->client_id) != 0) {
		traffic_token(old != NULL && old->dead ? TRAFFIC_REFRESH_REUSED
						       : TRAFFIC_GRANT_REFUSED);
		token_error(reply, 400, "invalid_grant");
		return;
	}
	old->dead = true;
	traffic_token(TRAFFIC_REFRESHED);
	sb_reply_json(reply, 200, pair_json(old->client_id, old->user, old->scope));
}

void oauth_token(const struct sb_request *req, struct sb_reply *reply)
{
	struct form form;

	form_read(req, &form);
	sb_reply_header(reply, "Cache-Control", "no-store");
	if (!client_authentic(req, &form, reply))
		;
	else if (form.grant_type == NULL)
		token_error(reply, 400, "invalid_request");
	else if (strcmp(form.grant_type, "authorization_code") == 0)
		exchange(&form, reply);
	else if (strcmp(form.grant_type, "refresh_token") == 0)
		refresh(&form, reply);
	else
		token_error(reply, 400, "unsupported_grant_type");
	form_release(&form);
}

/* Refresh tokens only; an unknown one is as good as revoked (RFC 7009). */
void oauth_revoke(const struct sb_request *req, struct sb_reply *reply)
{
	struct json_object *out;
	struct token *token;
	struct form form;

	form_read(req, &form);
	if (!client_authentic(req, &form, reply))
		goto out;
	if (form.token == NULL) {
		token_error(reply, 400, "invalid_request");
		goto out;
	}
	token = token_find(TOKEN_REFRESH, form.token);
	if (token != NULL && strcmp(token->client_id, form.client_id) == 0)
		token->dead = true;
	out = json_object_new_object();
	js_put_str(out, "success", "ok");
	sb_reply_json(reply, 200, out);
out:
	form_release(&form);
}

static struct token *bearer(const char *authorization)
{
	if (strncasecmp(authorization, "Bearer ", 7) != 0)
		return NULL;
	return token_find(TOKEN_ACCESS, authorization + 7);
}

enum oauth_check oauth_check(const char *authorization, struct oauth_grant *grant)
{
	const struct token *token;

	if (authorization == NULL || *authorization == '\0')
		return OAUTH_MISSING;
	token = bearer(authorization);
	if (token == NULL)
		return OAUTH_MALFORMED;
	if (!token_alive(token))
		return OAUTH_EXPIRED;
	snprintf(grant->user, sizeof(grant->user), "%s", token->user);
	grant->readonly = strcmp(token->scope, "readonly") == 0;
	return OAUTH_OK;
}

void oauth_expire(const char *authorization)
{
	struct token *token = authorization != NULL ? bearer(authorization) : NULL;

	if (token != NULL)
		token->expires = sb_now() - EXPIRED_SHOWN;
}

/* The first two bodies were recorded from the live service, byte for byte. */
void oauth_refuse(enum oauth_check check, struct sb_reply *reply)
{
	if (check == OAUTH_MISSING)
		sb_reply_text(reply, 401, "application/json",
			      "{ \"error\": \"Authorization missing. Please, add an authorization "
			      "token at the 'Authorization' HTTP header.\"}");
	else
		call_error(reply, 401, "AccessTokenVerificationError",
			   check == OAUTH_EXPIRED
				   ? "Access token is invalid (JWT expired)."
				   : "Access token is invalid (JWT malformed or missing).",
			   "Authorization");
}

struct json_object *oauth_mint(const char *client_id, const char *user, const char *scope)
{
	if (client_find(client_id) == NULL || store_user(user) == NULL)
		return NULL;
	return pair_json(client_id, user, scope);
}

void oauth_add_client(const char *id, const char *secret, struct json_object *redirect_uris)
{
	client_add(id, secret, redirect_uris);
}
