#include "store/binding.h"
#include "store/place.h"

#include <string.h>

enum led_err binding_get(struct db *db, struct arena *arena, const char *id,
			 struct binding *binding, struct led_error *error)
{
	struct db_rows rows;
	enum led_err err = db_query(db, arena, SQL_BINDING_GET, DB_ARGS(DB_S(id)), &rows, error);
	if (err)
		return err;
	if (rows.count == 0)
		return led_fail(error, LED_NOT_FOUND, "binding_not_found",
				"There is no binding %s.", id);
	const struct db_value *key = db_at(&rows, 0, 9);
	*binding = (struct binding){
		.id = arena_strdup(arena, id),
		.account = db_at_int(&rows, 0, 0),
		.shop_url = db_at_text(&rows, 0, 1),
		.status = db_at_text(&rows, 0, 2),
		.sage_status = db_at_text(&rows, 0, 3),
		.magento_status = db_at_text(&rows, 0, 4),
		.region = db_at_text(&rows, 0, 5),
		.business = db_at_text(&rows, 0, 6),
		.policy_version = db_at_int(&rows, 0, 7),
		.key_version = db_at_int(&rows, 0, 10),
		.paused = db_at_int(&rows, 0, 11) != 0,
		.has_reference = db_at_int(&rows, 0, 8) != 0,
		.inbound_key = key->kind == DB_NULL ? NULL : key->data,
		.inbound_key_len = key->len,
	};
	if (!binding->id)
		return led_fail(error, LED_INTERNAL, "out_of_memory", "No memory for a binding.");
	return LED_OK;
}

static bool same(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

enum led_err binding_compare(struct db *db, struct arena *arena, const struct binding *before,
			     enum binding_change *change, struct led_error *error)
{
	struct db_rows rows;
	enum led_err err =
		db_query(db, arena, SQL_BINDING_STATE, DB_ARGS(DB_S(before->id)), &rows, error);
	*change = BINDING_CHANGED;
	if (err || !rows.count)
		return err;
	if (same(db_at_text(&rows, 0, 0), before->status) &&
	    (db_at_int(&rows, 0, 1) != 0) == before->paused &&
	    db_at_int(&rows, 0, 2) == before->key_version &&
	    same(db_at_text(&rows, 0, 3), before->business))
		*change = db_at_int(&rows, 0, 4) ? BINDING_PAIRING : BINDING_AS_BEFORE;
	return LED_OK;
}

enum led_err binding_open_inbound_key(const struct seal_keys *keys, const struct binding *binding,
				      struct secret *out, struct led_error *error)
{
	struct place where = place_of(binding->account, binding->id);
	struct seal_place place = place_inbound_key(&where);
	if (!binding->inbound_key)
		return led_fail(
			error, LED_AUTH, "shop_not_paired",
			"The shop is not paired: its keys were deleted when it disconnected.");
	return seal_open(keys, SEAL_VAULT, &place, binding->inbound_key, binding->inbound_key_len,
			 out, error);
}

enum led_err binding_set_sage_status(struct db *db, const char *id, const char *status,
				     struct led_error *error)
{
	return db_run(db, SQL_BINDING_SET_SAGE_STATUS, DB_ARGS(DB_S(status), DB_S(id)), error);
}

enum led_err binding_set_magento_status(struct db *db, const char *id, const char *status,
					struct led_error *error)
{
	return db_run(db, SQL_BINDING_SET_MAGENTO_STATUS, DB_ARGS(DB_S(status), DB_S(id)), error);
}
