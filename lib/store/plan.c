#include "store/plan.h"

enum led_err plan_of_account(struct db *db, struct arena *arena, int64_t account, struct plan *plan,
			     struct led_error *error)
{
	struct db_rows rows;
	enum led_err err =
		db_query(db, arena, SQL_PLAN_OF_ACCOUNT, DB_ARGS(DB_I(account)), &rows, error);
	if (err)
		return err;
	if (rows.count == 0)
		return led_fail(error, LED_NOT_FOUND, "account_not_found",
				"There is no account %lld.", (long long)account);
	*plan = (struct plan){
		.code = db_at_text(&rows, 0, 0),
		.name = db_at_text(&rows, 0, 1),
		.credit_notes = db_at_int(&rows, 0, 2) != 0,
		.payments = db_at_int(&rows, 0, 3) != 0,
		.products = db_at_int(&rows, 0, 4) != 0,
		.stock = db_at_int(&rows, 0, 5) != 0,
		.multi_currency = db_at_int(&rows, 0, 6) != 0,
		.several_stores = db_at_int(&rows, 0, 7) != 0,
		.consolidation = db_at_int(&rows, 0, 8) != 0,
		.limits_bindings = db_at(&rows, 0, 9)->kind != DB_NULL,
		.bindings = db_at_int(&rows, 0, 9),
	};
	return LED_OK;
}
