#include "store/rate_slot.h"

#define CANDIDATES 8 /* several, for other workers are after them too */

struct adding {
	int64_t first, last;
};

static enum led_err add_slots(struct db *db, void *context, struct led_error *error)
{
	const struct adding *adding = context;
	enum led_err err = LED_OK;
	for (int64_t number = adding->first; !err && number <= adding->last; number++)
		err = db_run(db, SQL_RATE_SLOT_ADD, DB_ARGS(DB_I(number)), error);
	return err;
}

enum led_err rate_slots_ensure(struct db *db, struct arena *arena, int64_t count,
			       struct led_error *error)
{
	struct db_rows rows;
	enum led_err err = db_query(db, arena, SQL_RATE_SLOTS_LAST, DB_NO_ARGS, &rows, error);
	if (err || db_at_int(&rows, 0, 0) >= count)
		return err;
	struct adding adding = {.first = db_at_int(&rows, 0, 0) + 1, .last = count};
	return db_transaction(db, add_slots, &adding, error);
}

enum led_err rate_slot_claim(struct db *db, struct arena *arena, const char *owner, int64_t count,
			     int64_t *number, struct led_error *error)
{
	struct db_rows rows;
	*number = 0;
	enum led_err err = db_query(db, arena, SQL_RATE_SLOTS_FREE,
				    DB_ARGS(DB_I(count), DB_I(CANDIDATES)), &rows, error);
	for (size_t i = 0; !err && *number == 0 && i < rows.count; i++) {
		int64_t slot = db_at_int(&rows, i, 0);
		err = db_run(db, SQL_RATE_SLOT_CLAIM,
			     DB_ARGS(DB_S(owner), DB_I(RATE_SLOT_LEASE_SECONDS), DB_I(slot)),
			     error);
		if (!err && db_affected(db) == 1)
			*number = slot;
		if (err && db_is_conflict(db)) /* on a cluster that is how another is faster */
			err = LED_OK;
	}
	return err;
}

enum led_err rate_slot_renew(struct db *db, int64_t number, const char *owner, bool *held,
			     struct led_error *error)
{
	enum led_err err =
		db_run(db, SQL_RATE_SLOT_RENEW,
		       DB_ARGS(DB_I(RATE_SLOT_LEASE_SECONDS), DB_I(number), DB_S(owner)), error);
	*held = !err && db_affected(db) == 1;
	return err;
}

enum led_err rate_slot_release(struct db *db, int64_t number, const char *owner,
			       struct led_error *error)
{
	return db_run(db, SQL_RATE_SLOT_RELEASE, DB_ARGS(DB_I(number), DB_S(owner)), error);
}
