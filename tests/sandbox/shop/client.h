/*
 * The shop's own HTTP calls, as Magento's curl makes them: one new connection
 * each, no User-Agent, no Expect, no redirect followed, and the status taken
 * from the first status line even if that is an interim one.
 */
#ifndef SHOP_CLIENT_H
#define SHOP_CLIENT_H

#include "shop/outbox.h"

#include <stddef.h>

struct shop;

/* What a call needs, copied from the shop under its lock. Release after use. */
struct client_call {
	const char *method;
	char *url;
	char *body; /* NULL for GET */
	char *token;
	char *idempotency_key; /* NULL = none */
	long timeout_ms, connect_timeout_ms;
};

struct client_answer {
	enum outbox_outcome outcome;
	long status; /* of the first status line; 0 = no answer */
	char *body;  /* "" when empty, cut at 1 MiB */
	char *error; /* "HTTP 503: …" or curl's sentence; NULL when all is well */
};

/* Under the lock: `path` is appended to base_url. False when unpaired. */
bool client_prepare(struct shop *shop, const char *method, const char *path, const char *body,
		    const char *key, struct client_call *call);
/* "/webhooks/magento/{tenant_id}/{event}", malloc'd; under the lock, paired. */
char *client_event_path(const struct shop *shop, const char *event);

/* Without the lock. */
void client_send(const struct client_call *call, struct client_answer *answer);

void client_call_release(struct client_call *call);
void client_answer_release(struct client_answer *answer);

#endif
