#include "sage/artefacts.h"

#include "sage/contacts.h"
#include "sage/dates.h"
#include "sage/document_rules.h"
#include "sage/js.h"
#include "sage/list.h"
#include "sage/validate.h"

#include <json-c/linkhash.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VOID_REASON_MAX = 200, CREDIT_DAYS_DEFAULT = 30 };

static const struct artefact_kind kinds[] = {
	{ARTEFACT_INVOICE, "sales_invoices", "invoice_lines", "invoice_number",
	 "invoice_number_prefix", "SI-", "SALES_INVOICE"},
	{ARTEFACT_CREDIT_NOTE, "sales_credit_notes", "credit_note_lines", "credit_note_number",
	 "credit_note_number_prefix", "SCN-", "SALES_CREDIT_NOTE"},
};

static const struct artefact_kind *kind_of(const struct call *call)
{
	return &kinds[strcmp(call->collection, kinds[1].collection) == 0];
}

void artefact_free(struct lh_entry *entry)
{
	struct artefact *artefact = lh_entry_v(entry);

	json_object_put(artefact->input);
	json_object_put(artefact->settlements);
	totals_release(&artefact->totals);
	free(artefact->void_reason);
	free(artefact);
}

struct artefact *artefact_find(const struct business *business, const char *id)
{
	struct artefact *artefact = table_find(business->artefacts, id);

	return artefact != NULL && artefact->deleted == 0 ? artefact : NULL;
}

/* The document of the path when it is of the path's kind. */
static struct artefact *find(const struct call *call)
{
	struct artefact *artefact = artefact_find(call->business, call->key);

	return artefact != NULL && artefact->kind == kind_of(call) ? artefact : NULL;
}

bool artefacts_of_contact(const struct business *business, const char *contact_id)
{
	struct lh_entry *entry;

	lh_foreach(business->artefacts, entry)
	{
		const struct artefact *artefact = lh_entry_v(entry);

		if (strcmp(js_str(artefact->input, "contact_id"), contact_id) == 0)
			return true;
	}
	return false;
}

int64_t artefact_outstanding(const struct artefact *artefact)
{
	return artefact->status == STATUS_VOID
		       ? 0
		       : totals_total(&artefact->totals) - artefact->settled;
}

const char *artefact_status_id(const struct artefact *artefact)
{
	switch (artefact->status) {
	case STATUS_DRAFT:
		return "DRAFT";
	case STATUS_PRO_FORMA:
		return "PRO_FORMA";
	case STATUS_VOID:
		return "VOID";
	case STATUS_POSTED:
		break;
	}
	if (artefact_outstanding(artefact) == 0)
		return "PAID";
	return artefact->settled != 0 ? "PART_PAID" : "UNPAID";
}

const char *artefact_label(const struct artefact *artefact)
{
	return artefact->number[0] != '\0' ? artefact->number : "Draft";
}

static bool passes(const struct call *call, const struct artefact *artefact)
{
	struct json_object *input = artefact->input;
	const char *date = js_str(input, "date");
	const char *search = call_query(call, "search");
	const char *contact_id = call_query(call, "contact_id");
	const char *status = call_query(call, "status_id");
	const char *from = call_query(call, "from_date");
	const char *to = call_query(call, "to_date");
	const char *deleted_since = call_query(call, "deleted_since");
	long long when;

	if (artefact->kind != kind_of(call))
		return false;
	if (deleted_since != NULL) {
		if (!time_parse(deleted_since, &when) || artefact->deleted <= when)
			return false;
	} else if (artefact->deleted != 0) {
		return false;
	}
	if (search != NULL && !list_contains(js_str(input, "reference"), search) &&
	    !list_contains(js_str(input, "contact_name"), search))
		return false;
	if (contact_id != NULL && strcmp(js_str(input, "contact_id"), contact_id) != 0)
		return false;
	if (status != NULL && strcmp(artefact_status_id(artefact), status) != 0)
		return false;
	return (from == NULL || strcmp(date, from) >= 0) && (to == NULL || strcmp(date, to) <= 0) &&
	       list_since(call, artefact->updated);
}

static int compare_created(const void *a, const void *b)
{
	const struct artefact *const *left = a;
	const struct artefact *const *right = b;

	return ((*left)->created > (*right)->created) - ((*left)->created < (*right)->created);
}

static int compare_updated(const void *a, const void *b)
{
	const struct artefact *const *left = a;
	const struct artefact *const *right = b;

	return ((*left)->updated > (*right)->updated) - ((*left)->updated < (*right)->updated);
}

static int compare_date(const void *a, const void *b)
{
	const struct artefact *const *left = a;
	const struct artefact *const *right = b;

	return strcmp(js_str((*left)->input, "date"), js_str((*right)->input, "date"));
}

static int compare_due_date(const void *a, const void *b)
{
	const struct artefact *const *left = a;
	const struct artefact *const *right = b;

	return strcmp((*left)->due_date, (*right)->due_date);
}

