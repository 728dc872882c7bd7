/*
 * Calls to Sage Business Cloud Accounting, API v3.1: JSON in and out, with a bearer
 * token, always for one business (X-Business), whose echo is compared.
 *
 * Connections are kept. libcurl may silently repeat a GET on a dead one, which harms
 * nothing; a body is never sent twice (http/client.h).
 *
 * Errors: those of sage/errors.h and http/client.h, and LED_AUTH "sage_wrong_business"
 * when Sage answers for another business than was asked for: the binding must pause
 * before anything more is written there.
 */
#ifndef SAGE_CLIENT_H
#define SAGE_CLIENT_H

#include "base/error.h"
#include "base/secret.h"
#include "http/call_log.h"
#include "http/client.h"

#include <json-c/json.h>
#include <stddef.h>

#define SAGE_PAGE_ITEMS 200   /* the most that Sage gives on a page */
#define SAGE_ITEMS_MAX  20000 /* of one list; more is LED_SERDE, never cut silently */

/* Asked before each request and told after it, by the thread that makes it. */
struct sage_gate {
	/* Anything but LED_OK: the request is not made. */
	enum led_err (*enter)(void *context, struct led_error *error);
	void (*leave)(void *context, enum led_err result);
	void *context;
};

/* A business and the access to it; everything borrowed. */
struct sage {
	struct http_client *http;
	const char *api_url;     /* https://api.accounting.sage.com/v3.1, no trailing slash */
	const char *business_id; /* NULL only to ask which businesses there are */
	const struct secret *access_token;
	struct call_log *calls;       /* NULL, or where calls are remembered */
	const struct sage_gate *gate; /* NULL, or who is asked */
};

/* `path` stands behind the API's URL: "/contacts?search=…", query values encoded (see
 * sage_encode). The caller owns *out (json_object_put). A single sales invoice or credit
 * note is always asked for with mark_as_sent=false, which this adds: without it reading
 * a document marks it as sent to the customer. */
enum led_err sage_get(const struct sage *sage, const char *path, struct json_object **out,
		      struct led_error *error) __attribute__((warn_unused_result));

/* `body` is complete JSON, sent as it is. Two posts to one business must never run at the
 * same time (Sage numbers its documents in sequence); the lane sees to it. */
enum led_err sage_post(const struct sage *sage, const char *path, const char *body, size_t len,
		       struct json_object **out, struct led_error *error)
	__attribute__((warn_unused_result));
enum led_err sage_put(const struct sage *sage, const char *path, const char *body, size_t len,
		      struct json_object **out, struct led_error *error)
	__attribute__((warn_unused_result));

/* All items of a collection, every page, as one JSON array that the caller owns. Pages by
 * $next and by $total, whichever says more (Sage does not always fill $next). A page
 * that repeats the one before, or an end before $total, is LED_SERDE. */
enum led_err sage_list(const struct sage *sage, const char *path, struct json_object **items,
		       struct led_error *error) __attribute__((warn_unused_result));

/* Appends `text` percent-encoded for a query. */
void sage_encode(struct buf *out, const char *text);

#endif
