#include "store/run.h"

#include <string.h>

static const char *const status_names[] = {
	[RUN_SUCCEEDED] = "succeeded",
	[RUN_SKIPPED] = "skipped_by_policy",
	[RUN_FAILED] = "failed",
};

enum led_err run_get(struct db *db, struct arena *arena, const char *binding, int64_t id,
		     struct run *run, struct led_error *error)
{
	struct db_rows rows;
	enum led_err err =
		db_query(db, arena, SQL_RUN_GET, DB_ARGS(DB_S(binding), DB_I(id)), &rows, error);
	if (err)
		return err;
	if (rows.count == 0)
		return led_fail(error, LED_NOT_FOUND, "run_not_found", "There is no run %lld.",
				(long long)id);
	*run = (struct run){
		.event = db_at_text(&rows, 0, 0),
		.entity_type = db_at_text(&rows, 0, 1),
		.status = db_at_text(&rows, 0, 7),
		.id = id,
		.magento_id = db_at_int(&rows, 0, 2),
		.website_id = db_at_int(&rows, 0, 3),
		.store_id = db_at_int(&rows, 0, 4),
		.occurred_at = db_at_int(&rows, 0, 5),
		.policy_version = db_at_int(&rows, 0, 6),
		.warnings = db_at_text(&rows, 0, 8),
	};
	const char *total = db_at_text(&rows, 0, 9);
	struct decimal amount;
	run->has_total = total && !decimal_parse(total, strlen(total), MONEY_SCALE, &amount);
	run->total = run->has_total ? amount.units : 0;
	return LED_OK;
}

enum led_err run_start(struct db *db, int64_t id, struct led_error *error)
{
	return db_run(db, SQL_RUN_START, DB_ARGS(DB_I(id)), error);
}

enum led_err run_describe(struct db *db, int64_t id, const char *number, const char *currency,
			  const struct decimal *total, struct led_error *error)
{
	char text[DECIMAL_TEXT_MAX];
	return db_run(db, SQL_RUN_DESCRIBE,
		      DB_ARGS(DB_S(number), DB_S(currency),
			      DB_S(total ? decimal_print(*total, text) : NULL), DB_I(id)),
		      error);
}

enum led_err run_warn(struct db *db, int64_t id, const char *warnings, struct led_error *error)
{
	return db_run(db, SQL_RUN_WARN, DB_ARGS(DB_S(warnings), DB_I(id)), error);
}

enum led_err run_finish(struct db *db, int64_t id, const struct run_end *end,
			struct led_error *error)
{
	char total[DECIMAL_TEXT_MAX];
	const struct led_error *failure = end->failure;
	enum led_err err = db_run(
		db, SQL_RUN_FINISH,
		DB_ARGS(DB_S(status_names[end->status]), DB_S(end->skip_reason),
			DB_S(failure ? led_err_name(failure->class) : NULL),
			DB_S(failure ? failure->code : NULL),
			DB_S(failure ? failure->message : NULL), DB_S(end->warnings),
			DB_S(end->warnings),
			DB_S(end->has_sage_total ? decimal_print(end->sage_total, total) : NULL),
			DB_S(end->sage_id), DB_S(end->sage_number), DB_I(id)),
		error);
	return err ? err : db_run(db, SQL_RUN_COUNT, DB_ARGS(DB_I(id)), error);
}

enum led_err run_postpone(struct db *db, int64_t id, bool spent, const struct led_error *why,
			  struct led_error *error)
{
	return db_run(db, SQL_RUN_POSTPONE,
		      DB_ARGS(DB_I(spent), DB_S(led_err_name(why->class)), DB_S(why->code),
			      DB_S(why->message), DB_I(id)),
		      error);
}

enum led_err run_add_attempt(struct db *db, int64_t id, const struct run_attempt *attempt,
			     struct led_error *error)
{
	const struct led_error *failure = attempt->failure;
	return db_run(db, SQL_RUN_ATTEMPT_ADD,
		      DB_ARGS(DB_I(id), DB_I(attempt->started_at), DB_I(attempt->duration_ms),
			      DB_S(attempt->outcome),
			      DB_S(failure ? led_err_name(failure->class) : NULL),
			      DB_S(failure ? failure->code : NULL),
			      DB_S(failure ? failure->message : NULL), DB_S(attempt->calls),
			      DB_S(attempt->request), DB_S(attempt->answer), DB_I(id)),
		      error);
}

enum led_err run_latest(struct db *db, struct arena *arena, const char *binding,
			const char *entity_type, int64_t magento_id, const char *event,
			struct run_state *state, struct led_error *error)
{
	struct db_rows rows;
	*state = (struct run_state){0};
	enum led_err err =
		db_query(db, arena, SQL_RUN_LATEST,
			 DB_ARGS(DB_S(binding), DB_S(entity_type), DB_I(magento_id), DB_S(event)),
			 &rows, error);
	if (err || rows.count == 0)
		return err;
	*state = (struct run_state){
		.found = true,
		.status = db_at_text(&rows, 0, 0),
		.sage_id = db_at_text(&rows, 0, 1),
		.sage_number = db_at_text(&rows, 0, 2),
		.skip_reason = db_at_text(&rows, 0, 3),
		.error_class = db_at_text(&rows, 0, 4),
		.error_code = db_at_text(&rows, 0, 5),
		.at = db_at_text(&rows, 0, 6),
		.id = db_at_int(&rows, 0, 7),
	};
	return LED_OK;
}