/* sort=created_at|updated_at|date|due_date[:asc|:desc]; newest first otherwise. */
static void sort_items(struct call *call, void **items, size_t count)
{
	static const struct {
		const char *name;
		int (*compare)(const void *, const void *);
	} orders[] = {
		{"created_at", compare_created},
		{"updated_at", compare_updated},
		{"date", compare_date},
		{"due_date", compare_due_date},
	};
	const char *sort = call_query(call, "sort");
	size_t len = sort != NULL ? strcspn(sort, ":") : 0;
	bool known = sort == NULL;

	for (size_t i = 0; sort != NULL && i < sizeof(orders) / sizeof(orders[0]); i++) {
		if (strlen(orders[i].name) != len || strncmp(orders[i].name, sort, len) != 0)
			continue;
		qsort(items, count, sizeof(*items), orders[i].compare);
		known = true;
	}
	if (!known)
		call_invalid(call, "sort", "This value is not valid.");
	if (sort != NULL && strcmp(sort + len, ":desc") != 0)
		return;
	for (size_t i = 0; i < count / 2; i++) {
		void *swap = items[i];

		items[i] = items[count - 1 - i];
		items[count - 1 - i] = swap;
	}
}

void artefacts_list(struct call *call)
{
	size_t count = table_count(call->business->artefacts);
	void **items = table_values(call->business->artefacts);
	size_t kept = 0;

	for (size_t i = 0; i < count; i++)
		if (passes(call, items[i]))
			items[kept++] = items[i];
	sort_items(call, items, kept);
	list_reply(call, items, kept, artefact_json);
	free(items);
}

void artefacts_get(struct call *call)
{
	struct artefact *artefact = find(call);
	const char *mark = call_query(call, "mark_as_sent");

	if (artefact == NULL) {
		call_not_found(call);
		return;
	}
	/* Looking at a document sends it, unless told otherwise. */
	if (mark == NULL || strcmp(mark, "false") != 0)
		artefact->sent = true;
	list_reply_one(call, 200, artefact_json(call->business, artefact));
}

/* Due by the contact's terms, else 30 days after the document's date. */
static void set_due_date(const struct business *business, struct artefact *artefact)
{
	struct json_object *contact =
		contact_find(business, js_str(artefact->input, "contact_id"))->input;
	const char *terms = js_str(contact, "credit_terms");
	const char *given = js_str(artefact->input, "due_date");
	long days = (long)js_int(contact, "credit_days", CREDIT_DAYS_DEFAULT);

	artefact->due_date[0] = '\0';
	if (artefact->kind->type != ARTEFACT_INVOICE)
		return;
	if (given != NULL)
		snprintf(artefact->due_date, sizeof(artefact->due_date), "%s", given);
	else
		date_add(js_str(artefact->input, "date"),
			 terms != NULL && strncmp(terms, "immediate", 9) == 0 ? 0 : days,
			 terms != NULL && strncmp(terms, "month_end", 9) == 0, artefact->due_date);
}

static bool number_taken(const struct business *business, const struct artefact_kind *kind,
			 const char *number)
{
	struct lh_entry *entry;

	lh_foreach(business->artefacts, entry)
	{
		const struct artefact *artefact = lh_entry_v(entry);

		if (artefact->kind == kind && strcmp(artefact->number, number) == 0)
			return true;
	}
	return false;
}

static void set_number(struct business *business, struct artefact *artefact)
{
	const char *prefix = js_str(artefact->input, artefact->kind->prefix);
	const char *given = js_str(artefact->input, artefact->kind->number);

	if (artefact->number[0] != '\0')
		return;
	if (given != NULL && *given != '\0')
		snprintf(artefact->number, sizeof(artefact->number), "%s", given);
	else
		snprintf(artefact->number, sizeof(artefact->number), "%s%ld",
			 prefix != NULL ? prefix : artefact->kind->prefix_default,
			 business->next_number[artefact->kind->type]++);
}

/* Completes and checks a request and books it into `artefact`; false: refused. */
static bool book(struct call *call, struct json_object *input, struct artefact *artefact)
{
	const struct artefact_kind *kind = kind_of(call);
	const char *number = js_str(input, kind->number);
	struct totals totals;

	document_complete(call->business, input);
	totals_compute(call, input, kind->lines, &totals);
	document_check(call, input, kind, &totals);
	if (number != NULL && *number != '\0' && strcmp(number, artefact->number) != 0 &&
	    number_taken(call->business, kind, number))
		call_invalid(call, kind->number, "This number is already in use.");
	if (totals_total(&totals) < artefact->settled)
		call_invalid(call, "total_amount", "The total is less than what has been paid.");
	if (call_refused(call)) {
		totals_release(&totals);
		return false;
	}
	json_object_put(artefact->input);
	artefact->input = json_object_get(input);
	totals_release(&artefact->totals);
	artefact->totals = totals;
	artefact->kind = kind;
	artefact->updated = sb_now();
	set_due_date(call->business, artefact);
	if (artefact->status == STATUS_POSTED)
		set_number(call->business, artefact);
	return true;
}

