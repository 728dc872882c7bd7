#include "shop/drain.h"

#include "shop/client.h"
#include "shop/magento_json.h"
#include "shop/mem.h"
#include "shop/shop.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static pthread_mutex_t cron_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cron_changed = PTHREAD_COND_INITIALIZER;
static long cron_interval_ms = DRAIN_INTERVAL_MS;

struct drain_count {
	long sent, by_outcome[3], buried;
};

void drain_interval(long ms)
{
	pthread_mutex_lock(&cron_lock);
	cron_interval_ms = ms;
	pthread_cond_broadcast(&cron_changed);
	pthread_mutex_unlock(&cron_lock);
}

long drain_interval_get(void)
{
	long ms;

	pthread_mutex_lock(&cron_lock);
	ms = cron_interval_ms;
	pthread_mutex_unlock(&cron_lock);
	return ms;
}

static bool row_due(const struct outbox_row *row, long long now)
{
	return row->status == OUTBOX_PENDING && row->next_attempt_at <= now;
}

/* Sends one row and settles it; false when the shop was reset or unpaired meanwhile. */
static bool send_row(struct shop *shop, long long entity_id, unsigned long generation,
		     struct drain_count *count)
{
	struct client_call call;
	struct client_answer answer;
	struct outbox_row *row;
	bool same;

	shop_lock(shop);
	row = shop->generation == generation ? outbox_find(&shop->outbox, entity_id) : NULL;
	same = row != NULL && shop_paired(shop);
	if (same) {
		char *path = client_event_path(shop, row->event);

		same = client_prepare(shop, "POST", path, row->payload, row->key, &call);
		free(path);
	}
	shop_unlock(shop);
	if (!same)
		return false;
	client_send(&call, &answer);
	client_call_release(&call);
	shop_lock(shop);
	row = shop->generation == generation ? outbox_find(&shop->outbox, entity_id) : NULL;
	same = row != NULL;
	if (same) {
		outbox_settle(row, answer.outcome, answer.status, answer.error, shop_now(shop));
		free(row->last_answer);
		row->last_answer = mem_copy_n(answer.body, strnlen(answer.body, OUTBOX_ERROR_MAX));
		count->sent++;
		count->by_outcome[answer.outcome]++;
		count->buried += row->status == OUTBOX_DEAD_LETTERED;
	}
	shop_unlock(shop);
	client_answer_release(&answer);
	return same;
}

/* The ids of the rows due now, by id, at most `max`. */
static size_t due_rows(struct shop *shop, long long *ids, size_t max, unsigned long *generation)
{
	size_t n = 0;

	shop_lock(shop);
	*generation = shop->generation;
	for (size_t i = 0; shop_paired(shop) && i < shop->outbox.count && n < max; i++)
		if (row_due(shop->outbox.rows[i], shop_now(shop)))
			ids[n++] = shop->outbox.rows[i]->entity_id;
	shop_unlock(shop);
	return n;
}

struct json_object *drain_run(struct shop *shop)
{
	struct drain_count count = {0};
	struct json_object *out;
	long long ids[OUTBOX_BATCH];
	unsigned long generation;
	long left = 0;
	size_t n;
	bool paired;

	pthread_mutex_lock(&shop->drain_lock);
	n = due_rows(shop, ids, OUTBOX_BATCH, &generation);
	for (size_t i = 0; i < n; i++)
		if (!send_row(shop, ids[i], generation, &count))
			break;
	pthread_mutex_unlock(&shop->drain_lock);
	shop_lock(shop);
	paired = shop_paired(shop);
	for (size_t i = 0; i < shop->outbox.count; i++)
		left += row_due(shop->outbox.rows[i], shop_now(shop));
	shop_unlock(shop);
	out = json_object_new_object();
	magento_json_add(out, "ran", json_object_new_boolean(paired));
	magento_json_add_int(out, "sent", count.sent);
	magento_json_add_int(out, "succeeded", count.by_outcome[OUTBOX_OK]);
	magento_json_add_int(out, "retrying",
			     count.sent - count.by_outcome[OUTBOX_OK] - count.buried);
	magento_json_add_int(out, "dead_lettered", count.buried);
	magento_json_add_int(out, "due", left);
	return out;
}

/* Waits for the next minute of this shop's cron. An interval that changes starts anew. */
static void cron_wait(void)
{
	struct timespec until;
	long ms;
	int rc = 0;

	pthread_mutex_lock(&cron_lock);
	do {
		ms = cron_interval_ms;
		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_sec += ms / 1000;
		until.tv_nsec += ms % 1000 * 1000000L;
		if (until.tv_nsec >= 1000000000L) {
			until.tv_sec++;
			until.tv_nsec -= 1000000000L;
		}
		rc = ms > 0 ? pthread_cond_timedwait(&cron_changed, &cron_lock, &until)
			    : pthread_cond_wait(&cron_changed, &cron_lock);
	} while (rc != ETIMEDOUT || ms != cron_interval_ms);
	pthread_mutex_unlock(&cron_lock);
}

static void *cron_thread(void *of_shop)
{
	struct shop *shop = of_shop;

	for (;;) {
		cron_wait();
		json_object_put(drain_run(shop));
	}
	return NULL;
}

void drain_start(struct shop *shop)
{
	pthread_t id;

	if (pthread_create(&id, NULL, cron_thread, shop) == 0)
		pthread_detach(id);
	else
		fprintf(stderr, "sandbox-shop: no cron thread for shop %s\n", shop->name);
}

static struct json_object *post_result(const char *event, long long id,
				       const struct client_answer *answer, bool queued)
{
	static const char *const outcomes[] = {"accepted", "refused", "transient"};
	struct json_object *out = json_object_new_object();
	struct json_object *body = magento_json_parse(answer->body, strlen(answer->body));
	const char *run =
		answer->outcome == OUTBOX_OK ? magento_json_text(body, "sync_run_id") : NULL;

	magento_json_add_text(out, "event", event);
	magento_json_add_int(out, "id", id);
	magento_json_add_int(out, "status", answer->status);
	magento_json_add_text(out, "outcome", outcomes[answer->outcome]);
	magento_json_add_text(out, "sync_run_id", run != NULL ? run : "");
	magento_json_add_text(out, "error", answer->error);
	magento_json_add(out, "queued", json_object_new_boolean(queued));
	json_object_put(body);
	return out;
}

struct json_object *drain_post_now(struct shop *shop, const char *event, long long invoice_id)
{
	struct client_answer answer;
	struct client_call call;
	struct json_object *out;
	struct entity *invoice;
	bool queued = false;
	bool ready = false;

	shop_lock(shop);
	invoice = entity_find(&shop->entities[ENTITY_INVOICE], invoice_id);
	if (invoice != NULL && shop_paired(shop)) {
		char *path = client_event_path(shop, event);
		char *key = outbox_key(event, invoice_id);
		char *body = outbox_body(shop, event, invoice);

		ready = client_prepare(shop, "POST", path, body, key, &call);
		free(body);
		free(key);
		free(path);
	}
	shop_unlock(shop);
	if (!ready)
		return NULL;
	client_send(&call, &answer);
	if (answer.outcome == OUTBOX_TRANSIENT) {
		shop_lock(shop);
		queued = outbox_enqueue(shop, event, ENTITY_INVOICE, invoice_id, call.body,
					answer.error) != NULL;
		shop_unlock(shop);
	}
	out = post_result(event, invoice_id, &answer, queued);
	client_call_release(&call);
	client_answer_release(&answer);
	return out;
}
