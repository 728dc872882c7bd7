/* The answer's form of a sales document. */
#include "sage/addresses.h"
#include "sage/artefacts.h"
#include "sage/contacts.h"
#include "sage/dates.h"
#include "sage/js.h"
#include "sage/reference.h"

#include <stdio.h>
#include <string.h>

static struct json_object *tax_breakdown(struct json_object *rate, dec10 percentage, int64_t amount)
{
	struct json_object *list = json_object_new_array();
	struct json_object *one = json_object_new_object();

	js_put(one, "tax_rate", json_object_get(rate));
	js_put(one, "percentage", dec10_json(percentage));
	js_put(one, "amount", pennies_json(amount));
	json_object_array_add(list, one);
	return list;
}

/* A line's id need not be unguessable, only its own and lasting. */
static void line_id(const struct artefact *artefact, size_t index, char out[ID_TEXT])
{
	snprintf(out, ID_TEXT, "%.24s%08x", artefact->id, (unsigned)index + 1);
}

static struct json_object *line_json(const struct business *business,
				     const struct artefact *artefact, size_t index)
{
	struct json_object *input =
		json_object_array_get_idx(js_get(artefact->input, artefact->kind->lines), index);
	const struct line_total *line = &artefact->totals.lines[index];
	const dec10 rate = artefact->totals.exchange_rate;
	struct json_object *tax_rate =
		reference_base(business, "tax_rates", js_str(input, "tax_rate_id"));
	struct json_object *out = json_object_new_object();
	char id[ID_TEXT];

	line_id(artefact, index, id);
	js_put_str(out, "id", id);
	js_put_str(out, "displayed_as", js_str(input, "description"));
	js_share(out, input, "description");
	js_put(out, "product", NULL);
	js_put(out, "service", NULL);
	js_put(out, "ledger_account",
	       reference_base(business, "ledger_accounts", js_str(input, "ledger_account_id")));
	js_put_bool(out, "trade_of_asset", js_bool(input, "trade_of_asset", false));
	js_put(out, "quantity", dec10_json(line->quantity));
	js_put(out, "unit_price", pennies_json(line->unit_price));
	js_put(out, "net_amount", pennies_json(line->net));
	js_put(out, "tax_rate", tax_rate);
	js_put(out, "tax_amount", pennies_json(line->tax));
	js_put(out, "tax_breakdown",
	       tax_breakdown(tax_rate, tax_percentage(business, js_str(input, "tax_rate_id")),
			     line->tax));
	js_put(out, "total_amount", pennies_json(line->net + line->tax));
	js_put(out, "base_currency_unit_price",
	       pennies_json(pennies_times(line->unit_price, rate)));
	js_put_bool(out, "unit_price_includes_tax",
		    js_bool(input, "unit_price_includes_tax", false));
	js_put(out, "base_currency_net_amount", pennies_json(pennies_times(line->net, rate)));
	js_put(out, "base_currency_tax_amount", pennies_json(pennies_times(line->tax, rate)));
	js_put(out, "base_currency_total_amount",
	       pennies_json(pennies_times(line->net + line->tax, rate)));
	js_put(out, "eu_goods_services_type",
	       reference_base(business, "eu_goods_services_types",
			      js_str(input, "eu_goods_services_type_id")));
	js_put(out, "discount_amount", pennies_json(line->discount));
	js_put(out, "base_currency_discount_amount",
	       pennies_json(pennies_times(line->discount, rate)));
	js_put(out, "discount_percentage", dec10_json(line->discount_percentage));
	return out;
}

/* Sums by tax rate while the lines are walked. */
struct analysis {
	const char *rate_id;
	int64_t net;
	int64_t tax;
};

static void analyse(struct analysis *sums, size_t *count, const char *rate_id, int64_t net,
		    int64_t tax)
{
	size_t i = 0;

	if (rate_id == NULL)
		return;
	while (i < *count && strcmp(sums[i].rate_id, rate_id) != 0)
		i++;
	if (i == *count)
		sums[(*count)++] = (struct analysis){.rate_id = rate_id};
	sums[i].net += net;
	sums[i].tax += tax;
}

static struct json_object *tax_analysis(const struct business *business,
					const struct artefact *artefact)
{
	enum { RATES_MAX = 16 }; /* a region has fewer */
	struct json_object *lines = js_get(artefact->input, artefact->kind->lines);
	struct json_object *list = json_object_new_array();
	const struct totals *totals = &artefact->totals;
	struct analysis sums[RATES_MAX] = {0};
	size_t count = 0;

	for (size_t i = 0; i < totals->count; i++)
		analyse(sums, &count, js_str(json_object_array_get_idx(lines, i), "tax_rate_id"),
			totals->lines[i].net, totals->lines[i].tax);
	if (totals->shipping_net != 0)
		analyse(sums, &count, js_str(artefact->input, "shipping_tax_rate_id"),
			totals->shipping_net, totals->shipping_tax);
	for (size_t i = 0; i < count; i++) {
		struct json_object *one = json_object_new_object();

		js_put(one, "tax_rate", reference_base(business, "tax_rates", sums[i].rate_id));
		js_put(one, "net_amount", pennies_json(sums[i].net));
		js_put(one, "tax_amount", pennies_json(sums[i].tax));
		js_put(one, "total_amount", pennies_json(sums[i].net + sums[i].tax));
		js_put(one, "goods_amount", pennies_json(0));
		js_put(one, "service_amount", pennies_json(0));
		json_object_array_add(list, one);
	}
	return list;
}

