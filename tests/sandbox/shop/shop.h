/*
 * One shop: what its Magento holds, all in memory. Shops are told apart by the
 * first path segment, made on first use and kept until the process ends.
 *
 * Everything in struct shop is shared between threads and read or written only
 * under `lock`, except what says otherwise. No lock is held over a network call.
 */
#ifndef SHOP_SHOP_H
#define SHOP_SHOP_H

#include "shop/entity.h"
#include "shop/faults.h"
#include "shop/outbox.h"
#include "shop/request_log.h"
#include "shop/state.h"
#include "shop/token.h"

#include <pthread.h>
#include <stdbool.h>

#define SHOP_TIME_LEN 32

struct shop_settings {
	long latency_ms;         /* before every REST answer */
	long timeout_ms;         /* of the shop's own calls, whole request; Magento: 15 s */
	long connect_timeout_ms; /* Magento: 5 s */
	bool ping_object;        /* ping as an object with keys instead of Magento's list */
	bool production;         /* tokens only over HTTPS (X-Forwarded-Proto) */
};

struct shop {
	struct shop *next;
	char *name;
	pthread_mutex_t lock;
	pthread_mutex_t drain_lock; /* held over a whole drain: cron runs one at a time */
	unsigned long generation;   /* grows at reset, so that a drain under way notices */

	long long clock_offset; /* seconds on top of the real clock */
	long long clock_frozen; /* Unix time the clock stands still at, 0 = it runs */

	struct shop_settings settings;

	/* Pairing. tenant_id and api_key are NULL while unpaired; base_url survives. */
	char *tenant_id;
	char *api_key;
	char *base_url;
	char pairing_hash[TOKEN_SHA256_HEX]; /* "" = no code pending */
	long long pairing_issued_at;
	struct token_replay replay;

	struct entity_list entities[ENTITY_KINDS];
	long long next_order_id;
	struct json_object *payment_methods; /* list of {code,label,is_active} */
	struct outbox outbox;
	struct state_list states;
	struct fault_list faults;
	struct request_log log;
};

/* The shop of that name (1 to 64 of [A-Za-z0-9_-]), unlocked; NULL for another name. */
struct shop *shop_find(const char *name, size_t len);

void shop_lock(struct shop *shop);
void shop_unlock(struct shop *shop);

/* The rest wants the lock held. */
void shop_reset(struct shop *shop);
long long shop_now(const struct shop *shop);
bool shop_paired(const struct shop *shop);
void shop_pair(struct shop *shop, const char *tenant_id, const char *api_key, const char *base_url);
void shop_unpair(struct shop *shop); /* keeps base_url, the outbox and the states */

/* "2026-11-20T20:30:37Z" of a Unix time. */
void shop_time(long long when, char out[SHOP_TIME_LEN]);

#endif
