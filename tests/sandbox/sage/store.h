/*
 * Everything the sandbox holds, in memory, under one lock. Every function of the
 * sandbox except the request loop in main.c (and traffic.c, which has its own) runs
 * with the lock held; a settable delay never does, so a business found before a
 * delay must be found again after.
 */
#ifndef SAGE_STORE_H
#define SAGE_STORE_H

#include "sage/money.h"
#include "sage/seed.h"

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>

enum { ID_TEXT = 33, UUID_TEXT = 37 };

struct lh_table; /* json-c's hash table, in insertion order */

struct user {
	char id[UUID_TEXT];
	char *email;
	char *first_name;
	char *last_name;
	const struct seed_region *region; /* where the person signs in */
	long long created;
};

struct business {
	char id[ID_TEXT];
	char *name;
	char *user; /* e-mail of its owner, who alone may reach it */
	const struct seed_region *region;
	bool vat_registered;
	bool multi_currency;
	long long created;
	struct json_object *reference;       /* collection -> id -> item, see reference.h */
	struct lh_table *contacts;           /* id -> struct contact, soft-deleted ones too */
	struct lh_table *contact_references; /* reference -> the same struct contact */
	struct lh_table *artefacts;          /* id -> struct artefact */
	struct lh_table *payments;           /* id -> struct payment */
	struct lh_table *catalogue;          /* id -> struct item, soft-deleted ones too */
	struct lh_table *movements;          /* id -> struct movement */
	struct lh_table *replays;            /* idempotency_id -> struct replay */
	long next_number[2];                 /* by enum artefact_type */
};

struct contact {
	char id[ID_TEXT];
	char main_address_id[ID_TEXT];
	char delivery_address_id[ID_TEXT];
	char person_id[ID_TEXT];
	struct json_object *input; /* the request object, later ones merged in */
	long long created;
	long long updated;
	long long deleted; /* 0: alive */
};

/* Settings that a test can turn (control.c). */
struct settings {
	enum { TAX_STRICT, TAX_ZERO, TAX_COMPUTE } missing_tax;
	bool idempotency_reject; /* another body under a known id: 422, not a replay */
	bool check_totals;       /* refuse amounts sent that are not what Sage will book */
	long latency_ms;         /* before every answer */
	long max_concurrent;     /* more requests in flight than this: 429; 0: no limit */
	long long daily_limit;   /* requests a day; 0: no limit */
};

extern struct settings settings;

void store_lock(void);
void store_unlock(void);
/* Empties everything and seeds it anew. */
void store_reset(void);

struct user *store_user(const char *email);              /* NULL when unknown */
struct business *store_business(const char *id);         /* NULL when unknown */
struct business *store_lead_business(const char *email); /* the user's first, or NULL */
/* `id` NULL: a random one. The owner is made when unknown. NULL: the id is taken. */
struct business *store_add_business(const char *id, const char *name,
				    const struct seed_region *region, const char *user);

typedef void (*store_business_each)(struct business *business, void *arg);
void store_each_business(store_business_each each, void *arg);
typedef void (*store_user_each)(struct user *user, void *arg);
void store_each_user(store_user_each each, void *arg);

void *table_find(struct lh_table *table, const char *key);
size_t table_count(struct lh_table *table);
/* The values in order of insertion, malloc'd, `table_count` of them. */
void **table_values(struct lh_table *table);

void random_id(char out[ID_TEXT]);
/* An id that stays the same over restarts: from the business, the kind and the code. */
void derived_id(const struct business *business, const char *kind, const char *code,
		char out[ID_TEXT]);

struct json_object *business_json(const struct business *business);
struct json_object *user_json(const struct user *user);

#endif
