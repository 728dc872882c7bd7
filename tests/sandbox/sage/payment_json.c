/* The answer's form of payments, allocations and money on account. */
#include "sage/artefacts.h"
#include "sage/contacts.h"
#include "sage/dates.h"
#include "sage/js.h"
#include "sage/payments.h"
#include "sage/reference.h"

#include <string.h>

static const char *label_of(const struct payment *payment)
{
	const char *reference = js_str(payment->input, "reference");

	if (payment->allocation_only)
		return "Allocation";
	return reference != NULL && *reference != '\0' ? reference : "Payment";
}

static void put_times(struct json_object *out, const struct payment *payment)
{
	char when[DATE_TEXT];

	time_text(payment->created, when);
	js_put_str(out, "created_at", when);
	time_text(payment->updated, when);
	js_put_str(out, "updated_at", when);
}

static void put_money(struct json_object *out, int64_t amount)
{
	js_put(out, "net_amount", pennies_json(amount));
	js_put(out, "tax_amount", pennies_json(0));
	js_put(out, "total_amount", pennies_json(amount));
}

static struct json_object *contact_of(const struct business *business,
				      const struct payment *payment)
{
	return contact_base(contact_find(business, js_str(payment->input, "contact_id")));
}

static struct json_object *on_account_json(const struct business *business,
					   const struct payment *payment)
{
	const struct contact *contact =
		contact_find(business, js_str(payment->input, "contact_id"));
	const int64_t open = payment->on_account - payment->on_account_used;
	struct json_object *out;

	if (payment->on_account_id[0] == '\0')
		return NULL;
	out = js_base("payments_on_account", payment->on_account_id, label_of(payment));
	put_times(out, payment);
	js_put(out, "contact_name", json_object_get(js_get(contact->input, "name")));
	js_put(out, "contact_reference", json_object_get(js_get(contact->input, "reference")));
	js_put(out, "contact", contact_base(contact));
	js_share(out, payment->input, "date");
	js_share(out, payment->input, "reference");
	put_money(out, payment->on_account);
	js_put(out, "outstanding_amount", pennies_json(open));
	js_put(out, "currency",
	       reference_base(business, "currencies", js_str(payment->input, "currency_id")));
	js_put(out, "exchange_rate", dec10_json(payment->exchange_rate));
	js_put(out, "status",
	       reference_base(business, "artefact_statuses",
			      open == 0                       ? "PAID"
			      : payment->on_account_used != 0 ? "PART_PAID"
							      : "UNPAID"));
	return out;
}

/* An allocated artefact's base form: a document or another payment's rest. */
static struct json_object *artefact_base(const struct business *business, const char *id)
{
	const struct artefact *artefact = artefact_find(business, id);

	if (artefact == NULL)
		return js_base("payments_on_account", id, "Payment on account");
	return js_base(artefact->kind->collection, id, artefact_label(artefact));
}

static void add_allocated(struct json_object *list, const struct payment *payment, const char *id,
			  struct json_object *artefact, int64_t amount, int64_t discount)
{
	struct json_object *one = json_object_new_object();

	js_put_str(one, "id", id);
	js_put(one, "artefact", artefact);
	js_put(one, "amount", pennies_json(amount));
	if (!payment->allocation_only)
		js_put(one, "discount", pennies_json(discount));
	json_object_array_add(list, one);
}

static struct json_object *allocated_json(const struct business *business,
					  const struct payment *payment)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < payment->count; i++)
		add_allocated(list, payment, payment->allocated[i].id,
			      artefact_base(business, payment->allocated[i].artefact_id),
			      payment->allocated[i].amount, payment->allocated[i].discount);
	if (payment->on_account_id[0] != '\0') /* the rest is listed with the others */
		add_allocated(
			list, payment, payment->transaction_id,
			js_base("payments_on_account", payment->on_account_id, label_of(payment)),
			payment->on_account, 0);
	return list;
}

static void put_payment(struct json_object *out, const struct business *business,
			const struct payment *payment)
{
	struct json_object *input = payment->input;
	const int64_t base = pennies_times(payment->total, payment->exchange_rate);

	js_put(out, "payment_method",
	       reference_base(business, "payment_methods", js_str(input, "payment_method_id")));
	js_put(out, "bank_account",
	       reference_base(business, "bank_accounts", js_str(input, "bank_account_id")));
	put_money(out, payment->total);
	js_put(out, "currency",
	       reference_base(business, "currencies", js_str(input, "currency_id")));
	js_put(out, "exchange_rate", dec10_json(payment->exchange_rate));
	js_put(out, "base_currency_net_amount", pennies_json(base));
	js_put(out, "base_currency_tax_amount", pennies_json(0));
	js_put(out, "base_currency_total_amount", pennies_json(base));
	js_put(out, "base_currency_currency_charge", pennies_json(0));
	js_share(out, input, "reference");
	js_put(out, "tax_rate", NULL);
	js_put(out, "payment_on_account", on_account_json(business, payment));
	js_put_bool(out, "editable", true);
}

struct json_object *payment_json(const struct business *business, const void *item)
{
	const struct payment *payment = item;
	struct json_object *out =
		js_base(payment->allocation_only ? "contact_allocations" : "contact_payments",
			payment->id, label_of(payment));

	put_times(out, payment);
	js_put(out, "transaction",
	       payment->allocation_only
		       ? NULL
		       : js_base("transactions", payment->transaction_id, label_of(payment)));
	js_put(out, "transaction_type",
	       reference_base(business, "transaction_types",
			      js_str(payment->input, "transaction_type_id")));
	js_put(out, "deleted_at", NULL);
	js_put(out, "contact", contact_of(business, payment));
	js_share(out, payment->input, "date");
	js_put(out, "allocated_artefacts", allocated_json(business, payment));
	if (!payment->allocation_only)
		put_payment(out, business, payment);
	return out;
}
