#include "sage/document_rules.h"

#include "sage/catalogue.h"
#include "sage/contacts.h"
#include "sage/js.h"
#include "sage/reference.h"

#include <ctype.h>
#include <string.h>

static const char ZERO_RATE_GB[] = "GB_ZERO";

bool document_contact_check(struct call *call, struct json_object *input)
{
	const char *id = js_str(input, "contact_id");
	struct contact *contact = id != NULL ? contact_find(call->business, id) : NULL;

	if (id != NULL && *id != '\0' && (contact == NULL || contact->deleted != 0))
		call_invalid(call, "contact_id", "This value is not valid.");
	return json_object_array_length(call->errors) == 0;
}

/* A deep copy: the contact's address may change, the document's may not. */
static void copy_address(struct json_object *input, const char *key, struct json_object *from)
{
	struct json_object *copy = NULL;

	if (from == NULL || js_get(input, key) != NULL)
		return;
	json_object_deep_copy(from, &copy, NULL);
	json_object_object_del(copy, "name");
	json_object_object_del(copy, "is_main_address");
	js_put(input, key, copy);
}

void document_complete(const struct business *business, struct json_object *input)
{
	struct contact *contact = contact_find(business, js_str(input, "contact_id"));

	if (js_get(input, "contact_name") == NULL)
		js_put(input, "contact_name", json_object_get(js_get(contact->input, "name")));
	if (js_get(input, "contact_reference") == NULL)
		js_put(input, "contact_reference",
		       json_object_get(js_get(contact->input, "reference")));
	if (js_get(input, "currency_id") == NULL)
		js_put_str(input, "currency_id", contact_currency(business, contact));
	copy_address(input, "main_address", js_get(contact->input, "main_address"));
	copy_address(input, "delivery_address", js_get(input, "main_address"));
}

static void check_currency(struct call *call, struct json_object *input)
{
	const struct business *business = call->business;
	const struct contact *contact = contact_find(business, js_str(input, "contact_id"));
	const char *currency = js_str(input, "currency_id");

	if (!business->multi_currency && strcmp(currency, business->region->currency) != 0)
		call_invalid(call, "currency_id", "Multi-currency is not enabled.");
	else if (strcmp(currency, contact_currency(business, contact)) != 0)
		call_invalid(call, "currency_id",
			     "The currency must be the currency of the contact.");
}

/* Where the customer of a document is: the document says, else the contact. The
 * Isle of Man is inside the UK for VAT. */
static bool is_abroad(const struct business *business, struct json_object *input)
{
	const struct contact *contact = contact_find(business, js_str(input, "contact_id"));
	const char *country = js_str(js_get(input, "main_address"), "country_id");

	if (country == NULL)
		country = js_str(js_get(contact->input, "main_address"), "country_id");
	return country != NULL && strcmp(country, "GB") != 0 && strcmp(country, "IM") != 0;
}

/* A product_id names a product or a stock item, which share one catalogue. */
static void check_item(struct call *call, struct json_object *line, const char *key,
		       const char *source)
{
	const char *id = js_str(line, key);
	const struct item *item = id != NULL ? item_find(call->business, NULL, id) : NULL;
	const bool service = item != NULL && strcmp(item->collection, "services") == 0;

	if (js_get(line, key) != NULL &&
	    (item == NULL || service != (strcmp(key, "service_id") == 0)))
		call_invalid(call, source, "This value is not valid.");
}

/* A GB business invoicing abroad: zero rate on everything, and each line says
 * goods or services, all the same. */
static void check_cross_border(struct call *call, struct json_object *input,
			       struct json_object *lines)
{
	const char *shipping_rate = js_str(input, "shipping_tax_rate_id");
	const char *first = NULL;

	if (strcmp(call->business->region->id, "GB") != 0 || !call->business->vat_registered ||
	    !is_abroad(call->business, input))
		return;
	for (size_t i = 0; i < json_object_array_length(lines); i++) {
		struct json_object *line = json_object_array_get_idx(lines, i);
		const char *rate = js_str(line, "tax_rate_id");
		const char *type = js_str(line, "eu_goods_services_type_id");

		if (rate != NULL && strcmp(rate, ZERO_RATE_GB) != 0)
			call_invalid(call, "line_items.tax_rate_id",
				     "Tax rate must be 'Zero Rated' for Customers outside the EU");
		if (type == NULL || *type == '\0')
			call_invalid(call, "line_items.eu_goods_services_type_id",
				     "This field is required.");
		else if (first != NULL && strcmp(type, first) != 0)
			call_invalid(call, "line_items.eu_goods_services_type_id",
				     "The type of all lines must be the same");
		else
			first = type;
	}
	if (shipping_rate != NULL && strcmp(shipping_rate, ZERO_RATE_GB) != 0)
		call_invalid(call, "shipping_tax_rate_id",
			     "Tax rate must be 'Zero Rated' for Customers outside the EU");
}

/* "&amp;", "&#233;", "&#xE9;": a connector saw Sage refuse them. */
static bool has_entity(const char *text)
{
	while ((text = strchr(text, '&')) != NULL) {
		size_t len = 1;

		while (isalnum((unsigned char)text[len]) || (len == 1 && text[len] == '#'))
			len++;
		if (len > 2 && text[len] == ';')
			return true;
		text++;
	}
	return false;
}

static void check_line(struct call *call, struct json_object *line)
{
	const char *rate = js_str(line, "tax_rate_id");
	struct json_object *ledger = reference_find(call->business, "ledger_accounts",
						    js_str(line, "ledger_account_id"));

	if (has_entity(js_str(line, "description")))
		call_invalid(call, "line_items.description", "This field is required.");
	if (ledger != NULL && !js_bool(ledger, "visible_in_sales", false))
		call_invalid(call, "line_items.ledger_account_id",
			     "This ledger account cannot be used for sales.");
	if (call->business->vat_registered && (rate == NULL || *rate == '\0'))
		call_invalid(call, "line_items.tax_rate_id", "This field is required.");
	check_item(call, line, "product_id", "line_items.product_id");
	check_item(call, line, "service_id", "line_items.service_id");
}

void document_check(struct call *call, struct json_object *input, const struct artefact_kind *kind,
		    const struct totals *totals)
{
	struct json_object *lines = js_get(input, kind->lines);
	const char *due = js_str(input, "due_date");
	const char *shipping_rate = js_str(input, "shipping_tax_rate_id");

	for (size_t i = 0; i < json_object_array_length(lines); i++)
		check_line(call, json_object_array_get_idx(lines, i));
	check_currency(call, input);
	check_cross_border(call, input, lines);
	if (due != NULL && strcmp(due, js_str(input, "date")) < 0)
		call_invalid(call, "due_date", "The due date must not be before the date.");
	if (totals->shipping_net != 0 && call->business->vat_registered &&
	    (shipping_rate == NULL || *shipping_rate == '\0'))
		call_invalid(call, "shipping_tax_rate_id", "This field is required.");
	if (totals->shipping_net < 0)
		call_invalid(call, "shipping_net_amount", "This value must not be negative.");
}
