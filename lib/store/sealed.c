#include "store/sealed.h"
#include "base/secret.h"
#include "store/place.h"

#include <stdio.h>
#include <string.h>

#define BATCH       50 /* rows read at a time; each is written by itself */
#define BATCH_ARENA (1 << 20)
#define NO_UUID     "00000000-0000-0000-0000-000000000000"

#define STATEMENTS(name_) SQL_REWRAP_##name_##_NEXT, SQL_REWRAP_##name_##_PUT

/* A key that was the current one keeps the current one's place: store/pairing.h moves the
 * bytes from column to column as they are. */
const struct sealed_column sealed_columns[SEALED_COLUMNS] = {
	{"binding.outbound_key", SEAL_INTAKE, "binding", "outbound_key", NO_UUID,
	 STATEMENTS(BINDING_OUTBOUND_KEY)},
	{"binding.previous_key", SEAL_INTAKE, "binding", "outbound_key", NO_UUID,
	 STATEMENTS(BINDING_PREVIOUS_KEY)},
	{"binding.pending_outbound_key", SEAL_INTAKE, "binding", "outbound_key", NO_UUID,
	 STATEMENTS(BINDING_PENDING_OUTBOUND_KEY)},
	{"binding.inbound_key", SEAL_VAULT, "binding", "inbound_key", NO_UUID,
	 STATEMENTS(BINDING_INBOUND_KEY)},
	{"binding.pending_inbound_key", SEAL_VAULT, "binding", "inbound_key", NO_UUID,
	 STATEMENTS(BINDING_PENDING_INBOUND_KEY)},
	{"oauth_token.access_token", SEAL_VAULT, "oauth_token", "access_token", NO_UUID,
	 STATEMENTS(OAUTH_TOKEN_ACCESS_TOKEN)},
	{"oauth_token.refresh_token", SEAL_VAULT, "oauth_token", "refresh_token", NO_UUID,
	 STATEMENTS(OAUTH_TOKEN_REFRESH_TOKEN)},
	{"oauth_state.verifier", SEAL_VAULT, "oauth_state", "verifier", "",
	 STATEMENTS(OAUTH_STATE_VERIFIER)},
	{"member.totp_secret", SEAL_VAULT, "member", "totp_secret", "0",
	 STATEMENTS(MEMBER_TOTP_SECRET)},
};

static size_t column_named(const char *name)
{
	size_t i = 0;
	while (i < SEALED_COLUMNS && strcmp(sealed_columns[i].name, name) != 0)
		i++;
	return i;
}

enum led_err sealed_count(struct db *db, struct arena *arena,
			  int64_t counts[SEALED_COLUMNS][SEAL_VERSIONS_MAX + 1],
			  struct led_error *error)
{
	struct db_rows rows;
	memset(counts, 0, sizeof(int64_t[SEALED_COLUMNS][SEAL_VERSIONS_MAX + 1]));
	enum led_err err = db_query(db, arena, SQL_REWRAP_COUNTS, DB_NO_ARGS, &rows, error);
	for (size_t i = 0; !err && i < rows.count; i++) {
		size_t column = column_named(db_at_text(&rows, i, 0));
		int64_t version = db_at_int(&rows, i, 1);
		if (column == SEALED_COLUMNS || version < 1 || version > SEAL_VERSIONS_MAX)
			return led_fail(error, LED_INTERNAL, "seal_broken",
					"%s holds a value of key version %lld, which cannot be.",
					db_at_text(&rows, i, 0), (long long)version);
		counts[column][version] = db_at_int(&rows, i, 2);
	}
	return err;
}

/* A row as the statement …_next yields it. */
struct sealed_row {
	const char *key;
	struct place place;
	const struct db_value *sealed;
};

static enum led_err reseal(struct db *db, const struct seal_keys *keys,
			   const struct sealed_column *column, const struct sealed_row *row,
			   struct sealed_pass *pass, struct led_error *error)
{
	const struct seal_place place = {column->place_table, column->place_column,
					 row->place.account, row->place.binding};
	unsigned char out[SECRET_MAX + SEAL_OVERHEAD];
	struct secret secret = {0};
	size_t len;
	if (seal_open(keys, column->ring, &place, row->sealed->data, row->sealed->len, &secret,
		      NULL)) {
		pass->broken++;
		snprintf(pass->last_broken, sizeof pass->last_broken, "%s", row->key);
		return LED_OK;
	}
	enum led_err err =
		seal_close(keys, column->ring, &place, &secret, out, sizeof out, &len, error);
	secret_release(&secret);
	if (!err)
		err = db_run(db, column->put,
			     DB_ARGS(DB_B(out, len), DB_S(row->key),
				     DB_B(row->sealed->data, row->sealed->len)),
			     error);
	if (!err && db_affected(db) == 1)
		pass->rewrapped++;
	else if (!err || db_is_conflict(db))
		pass->changed++;
	return err && db_is_conflict(db) ? LED_OK : err;
}

static enum led_err rewrap_batch(struct db *db, struct arena *arena, const struct seal_keys *keys,
				 const struct sealed_column *column, char after[80], bool *more,
				 struct sealed_pass *pass, struct led_error *error)
{
	struct db_rows rows;
	uint32_t newest = seal_keys_newest(keys, column->ring);
	const unsigned char version[4] = {(unsigned char)(newest >> 24),
					  (unsigned char)(newest >> 16),
					  (unsigned char)(newest >> 8), (unsigned char)newest};
	enum led_err err =
		db_query(db, arena, column->next,
			 DB_ARGS(DB_S(after), DB_B(version, 4), DB_I(BATCH)), &rows, error);
	for (size_t i = 0; !err && i < rows.count; i++) {
		const struct sealed_row row = {
			.key = db_at_text(&rows, i, 0),
			.place = place_of(db_at_int(&rows, i, 2), db_at_text(&rows, i, 1)),
			.sealed = db_at(&rows, i, 3),
		};
		err = reseal(db, keys, column, &row, pass, error);
		snprintf(after, 80, "%s", row.key);
	}
	*more = !err && rows.count == BATCH;
	return err;
}

enum led_err sealed_rewrap(struct db *db, const struct seal_keys *keys,
			   const struct sealed_column *column, struct sealed_pass *pass,
			   struct led_error *error)
{
	char after[80];
	bool more = true;
	struct arena *arena = arena_new(BATCH_ARENA);
	enum led_err err = LED_OK;
	*pass = (struct sealed_pass){0};
	if (!arena)
		return led_fail(error, LED_INTERNAL, "out_of_memory", "No memory.");
	snprintf(after, sizeof after, "%s", column->first);
	while (!err && more) {
		arena_reset(arena);
		err = rewrap_batch(db, arena, keys, column, after, &more, pass, error);
	}
	arena_free(arena);
	return err;
}
