#include "sage/ledger.h"

#include "sage/artefacts.h"
#include "sage/catalogue.h"
#include "sage/contacts.h"
#include "sage/js.h"
#include "sage/payments.h"

#include <json-c/linkhash.h>
#include <string.h>

/* The members of the full records that a comparison needs. */
static const char *const contact_fields[] = {"id",    "name",       "reference",
					     "email", "deleted_at", NULL};
static const char *const line_fields[] = {"description",
					  "quantity",
					  "unit_price",
					  "net_amount",
					  "tax_amount",
					  "total_amount",
					  "tax_rate",
					  "ledger_account",
					  "discount_amount",
					  "eu_goods_services_type",
					  NULL};
static const char *const document_fields[] = {"id",
					      "displayed_as",
					      "reference",
					      "date",
					      "due_date",
					      "notes",
					      "contact_name",
					      "contact_reference",
					      "contact",
					      "currency",
					      "status",
					      "exchange_rate",
					      "shipping_net_amount",
					      "shipping_tax_amount",
					      "shipping_tax_rate",
					      "net_amount",
					      "tax_amount",
					      "total_amount",
					      "total_discount_amount",
					      "total_paid",
					      "outstanding_amount",
					      "base_currency_total_amount",
					      "sent",
					      "void_reason",
					      "main_address_free_form",
					      NULL};
static const char *const payment_fields[] = {"id",
					     "displayed_as",
					     "date",
					     "reference",
					     "total_amount",
					     "currency",
					     "contact",
					     "transaction_type",
					     "bank_account",
					     "payment_method",
					     "allocated_artefacts",
					     "payment_on_account",
					     "deleted_at",
					     NULL};

/* Those members of `full`; a nested {id, displayed_as, $path} becomes its id. */
static struct json_object *pick(struct json_object *full, const char *const *fields)
{
	struct json_object *out = json_object_new_object();

	for (; *fields != NULL; fields++) {
		struct json_object *value = js_get(full, *fields);

		if (js_get(value, "$path") != NULL && strcmp(*fields, "payment_on_account") != 0)
			js_put(out, *fields, json_object_get(js_get(value, "id")));
		else if (json_object_object_get_ex(full, *fields, NULL))
			js_put(out, *fields, json_object_get(value));
	}
	return out;
}

static struct json_object *contacts_of(const struct business *business, bool full)
{
	struct json_object *list = json_object_new_array();
	struct lh_entry *entry;

	lh_foreach(business->contacts, entry)
	{
		const struct contact *contact = lh_entry_v(entry);
		struct json_object *record = contact_json(business, contact);
		struct json_object *one =
			full ? json_object_get(record) : pick(record, contact_fields);

		js_put_str(one, "currency", contact_currency(business, contact));
		js_put_bool(one, "deleted", contact->deleted != 0);
		json_object_array_add(list, one);
		json_object_put(record);
	}
	return list;
}

static struct json_object *document_of(const struct business *business,
				       const struct artefact *artefact, bool full)
{
	struct json_object *record = artefact_json(business, artefact);
	struct json_object *lines = js_get(record, artefact->kind->lines);
	struct json_object *list;
	struct json_object *out;

	if (full)
		return record;
	out = pick(record, document_fields);
	list = json_object_new_array();
	for (size_t i = 0; i < json_object_array_length(lines); i++)
		json_object_array_add(list, pick(json_object_array_get_idx(lines, i), line_fields));
	js_put(out, "lines", list);
	json_object_put(record);
	return out;
}

/* Documents of one kind that count in the books, summed in the base currency. */
struct sums {
	long posted;
	int64_t net, tax, total, outstanding;
};

static void add_sums(struct sums *sums, const struct artefact *artefact)
{
	const struct totals *totals = &artefact->totals;

	if (artefact->status != STATUS_POSTED)
		return;
	sums->posted++;
	sums->net += pennies_times(totals->net, totals->exchange_rate);
	sums->tax += pennies_times(totals->tax, totals->exchange_rate);
	sums->total += pennies_times(totals_total(totals), totals->exchange_rate);
	sums->outstanding += pennies_times(artefact_outstanding(artefact), totals->exchange_rate);
}

static struct json_object *sums_json(const struct sums *sums)
{
	struct json_object *out = json_object_new_object();

	js_put_int(out, "posted", sums->posted);
	js_put(out, "base_currency_net_amount", pennies_json(sums->net));
	js_put(out, "base_currency_tax_amount", pennies_json(sums->tax));
	js_put(out, "base_currency_total_amount", pennies_json(sums->total));
	js_put(out, "base_currency_outstanding_amount", pennies_json(sums->outstanding));
	return out;
}

static void put_documents(struct json_object *out, const struct business *business, bool full)
{
	static const char *const keys[] = {"sales_invoices", "sales_credit_notes"};
	struct json_object *lists[] = {json_object_new_array(), json_object_new_array()};
	struct json_object *totals = json_object_new_object();
	struct sums sums[2] = {0};
	struct lh_entry *entry;

	lh_foreach(business->artefacts, entry)
	{
		const struct artefact *artefact = lh_entry_v(entry);

		if (artefact->deleted != 0)
			continue;
		json_object_array_add(lists[artefact->kind->type],
				      document_of(business, artefact, full));
		add_sums(&sums[artefact->kind->type], artefact);
	}
	for (size_t i = 0; i < 2; i++) {
		js_put(out, keys[i], lists[i]);
		js_put(totals, keys[i], sums_json(&sums[i]));
	}
	js_put(out, "totals", totals);
}

static void put_payments(struct json_object *out, const struct business *business, bool full)
{
	struct json_object *payments = json_object_new_array();
	struct json_object *allocations = json_object_new_array();
	struct lh_entry *entry;

	lh_foreach(business->payments, entry)
	{
		const struct payment *payment = lh_entry_v(entry);
		struct json_object *record = payment_json(business, payment);

		if (payment->deleted == 0)
			json_object_array_add(payment->allocation_only ? allocations : payments,
					      full ? json_object_get(record)
						   : pick(record, payment_fields));
		json_object_put(record);
	}
	js_put(out, "contact_payments", payments);
	js_put(out, "contact_allocations", allocations);
}

/* The whole records: there is little in one that a comparison does not need. */
static void put_catalogue(struct json_object *out, const struct business *business)
{
	static const char *const families[] = {"products", "services", "stock_items"};
	struct json_object *movements = json_object_new_array();
	struct lh_entry *entry;

	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		struct json_object *list = json_object_new_array();

		lh_foreach(business->catalogue, entry)
		{
			const struct item *item = lh_entry_v(entry);

			if (item->deleted == 0 && strcmp(item->collection, families[i]) == 0)
				json_object_array_add(list, item_json(business, item));
		}
		js_put(out, families[i], list);
	}
	lh_foreach(business->movements, entry)
	{
		const struct movement *movement = lh_entry_v(entry);

		if (movement->deleted == 0)
			json_object_array_add(movements, movement_json(business, movement));
	}
	js_put(out, "stock_movements", movements);
}

struct json_object *ledger_json(const struct business *business, bool full)
{
	struct json_object *out = json_object_new_object();

	js_put_str(out, "id", business->id);
	js_put_str(out, "name", business->name);
	js_put_str(out, "region", business->region->id);
	js_put_str(out, "base_currency", business->region->currency);
	js_put_str(out, "user", business->user);
	js_put(out, "contacts", contacts_of(business, full));
	put_documents(out, business, full);
	put_payments(out, business, full);
	put_catalogue(out, business);
	return out;
}