void artefacts_post(struct call *call)
{
	struct json_object *object = validate_body(call, true);
	const char *status = js_str(object, "status_id");
	struct artefact *artefact;

	if (object == NULL || !document_contact_check(call, object)) {
		call_refused(call);
		return;
	}
	artefact = calloc(1, sizeof(*artefact));
	artefact->status = STATUS_POSTED;
	if (status != NULL && strcmp(status, "DRAFT") == 0)
		artefact->status = STATUS_DRAFT;
	else if (status != NULL && strcmp(status, "PRO_FORMA") == 0)
		artefact->status = STATUS_PRO_FORMA;
	else if (status != NULL && strcmp(status, "UNPAID") != 0)
		call_invalid(call, "status_id", "A new document cannot have this status.");
	if (!book(call, object, artefact)) {
		free(artefact);
		return;
	}
	random_id(artefact->id);
	random_id(artefact->transaction_id);
	random_id(artefact->main_address_id);
	random_id(artefact->delivery_address_id);
	artefact->settlements = json_object_new_array();
	artefact->sent = js_bool(object, "sent", false);
	artefact->created = artefact->updated;
	lh_table_insert(call->business->artefacts, artefact->id, artefact);
	list_reply_one(call, 201, artefact_json(call->business, artefact));
}

/* What a document took from its contact is taken anew from another one. */
static void forget_old_contact(struct json_object *merged, struct json_object *before,
			       struct json_object *changes)
{
	static const char *const taken[] = {"contact_name", "contact_reference", "currency_id"};

	if (strcmp(js_str(merged, "contact_id"), js_str(before, "contact_id")) == 0)
		return;
	for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
		if (js_get(changes, taken[i]) == NULL)
			json_object_object_del(merged, taken[i]);
}

void artefacts_put(struct call *call)
{
	struct artefact *artefact = find(call);
	struct json_object *merged = NULL;
	struct json_object *object;
	const char *status;

	if (artefact == NULL) {
		call_not_found(call);
		return;
	}
	object = validate_body(call, false);
	status = js_str(object, "status_id");
	if (artefact->status == STATUS_VOID || artefact->settled != 0)
		call_invalid(call, "base", "This document cannot be edited.");
	if (status != NULL && strcmp(status, artefact_status_id(artefact)) != 0)
		call_invalid(call, "status_id", "Release, pay or void it instead.");
	if (object == NULL || json_object_array_length(call->errors) > 0) {
		call_refused(call);
		return;
	}
	json_object_deep_copy(artefact->input, &merged, NULL);
	js_merge(merged, object);
	forget_old_contact(merged, artefact->input, object);
	if (!document_contact_check(call, merged))
		call_refused(call);
	else if (book(call, merged, artefact)) {
		artefact->sent = js_bool(object, "sent", artefact->sent);
		list_reply_one(call, 200, artefact_json(call->business, artefact));
	}
	json_object_put(merged);
}

void artefacts_void(struct call *call)
{
	struct artefact *artefact = find(call);
	const char *reason = call_query(call, "void_reason");

	if (artefact == NULL) {
		call_not_found(call);
		return;
	}
	if (artefact->status == STATUS_VOID)
		call_invalid(call, "base", "This document is already void.");
	if (artefact->settled != 0)
		call_invalid(call, "base",
			     "A document with payments or allocations cannot be "
			     "voided.");
	if (artefact->status != STATUS_DRAFT && (reason == NULL || *reason == '\0'))
		call_invalid(call, "void_reason", "This field is required.");
	else if (reason != NULL && strlen(reason) > VOID_REASON_MAX)
		call_invalid(call, "void_reason", "This value is too long.");
	if (call_refused(call))
		return;
	artefact->updated = sb_now();
	if (artefact->status == STATUS_DRAFT)
		artefact->deleted = artefact->updated;
	else
		artefact->status = STATUS_VOID;
	free(artefact->void_reason);
	artefact->void_reason = reason != NULL ? strdup(reason) : NULL;
	list_reply_one(call, 200, artefact_json(call->business, artefact));
}

void artefacts_release(struct call *call)
{
	struct artefact *artefact = find(call);

	if (artefact == NULL) {
		call_not_found(call);
		return;
	}
	if (artefact->status != STATUS_DRAFT && artefact->status != STATUS_PRO_FORMA) {
		call_invalid(call, "base", "Only a draft can be released.");
		call_refused(call);
		return;
	}
	artefact->status = STATUS_POSTED;
	artefact->updated = sb_now();
	set_number(call->business, artefact);
	list_reply_one(call, 201, artefact_json(call->business, artefact));
}
