#include "store/binding_admin.h"
#include "base/json.h"
#include "crypto/digest.h"
#include "store/place.h"
#include "store/plan.h"

#include <mysqld_error.h>

#define SEALED_SUBKEY (SUBKEY_SIZE + SEAL_OVERHEAD)
#define ARENA_CAP     65536

struct addition {
	const struct seal_keys *keys;
	const struct binding_new *new;
	struct arena *arena; /* rows read on the way; reset by each try */
	char id[UUID_SIZE];
	int64_t account;
};

static enum led_err find_account(struct db *db, struct addition *addition, struct led_error *error)
{
	struct db_rows rows;
	enum led_err err = db_query(db, addition->arena, SQL_ADMIN_ACCOUNT_BY_NAME,
				    DB_ARGS(DB_S(addition->new->account)), &rows, error);
	if (err)
		return err;
	if (!rows.count)
		return led_fail(error, LED_NOT_FOUND, "account_unknown",
				"There is no account named %s; `ledgerctl user add` makes one.",
				addition->new->account);
	addition->account = db_at_int(&rows, 0, 0);
	return LED_OK;
}

static enum led_err check_shop(struct db *db, const struct addition *addition,
			       struct led_error *error)
{
	struct db_rows rows;
	enum led_err err = db_query(db, addition->arena, SQL_ADMIN_BINDING_OF_SHOP,
				    DB_ARGS(DB_I(addition->account), DB_S(addition->new->shop_url)),
				    &rows, error);
	if (err || !rows.count)
		return err;
	return led_fail(error, LED_VALIDATION, "shop_taken",
			"The account has a binding of this shop already: %s (%s).",
			db_at_text(&rows, 0, 0), db_at_text(&rows, 0, 1));
}

static enum led_err check_business(struct db *db, const struct addition *addition,
				   struct led_error *error)
{
	struct db_rows rows;
	enum led_err err =
		db_query(db, addition->arena, SQL_ADMIN_BUSINESS_TAKEN,
			 DB_ARGS(DB_S(addition->new->business), DB_S(addition->id)), &rows, error);
	if (err || !rows.count)
		return err;
	return led_fail(error, LED_VALIDATION, "business_taken",
			"This Sage business belongs to binding %s (%s) already; two shops would "
			"number into one set of books. Disconnect that one first.",
			db_at_text(&rows, 0, 0), db_at_text(&rows, 0, 1));
}

static enum led_err seal_subkey(const struct addition *addition, enum subkey which,
				enum seal_ring ring, const struct seal_place *place,
				unsigned char out[SEALED_SUBKEY], struct led_error *error)
{
	struct secret key = {0};
	size_t len;
	enum led_err err = digest_subkey(addition->new->api_key, which, &key);
	if (err)
		led_fail(error, err, "subkey_failed", "Deriving the shop's keys failed.");
	else
		err = seal_close(addition->keys, ring, place, &key, out, SEALED_SUBKEY, &len,
				 error);
	secret_release(&key);
	return err;
}

static enum led_err add_binding(struct db *db, const struct addition *addition,
				struct led_error *error)
{
	const struct binding_new *new = addition->new;
	struct place place = place_of(addition->account, addition->id);
	struct seal_place outbound_place = place_outbound_key(&place);
	struct seal_place inbound_place = place_inbound_key(&place);
	unsigned char outbound[SEALED_SUBKEY], inbound[SEALED_SUBKEY];
	enum led_err err = seal_subkey(addition, SUBKEY_OUTBOUND, SEAL_INTAKE, &outbound_place,
				       outbound, error);
	if (!err)
		err = seal_subkey(addition, SUBKEY_INBOUND, SEAL_VAULT, &inbound_place, inbound,
				  error);
	if (err)
		return err;
	return db_run(db, SQL_ADMIN_BINDING_ADD,
		      DB_ARGS(DB_I(addition->account), DB_S(addition->id), DB_S(new->shop_url),
			      DB_B(outbound, sizeof outbound), DB_B(inbound, sizeof inbound),
			      DB_S(new->region), DB_S(new->business), DB_S(new->business_name)),
		      error);
}

