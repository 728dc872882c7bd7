/* ledgerctl backfill: queues documents that never came, behind everything fresh. */
#include "base/text.h"
#include "walk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IDS_MAX 100000

static const struct {
	const char *event, *entity_type;
	bool dated; /* the shop can be walked by its dates */
} events[] = {
	{"invoice.created", "invoice", true},       {"invoice.paid", "invoice", true},
	{"creditmemo.created", "creditmemo", true}, {"customer.upserted", "customer", false},
	{"product.upserted", "product", false},
};

struct backfill {
	struct ctl *ctl;
	struct desk desk;
	const char *event, *entity_type;
	bool dated;
	int64_t *ids;
	size_t count;
	size_t queued, there;
};

static enum led_err add_range(struct backfill *backfill, int64_t first, int64_t last,
			      struct led_error *error)
{
	for (int64_t id = first; id <= last; id++) {
		if (backfill->count == IDS_MAX)
			return ctl_bad_value(error, "--ids", "at most 100000 ids");
		backfill->ids[backfill->count++] = id;
	}
	return LED_OK;
}

/* "5,7-20" */
static enum led_err take_ids(struct backfill *backfill, const char *text, struct led_error *error)
{
	enum led_err err = LED_OK;
	while (!err && *text) {
		char *end;
		int64_t first = strtoll(text, &end, 10), last = first;
		if (*end == '-')
			last = strtoll(end + 1, &end, 10);
		if (end == text || first <= 0 || last < first || (*end && *end != ','))
			return ctl_bad_value(error, "--ids", "ids and ranges, as 5,7-20");
		err = add_range(backfill, first, last, error);
		text = end + (*end == ',');
	}
	return err;
}

static enum led_err walk_ids(struct backfill *backfill, struct led_error *error)
{
	struct walk_period period;
	struct walk_documents documents;
	struct books_context books;
	struct run run = {0};
	enum led_err err = walk_take_period(backfill->ctl, &period, error);
	if (!err && !backfill->dated)
		err = ctl_bad_value(error, "--ids", "given: the shop dates documents only");
	if (!err)
		err = desk_books(&backfill->desk, &run, &books, error);
	if (!err)
		err = walk_documents(&backfill->desk, &books, backfill->entity_type, &period,
				     &documents, error);
	for (size_t i = 0; !err && i < documents.count; i++)
		err = add_range(backfill, documents.item[i].magento_id,
				documents.item[i].magento_id, error);
	return err;
}

/* An event that succeeded or is under way is left alone; upserts are always read anew. */
static enum led_err queue_one(struct db *db, struct backfill *backfill, int64_t id,
			      struct led_error *error)
{
	struct arena *arena = backfill->desk.task.job_arena;
	const char *binding = backfill->desk.task.binding.id;
	struct db_rows rows;
	enum led_err err = db_query(db, arena, SQL_ADMIN_RUN_DONE,
				    DB_ARGS(DB_S(binding), DB_S(backfill->entity_type), DB_I(id),
					    DB_S(backfill->event)),
				    &rows, error);
	if (err)
		return err;
	if (rows.count) {
		backfill->there++;
		return LED_OK;
	}
	err = db_query(db, arena, SQL_ADMIN_RUN_NEXT, DB_NO_ARGS, &rows, error);
	if (err)
		return err;
	int64_t run = db_at_int(&rows, 0, 0);
	err = db_run(db, SQL_ADMIN_RUN_ADD,
		     DB_ARGS(DB_I(run), DB_S(backfill->event), DB_S(backfill->entity_type),
			     DB_I(id), DB_S(binding)),
		     error);
	if (!err)
		err = db_run(db, SQL_ADMIN_JOB_ADD,
			     DB_ARGS(DB_I(run), DB_S(backfill->event), DB_S(backfill->entity_type),
				     DB_I(id), DB_S(binding)),
			     error);
	backfill->queued += !err;
	return err;
}

static enum led_err write_all(struct db *db, void *context, struct led_error *error)
{
	struct backfill *backfill = context;
	enum led_err err = LED_OK;
	backfill->queued = backfill->there = 0; /* a deadlock repeats the whole */
	for (size_t i = 0; !err && i < backfill->count; i++)
		err = queue_one(db, backfill, backfill->ids[i], error);
	return err;
}

static enum led_err take_event(struct backfill *backfill, struct led_error *error)
{
	const char *event = ctl_value(backfill->ctl, "--event");
	for (size_t i = 0; i < sizeof events / sizeof *events; i++)
		if (strcmp(events[i].event, event) == 0) {
			backfill->event = events[i].event;
			backfill->entity_type = events[i].entity_type;
			backfill->dated = events[i].dated;
			return LED_OK;
		}
	return ctl_bad_value(error, "--event",
			     "invoice.created, invoice.paid, creditmemo.created, "
			     "customer.upserted or product.upserted");
}

static void tell(struct backfill *backfill, bool queued)
{
	struct ctl *ctl = backfill->ctl;
	if (queued)
		ctl_say(ctl, "%zu queued, %zu were there already.", backfill->queued,
			backfill->there);
	else
		ctl_say(ctl, "%zu found. Nothing is queued yet: say --yes to do it.",
			backfill->count);
	ctl_result(ctl, "found", json_object_new_int64((int64_t)backfill->count));
	ctl_result(ctl, "queued", json_object_new_int64((int64_t)backfill->queued));
	ctl_result(ctl, "there", json_object_new_int64((int64_t)backfill->there));
}

static enum led_err run(struct ctl *ctl, struct led_error *error)
{
	struct backfill backfill = {.ctl = ctl};
	const char *ids = ctl_value(ctl, "--ids");
	bool yes = ctl_value(ctl, "--yes") != NULL;
	enum led_err err = take_event(&backfill, error);
	if (!err)
		err = desk_open(ctl, ctl_value(ctl, "--binding"), &backfill.desk, error);
	if (!err) {
		backfill.ids =
			arena_alloc(backfill.desk.task.job_arena, IDS_MAX * sizeof *backfill.ids);
		err = !backfill.ids ? led_fail(error, LED_INTERNAL, "out_of_memory", "No memory.")
		      : ids         ? take_ids(&backfill, ids, error)
				    : walk_ids(&backfill, error);
	}
	if (!err && yes) {
		ctl_say(ctl, "%zu found.", backfill.count);
		err = desk_write(&backfill.desk, write_all, &backfill, error);
	}
	if (!err)
		tell(&backfill, yes);
	desk_close(&backfill.desk);
	return err;
}

const struct ctl_command ctl_backfill = {
	.name = "backfill",
	.summary = "Queues documents that never came, at low priority; first says how many.",
	.options =
		{
			{"--binding", "B", true, "the binding's id"},
			{"--event", "E", true, "invoice.created, creditmemo.created, ..."},
			{"--ids", "LIST", false, "the shop's ids, as 5,7-20"},
			{"--from", "DAY", false, "instead of ids: documents dated from this day"},
			{"--to", "DAY", false, "to this one, in the business's calendar"},
			{"--yes", NULL, false, "queue them; without it they are only counted"},
		},
	.run = run,
};
