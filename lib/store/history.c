#include "store/history.h"

#include "base/text.h"

#include <string.h>

static enum led_err no_memory(struct led_error *error)
{
	return led_fail(error, LED_INTERNAL, "out_of_memory", "The sync history.");
}

/* The order of the columns in the three statements that read runs. */
enum column {
	RUN_ID,
	RUN_BINDING,
	RUN_SHOP,
	RUN_EVENT,
	RUN_ENTITY,
	RUN_MAGENTO_ID,
	RUN_MAGENTO_NUMBER,
	RUN_STATUS,
	RUN_ATTEMPTS,
	RUN_SKIP_REASON,
	RUN_ERROR_CLASS,
	RUN_ERROR_CODE,
	RUN_ERROR_MESSAGE,
	RUN_SAGE_ID,
	RUN_SAGE_NUMBER,
	RUN_CURRENCY,
	RUN_MAGENTO_TOTAL,
	RUN_SAGE_TOTAL,
	RUN_OCCURRED,
	RUN_QUEUED,
	RUN_FINISHED,
	RUN_TOOK,
	RUN_WARNINGS,
	RUN_COLUMNS
};

static const struct {
	const char *status;
	enum history_state state;
} STATUSES[] = {
	{"succeeded", HISTORY_SYNCED}, {"queued", HISTORY_PENDING},
	{"running", HISTORY_PENDING},  {"skipped_by_policy", HISTORY_SKIPPED},
	{"failed", HISTORY_FAILED},
};
#define STATUS_COUNT (sizeof(STATUSES) / sizeof(STATUSES[0]))

static enum led_err read_status(const char *status, struct history_run *run,
				struct led_error *error)
{
	for (size_t i = 0; status && i < STATUS_COUNT; i++) {
		if (strcmp(STATUSES[i].status, status) == 0) {
			run->state = STATUSES[i].state;
			run->running = strcmp(status, "running") == 0;
			return LED_OK;
		}
	}
	return led_fail(error, LED_INTERNAL, "unknown_status", "Run %lld is %s.",
			(long long)run->id, status ? status : "(none)");
}

static enum led_err read_money(struct arena *arena, const char *text, const struct decimal **out,
			       struct led_error *error)
{
	struct decimal *amount;

	*out = NULL;
	if (!text)
		return LED_OK;
	amount = arena_alloc(arena, sizeof(*amount));
	if (!amount)
		return no_memory(error);
	*out = amount;
	return decimal_parse(text, strlen(text), MONEY_SCALE, amount);
}

static enum led_err read_run(struct arena *arena, const struct db_rows *rows, size_t row,
			     struct history_run *run, struct led_error *error)
{
	enum led_err err;

	*run = (struct history_run){
		.id = db_at_int(rows, row, RUN_ID),
		.binding_id = db_at_text(rows, row, RUN_BINDING),
		.shop_url = db_at_text(rows, row, RUN_SHOP),
		.event = db_at_text(rows, row, RUN_EVENT),
		.entity_type = db_at_text(rows, row, RUN_ENTITY),
		.magento_id = db_at_int(rows, row, RUN_MAGENTO_ID),
		.magento_number = db_at_text(rows, row, RUN_MAGENTO_NUMBER),
		.attempts = db_at_int(rows, row, RUN_ATTEMPTS),
		.skip_reason = db_at_text(rows, row, RUN_SKIP_REASON),
		.error_class = db_at_text(rows, row, RUN_ERROR_CLASS),
		.error_code = db_at_text(rows, row, RUN_ERROR_CODE),
		.error_message = db_at_text(rows, row, RUN_ERROR_MESSAGE),
		.sage_id = db_at_text(rows, row, RUN_SAGE_ID),
		.sage_number = db_at_text(rows, row, RUN_SAGE_NUMBER),
		.currency = db_at_text(rows, row, RUN_CURRENCY),
		.occurred_at = db_at_int(rows, row, RUN_OCCURRED),
		.queued_at = db_at_int(rows, row, RUN_QUEUED),
		.finished_at = db_at_int(rows, row, RUN_FINISHED),
		.took_ms = db_at_int(rows, row, RUN_TOOK),
		.warnings = db_at_text(rows, row, RUN_WARNINGS),
	};
	err = read_status(db_at_text(rows, row, RUN_STATUS), run, error);
	if (!err)
		err = read_money(arena, db_at_text(rows, row, RUN_MAGENTO_TOTAL),
				 &run->magento_total, error);
	if (!err)
		err = read_money(arena, db_at_text(rows, row, RUN_SAGE_TOTAL), &run->sage_total,
				 error);
	return err;
}

static struct db_value number_or_none(const char *text)
{
	int64_t number;

	return text && text_to_int64(text, 0, INT64_MAX, &number) ? DB_I(number) : DB_NONE;
}

/* One row more than asked for tells whether there are more. */
static enum led_err query_list(struct db *db, struct arena *arena, int64_t account,
			       const struct history_filter *f, size_t limit, struct db_rows *rows,
			       struct led_error *error)
{
	const char *one = NULL, *two = NULL;
	int64_t cursor = f->after ? f->after : f->before ? f->before : INT64_MAX;

