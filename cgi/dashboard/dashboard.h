/*
 * ledger-dashboard: what its pages share. The program holds no key and reads no sealed
 * value; the account of everything it shows comes from the session, never from a request.
 */
#ifndef DASHBOARD_H
#define DASHBOARD_H

#include "base/config.h"
#include "db/db.h"
#include "http/route.h"
#include "http/serve.h"
#include "store/session.h"
#include "view/templates.h"

#define DASHBOARD_PATH_MAX 1024

struct dashboard {
	const struct config *config;
	struct db *db;
	struct templates *templates;
	const struct http_route *routes; /* also: where `next` may lead */
	size_t route_count;
	char prefix[CONFIG_TEXT_MAX]; /* the path part of the public URL */
	char origin[CONFIG_TEXT_MAX]; /* scheme, host and port of the public URL */
};

/* Flags of the routes. */
#define PAGE_SIGNED_IN 1u /* without a session: to the sign-in page, and back afterwards */

/* What `before` leaves in request->user: who asks. */
struct visitor {
	const char *session_id;        /* as the browser sent it, or NULL */
	const struct session *session; /* NULL: nobody is signed in */
};

static inline const struct visitor *visitor_of(const struct http_request *request)
{
	return request->user;
}

/* gate.c: sessions, and what every POST must prove. */
http_handler gate_before;
void gate_set_cookie(struct http_response *response, const char *id);
void gate_clear_cookie(struct http_response *response);

/* next.c: `next` if it is the path of one of our own pages (query allowed), else NULL. */
const char *next_checked(const struct dashboard *dashboard, struct http_request *request,
			 const char *next);
/* The sign-in page's path, with the way back to the page asked for. */
const char *next_sign_in(const struct http_request *request);

/* headers.c: on every answer. */
void headers_after(void *program, const struct http_request *request,
		   struct http_response *response);

/* One file a page. */
http_handler login_form, login_submit, logout_submit;
http_handler home_page;
http_handler sync_page;
http_handler sync_run_page;

#endif
