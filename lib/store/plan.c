#include "store/plan.h"

const char *const plan_feature_names[PLAN_FEATURES] = {
	[PLAN_CREDIT_NOTES] = "credit_notes",
	[PLAN_PAYMENTS] = "payments",
	[PLAN_PRODUCTS] = "products",
	[PLAN_STOCK] = "stock",
	[PLAN_MULTI_CURRENCY] = "multi_currency",
	[PLAN_SEVERAL_STORES] = "several_stores",
	[PLAN_CONSOLIDATION] = "consolidation",
};

/* code, name, the features in their order, bindings */
static void read_plan(const struct db_rows *rows, struct plan *plan)
{
	*plan = (struct plan){.code = db_at_text(rows, 0, 0), .name = db_at_text(rows, 0, 1)};
	for (size_t i = 0; i < PLAN_FEATURES; i++)
		plan->has[i] = db_at_int(rows, 0, 2 + i) != 0;
	plan->limits_bindings = db_at(rows, 0, 2 + PLAN_FEATURES)->kind != DB_NULL;
	plan->bindings = db_at_int(rows, 0, 2 + PLAN_FEATURES);
}

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
	read_plan(&rows, plan);
	return LED_OK;
}

enum led_err plan_check_room(struct db *db, struct arena *arena, int64_t account,
			     const char *binding, struct led_error *error)
{
	struct db_rows rows;
	struct plan plan;
	enum led_err err =
		db_query(db, arena, SQL_PLAN_LOCK_ACCOUNT, DB_ARGS(DB_I(account)), &rows, error);
	if (!err)
		err = plan_of_account(db, arena, account, &plan, error);
	if (err || !plan.limits_bindings)
		return err;
	err = db_query(db, arena, SQL_PLAN_OTHER_BINDINGS,
		       DB_ARGS(DB_S(binding), DB_I(account), DB_S(binding)), &rows, error);
	int64_t others = err ? 0 : db_at_int(&rows, 0, 0);
	if (err || others < plan.bindings)
		return err;
	return led_fail(error, LED_VALIDATION, "tier_limit_exceeded",
			"The plan %.100s allows %lld connected shop(s), and %lld are connected or "
			"being paired. Disconnect one of them, or choose a larger plan.",
			plan.name, (long long)plan.bindings, (long long)others);
}

enum led_err plan_covers(struct db *db, struct arena *arena, const struct plan *plan,
			 int64_t account, const char *binding, bool *covers,
			 struct led_error *error)
{
	struct db_rows rows;
	*covers = true;
	if (!plan->limits_bindings)
		return LED_OK;
	enum led_err err = db_query(db, arena, SQL_BINDING_EARLIER_ONES,
				    DB_ARGS(DB_I(account), DB_S(binding)), &rows, error);
	*covers = err || db_at_int(&rows, 0, 0) < plan->bindings;
	return err;
}

enum led_err plan_first_store(struct db *db, struct arena *arena, const char *binding,
			      int64_t *store, struct led_error *error)
{
	struct db_rows rows;
	enum led_err err =
		db_query(db, arena, SQL_BINDING_FIRST_STORE, DB_ARGS(DB_S(binding)), &rows, error);
	*store = !err && rows.count ? db_at_int(&rows, 0, 0) : 0;
	return err;
}
