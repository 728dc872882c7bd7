/*
 * The cron job byte8_outbox_drain and the command line's byte8:sage:invoice:sync.
 * Neither wants the lock held: both make network calls.
 */
#ifndef SHOP_DRAIN_H
#define SHOP_DRAIN_H

#include <json-c/json.h>

struct shop;

enum { DRAIN_INTERVAL_MS = 60000 };

/* How often every shop's cron runs; 0 = only on demand. For the whole process. */
void drain_interval(long ms);
long drain_interval_get(void);

/* The shop's cron thread. */
void drain_start(struct shop *shop);

/* One run: up to 50 due rows, one after another.
 * {"ran":bool,"sent":n,"succeeded":n,"retrying":n,"dead_lettered":n,"due":n left} */
struct json_object *drain_run(struct shop *shop);

/* One event posted at once, as the command line does it. NULL when the entity is
 * unknown or the shop unpaired; else {"event","id","status","outcome",
 * "sync_run_id","error","queued"}. `event` is invoice.created or invoice.paid. */
struct json_object *drain_post_now(struct shop *shop, const char *event, long long invoice_id);

#endif
