#include "store/sage_grant.h"
#include "store/place.h"

#include <mysqld_error.h>
#include <string.h>

#define TOKEN_SEALED (SECRET_MAX + SEAL_OVERHEAD)

static enum led_err put_tokens(struct db *db, const struct seal_keys *keys,
			       const struct sage_grant *grant, struct led_error *error)
{
	unsigned char access[TOKEN_SEALED], refresh[TOKEN_SEALED];
	size_t access_len, refresh_len;
	struct place where = place_of(grant->account, grant->binding);
	struct seal_place access_place = place_access_token(&where);
	struct seal_place refresh_place = place_refresh_token(&where);
	enum led_err err = seal_close(keys, SEAL_VAULT, &access_place, grant->access, access,
				      sizeof access, &access_len, error);
	if (!err)
		err = seal_close(keys, SEAL_VAULT, &refresh_place, grant->refresh, refresh,
				 sizeof refresh, &refresh_len, error);
	if (!err)
		err = db_run(db, SQL_CONNECT_TOKEN_PUT,
			     DB_ARGS(DB_S(grant->binding), DB_B(access, access_len),
				     DB_I(grant->access_expires_at), DB_B(refresh, refresh_len),
				     DB_I(grant->refresh_expires_at)),
			     error);
	return err;
}

static enum led_err not_active(struct led_error *error)
{
	return led_fail(error, LED_NOT_FOUND, "binding_not_active", "This shop is not paired.");
}

static enum led_err lock_binding(struct db *db, struct arena *arena, int64_t account,
				 const char *binding, bool *active, const char **business,
				 struct led_error *error)
{
	struct db_rows rows;
	enum led_err err = db_query(db, arena, SQL_CONNECT_BINDING_LOCK,
				    DB_ARGS(DB_I(account), DB_S(binding)), &rows, error);
	if (err)
		return err;
	if (!rows.count)
		return not_active(error);
	*active = strcmp(db_at_text(&rows, 0, 0), "active") == 0;
	*business = db_at_text(&rows, 0, 1);
	return LED_OK;
}

static enum led_err lock_active(struct db *db, struct arena *arena, int64_t account,
				const char *binding, const char **business, struct led_error *error)
{
	bool active = false;
	enum led_err err = lock_binding(db, arena, account, binding, &active, business, error);
	return err || active ? err : not_active(error);
}

static enum led_err locked(struct led_error *error)
{
	return led_fail(error, LED_VALIDATION, "business_locked",
			"This shop is joined to another Sage business.");
}

struct keeping {
	struct arena *arena;
	const struct seal_keys *keys;
	const struct sage_grant *grant;
	const struct sage_choice *choices;
	size_t count;
};

static enum led_err keep(struct db *db, void *context, struct led_error *error)
{
	const struct keeping *k = context;
	const char *binding = k->grant->binding;
	const char *joined = NULL;
	enum led_err err = lock_active(db, k->arena, k->grant->account, binding, &joined, error);
	if (!err && joined) /* by another sign-in, meanwhile */
		err = locked(error);
	if (!err)
		err = put_tokens(db, k->keys, k->grant, error);
	if (!err)
		err = db_run(db, SQL_CONNECT_REGION, DB_ARGS(DB_S(k->grant->region), DB_S(binding)),
			     error);
	if (!err)
		err = db_run(db, SQL_CONNECT_CHOICES_CLEAR, DB_ARGS(DB_S(binding)), error);
	for (size_t i = 0; !err && i < k->count; i++)
		err = db_run(
			db, SQL_CONNECT_CHOICE_PUT,
			DB_ARGS(DB_S(binding), DB_S(k->choices[i].id), DB_S(k->choices[i].name)),
			error);
	return err;
}

enum led_err sage_grant_keep(struct db *db, struct arena *arena, const struct seal_keys *keys,
			     const struct sage_grant *grant, const struct sage_choice *choices,
			     size_t count, struct led_error *error)
{
	struct keeping k = {arena, keys, grant, choices, count};
	return db_transaction(db, keep, &k, error);
}

enum led_err sage_grant_choices(struct db *db, struct arena *arena, const char *binding,
				struct sage_choice **choices, size_t *count,
				struct led_error *error)
{
	struct db_rows rows;
	enum led_err err =
		db_query(db, arena, SQL_CONNECT_CHOICES, DB_ARGS(DB_S(binding)), &rows, error);
	*count = 0;
	if (err)
		return err;
	*choices = arena_alloc(arena, (rows.count + 1) * sizeof **choices);
	if (!*choices)
		return led_fail(error, LED_INTERNAL, "out_of_memory", "No memory for businesses.");
	for (size_t i = 0; i < rows.count; i++)
		(*choices)[(*count)++] = (struct sage_choice){
			.id = db_at_text(&rows, i, 0),
			.name = db_at_text(&rows, i, 1),
			.before = db_at_int(&rows, i, 2) != 0,
		};
	return LED_OK;
}

struct joining {
	struct arena *arena;
	const struct seal_keys *keys;
	const struct sage_join *join;
};

