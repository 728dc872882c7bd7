/* /dashboard/audit: who did what, from where; the same as CSV. */
#include "dashboard.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "store/audit.h"
#include "view/csv.h"

#include <inttypes.h>
#include <string.h>

#define PAGE_ROWS 100
#define CSV_BATCH 500               /* rows of one statement */
#define CSV_ROWS  10000             /* rows of one file */
#define CSV_BYTES (3 * 1024 * 1024) /* and their size */
#define ARENA_CAP (8 * 1024 * 1024)
#define FIELD_MAX 254 /* bytes of a filter */
#define COLUMNS   5

/* "2026-11-20", a day that exists. */
static bool is_day(struct arena *arena, const char *text)
{
	const char *instant = arena_printf(arena, "%sT00:00:00Z", text);
	int64_t seconds;

	return instant && clock_parse_iso(instant, &seconds);
}

static const char *take_field(const struct http_form *query, const char *name)
{
	const char *value = http_form_get(query, name);

	return value && strlen(value) <= FIELD_MAX ? value : "";
}

/* The filter of the URL; *problem names what was left out of it, or is NULL. */
static struct audit_filter take_filter(struct http_request *request, const char **problem)
{
	struct http_form query = page_query(request);
	struct audit_filter filter = {
		.before = INT64_MAX,
		.actor = take_field(&query, "actor"),
		.action = take_field(&query, "action"),
		.from = take_field(&query, "from"),
		.to = take_field(&query, "to"),
		.most = PAGE_ROWS + 1,
	};
	const char *before = http_form_get(&query, "before");

	*problem = NULL;
	if (before && !text_to_int64(before, 1, INT64_MAX, &filter.before))
		*problem = "The page asked for does not exist; these are the newest lines.";
	if (*filter.from && !is_day(request->arena, filter.from)) {
		*problem = "The first day is not one; it was left out.";
		filter.from = "";
	}
	if (*filter.to && !is_day(request->arena, filter.to)) {
		*problem = "The last day is not one; it was left out.";
		filter.to = "";
	}
	return filter;
}

/* The filter as a query again, without '?'; NULL when memory is short. */
static const char *print_filter(struct arena *arena, const struct audit_filter *filter)
{
	return arena_printf(arena, "actor=%s&action=%s&from=%s&to=%s",
			    next_encoded(arena, filter->actor), next_encoded(arena, filter->action),
			    filter->from, filter->to);
}

/* The facts of a line, "name value" each; a detail that is no JSON is shown as it is. */
static void add_detail(struct page *page, struct json_object *item, const char *detail)
{
	struct json_object *list = page_list(page, item, "facts"), *facts = NULL;

	if (json_parse(detail, strlen(detail), &facts, NULL) ||
	    !json_object_is_type(facts, json_type_object)) {
		page_text(page, item, "detail", detail);
	} else {
		json_object_object_foreach(facts, name, value)
		{
			struct json_object *fact = page_item(page, list);

			page_text(page, fact, "name", name);
			page_text(page, fact, "value", json_object_get_string(value));
		}
	}
	json_object_put(facts);
}

static void add_rows(struct page *page, const struct audit_row *rows, size_t count)
{
	struct json_object *list = page_list(page, page->data, "rows");

	for (size_t i = 0; i < count; i++) {
		struct json_object *item = page_item(page, list);

		page_number(page, item, "id", rows[i].id);
		page_time(page, item, "when", rows[i].at);
		page_text(page, item, "actor", rows[i].actor);
		page_text(page, item, "address", rows[i].address);
		page_text(page, item, "action", rows[i].action);
		add_detail(page, item, rows[i].detail);
	}
}

enum led_err audit_log_page(void *program, struct http_request *request,
			    struct http_response *response, struct led_error *error)
{
	const struct site *site = program;
	const char *problem, *query;
	struct audit_filter filter = take_filter(request, &problem);
	struct audit_row *rows = NULL;
	struct page page;
	size_t count;
	enum led_err err =
		audit_page(site->db, request->arena, visitor_of(request)->session->account_id,
			   &filter, &rows, &count, error);

	if (err)
		return err;
	query = print_filter(request->arena, &filter);
	page_begin(&page, site, request, "Audit log", "audit");
	page_text(&page, page.data, "problem", problem);
	page_text(&page, page.data, "actor", filter.actor);
	page_text(&page, page.data, "action", filter.action);
	page_text(&page, page.data, "from", filter.from);
	page_text(&page, page.data, "to", filter.to);
	page_text(&page, page.data, "query", query);
	page_flag(&page, page.data, "filtered",
		  *filter.actor || *filter.action || *filter.from || *filter.to);
	page_flag(&page, page.data, "newest", filter.before != INT64_MAX);
	page_flag(&page, page.data, "any", count > 0);
	add_rows(&page, rows, count > PAGE_ROWS ? PAGE_ROWS : count);
	if (count > PAGE_ROWS)
		page_number(&page, page.data, "older", rows[PAGE_ROWS - 1].id);
	return page_send(&page, response, 200, "audit", error);
}

static void add_csv(struct buf *out, const struct audit_row *row)
{
	char when[CLOCK_ISO_SIZE];
	const char *cells[COLUMNS] = {clock_iso(row->at, when), row->actor, row->address,
				      row->action, row->detail};

	csv_row(out, cells, COLUMNS);
}

/* Writes the filtered rows; *all is false when some were left out for their number. */
static enum led_err write_csv(const struct site *site, int64_t account, struct audit_filter *filter,
			      struct arena *arena, struct buf *out, bool *all,
			      struct led_error *error)
{
	size_t written = 0, count = CSV_BATCH;

	filter->most = CSV_BATCH;
	while (count == CSV_BATCH && written < CSV_ROWS && out->len < CSV_BYTES) {
		struct audit_row *rows = NULL;
		enum led_err err;

		arena_reset(arena);
		err = audit_page(site->db, arena, account, filter, &rows, &count, error);
		if (err)
			return err;
		for (size_t i = 0; i < count; i++)
			add_csv(out, &rows[i]);
		if (count)
			filter->before = rows[count - 1].id;
		written += count;
	}
	*all = count < CSV_BATCH;
	return LED_OK;
}

enum led_err audit_log_csv(void *program, struct http_request *request,
			   struct http_response *response, struct led_error *error)
{
	static const char *const head[COLUMNS] = {"time", "who", "from", "action", "details"};
	static const char *const more[COLUMNS] = {"", "", "", "older_lines_left_out",
						  "Narrow the filter to export them."};
	const struct site *site = program;
	const char *problem;
	struct audit_filter filter = take_filter(request, &problem);
	struct arena *arena = arena_new(ARENA_CAP);
	bool all = true;
	enum led_err err;

	if (!arena)
		return led_fail(error, LED_INTERNAL, "out_of_memory", "The audit log.");
	response->status = 200;
	http_response_set(response, "Content-Type", "text/csv; charset=utf-8");
	http_response_set(response, "Content-Disposition",
			  "attachment; filename=\"ledger-audit.csv\"");
	csv_row(&response->body, head, COLUMNS);
	err = write_csv(site, visitor_of(request)->session->account_id, &filter, arena,
			&response->body, &all, error);
	if (!err && !all)
		csv_row(&response->body, more, COLUMNS);
	arena_free(arena);
	return err;
}
