/*
 * ledgerctl reconcile: the shop's documents of a period against Sage's, by cross-reference and
 * by reference. The exit status says whether they agree.
 */
#include "../worker/access.h"
#include "base/json.h"
#include "walk.h"

#include <stdio.h>
#include <string.h>

static const struct side {
	const char *entity_type, *kind, *path, *event;
} sides[] = {
	{"invoice", "invoice", "/sales_invoices", "invoice.created"},
	{"creditmemo", "credit_note", "/sales_credit_notes", "creditmemo.created"},
};

enum verdict { AGREES, SKIPPED, MISSING, NOT_LINKED, DUPLICATE, OTHER_TOTAL, OTHER_CONTACT };

static const char *const verdicts[] = {
	[AGREES] = "agrees",
	[SKIPPED] = "skipped",
	[MISSING] = "missing",
	[NOT_LINKED] = "not_linked",
	[DUPLICATE] = "duplicate",
	[OTHER_TOTAL] = "different_total",
	[OTHER_CONTACT] = "different_contact",
};

struct reconcile {
	struct ctl *ctl;
	struct desk desk;
	struct books_context books;
	struct walk_period period;
	const struct side *side;
	struct json_object *items; /* Sage's documents of the period */
	struct json_object *rows;  /* under --json */
	size_t counts[OTHER_CONTACT + 1];
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

/* Items whose member is exactly this text; the first of them in *item. */
static size_t find(const struct reconcile *reconcile, const char *key, const char *wanted,
		   struct json_object **item)
{
	size_t found = 0;
	for (size_t i = 0; i < json_object_array_length(reconcile->items); i++) {
		struct json_object *at = json_object_array_get_idx(reconcile->items, i);
		const char *text = json_string(at, key);
		if (!text || strcmp(text, wanted) != 0 || is_void(at))
			continue;
		if (found++ == 0)
			*item = at;
	}
	return found;
}

/* The reference that the document would have in Sage. */
static const char *reference_of(const struct reconcile *reconcile, const char *number)
{
	const char *prefix = reconcile->books.policy->invoice_number_prefix;
	if (strncmp(number, prefix, strlen(prefix)) == 0)
		return number;
	return arena_printf(reconcile->desk.task.job_arena, "%s%s", prefix, number);
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

static void judge(const struct reconcile *reconcile, const struct walk_document *document,
		  const struct xref *xref, const struct run_state *state, struct compared *compared)
{
	struct json_object *item = NULL;
	const char *reference = xref->found && xref->reference
					? xref->reference
					: reference_of(reconcile, document->number);
	size_t same = find(reconcile, "reference", reference, &item);
	if (xref->found && find(reconcile, "id", xref->sage_id, &item) == 0)
		item = NULL;
	if (same > 1)
		compared->verdict = DUPLICATE;
	else if (!item && state->found && strcmp(state->status, "skipped_by_policy") == 0)
		compared->verdict = SKIPPED;
	else if (!item)
		compared->verdict = MISSING;
	else if (!xref->found)
		compared->verdict = NOT_LINKED;
	else if (!same_total(item, document->total))
		compared->verdict = OTHER_TOTAL;
	else if (xref->contact_id && find(reconcile, "id", xref->sage_id, &item) == 1 &&
		 strcmp(xref->contact_id, json_string(json_member(item, "contact"), "id")
						  ? json_string(json_member(item, "contact"), "id")
						  : "") != 0)
		compared->verdict = OTHER_CONTACT;
	if (compared->verdict == SKIPPED)
		compared->detail = state->skip_reason;
	else if (compared->verdict == MISSING && state->found)
		compared->detail = state->error_code ? state->error_code : state->status;
	if (item) {
		compared->sage_number = json_string(item, "displayed_as");
		compared->sage_total = json_object_get_string(json_member(item, "total_amount"));
	}
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
	char total[DECIMAL_TEXT_MAX];
	decimal_print(money_of(document->total), total);
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
		printf("%s,%s,%s,%lld,%s,%s,%s,%s,%s,%s\n", cells[0].value, cells[1].value,
		       cells[2].value, (long long)document->magento_id, cells[3].value, total,
		       cells[6].value, cells[7].value, cells[4].value, cells[5].value);
	} else {
		printf("%-10s  %s  %-14s  %12s %s  %-10s  %12s  %s%s%s\n", cells[0].value,
		       cells[1].value, cells[2].value, total, cells[3].value, cells[6].value,
		       cells[7].value, cells[4].value, *cells[5].value ? ": " : "", cells[5].value);
	}
}

static enum led_err compare_side(struct reconcile *reconcile, struct led_error *error)
{
	struct walk_documents documents;
	enum led_err err = list_sage(reconcile, error);
	if (!err)
		err = walk_documents(&reconcile->desk, &reconcile->books,
				     reconcile->side->entity_type, &reconcile->period, &documents,
				     error);
	for (size_t i = 0; !err && i < documents.count; i++) {
		struct compared compared = {.verdict = AGREES};
		struct run_state state;
		struct xref xref;
		err = read_xref(reconcile, documents.item[i].magento_id, &xref, &state, error);
		if (err)
			break;
		judge(reconcile, &documents.item[i], &xref, &state, &compared);
		tell(reconcile, &documents.item[i], &compared);
	}
	return err;
}

static enum led_err conclude(struct reconcile *reconcile, struct led_error *error)
{
	struct json_object *counts = json_object_new_object();
	size_t wrong = 0;
	for (size_t i = 0; i <= OTHER_CONTACT; i++) {
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
		puts("kind,date,number,magento_id,currency,magento_total,sage_number,sage_total,"
		     "verdict,detail");
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
