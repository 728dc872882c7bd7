#include "thin.h"

#define BATCH  500 /* rows a round and transaction */
#define ROUNDS 40

/* The keys of rows that go at once. */
struct batch {
	struct arena *arena;
	enum db_statement deletion;
	struct db_value *keys;
	size_t count;
};

static enum led_err delete_batch(struct db *db, void *context, struct led_error *error)
{
	const struct batch *batch = context;
	return db_run_many(db, batch->arena, batch->deletion, batch->keys, batch->count, error);
}

static enum led_err delete_rows(struct db *db, struct batch *batch, struct led_error *error)
{
	return batch->count ? db_transaction(db, delete_batch, batch, error) : LED_OK;
}

/* ---- tables with an index by age: key, deletion ---- */

static const struct {
	enum db_statement expired, deletion;
} TABLES[] = {{SQL_TOKEN_SEEN_EXPIRED, SQL_TOKEN_SEEN_DELETE},
	      {SQL_SESSION_EXPIRED, SQL_SESSION_DELETE},
	      {SQL_SIGN_UP_EXPIRED, SQL_SIGN_UP_DELETE},
	      {SQL_THROTTLE_EXPIRED, SQL_THROTTLE_DELETE},
	      {SQL_MAIL_SENT_EXPIRED, SQL_MAIL_DELETE},
	      {SQL_MAIL_FAILED_EXPIRED, SQL_MAIL_DELETE}};
#define TABLE_COUNT (sizeof TABLES / sizeof *TABLES)

static enum led_err thin_round(struct db *db, struct arena *arena, size_t table, bool *more,
			       struct led_error *error)
{
	struct db_rows rows;
	arena_reset(arena);
	enum led_err err =
		db_query(db, arena, TABLES[table].expired, DB_ARGS(DB_I(BATCH)), &rows, error);
	if (err)
		return err;
	for (size_t i = 0; i < rows.count; i++)
		if (rows.values[i].kind == DB_TEXT)
			rows.values[i].kind = DB_BYTES; /* compared as they were read */
	*more = rows.count == BATCH;
	struct batch batch = {arena, TABLES[table].deletion, rows.values, rows.count};
	return delete_rows(db, &batch, error);
}

/* ---- the history, walked from its oldest run on ---- */

static const struct {
	enum db_statement oldest, deletion;
	size_t keys; /* columns; the first is the run, behind them stand `may go` and `more` */
} HISTORY[] = {{SQL_ATTEMPT_OLDEST, SQL_ATTEMPT_DELETE, 2}, {SQL_RUN_OLDEST, SQL_RUN_DELETE, 1}};
#define HISTORY_COUNT (sizeof HISTORY / sizeof *HISTORY)

static enum led_err walk_round(struct db *db, struct arena *arena, size_t table, int64_t *after,
			       bool *more, struct led_error *error)
{
	size_t keys = HISTORY[table].keys;
	struct db_rows rows;
	arena_reset(arena);
	enum led_err err = db_query(db, arena, HISTORY[table].oldest,
				    DB_ARGS(DB_I(*after), DB_I(BATCH)), &rows, error);
	if (err || !rows.count) {
		*more = false;
		return err;
	}
	*after = db_at_int(&rows, rows.count - 1, 0);
	*more = rows.count == BATCH && db_at_int(&rows, rows.count - 1, keys + 1);
	/* The keys of those that go, one behind the other, where the rows were. */
	struct batch batch = {arena, HISTORY[table].deletion, rows.values, 0};
	for (size_t i = 0; i < rows.count; i++) {
		if (!db_at_int(&rows, i, keys))
			continue;
		for (size_t k = 0; k < keys; k++)
			batch.keys[batch.count * keys + k] = *db_at(&rows, i, k);
		batch.count++;
	}
	return delete_rows(db, &batch, error);
}

enum led_err thin_out(struct db *db, struct arena *arena, struct led_error *error)
{
	enum led_err err = LED_OK;
	for (size_t i = 0; i < TABLE_COUNT; i++) {
		bool more = true;
		for (int round = 0; !err && more && round < ROUNDS; round++)
			err = thin_round(db, arena, i, &more, error);
	}
	for (size_t i = 0; i < HISTORY_COUNT; i++) {
		int64_t after = 0;
		bool more = true;
		for (int round = 0; !err && more && round < ROUNDS; round++)
			err = walk_round(db, arena, i, &after, &more, error);
	}
	return err;
}
