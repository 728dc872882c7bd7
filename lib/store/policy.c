#include "store/policy.h"

enum led_err policy_get(struct db *db, struct arena *arena, const char *binding, int64_t version,
			const char **body, struct led_error *error)
{
	struct db_rows rows;
	*body = NULL;
	enum led_err err = db_query(db, arena, SQL_POLICY_GET,
				    DB_ARGS(DB_S(binding), DB_I(version)), &rows, error);
	if (!err && rows.count)
		*body = db_at_text(&rows, 0, 0);
	return err;
}

enum led_err policy_prefixes(struct db *db, struct arena *arena, const char *binding,
			     const char ***prefixes, size_t *count, struct led_error *error)
{
	struct db_rows rows;
	*count = 0;
	enum led_err err =
		db_query(db, arena, SQL_POLICY_PREFIXES, DB_ARGS(DB_S(binding)), &rows, error);
	if (err)
		return err;
	*prefixes = arena_alloc(arena, (rows.count + 1) * sizeof **prefixes);
	if (!*prefixes)
		return led_fail(error, LED_INTERNAL, "out_of_memory", "No memory for settings.");
	for (size_t i = 0; i < rows.count; i++) {
		const char *prefix = db_at_text(&rows, i, 0);
		if (prefix && *prefix)
			(*prefixes)[(*count)++] = prefix;
	}
	return LED_OK;
}

enum led_err policy_add(struct db *db, struct arena *arena, const char *binding, int64_t before,
			const char *body, const char *author, bool *added, struct led_error *error)
{
	struct db_rows rows;
	*added = false;
	enum led_err err =
		db_query(db, arena, SQL_POLICY_NEXT, DB_ARGS(DB_S(binding)), &rows, error);
	if (err)
		return err;
	int64_t version = db_at_int(&rows, 0, 0);
	err = db_run(db, SQL_POLICY_CURRENT, DB_ARGS(DB_I(version), DB_S(binding), DB_I(before)),
		     error);
	*added = !err && db_affected(db) == 1;
	if (!*added)
		return err;
	return db_run(db, SQL_POLICY_ADD,
		      DB_ARGS(DB_S(binding), DB_I(version), DB_S(body), DB_S(author)), error);
}
