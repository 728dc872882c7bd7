/* The consent page. Its form posts to its own URL, so a program can do the same:
 *   curl -d decision=allow 'http://…/oauth2/auth/central?client_id=…&…'
 */
#include "sage/js.h"
#include "sage/oauth.h"
#include "sage/store.h"
#include "sage/tokens.h"
#include "sage/traffic.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { CODE_SECONDS = 60, LOCATION_MAX = 900, PAGE_MAX = 16384 };

struct authorization {
	char *client_id, *redirect_uri, *response_type, *scope, *country, *state;
	char *challenge, *method;
};

/* What Sage may answer at the callback; a test can ask for each as `decision`. */
static const char *const callback_errors[] = {"access_denied",
					      "invalid_request",
					      "invalid_scope",
					      "server_error",
					      "temporarily_unavailable",
					      "unauthorized_client",
					      "unsupported_response_type"};

static void read_request(const struct sb_request *req, struct authorization *auth)
{
	auth->client_id = sb_param(req->query, "client_id");
	auth->redirect_uri = sb_param(req->query, "redirect_uri");
	auth->response_type = sb_param(req->query, "response_type");
	auth->scope = sb_param(req->query, "scope");
	auth->country = sb_param(req->query, "country");
	auth->state = sb_param(req->query, "state");
	auth->challenge = sb_param(req->query, "code_challenge");
	auth->method = sb_param(req->query, "code_challenge_method");
}

static void release_request(struct authorization *auth)
{
	free(auth->client_id);
	free(auth->redirect_uri);
	free(auth->response_type);
	free(auth->scope);
	free(auth->country);
	free(auth->state);
	free(auth->challenge);
	free(auth->method);
}

/* Appends "&name=value" (or "?…" first), percent-encoded; NULL values are left out. */
static void add_param(char location[LOCATION_MAX], const char *name, const char *value)
{
	size_t used = strlen(location);

	if (value == NULL || used + strlen(name) + 3 * strlen(value) + 3 > LOCATION_MAX)
		return;
	used += (size_t)snprintf(location + used, LOCATION_MAX - used,
				 "%c%s=", strchr(location, '?') != NULL ? '&' : '?', name);
	for (; *value != '\0'; value++) {
		if (isalnum((unsigned char)*value) || strchr("-._~", *value) != NULL)
			used += (size_t)snprintf(location + used, LOCATION_MAX - used, "%c",
						 *value);
		else
			used += (size_t)snprintf(location + used, LOCATION_MAX - used, "%%%02X",
						 (unsigned char)*value);
	}
}

static void redirect(struct sb_reply *reply, const char *location)
{
	sb_reply_text(reply, 302, "text/plain", "");
	sb_reply_header(reply, "Location", location);
	sb_reply_header(reply, "Cache-Control", "no-store");
}

static void redirect_error(struct sb_reply *reply, const struct authorization *auth,
			   const char *error)
{
	char location[LOCATION_MAX];

	snprintf(location, sizeof(location), "%s", auth->redirect_uri);
	add_param(location, "error", error);
	add_param(location, "state", auth->state);
	redirect(reply, location);
}

static bool challenge_ok(const struct authorization *auth)
{
	size_t len;

	if (auth->challenge == NULL)
		return auth->method == NULL;
	len = strlen(auth->challenge);
	return len >= 43 && len <= 128 &&
	       (auth->method == NULL || strcmp(auth->method, "S256") == 0 ||
		strcmp(auth->method, "plain") == 0);
}

static bool scope_ok(const char *scope)
{
	return scope == NULL || strcmp(scope, "full_access") == 0 || strcmp(scope, "readonly") == 0;
}

/* Answers what is wrong with the request; a client or URI that is not registered
 * gets a page, never a redirect. True: nothing is. */
static bool request_ok(const struct authorization *auth, struct sb_reply *reply)
{
	const struct client *client = auth->client_id != NULL ? client_find(auth->client_id) : NULL;

	if (client == NULL || auth->redirect_uri == NULL ||
	    !client_allows(client, auth->redirect_uri) ||
	    strlen(auth->redirect_uri) > LOCATION_MAX / 2) {
		sb_reply_text(reply, 400, "text/html; charset=utf-8",
			      "<!DOCTYPE html>\n<html lang=\"en\"><head><title>Sage sandbox"
			      "</title></head><body><h1>This application is not known</h1>"
			      "<p>The client_id or the redirect_uri is not registered.</p>"
			      "</body></html>\n");
		return false;
	}
	if (auth->response_type == NULL || strcmp(auth->response_type, "code") != 0)
		redirect_error(reply, auth, "unsupported_response_type");
	else if (!scope_ok(auth->scope))
		redirect_error(reply, auth, "invalid_scope");
	else if (!challenge_ok(auth))
		redirect_error(reply, auth, "invalid_request");
	else
		return true;
	return false;
}

