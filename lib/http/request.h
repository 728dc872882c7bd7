/*
 * One request as FastCGI gives it. Everything hangs on the request's arena: it lives
 * until the answer has been sent and nothing of it may be kept.
 *
 * The path is taken from REQUEST_URI, not from nginx's decoded variables, so that an
 * encoded slash inside a segment stays inside it.
 */
#ifndef HTTP_REQUEST_H
#define HTTP_REQUEST_H

#include "base/arena.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HTTP_SEGMENTS_MAX 16
#define HTTP_CAPTURES_MAX 4
#define HTTP_PATH_MAX     2048 /* bytes of REQUEST_URI without the query */

/* Bits, so that a set of methods (Allow) is a sum of them. */
enum http_method {
	HTTP_METHOD_GET = 1,
	HTTP_METHOD_HEAD = 2,
	HTTP_METHOD_POST = 4,
	HTTP_METHOD_PUT = 8,
	HTTP_METHOD_DELETE = 16,
	HTTP_METHOD_OTHER = 32, /* no route ever has it */
};

/* A path segment that a route's `{name}` stands for. */
struct http_capture {
	const char *name; /* in the route's pattern, `name_len` bytes, not terminated */
	size_t name_len;
	const char *value; /* percent-decoded, UTF-8, never empty */
};

struct http_route;

struct http_request {
	struct arena *arena;
	char *const *params; /* "NAME=value" strings, NULL behind the last; borrowed */
	enum http_method method;
	const char *path; /* raw, as sent, without the query and without the public prefix */
	const char *segments[HTTP_SEGMENTS_MAX]; /* decoded; "/" has none, "/a/" has two */
	size_t segment_count;
	const char *query; /* raw, without '?'; "" when there is none */
	const char *body;  /* NUL behind; "" when there is none */
	size_t body_len;
	const char *client_address;     /* REMOTE_ADDR, "" when unknown */
	const char *id;                 /* nginx's REQUEST_ID, or a fresh one of the same form */
	const struct http_route *route; /* NULL before routing and when nothing matched */
	struct http_capture captures[HTTP_CAPTURES_MAX];
	size_t capture_count;
	void *user; /* what the program's `before` hook leaves for the handlers (a session) */
};

/* Reads everything but the body from FastCGI's parameters. `prefix` is the path part of
 * the public URL ("" or "/x"). LED_VALIDATION "malformed_request" (answer 400): an escape
 * that is malformed or hides a NUL, bytes that are not UTF-8, a "." or ".." segment, too
 * many or too long. LED_NOT_FOUND: a path outside the prefix. LED_INTERNAL: no memory. */
enum led_err http_request_init(struct http_request *request, struct arena *arena,
			       char *const *params, const char *prefix, struct led_error *error)
	__attribute__((warn_unused_result));

enum http_body_result {
	HTTP_BODY_OK,
	HTTP_BODY_TOO_LARGE,  /* announced or sent more than `max` bytes */
	HTTP_BODY_SHORT,      /* ended before the announced length: the client or nginx went away */
	HTTP_BODY_UNREADABLE, /* no usable length, or a read error */
	HTTP_BODY_NO_MEMORY,
};

/* Where a body comes from. `read` gives up to `len` bytes, fewer only at the end; -1 when
 * the stream is broken. */
struct http_body_source {
	long (*read)(void *stream, char *out, size_t len);
	void *stream;
};

/* Reads the whole body, of at most `max` bytes, into the request. */
enum http_body_result http_request_read_body(struct http_request *request,
					     const struct http_body_source *source, size_t max)
	__attribute__((warn_unused_result));

/* A FastCGI parameter ("REMOTE_ADDR"), or NULL. Borrowed. */
const char *http_request_param(const struct http_request *request, const char *name);

/* A header by its HTTP name in any case ("Idempotency-Key"), or NULL. Borrowed. nginx
 * joins repeated headers or takes the first; Authorization repeated is its 400. */
const char *http_request_header(const struct http_request *request, const char *name);

/* The token of "Authorization: Bearer …" (scheme in any case), or NULL. Borrowed. */
const char *http_request_bearer(const struct http_request *request);

/* What the route's `{name}` stood for. NULL when the route has no such name. */
const char *http_request_capture(const struct http_request *request, const char *name);

/* "GET" …; "OTHER" for what we do not know. */
const char *http_method_name(enum http_method method);

#endif
