#include "chart.h"

#include "store/health.h"
#include "view/format.h"

#define COLUMN      20 /* units of the drawing, which is as wide as the page: a day with its gap */
#define BAR         14
#define GAP         ((COLUMN - BAR) / 2)
#define TALLEST     100
#define SHORTEST    3 /* one failure among thousands is seen too */
#define DAY_SECONDS 86400

static int64_t sum(const struct health_day *day)
{
	return day->synced + day->skipped + day->failed;
}

static void add_counts(struct page *page, struct json_object *item, const struct health_day *day)
{
	page_number(page, item, "synced", day->synced);
	page_number(page, item, "skipped", day->skipped);
	page_number(page, item, "failed", day->failed);
}

/* A bar's parts, one upon the other. */
static void add_parts(struct page *page, struct json_object *bar, const struct health_day *day,
		      int64_t most)
{
	const struct {
		const char *kind;
		int64_t count;
	} parts[] = {{"synced", day->synced}, {"skipped", day->skipped}, {"failed", day->failed}};
	struct json_object *list = page_list(page, bar, "parts");
	int64_t y = TALLEST + 2 * SHORTEST;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		int64_t size = parts[i].count * TALLEST / most;
		struct json_object *item;

		if (!parts[i].count)
			continue;
		size = size < SHORTEST ? SHORTEST : size;
		y -= size;
		item = page_item(page, list);
		page_text(page, item, "kind", parts[i].kind);
		page_number(page, item, "y", y);
		page_number(page, item, "size", size);
	}
}

static void add_bar(struct page *page, struct json_object *list, const struct health_day *day,
		    size_t column, const char *name, int64_t most)
{
	struct json_object *bar = page_item(page, list);

	page_text(page, bar, "title",
		  arena_printf(page->request->arena, "%s: %lld synced, %lld skipped, %lld failed",
			       name, (long long)day->synced, (long long)day->skipped,
			       (long long)day->failed));
	page_number(page, bar, "x", (int64_t)column * COLUMN + GAP);
	add_parts(page, bar, day, most);
}

static void draw(struct page *page, const struct health_day *days, const struct health_day *all,
		 int64_t most)
{
	struct json_object *chart = page_object(page, page->data, "chart");
	struct json_object *bars = page_list(page, chart, "bars");
	struct json_object *table = page_list(page, chart, "days");
	char name[FORMAT_TEXT_MAX];

	add_counts(page, chart, all);
	page_number(page, chart, "width", HEALTH_DAYS * COLUMN);
	page_number(page, chart, "height", TALLEST + 2 * SHORTEST);
	page_number(page, chart, "bar", BAR);
	for (size_t i = 0; i < HEALTH_DAYS; i++) {
		size_t ago = HEALTH_DAYS - 1 - i;

		format_date(page->now - (int64_t)ago * DAY_SECONDS, name);
		if (i == 0)
			page_text(page, chart, "first", name);
		add_bar(page, bars, &days[ago], i, name, most);
	}
	for (size_t ago = 0; ago < HEALTH_DAYS; ago++) {
		struct json_object *row = page_item(page, table);

		page_text(page, row, "day",
			  format_date(page->now - (int64_t)ago * DAY_SECONDS, name));
		add_counts(page, row, &days[ago]);
	}
}

enum led_err chart_add(struct page *page, struct led_error *error)
{
	int64_t account = visitor_of(page->request)->session->account_id;
	struct health_day days[HEALTH_DAYS], all = {0};
	int64_t most = 0;
	enum led_err err =
		health_days_get(page->site->db, page->request->arena, account, days, error);

	for (size_t i = 0; !err && i < HEALTH_DAYS; i++) {
		all.synced += days[i].synced;
		all.skipped += days[i].skipped;
		all.failed += days[i].failed;
		most = sum(&days[i]) > most ? sum(&days[i]) : most;
	}
	if (!err && most)
		draw(page, days, &all, most);
	return err;
}
