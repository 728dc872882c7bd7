/*
 * What the two programs with pages share: ledger-dashboard, which holds no key, and
 * ledger-connect. The session, the gate before every page, the headers and the page's
 * frame are here; the account of everything shown comes from the session, never from a
 * request.
 *
 * A program's own state begins with its struct site, so that the hooks and page helpers
 * here and its handlers can be given the same pointer.
 */
#ifndef PAGES_SITE_H
#define PAGES_SITE_H

#include "base/config.h"
#include "db/db.h"
#include "http/route.h"
#include "http/serve.h"
#include "store/session.h"
#include "view/templates.h"

#define SITE_PATH_MAX 1024

struct site {
	const struct config *config;
	struct db *db;
	struct templates *templates;
	const struct http_route *routes;
	size_t route_count;
	char prefix[CONFIG_TEXT_MAX]; /* the path part of the public URL */
	char origin[CONFIG_TEXT_MAX]; /* scheme, host and port of the public URL */
};

/* Flags of the routes: who may come in. Judged by the gate alone. */
#define PAGE_SIGNED_IN 1u /* without a session: to the sign-in page, and back afterwards */
#define PAGE_OPERATOR  2u /* not for viewers; without PAGE_SIGNED_IN nobody may come in too */
#define PAGE_OWNER     4u /* for owners alone, likewise */
#define PAGE_JSON      8u /* answers JSON: 401 and 403 instead of pages, CSRF in X-CSRF-Token */

/* What `before` leaves in request->user: who asks. */
struct visitor {
	const char *session_id;        /* as the browser sent it, or NULL */
	const struct session *session; /* NULL: nobody is signed in */
};

static inline const struct visitor *visitor_of(const struct http_request *request)
{
	return request->user;
}

/* site.c: a program of pages from its start to its end; its exit status. `state` begins with its
 * struct site, of which `routes` and `route_count` are set. `open` opens what the program has of
 * its own (site->config is read already), `close` releases it, also when opening failed. With
 * --routes the routes are printed as JSON, for the tests that walk them: a list of
 * {method, path, signed_in, role, json}. */
struct site_program {
	const char *name;
	unsigned sets; /* of statements; those of the session are added */
	void *state;
	enum led_err (*open)(void *state, struct led_error *error);
	void (*close)(void *state);
};
int site_main(int argc, char **argv, const struct site_program *program);

/* gate.c: sessions, roles, and what every POST must prove. */
http_handler gate_before;
/* Whether the request carries the session's token, as every POST must; for the step that the
 * gate does not know the session of, because it still awaits its code. */
bool gate_has_token(struct http_request *request, const struct session *session);
void gate_set_cookie(struct http_response *response, const char *id);
void gate_clear_cookie(struct http_response *response);

/* own_password.c: before what a found session alone must not be able to do, the visitor's own
 * password is asked for again, its tries counted as those of signing in. *problem is then a
 * sentence with *status, or NULL. Needs the statements of member and throttle. */
enum led_err own_password_check(const struct site *site, struct http_request *request,
				const char *password, const char **problem, int *status,
				struct led_error *error) __attribute__((warn_unused_result));

/* next.c: `next` if it is the path of a page of either program (query allowed), else NULL. */
const char *next_checked(struct http_request *request, const char *next);
/* The sign-in page's path, with the way back to the page asked for. */
const char *next_sign_in(const struct http_request *request);
/* A path that was checked, percent-encoded for a query; "" when it is too long. */
const char *next_encoded(struct arena *arena, const char *next);
/* Whether signing in may lead back to this route's pattern. */
bool next_has_pattern(const char *pattern);

/* headers.c: lets pages of the shop's origin hold this answer in a frame; without it, or when
 * the address is of no form that a browser's policy can name, none may. */
void headers_allow_frame(struct http_response *response, struct arena *arena, const char *shop_url);

/* On every answer. */
void headers_after(void *program, const struct http_request *request,
		   struct http_response *response);

#endif
