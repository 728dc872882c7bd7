#include "walk.h"
#include "../worker/shop.h"
#include "base/clock.h"

#include <stdio.h>
#include <string.h>

#define DAY_SECONDS 86400

static bool take_day(const char *text, char out[11])
{
	char iso[32];
	int64_t instant;
	if (!text || strlen(text) != 10)
		return false;
	snprintf(iso, sizeof iso, "%sT00:00:00Z", text);
	snprintf(out, 11, "%s", text);
	return clock_parse_iso(iso, &instant);
}

enum led_err walk_take_period(const struct ctl *ctl, struct walk_period *period,
			      struct led_error *error)
{
	if (!take_day(ctl_value(ctl, "--from"), period->from))
		return ctl_bad_value(error, "--from", "a day, as 2026-10-01");
	if (!take_day(ctl_value(ctl, "--to"), period->to) || strcmp(period->to, period->from) < 0)
		return ctl_bad_value(error, "--to", "a day, not before --from");
	return LED_OK;
}

struct walk {
	struct desk *desk;
	const struct books_context *books;
	bool memos;
	const struct walk_period *period;
	struct walk_documents *out;
};

/* What the shop says of one id; *found is false for a gap. */
static enum led_err read_one(const struct walk *walk, int64_t id, struct walk_document *document,
			     bool *found, struct led_error *error)
{
	struct task *task = &walk->desk->task;
	struct magento_invoice invoice;
	struct magento_creditmemo memo;
	char *date = arena_alloc(task->job_arena, ZONE_DATE_SIZE);
	int64_t created;
	enum led_err err = walk->memos ? shop_creditmemo(task, id, &memo, error)
				       : shop_invoice(task, id, &invoice, error);
	*found = !err;
	task->calls.count = 0;
	if (err == LED_NOT_FOUND)
		return LED_OK;
	if (err)
		return err;
	if (!date)
		return led_fail(error, LED_INTERNAL, "out_of_memory", "No memory.");
	created = walk->memos ? memo.created_at : invoice.created_at;
	*document = (struct walk_document){
		.magento_id = id,
		.number = walk->memos ? memo.increment_id : invoice.increment_id,
		.currency = walk->memos ? memo.currency : invoice.currency,
		.total = walk->memos ? memo.grand_total : invoice.grand_total,
		.date = zone_date(walk->books->zone, created, date),
	};
	return LED_OK;
}

static enum led_err add(const struct walk *walk, const struct walk_document *document,
			struct led_error *error)
{
	struct walk_documents *out = walk->out;
	if (out->count == out->room) {
		size_t room = out->room ? 2 * out->room : 256;
		struct walk_document *item =
			arena_alloc(walk->desk->task.job_arena, room * sizeof *item);
		if (!item)
			return led_fail(error, LED_INTERNAL, "out_of_memory",
					"More documents than fit in memory.");
		if (out->count)
			memcpy(item, out->item, out->count * sizeof *item);
		out->item = item;
		out->room = room;
	}
	out->item[out->count++] = *document;
	return LED_OK;
}

/* A document that came within a day of the period may be dated in it. */
static enum led_err find_start(const struct walk *walk, const char *entity_type, int64_t *start,
			       struct led_error *error)
{
	char iso[32];
	int64_t from = 0;
	struct db_rows rows;
	snprintf(iso, sizeof iso, "%sT00:00:00Z", walk->period->from);
	if (!clock_parse_iso(iso, &from))
		from = 0;
	enum led_err err = desk_query(walk->desk, SQL_ADMIN_LAST_BEFORE,
				      DB_ARGS(DB_S(walk->desk->task.binding.id), DB_S(entity_type),
					      DB_I(from - DAY_SECONDS)),
				      &rows, error);
	*start = err ? 1 : db_at_int(&rows, 0, 0) + 1;
	return err;
}

/* A known id behind a long gap: webhooks named it, so the walk goes on there. */
static enum led_err next_known(const struct walk *walk, const char *entity_type, int64_t *id,
			       bool *known, struct led_error *error)
{
	struct db_rows rows;
	enum led_err err =
		desk_query(walk->desk, SQL_ADMIN_ENTITY_AFTER,
			   DB_ARGS(DB_S(walk->desk->task.binding.id), DB_S(entity_type), DB_I(*id)),
			   &rows, error);
	*known = !err && rows.count > 0 && db_at_text(&rows, 0, 1) != NULL;
	if (*known)
		*id = db_at_int(&rows, 0, 0);
	return err;
}

enum led_err walk_documents(struct desk *desk, const struct books_context *books,
			    const char *entity_type, const struct walk_period *period,
			    struct walk_documents *out, struct led_error *error)
{
	struct walk walk = {.desk = desk,
			    .books = books,
			    .memos = strcmp(entity_type, "creditmemo") == 0,
			    .period = period,
			    .out = out};
	int missing = 0, later = 0;
	int64_t id;
	bool known = true;
	*out = (struct walk_documents){0};
	enum led_err err = find_start(&walk, entity_type, &id, error);
	for (; !err && known; id++) {
		struct walk_document document;
		bool found = false;
		err = read_one(&walk, id, &document, &found, error);
		missing = found ? 0 : missing + 1;
		if (!err && missing >= WALK_MISSING_MAX) {
			err = next_known(&walk, entity_type, &id, &known, error);
			id -= known; /* the loop steps on */
			missing = 0;
		}
		if (err || !found)
			continue;
		later = strcmp(document.date, period->to) > 0 ? later + 1 : 0;
		if (later >= WALK_MISSING_MAX)
			break;
		if (later == 0 && strcmp(document.date, period->from) >= 0)
			err = add(&walk, &document, error);
	}
	return err;
}
