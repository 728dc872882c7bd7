/*
 * Calls to other servers: libcurl's easy interface with every limit set. https only
 * (and http to loopback under a switch), no redirects, no proxy or netrc from the
 * environment, no cookies, the peer's address checked (http/guard.h).
 *
 * One client belongs to one thread; it keeps its connections from call to call.
 */
#ifndef HTTP_CLIENT_H
#define HTTP_CLIENT_H

#include "base/buf.h"
#include "base/error.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HTTP_CLIENT_BODY_MAX    (2 * 1024 * 1024) /* bytes of an answer, unless the call says less */
#define HTTP_CLIENT_CONNECT_MS  5000
#define HTTP_CLIENT_TOTAL_MS    20000 /* unless the call says otherwise */
#define HTTP_CLIENT_HEADERS_MAX 8
#define HTTP_CLIENT_FIELD_MAX   256 /* bytes of a kept answer header with the NUL */

struct http_client;

struct http_client_options {
	bool allow_http_loopback;  /* http:// and loopback addresses, for sandboxes and tests */
	const atomic_bool *cancel; /* NULL, or: true ends a call under way, within a second or so */
};

/* Before any thread is started, once; LED_INTERNAL when libcurl will not start. */
enum led_err http_client_global_init(struct led_error *error) __attribute__((warn_unused_result));

/* NULL when memory is short. */
struct http_client *http_client_new(const struct http_client_options *options);
void http_client_free(struct http_client *client);

struct http_client_header {
	const char *name;
	const char *value; /* CR and LF are refused */
};

struct http_call {
	const char *method; /* "GET", "POST", "PUT" */
	const char *url;
	const char *bearer; /* sent as Authorization: Bearer, wiped from our copies; NULL = none */
	size_t bearer_len;
	struct http_client_header headers[HTTP_CLIENT_HEADERS_MAX]; /* up to the first NULL name */
	const char *body;                                           /* NULL = none */
	size_t body_len;
	const char *content_type; /* of the body */
	const char *accept;       /* NULL = application/json */
	long total_ms;            /* 0 = HTTP_CLIENT_TOTAL_MS */
	size_t body_max;          /* 0 = HTTP_CLIENT_BODY_MAX */
	/* A connection of its own, closed afterwards. libcurl silently sends a request again
	 * when a kept connection turns out dead (CURLE_SEND_ERROR/GOT_NOTHING on a reused
	 * connection, see Curl_retry_request in its transfer.c). The other side may have taken
	 * the first one, so a single-use token would be refused as replayed. */
	bool fresh;
};

/* Zero it, or http_answer_init, before the first call; a call empties it first. */
struct http_answer {
	int status; /* 0 when there was no answer */
	struct buf body;
	char content_type[HTTP_CLIENT_FIELD_MAX];
	char request_id[HTTP_CLIENT_FIELD_MAX]; /* x-request-id */
	char business[HTTP_CLIENT_FIELD_MAX];   /* x-business */
	int retry_after; /* seconds from now, from either form of Retry-After; -1 = absent */
	int64_t duration_ms;
	/* Whether the other side may have taken the request in. False only when it is certain
	 * that not one byte of the request could reach it. True with any status. */
	bool maybe_received;
};

void http_answer_init(struct http_answer *answer);
void http_answer_release(struct http_answer *answer);
/* True when the answer's content type is JSON (application/json or …+json). */
bool http_answer_is_json(const struct http_answer *answer);

/* LED_OK with any complete answer, whatever its status. Else LED_HTTP with code
 * not_resolved, connect_failed, address_refused, tls_failed, timed_out, cut_off, too_large,
 * malformed_answer, or LED_VALIDATION bad_url (not a URL that we call at all), or
 * LED_INTERNAL. Messages name the host, never the path, a header or a body. */
enum led_err http_client_call(struct http_client *client, const struct http_call *call,
			      struct http_answer *answer, struct led_error *error)
	__attribute__((warn_unused_result));

/* Seconds from `now` that a Retry-After value means: delta-seconds or any HTTP-date (a past
 * one is 0). -1 when it is neither. Capped at one day. */
int http_retry_after(const char *value, int64_t now);

#endif
