#include "store/pairing.h"
#include "store/place.h"
#include "store/plan.h"

#include <mysqld_error.h>
#include <string.h>

#define API_KEY_BYTES  32
#define UNSETTLED_MOST 20

struct beginning {
	const struct seal_keys *keys;
	struct arena *arena;
	struct pairing *pairing;
	const struct pairing_secrets *secrets;
	char fresh_id[UUID_SIZE];
};

static enum led_err make_secrets(struct pairing_secrets *secrets, struct led_error *error)
{
	char hex[2 * API_KEY_BYTES + 1];
	bool good = !random_hex(hex, API_KEY_BYTES) &&
		    secret_set(&secrets->api_key, hex, sizeof hex - 1) &&
		    !digest_subkey(&secrets->api_key, SUBKEY_INBOUND, &secrets->inbound_key);
	explicit_bzero(hex, sizeof hex);
	return good ? LED_OK : led_fail(error, LED_INTERNAL, "no_key", "Making a key failed.");
}

static enum led_err seal_keys_of(const struct beginning *b, unsigned char outbound[PAIRING_SEALED],
				 struct led_error *error)
{
	struct place place = place_of(b->pairing->account, b->pairing->binding);
	struct seal_place outbound_place = place_outbound_key(&place);
	struct seal_place inbound_place = place_inbound_key(&place);
	struct secret key = {0};
	size_t len;
	enum led_err err = digest_subkey(&b->secrets->api_key, SUBKEY_OUTBOUND, &key);
	if (err)
		led_fail(error, err, "subkey_failed", "Deriving the shop's keys failed.");
	else
		err = seal_close(b->keys, SEAL_INTAKE, &outbound_place, &key, outbound,
				 PAIRING_SEALED, &len, error);
	if (!err)
		err = seal_close(b->keys, SEAL_VAULT, &inbound_place, &b->secrets->inbound_key,
				 b->pairing->key, PAIRING_SEALED, &len, error);
	secret_release(&key);
	return err;
}

static enum led_err add_binding(struct db *db, const struct pairing *pairing,
				struct led_error *error)
{
	enum led_err err = db_run(
		db, SQL_CONNECT_BINDING_ADD,
		DB_ARGS(DB_I(pairing->account), DB_S(pairing->binding), DB_S(pairing->shop_url)),
		error);
	if (!err)
		err = db_run(db, SQL_CONNECT_LANE_ADD,
			     DB_ARGS(DB_S(pairing->binding), DB_S("sage")), error);
	if (!err)
		err = db_run(db, SQL_CONNECT_LANE_ADD,
			     DB_ARGS(DB_S(pairing->binding), DB_S("magento")), error);
	return err;
}

static enum led_err in_progress(struct led_error *error)
{
	return led_fail(error, LED_VALIDATION, "pairing_in_progress",
			"This shop is being paired at this moment, or it has not answered yet "
			"whether it took the last code. Wait a minute and try again.");
}

static enum led_err begin(struct db *db, void *context, struct led_error *error)
{
	const struct beginning *b = context;
	struct pairing *pairing = b->pairing;
	unsigned char outbound[PAIRING_SEALED];
	struct db_rows rows;
	enum led_err err =
		db_query(db, b->arena, SQL_PAIRING_OF_SHOP,
			 DB_ARGS(DB_I(pairing->account), DB_S(pairing->shop_url)), &rows, error);
	if (err)
		return err;
	if (rows.count && db_at(&rows, 0, 1)->kind != DB_NULL)
		return in_progress(error);
	memcpy(pairing->binding, rows.count ? db_at_text(&rows, 0, 0) : b->fresh_id, UUID_SIZE);
	bool is_new = rows.count == 0;
	err = plan_check_room(db, b->arena, pairing->account, pairing->binding, error);
	if (!err && is_new)
		err = add_binding(db, pairing, error);
	if (err && db_errno(db) == ER_DUP_ENTRY) /* the same form, sent twice */
		return in_progress(error);
	if (!err)
		err = seal_keys_of(b, outbound, error);
	if (!err)
		err = db_run(db, SQL_PAIRING_OFFER,
			     DB_ARGS(DB_B(outbound, sizeof outbound),
				     DB_B(pairing->key, sizeof pairing->key),
				     DB_S(pairing->binding)),
			     error);
	return err;
}

enum led_err pairing_begin(struct db *db, struct arena *arena, const struct seal_keys *keys,
			   int64_t account, const char *shop_url, struct pairing *pairing,
			   struct pairing_secrets *secrets, struct led_error *error)
{
	struct beginning b = {.keys = keys, .arena = arena, .pairing = pairing, .secrets = secrets};
	*pairing = (struct pairing){.account = account, .shop_url = shop_url};
	*secrets = (struct pairing_secrets){0};
	enum led_err err = make_secrets(secrets, error);
	if (!err && random_uuid(b.fresh_id))
		err = led_fail(error, LED_INTERNAL, "no_randomness", "No random bytes for an id.");
	return err ? err : db_transaction(db, begin, &b, error);
}

