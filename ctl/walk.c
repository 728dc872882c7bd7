#include "walk.h"
#include "../worker/shop.h"
#include "base/clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define DAY_SECONDS 86400
#define TRIES       4   /* one below what opens the shop's circuit breaker */
#define WAIT_MAX    900 /* seconds that a shop may ask to wait */
#define NAP         20  /* seconds, well below the lane's lease */

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
	const struct walk_kind *kind;
	const struct walk_period *period;
	struct walk_documents *out;
};

/* *counts: it is of the period as far as its own dates say. */
typedef enum led_err walk_reader(const struct walk *walk, struct walk_document *document,
				 bool *counts, struct led_error *error);

static bool in_period(const struct walk *walk, const char *date)
{
	return strcmp(date, walk->period->from) >= 0 && strcmp(date, walk->period->to) <= 0;
}

static enum led_err date_document(const struct walk *walk, struct walk_document *document,
				  bool *counts, struct led_error *error)
{
	char *date = arena_alloc(walk->desk->task.job_arena, ZONE_DATE_SIZE);
	if (!date)
		return led_fail(error, LED_INTERNAL, "out_of_memory", "No memory.");
	document->date = zone_date(walk->books->zone, document->created_at, date);
	*counts = in_period(walk, document->date);
	return LED_OK;
}

static enum led_err read_invoice(const struct walk *walk, struct walk_document *document,
				 bool *counts, struct led_error *error)
{
	struct magento_invoice invoice;
	enum led_err err = shop_invoice(&walk->desk->task, document->magento_id, &invoice, error);
	if (err)
		return err;
	document->number = invoice.increment_id;
	document->currency = invoice.currency;
	document->total = invoice.grand_total;
	document->is_paid = invoice.state == MAGENTO_PAID;
	document->created_at = invoice.created_at;
	return date_document(walk, document, counts, error);
}

static enum led_err read_memo(const struct walk *walk, struct walk_document *document, bool *counts,
			      struct led_error *error)
{
	struct magento_creditmemo memo;
	enum led_err err = shop_creditmemo(&walk->desk->task, document->magento_id, &memo, error);
	if (err)
		return err;
	document->number = memo.increment_id;
	document->currency = memo.currency;
	document->total = memo.grand_total;
	document->created_at = memo.created_at;
	return date_document(walk, document, counts, error);
}

static bool is_day_of_period(const struct walk *walk, bool has, int64_t instant)
{
	char date[ZONE_DATE_SIZE];
	return has && in_period(walk, zone_date(walk->books->zone, instant, date));
}

static enum led_err read_dated(const struct walk *walk, enum magento_kind kind,
			       struct walk_document *document, bool *counts,
			       struct led_error *error)
{
	struct shop_dates dates;
	enum led_err err = shop_dates(&walk->desk->task, kind, document->magento_id, &dates, error);
	document->created_at = dates.created_at;
	*counts = (!dates.has_created && !dates.has_updated) ||
		  is_day_of_period(walk, dates.has_created, dates.created_at) ||
		  is_day_of_period(walk, dates.has_updated, dates.updated_at);
	return err;
}

static enum led_err read_customer(const struct walk *walk, struct walk_document *document,
				  bool *counts, struct led_error *error)
{
	return read_dated(walk, MAGENTO_CUSTOMER, document, counts, error);
}

static enum led_err read_product(const struct walk *walk, struct walk_document *document,
				 bool *counts, struct led_error *error)
{
	return read_dated(walk, MAGENTO_PRODUCT, document, counts, error);
}

static const struct walk_kind {
	const char *entity_type;
	walk_reader *read;
	bool in_order; /* a later id is a later document */
} kinds[] = {
	{"invoice", read_invoice, true},
	{"creditmemo", read_memo, true},
	{"customer", read_customer, false},
	{"product", read_product, false},
};

/* A page in the place of an answer is a shop in maintenance. */
static bool may_pass(enum led_err err, const struct led_error *error)
{
	return err == LED_HTTP || err == LED_RATE_LIMITED ||
	       (err == LED_SERDE && strcmp(error->code, "shop_answer_not_json") == 0);
}

static bool is_not_as_agreed(enum led_err err, const struct led_error *error)
{
	return err == LED_SERDE && strcmp(error->code, "shop_answer_invalid") == 0;
}

/* Keeps the lane meanwhile. */
static enum led_err wait_seconds(const struct walk *walk, int seconds, struct led_error *error)
{
	enum led_err err = LED_OK;
	while (!err && seconds > 0) {
		const struct timespec nap = {.tv_sec = seconds < NAP ? seconds : NAP};
		nanosleep(&nap, NULL);
		seconds -= NAP;
		err = task_renew(&walk->desk->task, error);
	}
	return err;
}

static int waiting_time(const struct led_error *error, int tries)
{
	static const int seconds[TRIES] = {1, 5, 15, 45};
	int asked = error->retry_after < WAIT_MAX ? error->retry_after : WAIT_MAX;
	return asked > seconds[tries] ? asked : seconds[tries];
}

