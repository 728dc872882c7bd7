#include "store/xref.h"

#include <stdio.h>
#include <string.h>

/* Stands before Sage's id; no key of a shop has a colon. xref_contact_kinds knows it too. */
#define ASIDE         "gone:"
#define XREF_KEY_SIZE 65 /* the column's 64 and the NUL */

#define KEY_ARGS(key)                                                                              \
	DB_S((key)->binding), DB_S((key)->business), DB_S((key)->kind), DB_S((key)->magento_key)

static void copy_digest(unsigned char out[DIGEST_SIZE], const struct db_value *value)
{
	if (value->len == DIGEST_SIZE)
		memcpy(out, value->data, DIGEST_SIZE);
}

enum led_err xref_get(struct db *db, struct arena *arena, const struct xref_key *key,
		      struct xref *xref, struct led_error *error)
{
	struct db_rows rows;
	*xref = (struct xref){0};
	enum led_err err = db_query(db, arena, SQL_XREF_GET, DB_ARGS(KEY_ARGS(key)), &rows, error);
	if (err || rows.count == 0)
		return err;
	xref->found = true;
	xref->sage_id = db_at_text(&rows, 0, 0);
	xref->displayed_as = db_at_text(&rows, 0, 1);
	copy_digest(xref->digest, db_at(&rows, 0, 2));
	xref->contact_id = db_at_text(&rows, 0, 3);
	xref->reference = db_at_text(&rows, 0, 4);
	xref->document_date = db_at_text(&rows, 0, 5);
	xref->total = db_at_text(&rows, 0, 6);
	xref->stock_qty = db_at_text(&rows, 0, 7);
	return LED_OK;
}

enum led_err xref_put(struct db *db, const struct xref_key *key, const struct xref *xref,
		      struct led_error *error)
{
	return db_run(db, SQL_XREF_PUT,
		      DB_ARGS(KEY_ARGS(key), DB_S(xref->sage_id), DB_S(xref->displayed_as),
			      DB_B(xref->digest, DIGEST_SIZE), DB_S(xref->contact_id),
			      DB_S(xref->reference), DB_S(xref->document_date), DB_S(xref->total)),
		      error);
}

enum led_err xref_put_stock(struct db *db, const struct xref_key *key, const char *quantity,
			    struct led_error *error)
{
	return db_run(db, SQL_XREF_STOCK, DB_ARGS(DB_S(quantity), KEY_ARGS(key)), error);
}

enum led_err xref_owner(struct db *db, struct arena *arena, const struct xref_key *key,
			const char *sage_id, const char **owner, struct led_error *error)
{
	struct db_rows rows;
	enum led_err err = db_query(
		db, arena, SQL_XREF_OWNER,
		DB_ARGS(DB_S(key->binding), DB_S(key->business), DB_S(key->kind), DB_S(sage_id)),
		&rows, error);
	*owner = !err && rows.count ? db_at_text(&rows, 0, 0) : NULL;
	return err;
}

enum led_err xref_rekey(struct db *db, const struct xref_key *key, const char *sage_id,
			struct led_error *error)
{
	return db_run(db, SQL_XREF_REKEY,
		      DB_ARGS(DB_S(key->magento_key), DB_S(key->binding), DB_S(key->business),
			      DB_S(key->kind), DB_S(sage_id)),
		      error);
}

enum led_err xref_set_aside(struct db *db, const struct xref_key *key, const char *sage_id,
			    struct led_error *error)
{
	char magento_key[XREF_KEY_SIZE];
	struct xref_key aside = *key;
	snprintf(magento_key, sizeof magento_key, ASIDE "%s", sage_id);
	aside.magento_key = magento_key;
	return xref_rekey(db, &aside, sage_id, error);
}

bool xref_is_aside(const char *magento_key)
{
	return strncmp(magento_key, ASIDE, strlen(ASIDE)) == 0;
}

enum led_err xref_list(struct db *db, struct arena *arena, const struct xref_key *key_prefix,
		       struct xref_item **items, size_t *count, struct led_error *error)
{
	struct db_rows rows;
	*count = 0;
	enum led_err err =
		db_query(db, arena, SQL_XREF_OF_KEY, DB_ARGS(KEY_ARGS(key_prefix)), &rows, error);
	if (err)
		return err;
	*items = arena_alloc(arena, (rows.count + 1) * sizeof **items);
	if (!*items)
		return led_fail(error, LED_INTERNAL, "out_of_memory", "No memory for a list.");
	for (size_t i = 0; i < rows.count; i++) {
		struct xref_item *item = &(*items)[(*count)++];
		*item = (struct xref_item){
			.kind = db_at_text(&rows, i, 0),
			.xref = {.found = true,
				 .displayed_as = db_at_text(&rows, i, 1),
				 .sage_id = db_at_text(&rows, i, 2),
				 .reference = db_at_text(&rows, i, 4)},
		};
		copy_digest(item->xref.digest, db_at(&rows, i, 3));
	}
	return LED_OK;
}

enum led_err xref_references(struct db *db, struct arena *arena, const char *binding,
			     const char *business, const char *kind, const char ***references,
			     size_t *count, struct led_error *error)
{
	struct db_rows rows;
	*count = 0;
	enum led_err err =
		db_query(db, arena, SQL_XREF_REFERENCES,
			 DB_ARGS(DB_S(binding), DB_S(business), DB_S(kind)), &rows, error);
	if (err)
		return err;
	*references = arena_alloc(arena, (rows.count + 1) * sizeof **references);
	if (!*references)
		return led_fail(error, LED_INTERNAL, "out_of_memory", "No memory for a list.");
	for (size_t i = 0; i < rows.count; i++)
		(*references)[(*count)++] = db_at_text(&rows, i, 0);
	return LED_OK;
}

enum led_err intent_get(struct db *db, struct arena *arena, const struct xref_key *key,
			struct intent *intent, struct led_error *error)
{
	struct db_rows rows;
	*intent = (struct intent){0};
	enum led_err err =
		db_query(db, arena, SQL_INTENT_GET, DB_ARGS(KEY_ARGS(key)), &rows, error);
	if (err || rows.count == 0)
		return err;
	intent->found = true;
	snprintf(intent->idempotency_id, sizeof intent->idempotency_id, "%s",
		 db_at_text(&rows, 0, 0));
	intent->path = db_at_text(&rows, 0, 1);
	intent->reference = db_at_text(&rows, 0, 2);
	copy_digest(intent->digest, db_at(&rows, 0, 3));
	intent->body = db_at_text(&rows, 0, 4);
	intent->too_old = db_at_int(&rows, 0, 5) != 0;
	return LED_OK;
}

enum led_err intent_put(struct db *db, const struct xref_key *key, const struct intent *intent,
			struct led_error *error)
{
	return db_run(db, SQL_INTENT_PUT,
		      DB_ARGS(KEY_ARGS(key), DB_S(intent->idempotency_id), DB_S(intent->path),
			      DB_S(intent->reference), DB_B(intent->digest, DIGEST_SIZE),
			      DB_S(intent->body)),
		      error);
}

enum led_err intent_delete(struct db *db, const struct xref_key *key, struct led_error *error)
{
	return db_run(db, SQL_INTENT_DELETE, DB_ARGS(KEY_ARGS(key)), error);
}
