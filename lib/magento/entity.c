/* Customers and documents: invoices, credit memos. */
#include "magento/entity.h"
#include "base/json.h"
#include "magento/field.h"

#include <string.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

#define AT(member) offsetof(struct magento_address, member)
static const struct field ADDRESS[] = {
	{"city", FIELD_TEXT, false, AT(city), 0},
	{"region", FIELD_TEXT, true, AT(region), 0},
	{"postcode", FIELD_TEXT, true, AT(postcode), 0},
	{"country_id", FIELD_COUNTRY, false, AT(country), 0},
	{"telephone", FIELD_TEXT, true, AT(telephone), 0},
};
#undef AT

#define AT(member) offsetof(struct magento_contact, member)
static const struct field CONTACT[] = {
	{"magento_id", FIELD_ID, false, AT(magento_id), 0},
	{"email", FIELD_TEXT, false, AT(email), 0},
	{"first_name", FIELD_TEXT, true, AT(first_name), 0},
	{"last_name", FIELD_TEXT, true, AT(last_name), 0},
	{"company", FIELD_TEXT, true, AT(company), 0},
	{"phone", FIELD_TEXT, true, AT(phone), 0},
	{"website_id", FIELD_ID, false, AT(website_id), 0},
};
#undef AT

#define AT(member) offsetof(struct magento_line, member)
static const struct field LINE[] = {
	{"sku", FIELD_TEXT, false, AT(sku), 0},
	{"name", FIELD_TEXT, false, AT(name), 0},
	{"qty", FIELD_UNIT, false, AT(quantity), 0},
	{"unit_price", FIELD_UNIT, false, AT(unit_price), 0},
	{"line_subtotal", FIELD_MONEY, false, AT(subtotal), 0},
	{"line_tax", FIELD_MONEY, false, AT(tax), 0},
	{"line_total", FIELD_MONEY, false, AT(total), 0},
	{"product_type", FIELD_TEXT, true, AT(product_type), 0},
};
#undef AT

#define AT(member) offsetof(struct magento_invoice, member)
static const struct field INVOICE[] = {
	{"magento_id", FIELD_ID, false, AT(magento_id), 0},
	{"increment_id", FIELD_TEXT, false, AT(increment_id), 0},
	{"order_id", FIELD_ID, false, AT(order_id), 0},
	{"order_increment_id", FIELD_TEXT, false, AT(order_increment_id), 0},
	{"website_id", FIELD_ID, false, AT(website_id), 0},
	{"store_id", FIELD_ID, false, AT(store_id), 0},
	{"currency", FIELD_CURRENCY, false, AT(currency), 0},
	{"subtotal", FIELD_MONEY, false, AT(subtotal), 0},
	{"tax_amount", FIELD_MONEY, false, AT(tax_amount), 0},
	{"shipping_amount", FIELD_MONEY, false, AT(shipping_amount), 0},
	{"shipping_tax_amount", FIELD_MONEY, false, AT(shipping_tax), 0},
	{"discount_amount", FIELD_MONEY, false, AT(discount_amount), 0},
	{"grand_total", FIELD_MONEY, false, AT(grand_total), 0},
	{"created_at", FIELD_INSTANT, false, AT(created_at), AT(has_created_at)},
	{"payment_method", FIELD_TEXT, true, AT(payment_method), 0},
	{"po_number", FIELD_TEXT, true, AT(po_number), 0},
	{"base_to_order_rate", FIELD_RATE, true, AT(base_to_order_rate),
	 AT(has_base_to_order_rate)},
};
#undef AT

#define AT(member) offsetof(struct magento_creditmemo, member)
static const struct field CREDITMEMO[] = {
	{"magento_id", FIELD_ID, false, AT(magento_id), 0},
	{"increment_id", FIELD_TEXT, false, AT(increment_id), 0},
	{"invoice_id", FIELD_ID, true, AT(invoice_id), 0},
	{"invoice_increment_id", FIELD_TEXT, true, AT(invoice_increment_id), 0},
	{"website_id", FIELD_ID, false, AT(website_id), 0},
	{"currency", FIELD_CURRENCY, false, AT(currency), 0},
	{"adjustment_positive", FIELD_MONEY, false, AT(adjustment_positive), 0},
	{"adjustment_negative", FIELD_MONEY, false, AT(adjustment_negative), 0},
	{"grand_total", FIELD_MONEY, false, AT(grand_total), 0},
	{"shipping_amount", FIELD_MONEY, false, AT(shipping_amount), 0},
	{"shipping_tax_amount", FIELD_MONEY, false, AT(shipping_tax), 0},
	{"reason", FIELD_TEXT, true, AT(reason), 0},
	{"created_at", FIELD_INSTANT, false, AT(created_at), AT(has_created_at)},
	{"invoice_created_at", FIELD_INSTANT, true, AT(invoice_created_at),
	 AT(has_invoice_created_at)},
	{"base_to_order_rate", FIELD_RATE, true, AT(base_to_order_rate),
	 AT(has_base_to_order_rate)},
};
#undef AT

static enum led_err take_street(const struct field_place *place, struct json_object *json,
				struct magento_address *out)
{
	static const struct field line = {"street", FIELD_TEXT, false, 0, 0};
	struct json_object *array;
	enum led_err err =
		field_array(place, json, "street", MAGENTO_STREET_MAX, sizeof *out->street, &array,
			    &out->street, &out->street_count);
	for (size_t i = 0; !err && i < out->street_count; i++)
		err = field_text(place, &line, json_object_array_get_idx(array, i),
				 &out->street[i]);
	return err;
}

