/*
 * ledgerctl reconcile: the shop's documents of a period against Sage's, by cross-reference and
 * by reference. The exit status says whether they agree.
 */
#include "../worker/access.h"
#include "base/json.h"
#include "books/document.h"
#include "view/csv.h"
#include "walk.h"

#include <stdio.h>
#include <string.h>

static const struct side {
	const char *entity_type, *kind, *path, *event;
} sides[] = {
	{"invoice", "invoice", "/sales_invoices", "invoice.created"},
	{"creditmemo", "credit_note", "/sales_credit_notes", "creditmemo.created"},
};

enum verdict {
	AGREES,
	SKIPPED,
	MISSING,
	NOT_LINKED,
	DUPLICATE,
	OTHER_TOTAL,
	OTHER_CONTACT,
	UNREADABLE, /* in the shop: what it answers is not as agreed */
	VERDICTS,   /* how many there are */
};

static const char *const verdicts[VERDICTS] = {
	[AGREES] = "agrees",
	[SKIPPED] = "skipped",
	[MISSING] = "missing",
	[NOT_LINKED] = "not_linked",
	[DUPLICATE] = "duplicate",
	[OTHER_TOTAL] = "different_total",
	[OTHER_CONTACT] = "different_contact",
	[UNREADABLE] = "unreadable",
};

struct reconcile {
	struct ctl *ctl;
	struct desk desk;
	struct books_context books;
	struct walk_period period;
	const struct side *side;
	struct json_object *items; /* Sage's documents of the period */
	struct json_object *rows;  /* under --json */
	size_t counts[VERDICTS];
};

/* One comparison, on its way to the table. */
struct compared {
	enum verdict verdict;
	const char *detail, *sage_number, *sage_total;
};

static enum led_err list_sage(struct reconcile *reconcile, struct led_error *error)
{
	struct task *task = &reconcile->desk.task;
	const struct access_call call = {
		.verb = ACCESS_LIST,
		.path = arena_printf(task->job_arena, "%s?attributes=all&from_date=%s&to_date=%s",
				     reconcile->side->path, reconcile->period.from,
				     reconcile->period.to)};
	json_object_put(reconcile->items);
	reconcile->items = NULL;
	return access_sage(task, &call, &reconcile->items, error);
}

static bool is_void(struct json_object *item)
{
	const char *status = json_string(json_member(item, "status"), "id");
	return status && strcmp(status, "VOID") == 0;
}

static bool is_text(struct json_object *item, const char *key, const char *wanted)
{
	const char *text = json_string(item, key);
	return text && strcmp(text, wanted) == 0;
}

/* Documents in force whose reference is exactly this, but for one; the first in *item. */
static size_t count_reference(struct json_object *items, const char *reference, const char *but,
			      struct json_object **item)
{
	size_t found = 0;
	for (size_t i = 0; i < json_object_array_length(items); i++) {
		struct json_object *at = json_object_array_get_idx(items, i);
		if (!is_text(at, "reference", reference) || is_void(at) ||
		    (but && is_text(at, "id", but)))
			continue;
		if (found++ == 0)
			*item = at;
	}
	return found;
}

/* The reference that the document would have in Sage; its number where that is none. */
static const char *reference_of(const struct reconcile *reconcile, const struct xref *xref,
				const char *number)
{
	const char *reference;
	if (xref->found && xref->reference)
		return xref->reference;
	return document_reference(&reconcile->books, number, &reference, NULL) ? number : reference;
}

/* What Sage holds of one document of the shop's. */
struct held {
	struct json_object *item; /* owned; NULL: nothing */
	bool linked;              /* it is the one that the cross-reference names */
	size_t others;            /* more of the same reference */
};

static struct json_object *find_listed(const struct reconcile *reconcile, const char *id)
{
	for (size_t i = 0; i < json_object_array_length(reconcile->items); i++) {
		struct json_object *item = json_object_array_get_idx(reconcile->items, i);
		if (is_text(item, "id", id))
			return json_object_get(item);
	}
	return NULL;
}

/* The document that the cross-reference names, whatever its date in Sage is by now. */
static enum led_err find_linked(struct reconcile *reconcile, const char *id, struct held *held,
				struct led_error *error)
{
	struct task *task = &reconcile->desk.task;
	const struct access_call call = {
		.verb = ACCESS_GET,
		.path = arena_printf(task->job_arena, "%s/%s", reconcile->side->path, id)};
	enum led_err err = LED_OK;
	held->item = find_listed(reconcile, id);
	if (!held->item)
		err = access_sage(task, &call, &held->item, error);
	if (held->item && is_void(held->item)) {
		json_object_put(held->item);
		held->item = NULL;
	}
	held->linked = held->item != NULL;
	return err == LED_NOT_FOUND ? LED_OK : err;
}

