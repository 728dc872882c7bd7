/* ledgerctl backfill: queues documents that never came, behind everything fresh. */
#include "ids.h"
#include "walk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IDS_MAX  100000
#define TOGETHER 200 /* targets of one transaction */

static const struct kind {
	const char *event, *entity_type;
	bool once;      /* an event that succeeded is not queued again */
	bool paid_only; /* of invoices: those that are paid */
} events[] = {
	{"invoice.created", "invoice", true, false},
	{"invoice.paid", "invoice", true, true},
	{"creditmemo.created", "creditmemo", true, false},
	{"customer.upserted", "customer", false, false},
	{"product.upserted", "product", false, false},
};

struct backfill {
	struct ctl *ctl;
	struct desk desk;
	struct books_context books;
	const struct kind *kind;
	struct target {
		int64_t id;
		int64_t occurred_at; /* Unix seconds; 0: now */
	} * targets;
	size_t count;
	size_t next; /* of the targets: the first that is not written */
	size_t queued, there;
	size_t queued_before, there_before; /* by the transactions that are committed */
};

static enum led_err add_target(struct backfill *backfill, int64_t id, int64_t occurred_at,
			       struct led_error *error)
{
	if (backfill->count == IDS_MAX)
		return led_fail(error, LED_VALIDATION, "too_many",
				"These are more than %d. Fill a shorter period, or fewer ids, at a "
				"time.",
				IDS_MAX);
	backfill->targets[backfill->count++] = (struct target){id, occurred_at};
	return LED_OK;
}

/* A payment is dated as its event: of one that never came, the day of its invoice is the best
 * that the shop knows. What is not paid has no such event. Customers and products are brought in
 * as they are now. */
static enum led_err add_document(struct backfill *backfill, const struct walk_document *document,
				 struct led_error *error)
{
	const struct kind *kind = backfill->kind;
	if (document->unreadable)
		ctl_warn("%s %lld is left out: %s", kind->entity_type,
			 (long long)document->magento_id, document->unreadable);
	if (document->unreadable || (kind->paid_only && !document->is_paid))
		return LED_OK;
	return add_target(backfill, document->magento_id, kind->once ? document->created_at : 0,
			  error);
}

static int compare_targets(const void *left, const void *right)
{
	const struct target *a = left, *b = right;
	return (a->id > b->id) - (a->id < b->id);
}

/* An id that the list names twice is one document. */
static void drop_twins(struct backfill *backfill)
{
	size_t kept = 0;
	qsort(backfill->targets, backfill->count, sizeof *backfill->targets, compare_targets);
	for (size_t i = 0; i < backfill->count; i++)
		if (kept == 0 || backfill->targets[kept - 1].id != backfill->targets[i].id)
			backfill->targets[kept++] = backfill->targets[i];
	backfill->count = kept;
}

/* Keeps those that the shop has. What was picked by hand happens now, but for payments: the next
 * walk must not begin behind it. */
static enum led_err ask_shop(struct backfill *backfill, struct led_error *error)
{
	size_t named = backfill->count;
	enum led_err err = LED_OK;
	backfill->count = 0;
	for (size_t i = 0; !err && i < named; i++) {
		struct walk_document document;
		bool found = false;
		err = walk_one(&backfill->desk, &backfill->books, backfill->kind->entity_type,
			       backfill->targets[i].id, &document, &found, error);
		if (!backfill->kind->paid_only)
			document.created_at = 0;
		if (!err && (found || document.unreadable))
			err = add_document(backfill, &document, error);
	}
	return err;
}

static enum led_err take_ids(struct backfill *backfill, const char *list, struct led_error *error)
{
	enum led_err err = LED_OK;
	do {
		struct ids_range range;
		if (!ids_take(&list, &range))
			return ctl_bad_value(error, "--ids", IDS_LIST);
		for (int64_t id = range.first; !err && id <= range.last; id++)
			err = add_target(backfill, id, 0, error);
	} while (!err && *list);
	if (err)
		return err;
	drop_twins(backfill);
	return ask_shop(backfill, error);
}

static enum led_err walk_ids(struct backfill *backfill, struct led_error *error)
{
	struct walk_period period;
	struct walk_documents documents;
	enum led_err err = walk_take_period(backfill->ctl, &period, error);
	if (!err)
		err = walk_documents(&backfill->desk, &backfill->books, backfill->kind->entity_type,
				     &period, &documents, error);
	for (size_t i = 0; !err && i < documents.count; i++)
		err = add_document(backfill, &documents.item[i], error);
	return err;
}

/* What waits already is left alone, and so is an event that comes once and succeeded. */
static enum led_err is_there(struct db *db, const struct backfill *backfill,
			     const struct target *target, bool *there, struct led_error *error)
{
	const struct kind *kind = backfill->kind;
	struct db_rows rows;
	enum led_err err =
		db_query(db, backfill->desk.task.job_arena, SQL_ADMIN_RUN_DONE,
			 DB_ARGS(DB_S(backfill->desk.task.binding.id), DB_S(kind->entity_type),
				 DB_I(target->id), DB_S(kind->event), DB_I(kind->once)),
			 &rows, error);
	*there = !err && rows.count > 0;
	return err;
}