static enum led_err read_patiently(const struct walk *walk, struct walk_document *document,
				   bool *counts, struct led_error *error)
{
	enum led_err err = walk->kind->read(walk, document, counts, error);
	for (int tries = 1; tries < TRIES && may_pass(err, error); tries++) {
		int seconds = waiting_time(error, tries);
		ctl_warn("%s %lld: %s The next try is in %d s.", walk->kind->entity_type,
			 (long long)document->magento_id, error->message, seconds);
		err = wait_seconds(walk, seconds, error);
		if (!err)
			err = walk->kind->read(walk, document, counts, error);
	}
	return err;
}

static enum led_err set_unreadable(const struct walk *walk, struct walk_document *document,
				   struct led_error *error)
{
	const char *why = arena_strdup(walk->desk->task.job_arena, error->message);
	*document = (struct walk_document){.magento_id = document->magento_id,
					   .number = "",
					   .currency = "",
					   .date = "",
					   .unreadable = why};
	return why ? LED_OK : led_fail(error, LED_INTERNAL, "out_of_memory", "No memory.");
}

/* What the shop says of one id; *found is false for a gap, and for what cannot be read. An error
 * names the id. */
static enum led_err read_one(const struct walk *walk, int64_t id, struct walk_document *document,
			     bool *found, bool *counts, struct led_error *error)
{
	*document = (struct walk_document){.magento_id = id};
	enum led_err err = read_patiently(walk, document, counts, error);
	*found = !err;
	walk->desk->task.calls.count = 0;
	if (!err || err == LED_NOT_FOUND)
		return LED_OK;
	if (is_not_as_agreed(err, error))
		return set_unreadable(walk, document, error);
	const struct led_error cause = *error;
	return led_fail(error, err, cause.code, "%s %lld: %s", walk->kind->entity_type,
			(long long)id, cause.message);
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
static enum led_err find_start(const struct walk *walk, int64_t *start, struct led_error *error)
{
	char iso[32];
	int64_t from = 0;
	struct db_rows rows;
	snprintf(iso, sizeof iso, "%sT00:00:00Z", walk->period->from);
	if (!clock_parse_iso(iso, &from))
		from = 0;
	*start = 1;
	if (!walk->kind->in_order)
		return LED_OK;
	enum led_err err =
		desk_query(walk->desk, SQL_ADMIN_LAST_BEFORE,
			   DB_ARGS(DB_S(walk->desk->task.binding.id), DB_S(walk->kind->entity_type),
				   DB_I(from - DAY_SECONDS)),
			   &rows, error);
	*start = err ? 1 : db_at_int(&rows, 0, 0) + 1;
	return err;
}

/* A known id behind a long gap: webhooks named it, so the walk goes on there. */
static enum led_err next_known(const struct walk *walk, int64_t *id, bool *known,
			       struct led_error *error)
{
	struct db_rows rows;
	enum led_err err = desk_query(walk->desk, SQL_ADMIN_ENTITY_AFTER,
				      DB_ARGS(DB_S(walk->desk->task.binding.id),
					      DB_S(walk->kind->entity_type), DB_I(*id)),
				      &rows, error);
	*known = !err && rows.count > 0 && db_at_text(&rows, 0, 1) != NULL;
	if (*known)
		*id = db_at_int(&rows, 0, 0);
	return err;
}

static const struct walk_kind *kind_of(const char *entity_type)
{
	const struct walk_kind *kind = kinds;
	while (strcmp(kind->entity_type, entity_type) != 0)
		kind++; /* callers name one of them */
	return kind;
}

enum led_err walk_documents(struct desk *desk, const struct books_context *books,
			    const char *entity_type, const struct walk_period *period,
			    struct walk_documents *out, struct led_error *error)
{
	const struct walk walk = {.desk = desk,
				  .books = books,
				  .kind = kind_of(entity_type),
				  .period = period,
				  .out = out};
	int missing = 0, later = 0;
	int64_t id;
	bool known = true;
	*out = (struct walk_documents){0};
	enum led_err err = find_start(&walk, &id, error);
	for (; !err && known && later < WALK_MISSING_MAX; id++) {
		struct walk_document document;
		bool found = false, counts = false;
		err = read_one(&walk, id, &document, &found, &counts, error);
		missing = found ? 0 : missing + 1;
		if (!err && missing >= WALK_MISSING_MAX) {
			err = next_known(&walk, &id, &known, error);
			id -= known; /* the loop steps on */
			missing = 0;
		}
		if (err || (!found && !document.unreadable))
			continue;
		if (found && walk.kind->in_order)
			later = strcmp(document.date, period->to) > 0 ? later + 1 : 0;
		if (counts || document.unreadable) /* its day is not known */
			err = add(&walk, &document, error);
	}
	return err;
}

enum led_err walk_one(struct desk *desk, const struct books_context *books, const char *entity_type,
		      int64_t id, struct walk_document *document, bool *found,
		      struct led_error *error)
{
	static const struct walk_period any = {"0000-00-00", "9999-12-31"};
	const struct walk walk = {
		.desk = desk, .books = books, .kind = kind_of(entity_type), .period = &any};
	bool counts;
	return read_one(&walk, id, document, found, &counts, error);
}