/* Reference data and settings of another business mean nothing in this one. */
static enum led_err drop_foreign(struct db *db, const struct joining *j, struct led_error *error)
{
	const char *binding = j->join->binding;
	struct db_rows rows;
	enum led_err err = db_query(db, j->arena, SQL_CONNECT_CACHED_BUSINESS,
				    DB_ARGS(DB_S(binding)), &rows, error);
	if (err || !rows.count || strcmp(db_at_text(&rows, 0, 0), j->join->business) == 0)
		return err ? err
			   : db_run(db, SQL_CONNECT_CHOICES_CLEAR, DB_ARGS(DB_S(binding)), error);
	err = db_run(db, SQL_CONNECT_FORGET_REFERENCE, DB_ARGS(DB_S(binding)), error);
	return err ? err : db_run(db, SQL_CONNECT_FORGET_SETTINGS, DB_ARGS(DB_S(binding)), error);
}

static enum led_err check_taken(struct db *db, const struct joining *j, struct led_error *error)
{
	struct db_rows rows;
	enum led_err err =
		db_query(db, j->arena, SQL_CONNECT_BUSINESS_TAKEN,
			 DB_ARGS(DB_S(j->join->business), DB_S(j->join->binding)), &rows, error);
	if (err || !rows.count)
		return err;
	return led_fail(error, LED_VALIDATION, "business_taken",
			"%.200s is joined to the shop %.200s already. A second shop would number "
			"into the same books. Choose another business, or disconnect that shop "
			"first.",
			j->join->business_name, db_at_text(&rows, 0, 0));
}

static enum led_err take_business(struct db *db, const struct joining *j, struct led_error *error)
{
	const struct sage_join *join = j->join;
	enum led_err err = db_run(db, SQL_CONNECT_JOIN,
				  DB_ARGS(DB_S(join->business), DB_S(join->business_name),
					  DB_S(join->region), DB_S(join->binding)),
				  error);
	if (!err || db_errno(db) != ER_DUP_ENTRY)
		return err;
	err = check_taken(db, j, error);
	return err ? err
		   : led_fail(error, LED_DATABASE, "business_let_go",
			      "The business was taken a moment ago and is not any more.");
}

static enum led_err join(struct db *db, void *context, struct led_error *error)
{
	const struct joining *j = context;
	const struct sage_join *join = j->join;
	const char *joined = NULL;
	enum led_err err = lock_active(db, j->arena, join->account, join->binding, &joined, error);
	if (!err && joined && strcmp(joined, join->business) != 0)
		err = locked(error);
	if (!err && join->tokens)
		err = put_tokens(db, j->keys, join->tokens, error);
	if (!err)
		err = take_business(db, j, error);
	if (!err)
		err = drop_foreign(db, j, error);
	if (!err)
		err = db_run(db, SQL_PAIRING_WAKE_LANES, DB_ARGS(DB_S(join->binding)), error);
	if (!err)
		err = db_run(db, SQL_CONNECTION_REFRESH, DB_ARGS(DB_S(join->binding)), error);
	return err ? err : audit_add(db, join->audit, error);
}

enum led_err sage_grant_join(struct db *db, struct arena *arena, const struct seal_keys *keys,
			     const struct sage_join *wanted, struct led_error *error)
{
	struct joining j = {arena, keys, wanted};
	return db_transaction(db, join, &j, error);
}

struct ending {
	struct arena *arena;
	const struct seal_keys *keys;
	int64_t account;
	const char *binding;
	const struct audit_entry *audit;
	struct secret *refresh;
};

static enum led_err take_refresh_token(struct db *db, const struct ending *e,
				       struct led_error *error)
{
	struct place where = place_of(e->account, e->binding);
	struct seal_place place = place_refresh_token(&where);
	struct db_rows rows;
	enum led_err err = db_query(db, e->arena, SQL_CONNECT_TOKEN_GET, DB_ARGS(DB_S(e->binding)),
				    &rows, error);
	secret_release(e->refresh); /* of a try that met a deadlock */
	if (err || !rows.count)
		return err;
	const struct db_value *sealed = db_at(&rows, 0, 0);
	return seal_open(e->keys, SEAL_VAULT, &place, sealed->data, sealed->len, e->refresh, error);
}

static enum led_err end(struct db *db, void *context, struct led_error *error)
{
	const struct ending *e = context;
	const char *business;
	bool active = false;
	enum led_err err =
		lock_binding(db, e->arena, e->account, e->binding, &active, &business, error);
	if (!err)
		err = take_refresh_token(db, e, error);
	if (!err && !active && !e->refresh->len)
		err = not_active(error);
	if (!err)
		err = db_run(db, SQL_CONNECT_TOKEN_EMPTY, DB_ARGS(DB_S(e->binding)), error);
	if (!err)
		err = db_run(db, SQL_CONNECT_CHOICES_CLEAR, DB_ARGS(DB_S(e->binding)), error);
	if (!err)
		err = db_run(db, SQL_CONNECT_SAGE_OFF, DB_ARGS(DB_S(e->binding)), error);
	if (!err && active)
		err = db_run(db, SQL_CONNECT_REVOKE, DB_ARGS(DB_S(e->binding)), error);
	return err ? err : audit_add(db, e->audit, error);
}

enum led_err sage_grant_end(struct db *db, struct arena *arena, const struct seal_keys *keys,
			    int64_t account, const char *binding, const struct audit_entry *audit,
			    struct secret *refresh, struct led_error *error)
{
	struct ending e = {arena, keys, account, binding, audit, refresh};
	enum led_err err = db_transaction(db, end, &e, error);
	if (err)
		secret_release(refresh);
	return err;
}
