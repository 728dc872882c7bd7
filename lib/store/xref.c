#include "store/xref.h"

#include <stdio.h>
#include <string.h>

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
	return LED_OK;
}

enum led_err xref_put(struct db *db, const struct xref_key *key, const struct xref *xref,
		      struct led_error *error)
{
	return db_run(db, SQL_XREF_PUT,
		      DB_ARGS(KEY_ARGS(key), DB_S(xref->sage_id), DB_S(xref->displayed_as),
			      DB_B(xref->digest, DIGEST_SIZE)),
		      error);
}

enum led_err xref_list(struct db *db, struct arena *arena, const char *binding,
		       const char *business, const char *kind_prefix, const char *magento_key,
		       struct db_rows *rows, struct led_error *error)
{
	return db_query(
		db, arena, SQL_XREF_OF_KEY,
		DB_ARGS(DB_S(binding), DB_S(business), DB_S(kind_prefix), DB_S(magento_key)), rows,
		error);
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