	for (size_t i = 0; i < STATUS_COUNT; i++) {
		if ((int)STATUSES[i].state != f->state)
			continue;
		one = one ? one : STATUSES[i].status;
		two = STATUSES[i].status;
	}
	return db_query(db, arena, f->after ? SQL_HISTORY_NEWER : SQL_HISTORY_OLDER,
			DB_ARGS(DB_I(account), DB_I(cursor), DB_S(one), DB_S(one), DB_S(two),
				DB_S(f->event), DB_S(f->event), DB_S(f->binding_id),
				DB_S(f->binding_id), DB_S(f->search), DB_S(f->search),
				DB_S(f->search), number_or_none(f->search), DB_I(limit + 1)),
			rows, error);
}

enum led_err history_list(struct db *db, struct arena *arena, int64_t account,
			  const struct history_filter *filter, size_t limit,
			  struct history_page *page, struct led_error *error)
{
	struct db_rows rows;
	bool more;
	enum led_err err = query_list(db, arena, account, filter, limit, &rows, error);

	if (err)
		return err;
	more = rows.count > limit;
	*page = (struct history_page){.count = more ? limit : rows.count};
	/* The side one came from has rows: the cursor's own run at least. */
	page->older = filter->after ? true : more;
	page->newer = filter->after ? more : filter->before != 0;
	page->runs = arena_alloc(arena, (page->count + 1) * sizeof(*page->runs));
	if (!page->runs)
		return no_memory(error);
	for (size_t i = 0; i < page->count && !err; i++) {
		size_t place = filter->after ? page->count - 1 - i : i;

		err = read_run(arena, &rows, i, &page->runs[place], error);
	}
	return err;
}

enum led_err history_run(struct db *db, struct arena *arena, int64_t account, int64_t id,
			 struct history_run **out, struct led_error *error)
{
	struct db_rows rows;
	enum led_err err = db_query(db, arena, SQL_HISTORY_RUN, DB_ARGS(DB_I(account), DB_I(id)),
				    &rows, error);

	*out = NULL;
	if (err || !rows.count)
		return err;
	*out = arena_alloc(arena, sizeof(**out));
	return *out ? read_run(arena, &rows, 0, *out, error) : no_memory(error);
}

enum led_err history_attempts(struct db *db, struct arena *arena, int64_t account, int64_t run,
			      size_t limit, struct history_attempt **attempts, size_t *count,
			      struct led_error *error)
{
	struct db_rows rows;
	enum led_err err = db_query(db, arena, SQL_HISTORY_ATTEMPTS,
				    DB_ARGS(DB_I(account), DB_I(run), DB_I(limit)), &rows, error);

	if (err)
		return err;
	*count = rows.count;
	*attempts = arena_alloc(arena, (rows.count + 1) * sizeof(**attempts));
	if (!*attempts)
		return no_memory(error);
	for (size_t i = 0; i < rows.count; i++)
		(*attempts)[i] = (struct history_attempt){
			.number = db_at_int(&rows, i, 0),
			.started_at = db_at_int(&rows, i, 1),
			.took_ms = db_at_int(&rows, i, 2),
			.outcome = db_at_text(&rows, i, 3),
			.error_class = db_at_text(&rows, i, 4),
			.error_code = db_at_text(&rows, i, 5),
			.error_message = db_at_text(&rows, i, 6),
			.calls = db_at_text(&rows, i, 7),
		};
	return LED_OK;
}

enum led_err history_jobs(struct db *db, struct arena *arena, int64_t account, int64_t run,
			  struct history_job **jobs, size_t *count, struct led_error *error)
{
	struct db_rows rows;
	enum led_err err = db_query(db, arena, SQL_HISTORY_JOBS, DB_ARGS(DB_I(account), DB_I(run)),
				    &rows, error);

	if (err)
		return err;
	*count = rows.count;
	*jobs = arena_alloc(arena, (rows.count + 1) * sizeof(**jobs));
	if (!*jobs)
		return no_memory(error);
	for (size_t i = 0; i < rows.count; i++)
		(*jobs)[i] = (struct history_job){
			.kind = db_at_text(&rows, i, 0),
			.state = db_at_text(&rows, i, 1),
			.due_at = db_at_int(&rows, i, 2),
			.attempts = db_at_int(&rows, i, 3),
			.parked_why = db_at_text(&rows, i, 4),
			.parked_until = db_at_int(&rows, i, 5),
		};
	return LED_OK;
}

enum led_err history_bindings(struct db *db, struct arena *arena, int64_t account, size_t limit,
			      struct history_binding **bindings, size_t *count,
			      struct led_error *error)
{
	struct db_rows rows;
	enum led_err err = db_query(db, arena, SQL_HISTORY_BINDINGS,
				    DB_ARGS(DB_I(account), DB_I(limit)), &rows, error);

	if (err)
		return err;
	*count = rows.count;
	*bindings = arena_alloc(arena, (rows.count + 1) * sizeof(**bindings));
	if (!*bindings)
		return no_memory(error);
	for (size_t i = 0; i < rows.count; i++)
		(*bindings)[i] = (struct history_binding){
			.id = db_at_text(&rows, i, 0),
			.shop_url = db_at_text(&rows, i, 1),
		};
	return LED_OK;
}
