/*
 * The sandboxes' small FastCGI server: threads that accept on one listening
 * socket (fd 0, given by spawn-fcgi), a request read whole, an answer written
 * whole. It shares no code with the product, on purpose: a mistake that both
 * made would be invisible to the tests.
 */
#ifndef SANDBOX_SERVER_H
#define SANDBOX_SERVER_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>

struct sb_request {
	const char *method; /* "GET" */
	const char *path;   /* DOCUMENT_URI or the path part of REQUEST_URI, undecoded */
	const char *query;  /* after '?', undecoded, "" when absent */
	const char *body;   /* NUL-terminated copy of the whole body */
	size_t body_len;
	char **envp; /* FastCGI parameters; use sb_header for HTTP headers */
};

/* A header by its HTTP name ("X-Business"), or NULL. */
const char *sb_header(const struct sb_request *req, const char *name);

/* The first value of a query or form parameter, percent-decoded ('+' is a
 * space), malloc'd; NULL when absent. The caller frees. */
char *sb_param(const char *encoded, const char *name);

/* Percent-decodes in place ('+' is a space when `form`); returns the new length.
 * A broken escape stays as it is. */
size_t sb_decode(char *text, bool form);

struct sb_reply {
	int status;               /* HTTP status; 0 means 200 */
	const char *content_type; /* NULL means application/json */
	char *body;               /* malloc'd or NULL; the server frees it */
	size_t body_len;
	char headers[1024]; /* further "Name: value\r\n" lines, see sb_reply_header */
	bool cut;           /* close the client's connection without any answer */
};

void sb_reply_header(struct sb_reply *reply, const char *name, const char *value);
/* Takes ownership of `value` (json_object_put after printing). */
void sb_reply_json(struct sb_reply *reply, int status, struct json_object *value);
void sb_reply_text(struct sb_reply *reply, int status, const char *content_type, const char *text);

typedef void (*sb_handler)(const struct sb_request *req, struct sb_reply *reply);

/* Serves fd 0 with `threads` threads until SIGTERM; returns the exit status.
 * SIGTERM stops the accepting, lets the requests in hand finish, and gives 0. */
int sb_serve(unsigned threads, sb_handler handler);

/* Now in Unix seconds, moved by sb_clock_shift (the sandbox's settable clock). */
long long sb_now(void);
void sb_clock_shift(long long seconds); /* absolute offset from the real clock */

/* `out` gets 2 * n + 1 characters of lower-case hex from the system's random source. */
void sb_random_hex(char *out, size_t n);

#endif
