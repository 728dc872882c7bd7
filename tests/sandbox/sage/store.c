#include "sage/store.h"

#include "common/server.h"
#include "sage/artefacts.h"
#include "sage/catalogue.h"
#include "sage/contacts.h"
#include "sage/dates.h"
#include "sage/idempotency.h"
#include "sage/js.h"
#include "sage/payments.h"
#include "sage/reference.h"

#include <json-c/linkhash.h>
#include <openssl/sha.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TABLE_SIZE = 64 };

static const struct settings default_settings = {
	.missing_tax = TAX_STRICT,
	.check_totals = true,
	.max_concurrent = 150,
	.daily_limit = 1296000,
};

struct settings settings;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct lh_table *users;      /* e-mail -> struct user */
static struct lh_table *businesses; /* id -> struct business */

void store_lock(void)
{
	pthread_mutex_lock(&lock);
}

void store_unlock(void)
{
	pthread_mutex_unlock(&lock);
}

void *table_find(struct lh_table *table, const char *key)
{
	void *value = NULL;

	return lh_table_lookup_ex(table, key, &value) ? value : NULL;
}

size_t table_count(struct lh_table *table)
{
	return (size_t)lh_table_length(table);
}

void **table_values(struct lh_table *table)
{
	void **values = calloc(table_count(table) + 1, sizeof(*values));
	struct lh_entry *entry;
	size_t n = 0;

	if (values == NULL)
		abort(); /* a test's stand-in without memory has nothing honest to answer */
	lh_foreach(table, entry) values[n++] = lh_entry_v(entry);
	return values;
}

void random_id(char out[ID_TEXT])
{
	sb_random_hex(out, (ID_TEXT - 1) / 2);
}

void derived_id(const struct business *business, const char *kind, const char *code,
		char out[ID_TEXT])
{
	unsigned char digest[SHA256_DIGEST_LENGTH];
	char text[256];
	int len = snprintf(text, sizeof(text), "%s/%s/%s", business->id, kind, code);

	SHA256((const unsigned char *)text, (size_t)len, digest);
	for (size_t i = 0; i < (ID_TEXT - 1) / 2; i++)
		snprintf(out + 2 * i, 3, "%02x", digest[i]);
}

static void free_key(struct lh_entry *entry)
{
	free(lh_entry_k(entry));
}

static void free_user(struct lh_entry *entry)
{
	struct user *user = lh_entry_v(entry);

	free(user->email);
	free(user->first_name);
	free(user->last_name);
	free(user);
}

static void free_business(struct lh_entry *entry)
{
	struct business *business = lh_entry_v(entry);

	lh_table_free(business->contact_references);
	lh_table_free(business->contacts);
	lh_table_free(business->payments);
	lh_table_free(business->artefacts);
	lh_table_free(business->movements);
	lh_table_free(business->catalogue);
	lh_table_free(business->replays);
	json_object_put(business->reference);
	free(business->name);
	free(business->user);
	free(business);
}

static struct user *add_user(const char *email, const char *first, const char *last,
			     const struct seed_region *region)
{
	struct user *user = calloc(1, sizeof(*user));
	unsigned char digest[SHA256_DIGEST_LENGTH];

	SHA256((const unsigned char *)email, strlen(email), digest);
	snprintf(user->id, sizeof(user->id),
		 "%02x%02x%02x%02x-%02x%02x-4%01x%02x-a%01x%02x-%02x%02x%02x%02x%02x%02x",
		 digest[0], digest[1], digest[2], digest[3], digest[4], digest[5], digest[6] & 15u,
		 digest[7], digest[8] & 15u, digest[9], digest[10], digest[11], digest[12],
		 digest[13], digest[14], digest[15]);
	user->email = strdup(email);
	user->first_name = strdup(first);
	user->last_name = strdup(last);
	user->region = region;
	user->created = sb_now();
	lh_table_insert(users, user->email, user);
	return user;
}

struct user *store_user(const char *email)
{
	return table_find(users, email);
}

struct business *store_business(const char *id)
{
	return table_find(businesses, id);
}

struct business *store_lead_business(const char *email)
{
	struct lh_entry *entry;

	lh_foreach(businesses, entry)
	{
		struct business *business = lh_entry_v(entry);

		if (strcmp(business->user, email) == 0)
			return business;
	}
	return NULL;
}

