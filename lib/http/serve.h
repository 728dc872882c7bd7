/*
 * The accept loop of a pre-forked, single-threaded FastCGI program on descriptor 0.
 *
 * Requests that wait at the same moment may be answered together (together_max): a handler
 * leaves its answer open, and the program's settle makes all open answers at once, so that
 * one commit serves them all.
 *
 * SIGTERM or SIGUSR1: the requests in hand are finished, then the loop leaves with 0. SIGPIPE
 * is ignored. Every line logged meanwhile carries the request's id. Each request gives one
 * access line: method, the route's pattern (not the path: it may hold names), status,
 * bytes and milliseconds; never a query, a header or an address.
 */
#ifndef HTTP_SERVE_H
#define HTTP_SERVE_H

#include "http/request.h"
#include "http/response.h"
#include "http/route.h"

/* Makes the answer for `status` (400, 404, 405, 413, 500, 503); `error` says why, for the
 * program to choose its words; its message is not for the client unless `status` < 500. */
typedef void http_fail(void *program, struct http_request *request, struct http_response *response,
		       int status, const struct led_error *error);

struct http_program {
	const struct http_route *routes;
	size_t route_count;
	void *state;        /* handed to every handler */
	const char *prefix; /* path part of the public URL: "" or "/x" */
	size_t arena_cap;   /* bytes of memory for one request, the body included */
	size_t body_cap;    /* bytes of one answer */
	/* The status when a handler fails, when the body breaks off, or when memory is
	 * short: 503 for programs that machines call (a shop gives an event up for good on
	 * any 4xx), 500 for pages. */
	int failure_status;
	http_fail *fail; /* http_fail_json for machines */
	/* NULL, or called when the route is known and before its handler (sessions). When it
	 * sets a status, that is the answer and the handler is not called. */
	http_handler *before;
	/* NULL, or makes every answer that was left open (http_response.open) since it was last
	 * called: at most `together_max`. An open response that it leaves without a status, because
	 * it failed or otherwise, becomes the failure's answer. */
	enum led_err (*settle)(void *program, struct led_error *error);
	size_t together_max;
	/* NULL, or called with every answer just before it is sent (security headers). */
	void (*after)(void *program, const struct http_request *request,
		      struct http_response *response);
};

/* {"error":code,"message":message} with fixed words for each status; the default. */
http_fail http_fail_json;

/* The part of a server URL's path that http_program.prefix wants: of
 * "https://host/x/" it is "/x", of "https://host" "". In `out`, `size` bytes with the NUL;
 * false when it does not fit. */
bool http_public_prefix(const char *public_url, char *out, size_t size);

/* Serves until told to stop. The program's exit status: 0 after a signal, 1 when descriptor 0
 * cannot be served (logged). */
int http_serve(const struct http_program *program);

#endif
