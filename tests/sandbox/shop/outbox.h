/*
 * The table byte8_event_outbox: what the modules queue and how its rows age
 * (the wire contract, section 5). The functions want the shop's lock.
 */
#ifndef SHOP_OUTBOX_H
#define SHOP_OUTBOX_H

#include "shop/entity.h"

#include <json-c/json.h>
#include <stdbool.h>

struct shop;

enum outbox_status { OUTBOX_PENDING, OUTBOX_SUCCEEDED, OUTBOX_DEAD_LETTERED };

/* How an answer of the server is taken. */
enum outbox_outcome { OUTBOX_OK, OUTBOX_PERMANENT, OUTBOX_TRANSIENT };

struct outbox_row {
	long long entity_id; /* the row's own id, from 1 */
	char *key;           /* idempotency key, unique */
	char *event;
	char *payload; /* the body as it is sent */
	enum outbox_status status;
	int attempts;
	long last_status_code;     /* 0 = none */
	long long last_attempt_at; /* Unix seconds, 0 = never */
	long long next_attempt_at; /* 0 = not due any more */
	char *last_error;
	long long created_at;
	char *last_answer; /* not in Magento's table: the server's body, for the tests */
};

struct outbox {
	struct outbox_row **rows; /* owned, by entity_id */
	size_t count, room;
	long long last_id; /* never goes back, not even at reset */
};

enum { OUTBOX_BATCH = 50, OUTBOX_ERROR_MAX = 8192 };

void outbox_clear(struct outbox *outbox);
struct outbox_row *outbox_find(const struct outbox *outbox, long long entity_id);

/* An event of an entity: its body and, when the shop is paired and no row has the
 * key, a pending row plus a pending state. The row, or NULL when nothing was queued. */
struct outbox_row *outbox_event(struct shop *shop, const char *event, enum entity_kind kind,
				const struct entity *entity);

/* The same with the body and key at hand; `error` may be NULL. */
struct outbox_row *outbox_enqueue(struct shop *shop, const char *event, enum entity_kind kind,
				  long long id, const char *body, const char *error);

/* The event's body, malloc'd, and its key, malloc'd. */
char *outbox_body(const struct shop *shop, const char *event, const struct entity *entity);
char *outbox_key(const char *event, long long id);

/* What an answer makes of a row: counts the attempt, walks the ladder, buries. */
void outbox_settle(struct outbox_row *row, enum outbox_outcome outcome, long status_code,
		   const char *error, long long now);

long outbox_requeue(struct outbox *outbox, long long entity_id, long long now); /* 0 = all */
long outbox_collect(struct outbox *outbox, long long now); /* the daily byte8_outbox_gc */

struct json_object *outbox_row_json(const struct outbox_row *row);

#endif
