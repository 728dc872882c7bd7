/*
 * The answer, put together in memory and sent whole, so that a handler that fails
 * half-way leaves no half answer. Nothing here can fail visibly before the end: a
 * header that is refused or a body over its cap marks the response failed, and the
 * accept loop then sends the program's error answer instead.
 */
#ifndef HTTP_RESPONSE_H
#define HTTP_RESPONSE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

#define HTTP_RESPONSE_HEADERS_MAX 24
#define HTTP_RETRY_AFTER          30 /* seconds a 503 asks for unless it says otherwise */

struct http_response {
	int status; /* 0 until a handler decides */
	struct arena *arena;
	struct {
		const char *name;
		const char *value;
	} headers[HTTP_RESPONSE_HEADERS_MAX];
	size_t header_count;
	struct buf body;
	bool failed;
	bool open; /* the handler left it to the program's settle */
};

/* The body's memory is kept from request to request; `body_cap` bytes at most. */
void http_response_init(struct http_response *response, size_t body_cap);
void http_response_release(struct http_response *response);
/* Empty again, for the request whose arena this is. */
void http_response_reset(struct http_response *response, struct arena *arena);

/* Adds a header; the value is copied. A name that is no token, or a value with a control
 * character (CR and LF first of all), marks the response failed. */
void http_response_add(struct http_response *response, const char *name, const char *value);
/* The same, but replaces the header when it is there. */
void http_response_set(struct http_response *response, const char *name, const char *value);
/* NULL when absent. */
const char *http_response_header(const struct http_response *response, const char *name);

/* `text` is complete JSON. Sends no-store: machines' answers are never worth keeping. */
void http_response_json(struct http_response *response, int status, const char *text, size_t len);

/* {"error":"code","message":"…"}; with 503 or 429 also Retry-After. `message` is for people and
 * must carry nothing of a secret or of another system's answer. */
void http_response_error(struct http_response *response, int status, const char *code,
			 const char *message);

/* Content type and status only; the page is then written to `response->body`. */
void http_response_html(struct http_response *response, int status);

/* 303 See Other. `location` is a path of ours or a URL built by us; percent-encoded. */
void http_response_redirect(struct http_response *response, const char *location);

/* Appends the head in CGI's form to `out`: "Status: 200 OK", the headers, Content-Length
 * and the empty line. False when the response is failed, has no status, or does not fit. */
bool http_response_head(const struct http_response *response, struct buf *out)
	__attribute__((warn_unused_result));

#endif
