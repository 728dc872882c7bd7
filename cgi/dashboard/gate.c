/*
 * What stands before every page: who is signed in, and that a POST comes from our own
 * pages. In one place, so that no page can forget it.
 *
 * A POST must pass two checks. Its Sec-Fetch-Site and Origin headers, which no script of
 * another site can forge, must name this site, and it must carry the session's CSRF
 * token. Signing in has no session yet, so there the headers alone decide: a token in a
 * cookie before the session would prove less than they do, for whoever can plant a cookie
 * (a sibling domain) can plant that one too. A request with neither header is refused: every
 * browser of the last years sends one of them with a form.
 */
#include "dashboard.h"
#include "page.h"

#include "base/log.h"
#include "http/cookie.h"
#include "http/form.h"

#include <openssl/crypto.h>
#include <string.h>

/* Always Secure. A private stack's http://127.0.0.1 counts as secure for Chromium and
 * Firefox, which store it there too; over any other plain http no browser does, and nobody
 * can sign in, which is how it should be. */
#define COOKIE "__Host-ledger"

static bool is_session_id(const char *id)
{
	return id && strlen(id) == SESSION_ID_SIZE - 1 &&
	       strspn(id, "0123456789abcdef") == SESSION_ID_SIZE - 1;
}

/* A page that refreshes itself is nobody's use of it: the idle time runs on. */
static bool is_refresh(const struct http_request *request)
{
	return http_request_header(request, "X-Ledger-Refresh") != NULL;
}

static enum led_err find_visitor(const struct dashboard *dashboard, struct http_request *request,
				 struct led_error *error)
{
	struct visitor *visitor = arena_alloc(request->arena, sizeof(*visitor));
	struct session *session = NULL;
	const char *id = http_cookie_get(request, COOKIE);
	enum led_err err;

	if (!visitor)
		return led_fail(error, LED_INTERNAL, "out_of_memory", "A visitor.");
	request->user = visitor;
	if (!is_session_id(id))
		return LED_OK;
	err = session_find(dashboard->db, request->arena, id, &session, error);
	if (!err && session && !is_refresh(request))
		err = session_touch(dashboard->db, id, error);
	*visitor = (struct visitor){.session_id = id, .session = session};
	return err;
}

static bool is_from_here(const struct dashboard *dashboard, const struct http_request *request)
{
	const char *site = http_request_header(request, "Sec-Fetch-Site");
	const char *origin = http_request_header(request, "Origin");

	if (site && strcmp(site, "same-origin") != 0)
		return false;
	if (origin && strcmp(origin, dashboard->origin) != 0)
		return false;
	return site || origin;
}

/* Marks the form as carrying the token or not; a malformed form carries none. */
static bool has_csrf_token(struct http_request *request, const struct session *session)
{
	struct http_form form = {0};

	const char *token;

	if (http_form_parse(request->body, request->body_len, request->arena, &form, NULL))
		return false;
	token = http_form_get(&form, "csrf");
	return token && strlen(token) == strlen(session->csrf_token) &&
	       CRYPTO_memcmp(token, session->csrf_token, strlen(token)) == 0;
}

static enum led_err refuse(const struct dashboard *dashboard, struct http_request *request,
			   struct http_response *response, const char *why, struct led_error *error)
{
	log_write(LOG_WARNING, "post_refused", LOG_S("why", why));
	return page_message(dashboard, request, response, 403, "Not accepted",
			    "This form was not sent from Ledger's own pages, or the page had been "
			    "open for too long. Go back, reload the page and try again.",
			    error);
}

enum led_err gate_before(void *program, struct http_request *request,
			 struct http_response *response, struct led_error *error)
{
	const struct dashboard *dashboard = program;
	bool post = request->route->method == HTTP_METHOD_POST;
	bool signed_in = request->route->flags & PAGE_SIGNED_IN;
	const struct session *session;
	enum led_err err = find_visitor(dashboard, request, error);

	if (err)
		return err;
	session = visitor_of(request)->session;
	if (post && !is_from_here(dashboard, request))
		return refuse(dashboard, request, response, "origin", error);
	if (signed_in && !session) {
		page_redirect(dashboard, request, response, next_sign_in(request));
		return LED_OK;
	}
	if (post && signed_in && !has_csrf_token(request, session))
		return refuse(dashboard, request, response, "token", error);
	return LED_OK;
}

void gate_set_cookie(struct http_response *response, const char *id)
{
	const struct http_cookie cookie = {.name = COOKIE, .value = id, .secure = true};

	http_cookie_set(response, &cookie);
}

void gate_clear_cookie(struct http_response *response)
{
	const struct http_cookie cookie = {
		.name = COOKIE, .value = "", .max_age = -1, .secure = true};

	http_cookie_set(response, &cookie);
}
