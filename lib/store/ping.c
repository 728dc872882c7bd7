#include "store/ping.h"

#include <stdio.h>

#define BATCH 100 /* bindings a look */

static enum led_err queue(struct db *db, void *context, struct led_error *error)
{
	const char *binding = context;
	enum led_err err = db_run(db, SQL_PING_TAKE, DB_ARGS(DB_S(binding)), error);
	if (err || db_affected(db) == 0)
		return err; /* another worker was faster */
	err = db_run(db, SQL_PING_QUEUE, DB_ARGS(DB_S(binding), DB_S(binding)), error);
	if (!err)
		err = db_run(db, SQL_PING_QUEUE_REFERENCE, DB_ARGS(DB_S(binding)), error);
	if (!err)
		err = db_run(db, SQL_PING_TAKE_METHODS, DB_ARGS(DB_S(binding)), error);
	if (err || db_affected(db) == 0)
		return err;
	return db_run(db, SQL_PING_QUEUE_METHODS, DB_ARGS(DB_S(binding), DB_S(binding)), error);
}

enum led_err ping_queue_due(struct db *db, struct arena *arena, struct led_error *error)
{
	struct db_rows rows;
	char binding[37];
	enum led_err err = db_query(db, arena, SQL_PING_DUE, DB_ARGS(DB_I(BATCH)), &rows, error);
	for (size_t i = 0; !err && i < rows.count; i++) {
		snprintf(binding, sizeof binding, "%s", db_at_text(&rows, i, 0));
		err = db_transaction(db, queue, binding, error);
	}
	return err;
}

enum led_err ping_note(struct db *db, const char *binding, bool answered, struct led_error *error)
{
	return db_run(db, answered ? SQL_PING_ANSWERED : SQL_PING_SOON, DB_ARGS(DB_S(binding)),
		      error);
}