static void put_amounts(struct json_object *out, const struct artefact *artefact)
{
	const struct totals *totals = &artefact->totals;
	const int64_t outstanding = artefact_outstanding(artefact);
	const int64_t total = totals_total(totals);
	const struct {
		const char *key;
		int64_t amount;
		bool based; /* has a mirror in the base currency */
	} amounts[] = {
		{"shipping_net_amount", totals->shipping_net, true},
		{"shipping_tax_amount", totals->shipping_tax, true},
		{"shipping_total_amount", totals->shipping_net + totals->shipping_tax, true},
		{"net_amount", totals->net, true},
		{"tax_amount", totals->tax, true},
		{"total_amount", total, true},
		{"payments_allocations_total_amount", artefact->settled - artefact->discount,
		 false},
		{"payments_allocations_total_discount", artefact->discount, false},
		{"total_paid", artefact->settled, false},
		{"outstanding_amount", outstanding, true},
		{"total_discount_amount", totals->discount, true},
	};
	char key[64];

	for (size_t i = 0; i < sizeof(amounts) / sizeof(amounts[0]); i++) {
		js_put(out, amounts[i].key, pennies_json(amounts[i].amount));
		if (!amounts[i].based)
			continue;
		snprintf(key, sizeof(key), "base_currency_%s", amounts[i].key);
		js_put(out, key,
		       pennies_json(pennies_times(amounts[i].amount, totals->exchange_rate)));
	}
	js_put(out, "total_quantity", dec10_json(totals->quantity));
	js_put(out, "exchange_rate", dec10_json(totals->exchange_rate));
	js_put(out, "inverse_exchange_rate", dec10_json(totals->inverse_rate));
}

static void put_parties(struct json_object *out, const struct business *business,
			const struct artefact *artefact)
{
	struct json_object *input = artefact->input;
	struct contact *contact = contact_find(business, js_str(input, "contact_id"));
	char text[ADDRESS_TEXT];

	js_put(out, "contact", contact_base(contact));
	js_share(out, input, "contact_name");
	js_share(out, input, "contact_reference");
	address_text(js_get(input, "main_address"), text);
	js_put_str(out, "main_address_free_form", text);
	js_put(out, "main_address",
	       address_json(business, js_get(input, "main_address"), artefact->main_address_id));
	address_text(js_get(input, "delivery_address"), text);
	js_put_str(out, "delivery_address_free_form", text);
	js_put(out, "delivery_address",
	       address_json(business, js_get(input, "delivery_address"),
			    artefact->delivery_address_id));
}

static void put_times(struct json_object *out, const struct artefact *artefact)
{
	char when[DATE_TEXT];

	time_text(artefact->created, when);
	js_put_str(out, "created_at", when);
	time_text(artefact->updated, when);
	js_put_str(out, "updated_at", when);
	time_text(artefact->deleted, when);
	js_put_str(out, "deleted_at", artefact->deleted != 0 ? when : NULL);
}

static struct json_object *links_json(void)
{
	struct json_object *list = json_object_new_array();
	struct json_object *link = json_object_new_object();

	js_put_str(link, "href", "https://accounts-extra.sageone.com/invoicing/sales_invoices/1");
	js_put_str(link, "rel", "alternate");
	js_put_str(link, "type", "text/html");
	json_object_array_add(list, link);
	return list;
}

struct json_object *artefact_json(const struct business *business, const void *item)
{
	const struct artefact *artefact = item;
	const struct artefact_kind *kind = artefact->kind;
	const bool posted = artefact->status == STATUS_POSTED || artefact->status == STATUS_VOID;
	struct json_object *input = artefact->input;
	struct json_object *lines = json_object_new_array();
	struct json_object *out = js_base(kind->collection, artefact->id, artefact_label(artefact));

	put_times(out, artefact);
	js_put(out, "links", links_json());
	js_put_bool(out, "editable", artefact->status != STATUS_VOID && artefact->settled == 0);
	js_put(out, "transaction",
	       posted ? js_base("transactions", artefact->transaction_id, artefact->number) : NULL);
	js_put(out, "transaction_type",
	       reference_base(business, "transaction_types", kind->transaction_type));
	put_parties(out, business, artefact);
	js_put_str(out, kind->prefix,
		   js_get(input, kind->prefix) ? js_str(input, kind->prefix)
					       : kind->prefix_default);
	js_put_str(out, kind->number, posted ? artefact->number : NULL);
	js_share(out, input, "date");
	js_share(out, input, "reference");
	js_share(out, input, "notes");
	js_share(out, input, "terms_and_conditions");
	js_put(out, "shipping_tax_rate",
	       reference_base(business, "tax_rates", js_str(input, "shipping_tax_rate_id")));
	js_put(out, "currency",
	       reference_base(business, "currencies", js_str(input, "currency_id")));
	put_amounts(out, artefact);
	js_put(out, "status",
	       reference_base(business, "artefact_statuses", artefact_status_id(artefact)));
	js_put_bool(out, "sent", artefact->sent);
	js_put_bool(out, "sent_by_email", false);
	js_put_str(out, "void_reason", artefact->void_reason);
	for (size_t i = 0; i < artefact->totals.count; i++)
		json_object_array_add(lines, line_json(business, artefact, i));
	js_put(out, kind->lines, lines);
	js_put(out, "tax_analysis", tax_analysis(business, artefact));
	js_put(out, "payments_allocations", json_object_get(artefact->settlements));
	js_put_str(out, "last_paid", artefact->last_paid[0] != '\0' ? artefact->last_paid : NULL);
	js_put_bool(out, "tax_reconciled", false);
	js_put_bool(out, "migrated", false);
	if (kind->type == ARTEFACT_INVOICE)
		js_put_str(out, "due_date", artefact->due_date);
	else
		js_share(out, input, "original_invoice_date");
	return out;
}
