#include "store/history.h"

#include "base/buf.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define WALKS_MAX 3 /* of one listing: a search looks in three indexes */

static enum led_err no_memory(struct led_error *error)
{
	return led_fail(error, LED_INTERNAL, "out_of_memory", "The sync history.");
}

/* The order of the columns in history_rows. */
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

/* The ids of a page, from one walk along an index or several merged. */
struct ids {
	int64_t *id;
	size_t count, size;
};

struct listing {
	struct db *db;
	struct arena *arena;
	int64_t account;
	const struct history_filter *filter;
	size_t limit;
	struct ids ids;
};

static int newest_first(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x < y) - (x > y);
}

/* Runs one of the walks and takes its ids. */
static enum led_err walk(struct listing *l, enum db_statement statement,
			 const struct db_value *args, size_t count, struct led_error *error)
{
	struct db_rows rows;
	enum led_err err = db_query(l->db, l->arena, statement, args, count, &rows, error);

	for (size_t i = 0; !err && i < rows.count && l->ids.count < l->ids.size; i++)
		l->ids.id[l->ids.count++] = db_at_int(&rows, i, 0);
	return err;
}

/* The column's values of a state, the same twice when it has but one. */
static void statuses_of(int state, const char *out[2])
{
	out[0] = out[1] = NULL;
	for (size_t i = 0; i < STATUS_COUNT; i++) {
		if ((int)STATUSES[i].state != state)
			continue;
		out[0] = out[0] ? out[0] : STATUSES[i].status;
		out[1] = STATUSES[i].status;
	}
}

static int64_t cursor_of(const struct history_filter *f)
{
	return f->after ? f->after : f->before ? f->before : INT64_MAX;
}

static enum led_err walk_state(struct listing *l, struct led_error *error)
{
	const struct history_filter *f = l->filter;
	const char *status[2];
	enum led_err err = LED_OK;

	statuses_of(f->state, status);
	for (int i = 0; !err && i < (status[0] == status[1] ? 1 : 2); i++)
		err = walk(l, f->after ? SQL_HISTORY_NEWER_OF_STATUS : SQL_HISTORY_OLDER_OF_STATUS,
			   DB_ARGS(DB_I(l->account), DB_S(status[i]), DB_I(cursor_of(f)),
				   DB_S(f->event), DB_S(f->event), DB_S(f->binding_id),
				   DB_S(f->binding_id), DB_I(l->limit + 1)),
			   error);
	return err;
}

/* Along the index of the filter that likely leaves the fewest. */
static enum led_err walk_filtered(struct listing *l, struct led_error *error)
{
	const struct history_filter *f = l->filter;
	int64_t cursor = cursor_of(f);

	if (f->state >= 0)
		return walk_state(l, error);
	if (f->event)
		return walk(l, f->after ? SQL_HISTORY_NEWER_OF_EVENT : SQL_HISTORY_OLDER_OF_EVENT,
			    DB_ARGS(DB_I(l->account), DB_S(f->event), DB_I(cursor),
				    DB_S(f->binding_id), DB_S(f->binding_id), DB_I(l->limit + 1)),
			    error);
	if (f->binding_id)
		return walk(l,
			    f->after ? SQL_HISTORY_NEWER_OF_BINDING : SQL_HISTORY_OLDER_OF_BINDING,
			    DB_ARGS(DB_I(l->account), DB_S(f->binding_id), DB_I(cursor),
				    DB_I(l->limit + 1)),
			    error);
	return walk(l, f->after ? SQL_HISTORY_NEWER : SQL_HISTORY_OLDER,
		    DB_ARGS(DB_I(l->account), DB_I(cursor), DB_I(l->limit + 1)), error);
}

static enum led_err walk_search(struct listing *l, struct led_error *error)
{
	static const enum db_statement statements[] = {SQL_HISTORY_BY_MAGENTO_NUMBER,
						       SQL_HISTORY_BY_SAGE_NUMBER,
						       SQL_HISTORY_BY_MAGENTO_ID};
	const struct history_filter *f = l->filter;
	int64_t cursor = f->before ? f->before : INT64_MAX, number = 0;
	bool is_number = text_to_int64(f->search, 0, INT64_MAX, &number);
	const char *status[2];
	enum led_err err = LED_OK;

