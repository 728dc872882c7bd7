/*
 * `next`: where signing in leads back to. Only pages of our own: those of both programs,
 * for the one that signs people in does not serve them all. Each program compares its
 * route table with this one when it starts.
 */
#include "pages/site.h"

#include <stdio.h>
#include <string.h>

#define PAGE(pattern)                                                                              \
	{                                                                                          \
		HTTP_METHOD_GET, pattern, NULL, 0, 0                                               \
	}
static const struct http_route PAGES[] = {
	PAGE("/dashboard"),
	PAGE("/dashboard/sync"),
	PAGE("/dashboard/sync/{run}"),
	PAGE("/dashboard/connect-magento"),
	PAGE("/dashboard/connect-sage"),
	PAGE("/dashboard/connect-sage/business"),
	PAGE("/dashboard/bindings"),
	PAGE("/dashboard/bindings/{binding}"),
	PAGE("/dashboard/members"),
	PAGE("/dashboard/members/password"),
	PAGE("/dashboard/members/second-factor"),
	PAGE("/dashboard/members/second-factor/{member}"),
	PAGE("/dashboard/audit"),
	PAGE("/dashboard/audit.csv"),
};
#define PAGE_COUNT (sizeof(PAGES) / sizeof(PAGES[0]))

/* Whether a browser would stay on this site: one slash first, and none of the characters
 * that browsers drop or turn into another slash. */
static bool is_local_path(const char *next)
{
	if (next[0] != '/' || next[1] == '/')
		return false;
	for (const char *c = next; *c; c++)
		if (*c == '\\' || *c == '#' || *c <= ' ' || *c == 0x7f)
			return false;
	return strlen(next) < SITE_PATH_MAX;
}

const char *next_checked(struct http_request *request, const char *next)
{
	struct http_request probe;

	char *params[3] = {0};
	unsigned allowed = 0;

	if (!next || !is_local_path(next))
		return NULL;
	/* The routing itself judges, through a request for that very path. */
	params[0] = arena_printf(request->arena, "REQUEST_URI=%s", next);
	params[1] = arena_strdup(request->arena, "REQUEST_METHOD=GET");
	if (!params[0] || !params[1] ||
	    http_request_init(&probe, request->arena, params, "", NULL) ||
	    http_route_find(PAGES, PAGE_COUNT, &probe, &allowed) != HTTP_ROUTE_FOUND)
		return NULL;
	return next;
}

bool next_has_pattern(const char *pattern)
{
	for (size_t i = 0; i < PAGE_COUNT; i++)
		if (strcmp(PAGES[i].pattern, pattern) == 0)
			return true;
	return false;
}

static void add_encoded(struct buf *out, const char *text)
{
	static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "0123456789-._~/";

	for (; *text; text++) {
		if (strchr(safe, *text))
			buf_add_char(out, *text);
		else
			buf_addf(out, "%%%02X", (unsigned)(unsigned char)*text);
	}
}

const char *next_encoded(struct arena *arena, const char *next)
{
	struct buf out;
	const char *encoded = NULL;

	buf_init(&out, 3 * SITE_PATH_MAX);
	add_encoded(&out, next);
	if (!out.failed)
		encoded = arena_strdup(arena, buf_str(&out));
	buf_release(&out);
	return encoded ? encoded : "";
}

const char *next_sign_in(const struct http_request *request)
{
	struct buf out;
	const char *path = NULL;

	buf_init(&out, 3 * SITE_PATH_MAX);
	buf_add_str(&out, "/login?next=");
	add_encoded(&out, request->path);
	if (*request->query)
		add_encoded(&out, "?");
	add_encoded(&out, request->query);
	if (request->method == HTTP_METHOD_GET && !out.failed)
		path = arena_strdup(request->arena, out.data);
	buf_release(&out);
	return path ? path : "/login";
}