struct page {
	char text[PAGE_MAX];
	const char *country; /* only its users sign in here; NULL: everyone */
};

static void page_add(struct page *page, const char *text)
{
	size_t used = strlen(page->text);

	snprintf(page->text + used, PAGE_MAX - used, "%s", text);
}

static void page_escape(struct page *page, const char *text)
{
	for (; *text != '\0'; text++) {
		const char one[] = {*text, '\0'};

		page_add(page, *text == '&'   ? "&amp;"
			       : *text == '<' ? "&lt;"
			       : *text == '>' ? "&gt;"
			       : *text == '"' ? "&quot;"
					      : one);
	}
}

static void page_user(struct user *user, void *arg)
{
	struct page *page = arg;

	if (page->country != NULL && strcasecmp(page->country, user->region->id) != 0)
		return;
	page_add(page, "<option value=\"");
	page_escape(page, user->email);
	page_add(page, "\">");
	page_escape(page, user->email);
	page_add(page, "</option>\n");
}

void oauth_authorize_page(const struct sb_request *req, struct sb_reply *reply)
{
	struct authorization auth;
	struct page *page = calloc(1, sizeof(*page));

	read_request(req, &auth);
	if (page == NULL || !request_ok(&auth, reply))
		goto out;
	page->country = auth.country;
	page_add(page, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
		       "<title>Sage sandbox: sign in</title></head>\n<body>"
		       "<h1>Sage sandbox</h1>\n<p>Allow <strong>");
	page_escape(page, auth.client_id);
	page_add(page, "</strong> to use your accounting data?</p>\n"
		       "<form method=\"post\" action=\"/oauth2/auth/central?");
	page_escape(page, req->query);
	page_add(page, "\">\n<p><label>Sign in as <select name=\"user\">\n");
	store_each_user(page_user, page);
	page_add(page, "</select></label></p>\n"
		       "<p><button name=\"decision\" value=\"allow\">Allow</button>\n"
		       "<button name=\"decision\" value=\"deny\">Do not allow</button></p>\n"
		       "</form></body></html>\n");
	sb_reply_text(reply, 200, "text/html; charset=utf-8", page->text);
out:
	free(page);
	release_request(&auth);
}

struct chosen {
	const char *country;
	struct user *user;
};

static void first_user(struct user *user, void *arg)
{
	struct chosen *chosen = arg;

	if (chosen->user == NULL &&
	    (chosen->country == NULL || strcasecmp(chosen->country, user->region->id) == 0))
		chosen->user = user;
}

static void allow(const struct authorization *auth, const char *email, struct sb_reply *reply)
{
	struct chosen chosen = {.country = auth->country};
	char location[LOCATION_MAX];
	struct token *code;

	if (email != NULL)
		chosen.user = store_user(email);
	else
		store_each_user(first_user, &chosen);
	snprintf(location, sizeof(location), "%s", auth->redirect_uri);
	if (chosen.user == NULL ||
	    (auth->country != NULL && strcasecmp(auth->country, chosen.user->region->id) != 0)) {
		/* A person of another country; recorded so, and without the state. */
		add_param(location, "error", "Invalid request");
		add_param(location, "reason", "Email already in use");
		redirect(reply, location);
		return;
	}
	code = token_new(TOKEN_CODE, auth->client_id, chosen.user->email,
			 auth->scope != NULL ? auth->scope : "full_access", CODE_SECONDS);
	code->redirect_uri = strdup(auth->redirect_uri);
	code->challenge = auth->challenge != NULL ? strdup(auth->challenge) : NULL;
	code->challenge_s256 = auth->method != NULL && strcmp(auth->method, "S256") == 0;
	add_param(location, "code", code->text);
	add_param(location, "country", chosen.user->region->id);
	add_param(location, "state", auth->state);
	redirect(reply, location);
}

void oauth_authorize(const struct sb_request *req, struct sb_reply *reply)
{
	char *decision = sb_param(req->body, "decision");
	char *email = sb_param(req->body, "user");
	struct authorization auth;

	read_request(req, &auth);
	if (!request_ok(&auth, reply))
		goto out;
	if (decision != NULL && strcmp(decision, "allow") == 0) {
		allow(&auth, email, reply);
		goto out;
	}
	for (size_t i = 0; decision != NULL && i < sizeof(callback_errors) / sizeof(char *); i++)
		if (strcmp(decision, callback_errors[i]) == 0) {
			redirect_error(reply, &auth, decision);
			goto out;
		}
	redirect_error(reply, &auth, "access_denied");
out:
	free(decision);
	free(email);
	release_request(&auth);
}
