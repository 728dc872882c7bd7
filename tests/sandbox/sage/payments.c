#include "sage/payments.h"

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

static int64_t money(struct json_object *object, const char *key)
{
	dec10 value;

	return dec10_of(js_get(object, key), &value) ? dec10_pennies(value) : 0;
}

void payment_free(struct lh_entry *entry)
{
	struct payment *payment = lh_entry_v(entry);

	json_object_put(payment->input);
	free(payment->allocated);
	free(payment);
}

/* The payment whose money on account has this id, or NULL. */
static struct payment *on_account_find(const struct business *business, const char *id)
{
	struct lh_entry *entry;

	lh_foreach(business->payments, entry)
	{
		struct payment *payment = lh_entry_v(entry);

		if (payment->deleted == 0 && strcmp(payment->on_account_id, id) == 0)
			return payment;
	}
	return NULL;
}

static bool is_refund(const struct payment *payment)
{
	return strcmp(js_str(payment->input, "transaction_type_id"), "CUSTOMER_REFUND") == 0;
}

/* What an artefact can still take, signed as an allocation signs it: an invoice
 * (or a refund on account) is positive, a credit note (or a receipt) negative. */
struct target {
	struct artefact *artefact; /* one of the two */
	struct payment *on_account;
	int64_t open;
};

static bool find_target(const struct business *business, const char *id, const char *contact_id,
			struct target *target)
{
	const char *owner;

	target->artefact = artefact_find(business, id);
	target->on_account = target->artefact == NULL ? on_account_find(business, id) : NULL;
	if (target->artefact != NULL) {
		owner = js_str(target->artefact->input, "contact_id");
		target->open = target->artefact->status == STATUS_POSTED
				       ? artefact_outstanding(target->artefact)
				       : 0;
		if (target->artefact->kind->type == ARTEFACT_CREDIT_NOTE)
			target->open = -target->open;
	} else if (target->on_account != NULL) {
		owner = js_str(target->on_account->input, "contact_id");
		target->open = target->on_account->on_account - target->on_account->on_account_used;
		if (!is_refund(target->on_account))
			target->open = -target->open;
	} else {
		return false;
	}
	return strcmp(owner, contact_id) == 0;
}

/* Adds to what is settled; `sign` -1 takes it back. */
static void settle(const struct business *business, struct payment *payment,
		   const struct allocated *allocated, int sign)
{
	const int64_t amount = allocated->amount < 0 ? -allocated->amount : allocated->amount;
	struct target target;
	struct json_object *entry;

	/* The document itself, whoever it belongs to: that was checked before. */
	target.artefact = artefact_find(business, allocated->artefact_id);
	target.on_account =
		target.artefact == NULL ? on_account_find(business, allocated->artefact_id) : NULL;
	if (target.on_account != NULL)
		target.on_account->on_account_used += sign * amount;
	if (target.artefact == NULL)
		return;
	target.artefact->settled += sign * (amount + allocated->discount);
	target.artefact->discount += sign * allocated->discount;
	target.artefact->updated = sb_now();
	if (sign < 0) {
		struct json_object *kept = json_object_new_array();
		struct json_object *old = target.artefact->settlements;

		for (size_t i = 0; i < json_object_array_length(old); i++) {
			entry = json_object_array_get_idx(old, i);
			if (strcmp(js_str(entry, "id"), payment->id) != 0)
				json_object_array_add(kept, json_object_get(entry));
		}
		json_object_put(old);
		target.artefact->settlements = kept;
		return;
	}
	entry = js_base(payment->allocation_only ? "contact_allocations" : "contact_payments",
			payment->id, js_str(payment->input, "reference"));
	js_put_str(entry, "type", js_str(payment->input, "transaction_type_id"));
	js_share(entry, payment->input, "date");
	js_share(entry, payment->input, "reference");
	js_put(entry, "amount", pennies_json(amount));
	js_put(entry, "discount", pennies_json(allocated->discount));
	json_object_array_add(target.artefact->settlements, entry);
	snprintf(target.artefact->last_paid, sizeof(target.artefact->last_paid), "%s",
		 js_str(payment->input, "date"));
}

/* Reads allocated_artefacts; a problem with one is noted. Returns the signed sum. */
static int64_t read_allocated(struct call *call, struct payment *payment)
{
	struct json_object *list = js_get(payment->input, "allocated_artefacts");
	const char *contact_id = js_str(payment->input, "contact_id");
	int64_t sum = 0;

	payment->count = list != NULL ? json_object_array_length(list) : 0;
	payment->allocated = calloc(payment->count + 1, sizeof(*payment->allocated));
	for (size_t i = 0; i < payment->count; i++) {
		struct json_object *item = json_object_array_get_idx(list, i);
		struct allocated *allocated = &payment->allocated[i];
		const char *id = js_str(item, "artefact_id");
		struct target target;
		int64_t taken;

		random_id(allocated->id);
		allocated->amount = money(item, "amount");
		allocated->discount = money(item, "discount");
		sum += allocated->amount;
		if (id == NULL || !find_target(call->business, id, contact_id, &target)) {
			call_invalid(call, "allocated_artefacts.artefact_id",
				     id == NULL ? "This field is required."
						: "This value is not valid.");
			continue;
		}
		snprintf(allocated->artefact_id, sizeof(allocated->artefact_id), "%s", id);
		taken = allocated->amount + allocated->discount;
		/* A refund's amounts are positive although a credit note is not. */
		if (!payment->allocation_only && is_refund(payment))
			taken = -taken;
		if (taken == 0 || allocated->discount < 0 || (taken < 0) != (target.open < 0) ||
		    (taken < 0 ? taken < target.open : taken > target.open))
			call_invalid(call, "allocated_artefacts.amount",
				     "This amount is more than is outstanding.");
		for (size_t j = 0; j < i; j++)
			if (strcmp(payment->allocated[j].artefact_id, id) == 0)
				call_invalid(call, "allocated_artefacts.artefact_id",
					     "This artefact is named twice.");
	}
	return sum;
}

