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

/* Any request except the control API's. False: over settings.max_concurrent or
 * settings.daily_limit; it counts as in flight all the same. */
bool traffic_enter(void);
void traffic_leave(void);

/* A routed API request, "POST /contacts/{key}". Sage wants one write to a business
 * at a time: a second POST, PUT or DELETE in flight is counted as parallel. */
void traffic_begin(const char *business, const char *route, bool write);
void traffic_end(const char *business, bool write);

void traffic_replayed(const char *business); /* answered from idempotency memory */
void traffic_token(enum traffic_token_event event);

struct json_object *traffic_json(void);
void traffic_reset(void); /* counts to 0; what is in flight stays in flight */

#endif
