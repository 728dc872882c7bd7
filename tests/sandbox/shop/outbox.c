#include "shop/outbox.h"

#include "shop/magento_json.h"
#include "shop/mem.h"
#include "shop/shop.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Seconds after the n-th failure; the tenth buries the row. */
static const long ladder[] = {60, 300, 1800, 7200, 21600, 43200, 86400, 86400, 86400};

enum {
	ATTEMPTS_MAX = sizeof(ladder) / sizeof(ladder[0]) + 1,
	KEEP_SUCCEEDED = 30 * 86400,
};

static const char *const status_names[] = {"pending", "succeeded", "dead_lettered"};

static void row_free(struct outbox_row *row)
{
	free(row->key);
	free(row->event);
	free(row->payload);
	free(row->last_error);
	free(row->last_answer);
	free(row);
}

void outbox_clear(struct outbox *outbox)
{
	for (size_t i = 0; i < outbox->count; i++)
		row_free(outbox->rows[i]);
	free(outbox->rows);
	*outbox = (struct outbox){.last_id = outbox->last_id};
}

struct outbox_row *outbox_find(const struct outbox *outbox, long long entity_id)
{
	for (size_t i = 0; i < outbox->count; i++)
		if (outbox->rows[i]->entity_id == entity_id)
			return outbox->rows[i];
	return NULL;
}

char *outbox_key(const char *event, long long id)
{
	return mem_format("%s:%lld", event, id);
}

char *outbox_body(const struct shop *shop, const char *event, const struct entity *entity)
{
	bool document =
		strncmp(event, "invoice.", 8) == 0 || strncmp(event, "creditmemo.", 11) == 0;
	bool customer = strncmp(event, "customer.", 9) == 0;
	struct json_object *body = json_object_new_object();
	struct json_object *payload = json_object_new_object();
	char when[SHOP_TIME_LEN];
	char *text;

	shop_time(shop_now(shop), when);
	magento_json_add_int(body, "magento_entity_id", entity->id);
	magento_json_add_int(body, "website_id", document || customer ? entity->website_id : 0);
	magento_json_add_int(body, "store_id", document ? entity->store_id : 0);
	magento_json_add_text(body, "occurred_at", when);
	if (document)
		magento_json_add_text(payload, "increment_id",
				      magento_json_text(entity->tree, "increment_id"));
	if (strcmp(event, "invoice.created") == 0) {
		const char *state = magento_json_text(entity->tree, "state");

		magento_json_add(
			payload, "paid",
			json_object_new_boolean(state != NULL && strcmp(state, "paid") == 0));
	}
	magento_json_add(body, "payload", payload);
	text = magento_json(body, MAGENTO_JSON_PLAIN);
	json_object_put(body);
	return text;
}

static bool key_taken(const struct outbox *outbox, const char *key)
{
	for (size_t i = 0; i < outbox->count; i++)
		if (strcmp(outbox->rows[i]->key, key) == 0)
			return true;
	return false;
}

struct outbox_row *outbox_enqueue(struct shop *shop, const char *event, enum entity_kind kind,
				  long long id, const char *body, const char *error)
{
	struct outbox *outbox = &shop->outbox;
	struct outbox_row *row;
	char *key = outbox_key(event, id);

	/* Any row with the key swallows the event, whatever its status. */
	if (!shop_paired(shop) || key_taken(outbox, key)) {
		free(key);
		return NULL;
	}
	if (outbox->count == outbox->room) {
		outbox->room = outbox->room * 2 + 16;
		outbox->rows = mem_grow(outbox->rows, outbox->room * sizeof(*outbox->rows));
	}
	row = mem_zero(sizeof(*row));
	row->entity_id = ++outbox->last_id;
	row->key = key;
	row->event = mem_copy(event);
	row->payload = mem_copy(body);
	row->last_error = mem_copy(error);
	row->created_at = shop_now(shop);
	row->next_attempt_at = row->created_at;
	outbox->rows[outbox->count++] = row;
	state_pending(&shop->states, entity_kind_name(kind), id);
	return row;
}

struct outbox_row *outbox_event(struct shop *shop, const char *event, enum entity_kind kind,
				const struct entity *entity)
{
	char *body = outbox_body(shop, event, entity);
	struct outbox_row *row = outbox_enqueue(shop, event, kind, entity->id, body, NULL);

	free(body);
	return row;
}

void outbox_settle(struct outbox_row *row, enum outbox_outcome outcome, long status_code,
		   const char *error, long long now)
{
	row->attempts++;
	row->last_status_code = status_code;
	row->last_attempt_at = now;
	row->next_attempt_at = 0;
	free(row->last_error);
	row->last_error = NULL;
	if (outcome == OUTBOX_OK) {
		row->status = OUTBOX_SUCCEEDED;
	} else if (outcome == OUTBOX_PERMANENT) {
		row->status = OUTBOX_DEAD_LETTERED;
		row->last_error = mem_copy(error);
	} else if (row->attempts >= ATTEMPTS_MAX) {
		row->status = OUTBOX_DEAD_LETTERED;
		row->last_error = mem_format("transient_exhausted: %s", error);
	} else {
		row->next_attempt_at = now + ladder[row->attempts - 1];
		row->last_error = mem_copy(error);
	}
}

long outbox_requeue(struct outbox *outbox, long long entity_id, long long now)
{
	long n = 0;

	for (size_t i = 0; i < outbox->count; i++) {
		struct outbox_row *row = outbox->rows[i];

		if (row->status != OUTBOX_DEAD_LETTERED ||
		    (entity_id != 0 && row->entity_id != entity_id))
			continue;
		row->status = OUTBOX_PENDING;
		row->attempts = 0;
		row->next_attempt_at = now;
		n++;
	}
	return n;
}

long outbox_collect(struct outbox *outbox, long long now)
{
	size_t kept = 0;
	long n = 0;

	for (size_t i = 0; i < outbox->count; i++) {
		struct outbox_row *row = outbox->rows[i];

		if (row->status == OUTBOX_SUCCEEDED &&
		    row->last_attempt_at < now - KEEP_SUCCEEDED) {
			row_free(row);
			n++;
		} else {
			outbox->rows[kept++] = row;
		}
	}
	outbox->count = kept;
	return n;
}

static void add_time(struct json_object *out, const char *name, long long when)
{
	char text[SHOP_TIME_LEN];

	if (when == 0) {
		json_object_object_add(out, name, NULL);
		return;
	}
	shop_time(when, text);
	magento_json_add_text(out, name, text);
}

struct json_object *outbox_row_json(const struct outbox_row *row)
{
	struct json_object *out = json_object_new_object();

	magento_json_add_int(out, "entity_id", row->entity_id);
	magento_json_add_text(out, "idempotency_key", row->key);
	magento_json_add_text(out, "event_name", row->event);
	magento_json_add_text(out, "payload", row->payload);
	magento_json_add_text(out, "status", status_names[row->status]);
	magento_json_add_int(out, "attempts", row->attempts);
	json_object_object_add(
		out, "last_status_code",
		row->last_status_code != 0 ? json_object_new_int64(row->last_status_code) : NULL);
	add_time(out, "last_attempt_at", row->last_attempt_at);
	add_time(out, "next_attempt_at", row->next_attempt_at);
	json_object_object_add(out, "last_error",
			       row->last_error != NULL ? json_object_new_string(row->last_error)
						       : NULL);
	add_time(out, "created_at", row->created_at);
	json_object_object_add(out, "last_answer",
			       row->last_answer != NULL ? json_object_new_string(row->last_answer)
							: NULL);
	return out;
}