static void check_payment(struct call *call, struct payment *payment)
{
	struct json_object *input = payment->input;
	const struct contact *contact = contact_find(call->business, js_str(input, "contact_id"));
	const char *type = js_str(input, "transaction_type_id");
	const char *currency = js_str(input, "currency_id");
	int64_t sum;
	dec10 inverse;

	if (strcmp(type, "CUSTOMER_RECEIPT") != 0 && strcmp(type, "CUSTOMER_REFUND") != 0)
		call_invalid(call, "transaction_type_id", "This value is not valid.");
	if (currency == NULL)
		js_put_str(input, "currency_id", contact_currency(call->business, contact));
	else if (strcmp(currency, contact_currency(call->business, contact)) != 0)
		call_invalid(call, "currency_id",
			     "The currency must be the currency of the contact.");
	payment->total = money(input, "total_amount");
	if (payment->total <= 0)
		call_invalid(call, "total_amount", "This value must be more than 0.");
	totals_rate(call, input, js_str(input, "currency_id"), &payment->exchange_rate, &inverse);
	sum = read_allocated(call, payment);
	if (sum > payment->total)
		call_invalid(call, "allocated_artefacts", "More is allocated than was paid.");
	payment->on_account = payment->total - sum;
	if (payment->on_account > 0)
		random_id(payment->on_account_id);
}

static void check_allocation(struct call *call, struct payment *payment)
{
	struct json_object *input = payment->input;
	char today[DATE_TEXT];

	if (strcmp(js_str(input, "transaction_type_id"), "CUSTOMER_ALLOCATION") != 0)
		call_invalid(call, "transaction_type_id", "This value is not valid.");
	time_date(sb_now(), today);
	if (js_get(input, "date") == NULL)
		js_put_str(input, "date", today);
	if (read_allocated(call, payment) != 0)
		call_invalid(call, "allocated_artefacts", "The amounts must add up to 0.");
	if (payment->count < 2)
		call_invalid(call, "allocated_artefacts", "Two or more artefacts are needed.");
}

static void post(struct call *call, bool allocation_only)
{
	struct json_object *object = validate_body(call, true);
	struct payment *payment;

	if (object == NULL || !document_contact_check(call, object)) {
		call_refused(call);
		return;
	}
	payment = calloc(1, sizeof(*payment));
	payment->allocation_only = allocation_only;
	payment->input = json_object_get(object);
	if (allocation_only)
		check_allocation(call, payment);
	else
		check_payment(call, payment);
	if (call_refused(call)) {
		json_object_put(payment->input);
		free(payment->allocated);
		free(payment);
		return;
	}
	random_id(payment->id);
	random_id(payment->transaction_id);
	payment->created = sb_now();
	payment->updated = payment->created;
	for (size_t i = 0; i < payment->count; i++)
		settle(call->business, payment, &payment->allocated[i], 1);
	lh_table_insert(call->business->payments, payment->id, payment);
	list_reply_one(call, 201, payment_json(call->business, payment));
}

void payments_post(struct call *call)
{
	post(call, false);
}

void allocations_post(struct call *call)
{
	post(call, true);
}

static bool of_collection(const struct call *call, const struct payment *payment)
{
	return payment->deleted == 0 &&
	       payment->allocation_only == (strcmp(call->collection, "contact_allocations") == 0);
}

static bool passes(const struct call *call, const struct payment *payment)
{
	static const char *const ids[] = {"contact_id", "bank_account_id", "transaction_type_id"};
	const char *date = js_str(payment->input, "date");
	const char *from = call_query(call, "from_date");
	const char *to = call_query(call, "to_date");

	if (!of_collection(call, payment))
		return false;
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		const char *wanted = call_query(call, ids[i]);
		const char *held = js_str(payment->input, ids[i]);

		if (wanted != NULL && (held == NULL || strcmp(wanted, held) != 0))
			return false;
	}
	return (from == NULL || strcmp(date, from) >= 0) && (to == NULL || strcmp(date, to) <= 0) &&
	       list_since(call, payment->updated);
}

void payments_list(struct call *call)
{
	size_t count = table_count(call->business->payments);
	void **items = table_values(call->business->payments);
	size_t kept = 0;

	for (size_t i = 0; i < count; i++)
		if (passes(call, items[i]))
			items[kept++] = items[i];
	list_reply(call, items, kept, payment_json);
	free(items);
}

static struct payment *find(const struct call *call)
{
	struct payment *payment = table_find(call->business->payments, call->key);

	return payment != NULL && of_collection(call, payment) ? payment : NULL;
}

void payments_get(struct call *call)
{
	struct payment *payment = find(call);

	if (payment == NULL)
		call_not_found(call);
	else
		list_reply_one(call, 200, payment_json(call->business, payment));
}

void payments_delete(struct call *call)
{
	struct payment *payment = find(call);

	if (payment == NULL) {
		call_not_found(call);
		return;
	}
	if (payment->on_account_used != 0) {
		call_invalid(call, "base", "Its money on account has been allocated.");
		call_refused(call);
		return;
	}
	for (size_t i = 0; i < payment->count; i++)
		settle(call->business, payment, &payment->allocated[i], -1);
	payment->deleted = sb_now();
	payment->updated = payment->deleted;
	call->reply->status = 204;
}
