/* What came in: counts per route and business, and writes that overlapped. */
#ifndef SAGE_TRAFFIC_H
#define SAGE_TRAFFIC_H

#include <json-c/json.h>
#include <stdbool.h>

enum traffic_token_event {
	TRAFFIC_EXCHANGED,
	TRAFFIC_REFRESHED,
	TRAFFIC_REFRESH_REUSED, /* a refresh token that was used before */
	TRAFFIC_GRANT_REFUSED,
};

/*
 * Gauges are moved before a request waits for the store's lock and after it let
 * go, under a lock of their own: requests that overlap are seen to overlap even
 * when the store serves them one after another.
 */
struct traffic_load {
	long in_flight;  /* this request among them */
	long long today; /* requests of this day so far, by the sandbox's clock */
};

/* Any request except the control API's. */
struct traffic_load traffic_enter(void);
void traffic_leave(void);

/* An API request to a business ("" when unknown: not counted). Sage wants one write
 * at a time: a second POST, PUT or DELETE in flight is counted as parallel. */
void traffic_begin(const char *business, bool write);
void traffic_end(const char *business, bool write);

void traffic_routed(const char *business, const char *route); /* "POST /contacts/{key}" */
void traffic_limited(void);                  /* answered 429 for a limit of the settings */
void traffic_replayed(const char *business); /* answered from idempotency memory */
void traffic_token(enum traffic_token_event event);

struct json_object *traffic_json(void);
void traffic_reset(void); /* counts to 0; what is in flight stays in flight */

#endif