struct business *store_add_business(const char *id, const char *name,
				    const struct seed_region *region, const char *user)
{
	struct business *business;

	if (id != NULL && store_business(id) != NULL)
		return NULL;
	if (store_user(user) == NULL)
		add_user(user, "Test", "Owner", region);
	business = calloc(1, sizeof(*business));
	if (id != NULL)
		snprintf(business->id, sizeof(business->id), "%s", id);
	else
		random_id(business->id);
	business->name = strdup(name);
	business->user = strdup(user);
	business->region = region;
	business->vat_registered = region->vat;
	business->multi_currency = true;
	business->created = sb_now();
	business->contacts = lh_kchar_table_new(TABLE_SIZE, contact_free);
	business->contact_references = lh_kchar_table_new(TABLE_SIZE, free_key);
	business->artefacts = lh_kchar_table_new(TABLE_SIZE, artefact_free);
	business->payments = lh_kchar_table_new(TABLE_SIZE, payment_free);
	business->catalogue = lh_kchar_table_new(TABLE_SIZE, item_free);
	business->movements = lh_kchar_table_new(TABLE_SIZE, movement_free);
	business->replays = lh_kchar_table_new(TABLE_SIZE, idempotency_free);
	business->next_number[ARTEFACT_INVOICE] = 1;
	business->next_number[ARTEFACT_CREDIT_NOTE] = 1;
	business->reference = reference_seed(business);
	lh_table_insert(businesses, business->id, business);
	return business;
}

void store_reset(void)
{
	if (users != NULL) {
		lh_table_free(businesses);
		lh_table_free(users);
	}
	users = lh_kchar_table_new(TABLE_SIZE, free_user);
	businesses = lh_kchar_table_new(TABLE_SIZE, free_business);
	settings = default_settings;
	for (const struct seed_user *seed = seed_users; seed->email != NULL; seed++)
		add_user(seed->email, seed->first_name, seed->last_name,
			 seed_region(seed->country));
	for (const struct seed_business *seed = seed_businesses; seed->id != NULL; seed++)
		store_add_business(seed->id, seed->name, seed_region(seed->region), seed->user);
}

void store_each_business(store_business_each each, void *arg)
{
	struct lh_entry *entry;

	lh_foreach(businesses, entry) each(lh_entry_v(entry), arg);
}

void store_each_user(store_user_each each, void *arg)
{
	struct lh_entry *entry;

	lh_foreach(users, entry) each(lh_entry_v(entry), arg);
}

struct json_object *business_json(const struct business *business)
{
	struct json_object *out = js_base("businesses", business->id, business->name);
	char when[DATE_TEXT];

	time_text(business->created, when);
	js_put_str(out, "created_at", when);
	js_put_str(out, "updated_at", when);
	js_put_str(out, "name", business->name);
	js_put_str(out, "address_line_1", "1 Sandbox Street");
	js_put_str(out, "address_line_2", NULL);
	js_put_str(out, "city", NULL);
	js_put_str(out, "postal_code", NULL);
	js_put_str(out, "region", NULL);
	js_put_str(out, "telephone", NULL);
	js_put_str(out, "mobile", NULL);
	js_put_str(out, "website", NULL);
	js_put(out, "country",
	       js_base_of(reference_find(business, "countries", business->region->id)));
	js_put_bool(out, "is_demo", false);
	js_put_bool(out, "ni_based", false);
	return out;
}

struct json_object *user_json(const struct user *user)
{
	struct json_object *out = json_object_new_object();
	char text[256];
	char when[DATE_TEXT];

	time_text(user->created, when);
	snprintf(text, sizeof(text), "%s %s", user->first_name, user->last_name);
	js_put_str(out, "id", user->id);
	js_put_str(out, "displayed_as", text);
	js_put_str(out, "first_name", user->first_name);
	js_put_str(out, "last_name", user->last_name);
	snprintf(text, sizeof(text), "%.1s%.1s", user->first_name, user->last_name);
	js_put_str(out, "initials", text);
	js_put_str(out, "email", user->email);
	js_put_str(out, "locale", user->region->locale);
	js_put_str(out, "created_at", when);
	js_put_str(out, "updated_at", when);
	return out;
}