static enum led_err take_address(const struct field_place *place, struct json_object *json,
				 struct magento_address *out)
{
	const char *kind = json_string(json, "kind");
	if (!kind || (strcmp(kind, "billing") != 0 && strcmp(kind, "shipping") != 0))
		return field_invalid(place, "kind", "is neither billing nor shipping");
	out->billing = strcmp(kind, "billing") == 0;
	enum led_err err = take_street(place, json, out);
	return err ? err : fields_take(place, ADDRESS, COUNT(ADDRESS), json, out);
}

static enum led_err take_contact(const struct field_place *place, struct json_object *json,
				 struct magento_contact *out)
{
	struct json_object *array;
	enum led_err err = fields_take(place, CONTACT, COUNT(CONTACT), json, out);
	if (!err)
		err = field_array(place, json, "addresses", MAGENTO_ADDRESSES_MAX,
				  sizeof *out->addresses, &array, &out->addresses,
				  &out->address_count);
	for (size_t i = 0; !err && i < out->address_count; i++) {
		struct field_place here = field_inside(place, "addresses", i);
		err = take_address(&here, json_object_array_get_idx(array, i), &out->addresses[i]);
	}
	return err;
}

static enum led_err take_lines(const struct field_place *place, struct json_object *json,
			       struct magento_line **lines, size_t *count)
{
	struct json_object *array;
	enum led_err err = field_array(place, json, "lines", MAGENTO_LINES_MAX, sizeof **lines,
				       &array, lines, count);
	for (size_t i = 0; !err && i < *count; i++) {
		struct field_place here = field_inside(place, "lines", i);
		err = fields_take(&here, LINE, COUNT(LINE), json_object_array_get_idx(array, i),
				  &(*lines)[i]);
	}
	return err;
}

static enum led_err take_document_address(const struct field_place *place, struct json_object *json,
					  const char *key, const struct magento_address **out)
{
	struct json_object *value = json_member(json, key);
	if (!value)
		return LED_OK;
	if (!json_object_is_type(value, json_type_object))
		return field_invalid(place, key, "is no object");
	struct magento_address *address = arena_alloc(place->arena, sizeof *address);
	if (!address)
		return field_out_of_memory(place);
	*out = address;
	struct field_place here = field_inside(place, key, SIZE_MAX);
	return take_address(&here, value, address);
}

static enum led_err take_state(const struct field_place *place, struct json_object *json,
			       enum magento_invoice_state *out)
{
	static const char *const names[] = {
		[MAGENTO_OPEN] = "open",
		[MAGENTO_PAID] = "paid",
		[MAGENTO_CANCELLED] = "cancelled",
	};
	const char *name = json_string(json, "state");
	for (size_t i = 0; name && i < COUNT(names); i++) {
		if (strcmp(name, names[i]) == 0) {
			*out = (enum magento_invoice_state)i;
			return LED_OK;
		}
	}
	return field_invalid(place, "state", "is none of open, paid, cancelled");
}

enum led_err magento_parse_contact(struct json_object *json, struct arena *arena,
				   struct magento_contact *out, struct led_error *error)
{
	struct field_place place = {.arena = arena, .error = error};
	*out = (struct magento_contact){0};
	if (!json_object_is_type(json, json_type_object))
		return field_invalid(&place, "the customer", "is no object");
	return take_contact(&place, json, out);
}

enum led_err magento_parse_invoice(struct json_object *json, struct arena *arena,
				   struct magento_invoice *out, struct led_error *error)
{
	struct field_place place = {.arena = arena, .error = error};
	*out = (struct magento_invoice){0};
	if (!json_object_is_type(json, json_type_object))
		return field_invalid(&place, "the invoice", "is no object");
	enum led_err err = fields_take(&place, INVOICE, COUNT(INVOICE), json, out);
	if (!err)
		err = take_state(&place, json, &out->state);
	struct field_place customer = field_inside(&place, "customer", SIZE_MAX);
	if (!err)
		err = take_contact(&customer, json_member(json, "customer"), &out->customer);
	if (!err)
		err = take_lines(&place, json, &out->lines, &out->line_count);
	if (!err)
		err = take_document_address(&place, json, "billing_address", &out->billing);
	if (!err)
		err = take_document_address(&place, json, "shipping_address", &out->shipping);
	return err;
}

enum led_err magento_parse_creditmemo(struct json_object *json, struct arena *arena,
				      struct magento_creditmemo *out, struct led_error *error)
{
	struct field_place place = {.arena = arena, .error = error};
	*out = (struct magento_creditmemo){0};
	if (!json_object_is_type(json, json_type_object))
		return field_invalid(&place, "the credit memo", "is no object");
	enum led_err err = fields_take(&place, CREDITMEMO, COUNT(CREDITMEMO), json, out);
	struct field_place customer = field_inside(&place, "customer", SIZE_MAX);
	if (!err)
		err = take_contact(&customer, json_member(json, "customer"), &out->customer);
	if (!err)
		err = take_lines(&place, json, &out->lines, &out->line_count);
	return err;
}