/* Nothing of the period is it: one more look, at any date, before it is called missing. */
static enum led_err search(struct reconcile *reconcile, const char *reference, struct held *held,
			   struct led_error *error)
{
	struct buf path;
	struct json_object *items = NULL, *first = NULL;
	buf_init(&path, 1024);
	buf_addf(&path, "%s?attributes=all&search=", reconcile->side->path);
	sage_encode(&path, reference);
	const struct access_call call = {.verb = ACCESS_LIST, .path = buf_str(&path)};
	enum led_err err = path.failed ? led_fail(error, LED_INTERNAL, "out_of_memory",
						  "No memory for a search.")
				       : access_sage(&reconcile->desk.task, &call, &items, error);
	size_t found = err ? 0 : count_reference(items, reference, NULL, &first);
	if (found) {
		held->item = json_object_get(first);
		held->others = found - 1;
	}
	json_object_put(items);
	buf_release(&path);
	return err;
}

static enum led_err find_held(struct reconcile *reconcile, const struct xref *xref,
			      const char *reference, struct held *held, struct led_error *error)
{
	struct json_object *first = NULL;
	enum led_err err = LED_OK;
	*held = (struct held){0};
	if (xref->found)
		err = find_linked(reconcile, xref->sage_id, held, error);
	if (err)
		return err;
	held->others = count_reference(reconcile->items, reference,
				       held->item ? xref->sage_id : NULL, &first);
	if (held->item)
		return LED_OK;
	if (!first)
		return search(reconcile, reference, held, error);
	held->item = json_object_get(first);
	held->others--;
	return LED_OK;
}

static bool same_total(struct json_object *item, int64_t total)
{
	struct decimal held;
	return json_decimal(json_member(item, "total_amount"), MONEY_SCALE, &held) &&
	       held.units == total;
}

static enum led_err read_xref(struct reconcile *reconcile, int64_t id, struct xref *xref,
			      struct run_state *state, struct led_error *error)
{
	struct task *task = &reconcile->desk.task;
	const char *key = arena_printf(task->job_arena, "%lld", (long long)id);
	const struct xref_key wanted = {task->binding.id, task->binding.business,
					reconcile->side->kind, key};
	struct db *db;
	enum led_err err = db_pool_take(reconcile->desk.worker.pool, &db, error);
	if (!err)
		err = xref_get(db, task->job_arena, &wanted, xref, error);
	if (!err)
		err = run_latest(db, task->job_arena, task->binding.id,
				 reconcile->side->entity_type, id, reconcile->side->event, state,
				 error);
	db_pool_give(reconcile->desk.worker.pool, db);
	return err;
}

static bool same_contact(const struct xref *xref, struct json_object *item)
{
	return !xref->contact_id || is_text(json_member(item, "contact"), "id", xref->contact_id);
}

static void judge_missing(const struct run_state *state, struct compared *compared)
{
	bool skipped = state->found && strcmp(state->status, "skipped_by_policy") == 0;
	compared->verdict = skipped ? SKIPPED : MISSING;
	if (skipped)
		compared->detail = state->skip_reason;
	else if (state->found)
		compared->detail = state->error_code ? state->error_code : state->status;
}

static void judge(const struct reconcile *reconcile, const struct walk_document *document,
		  const struct xref *xref, const struct held *held, struct compared *compared)
{
	struct arena *arena = reconcile->desk.task.job_arena;
	const char *date = json_string(held->item, "date");
	const char *contact = json_string(json_member(held->item, "contact"), "displayed_as");
	compared->sage_number = json_string(held->item, "displayed_as");
	compared->sage_total = json_object_get_string(json_member(held->item, "total_amount"));
	if (held->others) {
		compared->verdict = DUPLICATE;
		compared->detail = arena_printf(arena, "%zu of this reference", held->others + 1);
	} else if (!held->linked) {
		compared->verdict = NOT_LINKED;
	} else if (!same_total(held->item, document->total)) {
		compared->verdict = OTHER_TOTAL;
	} else if (!same_contact(xref, held->item)) {
		compared->verdict = OTHER_CONTACT;
		compared->detail = contact ? arena_printf(arena, "it is %s's", contact) : NULL;
	} else if (date && xref->document_date && strcmp(date, xref->document_date) != 0) {
		compared->detail = arena_printf(arena, "dated %s in Sage", date);
	}
}

static void print_csv(const char *const *cells, size_t count)
{
	struct buf row;
	buf_init(&row, 65536);
	csv_row(&row, cells, count);
	fputs(buf_str(&row), stdout);
	buf_release(&row);
}