static enum led_err add_token(struct db *db, const struct addition *addition,
			      struct led_error *error)
{
	struct place place = place_of(addition->account, addition->id);
	struct seal_place refresh_place = place_refresh_token(&place);
	unsigned char sealed[SECRET_MAX + SEAL_OVERHEAD];
	size_t len;
	enum led_err err =
		seal_close(addition->keys, SEAL_VAULT, &refresh_place, addition->new->refresh_token,
			   sealed, sizeof sealed, &len, error);
	if (err)
		return err;
	return db_run(db, SQL_ADMIN_TOKEN_ADD,
		      DB_ARGS(DB_S(addition->id), DB_B(sealed, len), DB_I(BINDING_REFRESH_DAYS)),
		      error);
}

static enum led_err add_lanes_and_job(struct db *db, const char *id, struct led_error *error)
{
	enum led_err err =
		db_run(db, SQL_ADMIN_LANE_ADD, DB_ARGS(DB_S(id), DB_S("magento")), error);
	if (!err)
		err = db_run(db, SQL_ADMIN_LANE_ADD, DB_ARGS(DB_S(id), DB_S("sage")), error);
	if (err)
		return err;
	int64_t sage_lane = db_insert_id(db);
	return db_run(db, SQL_ADMIN_REFERENCE_JOB_ADD, DB_ARGS(DB_S(id), DB_I(sage_lane)), error);
}

static enum led_err add_audit(struct db *db, const struct addition *addition,
			      struct led_error *error)
{
	struct buf detail;
	buf_init(&detail, 2000);
	buf_addf(&detail, "{\"binding\":\"%s\",\"shop\":", addition->id);
	json_quote(&detail, addition->new->shop_url);
	buf_add_str(&detail, ",\"business\":");
	json_quote(&detail, addition->new->business);
	buf_add_char(&detail, '}');
	enum led_err err = detail.failed
				   ? led_fail(error, LED_INTERNAL, "out_of_memory", "No memory.")
				   : db_run(db, SQL_ADMIN_AUDIT,
					    DB_ARGS(DB_I(addition->account), DB_S("binding.added"),
						    DB_S(detail.data)),
					    error);
	buf_release(&detail);
	return err;
}

/* Two unique keys could refuse it: one binding a shop, one active binding a business. */
static enum led_err explain_duplicate(struct db *db, const struct addition *addition,
				      struct led_error *error)
{
	enum led_err err = check_business(db, addition, error);
	if (err)
		return err;
	return led_fail(error, LED_VALIDATION, "shop_taken",
			"A binding of this shop was added at the same moment.");
}

static enum led_err add(struct db *db, void *context, struct led_error *error)
{
	struct addition *addition = context;
	arena_reset(addition->arena);
	enum led_err err = find_account(db, addition, error);
	if (!err)
		err = check_shop(db, addition, error);
	if (!err)
		err = plan_check_room(db, addition->arena, addition->account, addition->id, error);
	if (!err)
		err = add_binding(db, addition, error);
	if (err && db_errno(db) == ER_DUP_ENTRY)
		return explain_duplicate(db, addition, error);
	if (!err)
		err = add_token(db, addition, error);
	if (!err)
		err = add_lanes_and_job(db, addition->id, error);
	if (!err)
		err = add_audit(db, addition, error);
	return err;
}

enum led_err binding_admin_add(struct db *db, const struct seal_keys *keys,
			       const struct binding_new *binding, char *id, struct led_error *error)
{
	struct addition addition = {.keys = keys, .new = binding, .arena = arena_new(ARENA_CAP)};
	enum led_err err = LED_OK;
	if (!addition.arena)
		err = led_fail(error, LED_INTERNAL, "out_of_memory", "No memory.");
	else if (random_uuid(addition.id))
		err = led_fail(error, LED_INTERNAL, "no_randomness", "No random bytes for an id.");
	else
		err = db_transaction(db, add, &addition, error);
	if (!err)
		snprintf(id, UUID_SIZE, "%s", addition.id);
	arena_free(addition.arena);
	return err;
}