struct acceptance {
	struct arena *arena;
	const struct pairing *pairing;
	const struct audit_entry *audit;
	bool *accepted;
};

static enum led_err drop_taken_business(struct db *db, const struct acceptance *a,
					struct led_error *error)
{
	const char *binding = a->pairing->binding;
	struct db_rows rows;
	enum led_err err = db_query(db, a->arena, SQL_PAIRING_BUSINESS_TAKEN,
				    DB_ARGS(DB_S(binding)), &rows, error);
	if (err || !rows.count)
		return err;
	return db_run(db, SQL_PAIRING_DROP_BUSINESS, DB_ARGS(DB_S(binding)), error);
}

static enum led_err accept(struct db *db, void *context, struct led_error *error)
{
	const struct acceptance *a = context;
	const struct pairing *pairing = a->pairing;
	/* First, for no two active bindings may have the same business. */
	enum led_err err = drop_taken_business(db, a, error);
	if (err)
		return err;
	err = db_run(db, SQL_PAIRING_ACCEPT,
		     DB_ARGS(DB_S(pairing->binding), DB_B(pairing->key, sizeof pairing->key)),
		     error);
	*a->accepted = !err && db_affected(db) == 1;
	if (!*a->accepted)
		return err;
	err = db_run(db, SQL_PAIRING_WAKE_LANES, DB_ARGS(DB_S(pairing->binding)), error);
	return err ? err : audit_add(db, a->audit, error);
}

enum led_err pairing_accept(struct db *db, struct arena *arena, const struct pairing *pairing,
			    const struct audit_entry *audit, bool *accepted,
			    struct led_error *error)
{
	struct acceptance a = {arena, pairing, audit, accepted};
	return db_transaction(db, accept, &a, error);
}

static enum led_err refuse(struct db *db, void *context, struct led_error *error)
{
	const struct pairing *pairing = context;
	return db_run(db, SQL_PAIRING_REFUSE,
		      DB_ARGS(DB_S(pairing->binding), DB_B(pairing->key, sizeof pairing->key)),
		      error);
}

enum led_err pairing_refuse(struct db *db, const struct pairing *pairing, struct led_error *error)
{
	struct pairing copy = *pairing;
	return db_transaction(db, refuse, &copy, error);
}

enum led_err pairing_put_off(struct db *db, const struct pairing *pairing, struct led_error *error)
{
	return db_run(db, SQL_PAIRING_PUT_OFF,
		      DB_ARGS(DB_S(pairing->binding), DB_B(pairing->key, sizeof pairing->key)),
		      error);
}

enum led_err pairing_unsettled(struct db *db, struct arena *arena, int64_t account,
			       const char *shop_url, struct pairing **list, size_t *count,
			       struct led_error *error)
{
	struct db_rows rows;
	enum led_err err =
		shop_url ? db_query(db, arena, SQL_PAIRING_UNSETTLED_OF_SHOP,
				    DB_ARGS(DB_I(account), DB_S(shop_url),
					    DB_I(PAIRING_ALONE_SECONDS)),
				    &rows, error)
			 : db_query(db, arena, SQL_PAIRING_UNSETTLED,
				    DB_ARGS(DB_I(PAIRING_ALONE_SECONDS), DB_I(UNSETTLED_MOST)),
				    &rows, error);
	*count = 0;
	if (err)
		return err;
	*list = arena_alloc(arena, (rows.count + 1) * sizeof **list);
	if (!*list)
		return led_fail(error, LED_INTERNAL, "out_of_memory", "No memory for pairings.");
	for (size_t i = 0; i < rows.count; i++) {
		const struct db_value *key = db_at(&rows, i, 3);
		struct pairing *pairing = &(*list)[(*count)++];
		if (key->len != PAIRING_SEALED)
			return led_fail(error, LED_INTERNAL, "seal_broken",
					"A pending key's size.");
		*pairing = (struct pairing){.account = db_at_int(&rows, i, 1),
					    .shop_url = db_at_text(&rows, i, 2),
					    .hopeless = db_at_int(&rows, i, 4) != 0};
		memcpy(pairing->binding, db_at_text(&rows, i, 0), UUID_SIZE);
		memcpy(pairing->key, key->data, PAIRING_SEALED);
	}
	return LED_OK;
}

enum led_err pairing_open_key(const struct seal_keys *keys, const struct pairing *pairing,
			      struct secret *key, struct led_error *error)
{
	struct place where = place_of(pairing->account, pairing->binding);
	struct seal_place place = place_inbound_key(&where);
	return seal_open(keys, SEAL_VAULT, &place, pairing->key, sizeof pairing->key, key, error);
}