static enum led_err queue_one(struct db *db, struct backfill *backfill, const struct target *target,
			      struct led_error *error)
{
	const struct kind *kind = backfill->kind;
	struct arena *arena = backfill->desk.task.job_arena;
	const char *binding = backfill->desk.task.binding.id;
	struct db_rows rows;
	bool there;
	enum led_err err = is_there(db, backfill, target, &there, error);
	if (err)
		return err;
	if (there) {
		backfill->there++;
		return LED_OK;
	}
	err = db_query(db, arena, SQL_ADMIN_RUN_NEXT, DB_NO_ARGS, &rows, error);
	if (err)
		return err;
	int64_t run = db_at_int(&rows, 0, 0);
	err = db_run(
		db, SQL_ADMIN_RUN_ADD,
		DB_ARGS(DB_I(run), DB_S(kind->event), DB_S(kind->entity_type), DB_I(target->id),
			target->occurred_at ? DB_I(target->occurred_at) : DB_NONE, DB_S(binding)),
		error);
	if (!err)
		err = db_run(db, SQL_ADMIN_JOB_ADD,
			     DB_ARGS(DB_I(run), DB_S(kind->event), DB_S(kind->entity_type),
				     DB_I(target->id), DB_S(binding)),
			     error);
	backfill->queued += !err;
	return err;
}

/* A webhook of a document that is being queued waits for the commit: so a few at a time. What
 * an interruption leaves is queued by the same command again. */
static enum led_err write_some(struct db *db, void *context, struct led_error *error)
{
	struct backfill *backfill = context;
	enum led_err err = LED_OK;
	backfill->queued = backfill->queued_before; /* a deadlock repeats the whole */
	backfill->there = backfill->there_before;
	for (size_t i = backfill->next;
	     !err && i < backfill->count && i < backfill->next + TOGETHER; i++)
		err = queue_one(db, backfill, &backfill->targets[i], error);
	return err;
}

static enum led_err write_all(struct backfill *backfill, struct led_error *error)
{
	enum led_err err = LED_OK;
	while (!err && backfill->next < backfill->count) {
		err = desk_write(&backfill->desk, write_some, backfill, error);
		backfill->next += TOGETHER;
		backfill->queued_before = backfill->queued;
		backfill->there_before = backfill->there;
	}
	return err;
}

static enum led_err count_there(struct backfill *backfill, struct led_error *error)
{
	struct db *db;
	enum led_err err = db_pool_take(backfill->desk.worker.pool, &db, error);
	for (size_t i = 0; !err && i < backfill->count; i++) {
		bool there = false;
		err = is_there(db, backfill, &backfill->targets[i], &there, error);
		backfill->there += there;
	}
	db_pool_give(backfill->desk.worker.pool, db);
	return err;
}

static enum led_err take_event(struct backfill *backfill, struct led_error *error)
{
	const char *event = ctl_value(backfill->ctl, "--event");
	for (size_t i = 0; i < sizeof events / sizeof *events; i++)
		if (strcmp(events[i].event, event) == 0) {
			backfill->kind = &events[i];
			return LED_OK;
		}
	return ctl_bad_value(error, "--event",
			     "invoice.created, invoice.paid, creditmemo.created, "
			     "customer.upserted or product.upserted");
}

static void tell(struct backfill *backfill, bool queued)
{
	struct ctl *ctl = backfill->ctl;
	size_t would = backfill->count - backfill->there;
	ctl_result(ctl, "found", json_object_new_int64((int64_t)backfill->count));
	ctl_result(ctl, "there", json_object_new_int64((int64_t)backfill->there));
	if (queued) {
		ctl_say(ctl, "%zu queued, %zu were there already.", backfill->queued,
			backfill->there);
		ctl_result(ctl, "queued", json_object_new_int64((int64_t)backfill->queued));
	} else {
		ctl_say(ctl,
			"%zu found, %zu of them are there already: %zu would be queued. Nothing is "
			"yet: say --yes to do it.",
			backfill->count, backfill->there, would);
		ctl_result(ctl, "would_queue", json_object_new_int64((int64_t)would));
	}
}

static enum led_err run(struct ctl *ctl, struct led_error *error)
{
	struct backfill backfill = {.ctl = ctl};
	const char *ids = ctl_value(ctl, "--ids");
	bool yes = ctl_value(ctl, "--yes") != NULL;
	struct run current = {0};
	enum led_err err = take_event(&backfill, error);
	if (!err)
		err = desk_open(ctl, ctl_value(ctl, "--binding"), &backfill.desk, error);
	if (!err)
		err = desk_books(&backfill.desk, &current, &backfill.books, error);
	if (!err) {
		backfill.targets = arena_alloc(backfill.desk.task.job_arena,
					       IDS_MAX * sizeof *backfill.targets);
		err = !backfill.targets
			      ? led_fail(error, LED_INTERNAL, "out_of_memory", "No memory.")
		      : ids ? take_ids(&backfill, ids, error)
			    : walk_ids(&backfill, error);
	}
	if (!err && yes)
		ctl_say(ctl, "%zu found.", backfill.count);
	if (!err)
		err = yes ? write_all(&backfill, error) : count_there(&backfill, error);
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
			{"--from", "DAY", false, "instead of ids: what was made from this day"},
			{"--to", "DAY", false, "to this one (customers, products: or changed)"},
			{"--yes", NULL, false, "queue them; without it they are only counted"},
		},
	.run = run,
};
