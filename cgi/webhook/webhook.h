/*
 * ledger-webhook: the endpoints that shops call. What can go wrong for a while is
 * answered 503, for a shop gives an event up for good on any 4xx; 4xx is kept for what
 * the database has positively answered or what no retry could mend.
 */
#ifndef WEBHOOK_WEBHOOK_H
#define WEBHOOK_WEBHOOK_H

#include "base/config.h"
#include "crypto/seal.h"
#include "crypto/token.h"
#include "db/db.h"
#include "http/serve.h"

#define WEBHOOK_BODY_MAX 262144 /* bytes */

struct gate;
struct intake;

struct webhook {
	struct config config;
	struct db *db;
	struct gate *gate;
	struct intake *intake;
};

http_handler webhook_event, webhook_disconnect, webhook_health, webhook_status;

/* /healthz, /readyz and /metrics: only for requests that came through nginx's private listener. */
http_handler webhook_healthz, webhook_readyz, webhook_metrics;

/* The answers that several endpoints share. */
enum led_err webhook_unauthorized(struct http_response *response);
enum led_err webhook_bad_request(struct http_response *response, const char *message);

#endif
