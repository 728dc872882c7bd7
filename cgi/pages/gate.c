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
#include "pages/site.h"

#include "base/log.h"
#include "http/cookie.h"
#include "http/form.h"
#include "pages/page.h"

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

static enum led_err find_visitor(const struct site *site, struct http_request *request,
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
	err = session_find(site->db, request->arena, id, &session, error);
	if (!err && session && !is_refresh(request))
		err = session_touch(site->db, id, error);
	*visitor = (struct visitor){.session_id = id, .session = session};
	return err;
}

static bool is_from_here(const struct site *site, const struct http_request *request)
{
	const char *from = http_request_header(request, "Sec-Fetch-Site");
	const char *origin = http_request_header(request, "Origin");

	if (from && strcmp(from, "same-origin") != 0)
		return false;
	if (origin && strcmp(origin, site->origin) != 0)
		return false;
	return from || origin;
}

/* The token of a form's field, or of a header where the body is JSON; NULL when there is
 * none. A malformed form carries none. */
static const char *sent_token(struct http_request *request)
{
	struct http_form form = {0};

	if (request->route->flags & PAGE_JSON)
		return http_request_header(request, "X-CSRF-Token");
	if (http_form_parse(request->body, request->body_len, request->arena, &form, NULL))
		return NULL;
	return http_form_get(&form, "csrf");
}

bool gate_has_token(struct http_request *request, const struct session *session)
{
	const char *token = sent_token(request);

	return token && strlen(token) == strlen(session->csrf_token) &&
	       CRYPTO_memcmp(token, session->csrf_token, strlen(token)) == 0;
}

struct refusal {
	int status;
	const char *code; /* for the log and for machines */
	const char *title, *message;
};

static const struct refusal FORGED = {
	403, "not_from_here", "Not accepted",
	"This form was not sent from Ledger's own pages, or the page had been open for too long. "
	"Go back, reload the page and try again."};
static const struct refusal NOT_SIGNED_IN = {401, "sign_in_first", "Sign in first",
					     "Nobody is signed in."};
static const struct refusal NOT_ALLOWED = {
	403, "role_too_low", "Not allowed",
	"Your role in this account does not allow this. Ask one of its owners."};

static enum led_err refuse(const struct site *site, struct http_request *request,
			   struct http_response *response, const struct refusal *refusal,
			   struct led_error *error)
{
	log_write(LOG_WARNING, "page_refused", LOG_S("why", refusal->code));
	if (request->route->flags & PAGE_JSON) {
		http_response_error(response, refusal->status, refusal->code, refusal->message);
		return LED_OK;
	}
	return page_message(site, request, response, refusal->status, refusal->title,
			    refusal->message, error);
}

static bool role_suffices(unsigned flags, const struct session *session)
{
	if (flags & PAGE_OWNER)
		return session->role >= MEMBER_OWNER;
	if (flags & PAGE_OPERATOR)
		return session->role >= MEMBER_OPERATOR;
	return true;
}

enum led_err gate_before(void *program, struct http_request *request,
			 struct http_response *response, struct led_error *error)
{
	const struct site *site = program;
	bool post = request->route->method == HTTP_METHOD_POST;
	unsigned flags = request->route->flags;
	const struct session *session;
	enum led_err err = find_visitor(site, request, error);

	if (err)
		return err;
	session = visitor_of(request)->session;
	if (post && !is_from_here(site, request))
		return refuse(site, request, response, &FORGED, error);
	if (session && !role_suffices(flags, session))
		return refuse(site, request, response, &NOT_ALLOWED, error);
	if (!(flags & PAGE_SIGNED_IN))
		return LED_OK;
	if (!session && flags & PAGE_JSON)
		return refuse(site, request, response, &NOT_SIGNED_IN, error);
	if (!session) {
		page_redirect(site, request, response, next_sign_in(request));
		return LED_OK;
	}
	if (post && !gate_has_token(request, session))
		return refuse(site, request, response, &FORGED, error);
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
