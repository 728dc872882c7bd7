#include "store/connection.h"
#include "base/text.h"

#define LIST_MOST 500

static enum led_err read_rows(struct db *db, struct arena *arena, int64_t account, const char *id,
			      struct connection **list, size_t *count, struct led_error *error)
{
	struct db_rows rows;
	enum led_err err =
		db_query(db, arena, SQL_CONNECTION_LIST,
			 DB_ARGS(DB_I(account), DB_S(id), DB_S(id), DB_I(LIST_MOST)), &rows, error);
	*count = 0;
	if (err)
		return err;
	*list = arena_alloc(arena, (rows.count + 1) * sizeof **list);
	if (!*list)
		return led_fail(error, LED_INTERNAL, "out_of_memory", "No memory for bindings.");
	for (size_t i = 0; i < rows.count; i++) {
		const char *waiting = db_at_text(&rows, i, 15);
		(*list)[(*count)++] = (struct connection){
			.id = db_at_text(&rows, i, 0),
			.shop_url = db_at_text(&rows, i, 1),
			.status = db_at_text(&rows, i, 2),
			.magento_status = db_at_text(&rows, i, 3),
			.sage_status = db_at_text(&rows, i, 4),
			.paused = db_at_int(&rows, i, 5) != 0,
			.region = db_at_text(&rows, i, 6),
			.business = db_at_text(&rows, i, 7),
			.business_name = db_at_text(&rows, i, 8),
			.paired_at = db_at_int(&rows, i, 9),
			.sage_connected_at = db_at_int(&rows, i, 10),
			.reference_at = db_at_int(&rows, i, 11),
			.pinged_at = db_at_int(&rows, i, 12),
			.pairing = db_at_int(&rows, i, 13) != 0,
			.refreshing = db_at_int(&rows, i, 14) != 0,
			.waiting = waiting ? waiting : "",
		};
	}
	return LED_OK;
}

enum led_err connection_list(struct db *db, struct arena *arena, int64_t account,
			     struct connection **list, size_t *count, struct led_error *error)
{
	return read_rows(db, arena, account, NULL, list, count, error);
}

enum led_err connection_get(struct db *db, struct arena *arena, int64_t account, const char *id,
			    struct connection **out, struct led_error *error)
{
	size_t count;
	*out = NULL;
	if (!id || !text_is_uuid(id))
		return LED_OK;
	enum led_err err = read_rows(db, arena, account, id, out, &count, error);
	if (err || !count)
		*out = NULL;
	return err;
}

struct pausing {
	int64_t account;
	const char *id;
	bool paused;
	const struct audit_entry *audit;
	bool *changed;
};

static enum led_err pause_binding(struct db *db, void *context, struct led_error *error)
{
	const struct pausing *p = context;
	enum led_err err = db_run(
		db, SQL_CONNECTION_PAUSE,
		DB_ARGS(DB_I(p->paused), DB_I(p->account), DB_S(p->id), DB_I(p->paused)), error);
	*p->changed = !err && db_affected(db) == 1;
	return *p->changed ? audit_add(db, p->audit, error) : err;
}

enum led_err connection_pause(struct db *db, int64_t account, const char *id, bool paused,
			      const struct audit_entry *audit, bool *changed,
			      struct led_error *error)
{
	struct pausing p = {account, id, paused, audit, changed};
	return db_transaction(db, pause_binding, &p, error);
}

enum led_err connection_refresh(struct db *db, const struct connection *connection,
				struct led_error *error)
{
	return db_run(db, SQL_CONNECTION_REFRESH, DB_ARGS(DB_S(connection->id)), error);
}