	statuses_of(f->state, status);
	for (size_t i = 0; !err && i < sizeof(statements) / sizeof(statements[0]); i++) {
		bool by_id = statements[i] == SQL_HISTORY_BY_MAGENTO_ID;

		if (by_id && !is_number)
			continue;
		err = walk(l, statements[i],
			   DB_ARGS(DB_I(l->account), by_id ? DB_I(number) : DB_S(f->search),
				   DB_I(cursor), DB_S(status[0]), DB_S(status[0]), DB_S(status[1]),
				   DB_S(f->event), DB_S(f->event), DB_S(f->binding_id),
				   DB_S(f->binding_id), DB_I(l->limit + 1)),
			   error);
	}
	return err;
}

/* Newest first, each once. */
static void settle_ids(struct ids *ids)
{
	size_t kept = 0;

	qsort(ids->id, ids->count, sizeof(*ids->id), newest_first);
	for (size_t i = 0; i < ids->count; i++)
		if (!i || ids->id[i] != ids->id[i - 1])
			ids->id[kept++] = ids->id[i];
	ids->count = kept;
}

/* Reads `count` runs by their ids; `runs` has room for them. *found may be fewer. */
static enum led_err read_runs(struct db *db, struct arena *arena, int64_t account,
			      const int64_t *ids, size_t count, struct history_run *runs,
			      size_t *found, struct led_error *error)
{
	struct db_rows rows;
	struct buf list;
	enum led_err err;

	buf_init(&list, 24 * (count + 1));
	for (size_t i = 0; i < count; i++)
		buf_addf(&list, "%c%lld", i ? ',' : '[', (long long)ids[i]);
	buf_add_str(&list, count ? "]" : "[]");
	if (list.failed)
		err = no_memory(error);
	else
		err = db_query(db, arena, SQL_HISTORY_ROWS,
			       DB_ARGS(DB_I(account), DB_S(buf_str(&list))), &rows, error);
	buf_release(&list);
	if (err)
		return err;
	*found = rows.count < count ? rows.count : count;
	for (size_t i = 0; i < *found && !err; i++)
		err = read_run(arena, &rows, i, &runs[i], error);
	return err;
}

enum led_err history_list(struct db *db, struct arena *arena, int64_t account,
			  const struct history_filter *filter, size_t limit,
			  struct history_page *page, struct led_error *error)
{
	struct listing l = {db, arena, account, filter, limit, {.size = WALKS_MAX * (limit + 1)}};
	bool more, forward = filter->after && !filter->search;
	enum led_err err;

	*page = (struct history_page){0};
	l.ids.id = arena_alloc(arena, l.ids.size * sizeof(*l.ids.id));
	page->runs = arena_alloc(arena, (limit + 1) * sizeof(*page->runs));
	if (!l.ids.id || !page->runs)
		return no_memory(error);
	err = filter->search ? walk_search(&l, error) : walk_filtered(&l, error);
	if (err)
		return err;
	settle_ids(&l.ids);
	more = l.ids.count > limit;
	/* The side one came from has rows: the cursor's own run at least. */
	page->older = forward || more;
	page->newer = forward ? more : filter->before && !filter->search;
	/* Of too many, those next to the cursor. */
	return read_runs(db, arena, account, l.ids.id + (more && forward ? l.ids.count - limit : 0),
			 more ? limit : l.ids.count, page->runs, &page->count, error);
}

enum led_err history_run(struct db *db, struct arena *arena, int64_t account, int64_t id,
			 struct history_run **out, struct led_error *error)
{
	struct history_run *run = arena_alloc(arena, sizeof(*run));
	size_t found = 0;
	enum led_err err;

	*out = NULL;
	if (!run)
		return no_memory(error);
	err = read_runs(db, arena, account, &id, 1, run, &found, error);
	*out = found ? run : NULL;
	return err;
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
			.request = db_at_text(&rows, i, 8),
			.answer = db_at_text(&rows, i, 9),
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
