/* `next`: where signing in leads back to. Only the pages of our own route table. */
#include "dashboard.h"

#include <stdio.h>
#include <string.h>

/* Whether a browser would stay on this site: one slash first, and none of the characters
 * that browsers drop or turn into another slash. */
static bool is_local_path(const char *next)
{
	if (next[0] != '/' || next[1] == '/')
		return false;
	for (const char *c = next; *c; c++)
		if (*c == '\\' || *c == '#' || *c <= ' ' || *c == 0x7f)
			return false;
	return strlen(next) < DASHBOARD_PATH_MAX;
}

const char *next_checked(const struct dashboard *dashboard, struct http_request *request,
			 const char *next)
{
	struct http_request probe;

	char *params[3] = {0};
	unsigned allowed = 0;

	if (!next || !is_local_path(next))
		return NULL;
	/* The route table itself judges, through a request for that very path. */
	params[0] = arena_printf(request->arena, "REQUEST_URI=%s", next);
	params[1] = arena_strdup(request->arena, "REQUEST_METHOD=GET");
	if (!params[0] || !params[1] ||
	    http_request_init(&probe, request->arena, params, "", NULL) ||
	    http_route_find(dashboard->routes, dashboard->route_count, &probe, &allowed) !=
		    HTTP_ROUTE_FOUND ||
	    !(probe.route->flags & PAGE_SIGNED_IN))
		return NULL;
	return next;
}

const char *next_sign_in(const struct http_request *request)
{
	static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "0123456789-._~/";
	struct buf out;
	const char *path = NULL;

	buf_init(&out, 3 * DASHBOARD_PATH_MAX);
	buf_add_str(&out, "/login?next=");
	for (int part = 0; part < 2; part++) {
		const char *text = part ? request->query : request->path;

		if (part && *text)
			buf_add_str(&out, "%3F");
		for (; *text; text++) {
			if (strchr(safe, *text))
				buf_add_char(&out, *text);
			else
				buf_addf(&out, "%%%02X", (unsigned)(unsigned char)*text);
		}
	}
	if (request->method == HTTP_METHOD_GET && !out.failed)
		path = arena_strdup(request->arena, out.data);
	buf_release(&out);
	return path ? path : "/login";
}
