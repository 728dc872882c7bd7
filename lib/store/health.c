#include "store/health.h"

#include <string.h>

enum led_err health_get(struct db *db, struct arena *arena, int64_t account, const char *binding,
			struct health *health, struct led_error *error)
{
	const struct db_value id = DB_S(binding);
	struct db_rows rows;
	enum led_err err = db_query(db, arena, SQL_HEALTH_OF,
				    DB_ARGS(id, id, id, id, id, DB_I(account), id), &rows, error);

	*health = (struct health){0};
	if (err || !rows.count)
		return err;
	*health = (struct health){
		.waiting = db_at_int(&rows, 0, 0),
		.oldest_at = db_at_int(&rows, 0, 1),
		.failed = db_at_int(&rows, 0, 2),
		.last_at = db_at_int(&rows, 0, 3),
		.invoiced = db_at_int(&rows, 0, 4) != 0,
	};
	return LED_OK;
}

enum led_err health_days_get(struct db *db, struct arena *arena, int64_t account,
			     struct health_day days[HEALTH_DAYS], struct led_error *error)
{
	struct db_rows rows;
	enum led_err err =
		db_query(db, arena, SQL_HEALTH_DAYS, DB_ARGS(DB_I(account)), &rows, error);

	memset(days, 0, HEALTH_DAYS * sizeof *days);
	for (size_t i = 0; !err && i < rows.count; i++) {
		int64_t ago = db_at_int(&rows, i, 0), ended = db_at_int(&rows, i, 2);
		const char *outcome = db_at_text(&rows, i, 1);

		if (ago < 0 || ago >= HEALTH_DAYS)
			continue; /* the day changed between the condition and the row */
		if (strcmp(outcome, "succeeded") == 0)
			days[ago].synced = ended;
		else if (strcmp(outcome, "failed") == 0)
			days[ago].failed = ended;
		else
			days[ago].skipped = ended;
	}
	return err;
}

enum led_err health_settings_get(struct db *db, struct arena *arena, int64_t account,
				 const char *binding, struct health_settings *settings,
				 struct led_error *error)
{
	struct db_rows rows;
	enum led_err err = db_query(db, arena, SQL_HEALTH_SETTINGS,
				    DB_ARGS(DB_I(account), DB_S(binding)), &rows, error);

	*settings = (struct health_settings){0};
	if (err || !rows.count)
		return err;
	*settings = (struct health_settings){
		.chosen = true,
		.tax_rate = db_at_text(&rows, 0, 0),
		.ledger_account = db_at_text(&rows, 0, 1),
		.bank_account = db_at_text(&rows, 0, 2),
	};
	return LED_OK;
}