static void tell(struct reconcile *reconcile, const struct walk_document *document,
		 const struct compared *compared)
{
	struct ctl *ctl = reconcile->ctl;
	const struct {
		const char *key, *value;
	} cells[] = {
		{"kind", reconcile->side->entity_type},
		{"date", document->date},
		{"number", document->number},
		{"currency", document->currency},
		{"verdict", verdicts[compared->verdict]},
		{"detail", compared->detail ? compared->detail : ""},
		{"sage_number", compared->sage_number ? compared->sage_number : ""},
		{"sage_total", compared->sage_total ? compared->sage_total : ""},
	};
	char total[DECIMAL_TEXT_MAX] = "", id[24];
	if (!document->unreadable)
		decimal_print(money_of(document->total), total);
	snprintf(id, sizeof id, "%lld", (long long)document->magento_id);
	reconcile->counts[compared->verdict]++;
	if (ctl->json) {
		struct json_object *row = json_object_new_object();
		for (size_t i = 0; i < sizeof cells / sizeof *cells; i++)
			json_object_object_add(row, cells[i].key,
					       json_object_new_string(cells[i].value));
		json_object_object_add(row, "magento_id",
				       json_object_new_int64(document->magento_id));
		json_object_object_add(row, "magento_total", json_object_new_string(total));
		json_object_array_add(reconcile->rows, row);
	} else if (ctl_value(ctl, "--csv")) {
		const char *const row[] = {
			cells[0].value, cells[1].value, cells[2].value, id,
			cells[3].value, total,          cells[6].value, cells[7].value,
			cells[4].value, cells[5].value};
		print_csv(row, sizeof row / sizeof *row);
	} else {
		printf("%-10s  %-10s  %-14s  %12s %-3s  %-10s  %12s  %s%s%s\n", cells[0].value,
		       cells[1].value, *cells[2].value ? cells[2].value : id, total, cells[3].value,
		       cells[6].value, cells[7].value, cells[4].value, *cells[5].value ? ": " : "",
		       cells[5].value);
	}
}

static enum led_err compare_one(struct reconcile *reconcile, const struct walk_document *document,
				struct led_error *error)
{
	struct compared compared = {.verdict = document->unreadable ? UNREADABLE : AGREES,
				    .detail = document->unreadable};
	struct run_state state;
	struct xref xref;
	struct held held = {0};
	if (document->unreadable) {
		tell(reconcile, document, &compared);
		return LED_OK;
	}
	enum led_err err = read_xref(reconcile, document->magento_id, &xref, &state, error);
	if (!err)
		err = find_held(reconcile, &xref, reference_of(reconcile, &xref, document->number),
				&held, error);
	if (!err) {
		if (held.item)
			judge(reconcile, document, &xref, &held, &compared);
		else
			judge_missing(&state, &compared);
		tell(reconcile, document, &compared);
	}
	json_object_put(held.item);
	reconcile->desk.task.calls.count = 0;
	return err;
}

static enum led_err compare_side(struct reconcile *reconcile, struct led_error *error)
{
	struct walk_documents documents;
	enum led_err err = list_sage(reconcile, error);
	if (!err)
		err = walk_documents(&reconcile->desk, &reconcile->books,
				     reconcile->side->entity_type, &reconcile->period, &documents,
				     error);
	for (size_t i = 0; !err && i < documents.count; i++)
		err = compare_one(reconcile, &documents.item[i], error);
	return err;
}

static enum led_err conclude(struct reconcile *reconcile, struct led_error *error)
{
	struct json_object *counts = json_object_new_object();
	size_t wrong = 0;
	for (size_t i = 0; i < VERDICTS; i++) {
		json_object_object_add(counts, verdicts[i],
				       json_object_new_int64((int64_t)reconcile->counts[i]));
		if (i != AGREES && i != SKIPPED)
			wrong += reconcile->counts[i];
	}
	ctl_result(reconcile->ctl, "documents", reconcile->rows);
	ctl_result(reconcile->ctl, "counts", counts);
	if (wrong == 0)
		return LED_OK;
	return led_fail(error, LED_VALIDATION, "books_disagree",
			"%zu document(s) of the shop are not in Sage as they should be.", wrong);
}

static const char *const columns[] = {
	"kind",          "date",        "number",     "magento_id", "currency",
	"magento_total", "sage_number", "sage_total", "verdict",    "detail",
};

static enum led_err run(struct ctl *ctl, struct led_error *error)
{
	struct reconcile reconcile = {.ctl = ctl};
	struct run run = {0};
	enum led_err err = walk_take_period(ctl, &reconcile.period, error);
	if (!err)
		err = desk_open(ctl, ctl_value(ctl, "--binding"), &reconcile.desk, error);
	if (!err)
		err = desk_books(&reconcile.desk, &run, &reconcile.books, error);
	reconcile.rows = json_object_new_array();
	if (!err && !ctl->json && ctl_value(ctl, "--csv"))
		print_csv(columns, sizeof columns / sizeof *columns);
	for (size_t i = 0; !err && i < sizeof sides / sizeof *sides; i++) {
		reconcile.side = &sides[i];
		err = compare_side(&reconcile, error);
	}
	if (!err)
		err = conclude(&reconcile, error);
	else
		json_object_put(reconcile.rows);
	json_object_put(reconcile.items);
	desk_close(&reconcile.desk);
	return err;
}

const struct ctl_command ctl_reconcile = {
	.name = "reconcile",
	.summary = "Compares the shop's documents of a period with Sage's; exit 1: they disagree.",
	.options =
		{
			{"--binding", "B", true, "the binding's id"},
			{"--from", "DAY", true, "the first day, in the business's calendar"},
			{"--to", "DAY", true, "the last day"},
			{"--csv", NULL, false, "comma-separated instead of a table"},
		},
	.run = run,
};
