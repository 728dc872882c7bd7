#include "store/oauth_token.h"
#include "store/place.h"

void oauth_token_release(struct oauth_token *token)
{
	secret_release(&token->access);
	secret_release(&token->refresh);
	/* Nothing may stay that says a token is here: the next binding's would not be read. */
	*token = (struct oauth_token){0};
}

enum led_err oauth_token_get(struct db *db, struct arena *arena, const struct seal_keys *keys,
			     const struct binding *binding, struct oauth_token *token,
			     struct led_error *error)
{
	struct db_rows rows;
	*token = (struct oauth_token){0};
	enum led_err err =
		db_query(db, arena, SQL_OAUTH_GET, DB_ARGS(DB_S(binding->id)), &rows, error);
	if (err)
		return err;
	if (rows.count == 0)
		return led_fail(error, LED_AUTH, "sage_not_connected",
				"This shop is not connected to Sage. Connect it in the dashboard.");
	const struct db_value *access = db_at(&rows, 0, 0), *refresh = db_at(&rows, 0, 2);
	struct place where = place_of(binding->account, binding->id);
	struct seal_place refresh_place = place_refresh_token(&where);
	struct seal_place access_place = place_access_token(&where);
	token->access_expires_at = db_at_int(&rows, 0, 1);
	token->generation = db_at_int(&rows, 0, 3);
	err = seal_open(keys, SEAL_VAULT, &refresh_place, refresh->data, refresh->len,
			&token->refresh, error);
	if (!err && access->kind != DB_NULL)
		err = seal_open(keys, SEAL_VAULT, &access_place, access->data, access->len,
				&token->access, error);
	if (err)
		oauth_token_release(token);
	return err;
}

enum led_err oauth_token_rotate(struct db *db, const struct seal_keys *keys,
				const struct binding *binding, const struct oauth_token *token,
				bool *rotated, struct led_error *error)
{
	unsigned char access[SECRET_MAX + SEAL_OVERHEAD], refresh[SECRET_MAX + SEAL_OVERHEAD];
	size_t access_len, refresh_len;
	struct place where = place_of(binding->account, binding->id);
	struct seal_place refresh_place = place_refresh_token(&where);
	struct seal_place access_place = place_access_token(&where);
	enum led_err err = seal_close(keys, SEAL_VAULT, &access_place, &token->access, access,
				      sizeof access, &access_len, error);
	if (!err)
		err = seal_close(keys, SEAL_VAULT, &refresh_place, &token->refresh, refresh,
				 sizeof refresh, &refresh_len, error);
	if (!err)
		err = db_run(db, SQL_OAUTH_ROTATE,
			     DB_ARGS(DB_B(access, access_len), DB_I(token->access_expires_at),
				     DB_B(refresh, refresh_len), DB_I(token->refresh_expires_at),
				     DB_S(binding->id), DB_I(token->generation)),
			     error);
	*rotated = !err && db_affected(db) == 1;
	return err;
}
