/* Sage's published fields that a translation may send: their names, lengths, which are needed. */
#include "sage_sum.h"

#include <stdio.h>
#include <string.h>

struct field {
	const char *path;
	size_t max; /* characters; 0 = no text with a limit */
	bool required;
};

static const struct field FIELDS[] = {
	{"sales_invoice.contact_id", 0, true},
	{"sales_invoice.date", 10, true},
	{"sales_invoice.reference", 25, true},
	{"sales_invoice.notes", 2000, false},
	{"sales_invoice.currency_id", 3, false},
	{"sales_invoice.exchange_rate", 0, false},
	{"sales_invoice.inverse_exchange_rate", 0, false},
	{"sales_invoice.shipping_net_amount", 0, false},
	{"sales_invoice.shipping_tax_rate_id", 0, false},
	{"sales_invoice.shipping_tax_amount", 0, false},
	{"sales_invoice.main_address", 0, true},
	{"sales_invoice.delivery_address", 0, true},
	{"sales_invoice.invoice_lines", 0, true},
	{"invoice_lines.description", 255, true},
	{"invoice_lines.ledger_account_id", 0, true},
	{"invoice_lines.quantity", 0, true},
	{"invoice_lines.unit_price", 0, true},
	{"invoice_lines.discount_amount", 0, false},
	{"invoice_lines.tax_rate_id", 0, true},
	{"invoice_lines.tax_amount", 0, true},
	{"invoice_lines.currency_tax_amount", 0, true},
	{"invoice_lines.eu_goods_services_type_id", 0, false},
	{"sales_credit_note.contact_id", 0, true},
	{"sales_credit_note.date", 10, true},
	{"sales_credit_note.original_invoice_date", 10, true},
	{"sales_credit_note.reference", 25, true},
	{"sales_credit_note.notes", 2000, false},
	{"sales_credit_note.currency_id", 3, false},
	{"sales_credit_note.exchange_rate", 0, false},
	{"sales_credit_note.inverse_exchange_rate", 0, false},
	{"sales_credit_note.shipping_net_amount", 0, false},
	{"sales_credit_note.shipping_tax_rate_id", 0, false},
	{"sales_credit_note.shipping_tax_amount", 0, false},
	{"sales_credit_note.main_address", 0, true},
	{"sales_credit_note.delivery_address", 0, true},
	{"sales_credit_note.credit_note_lines", 0, true},
	{"contact_payment.transaction_type_id", 0, true},
	{"contact_payment.contact_id", 0, true},
	{"contact_payment.bank_account_id", 0, true},
	{"contact_payment.date", 10, true},
	{"contact_payment.total_amount", 0, true},
	{"contact_payment.currency_id", 3, false},
	{"contact_payment.exchange_rate", 0, false},
	{"contact_payment.reference", 25, true},
	{"contact_payment.allocated_artefacts", 0, false},
	{"contact_allocation.transaction_type_id", 0, true},
	{"contact_allocation.contact_id", 0, true},
	{"contact_allocation.date", 10, false},
	{"contact_allocation.allocated_artefacts", 0, true},
	{"allocated_artefacts.artefact_id", 0, true},
	{"allocated_artefacts.amount", 0, true},
	{"product.item_code", 255, false},
	{"product.description", 255, true},
	{"product.sales_ledger_account_id", 0, true},
	{"product.purchase_ledger_account_id", 0, true},
	{"product.sales_prices", 0, false},
	{"stock_item.item_code", 30, true},
	{"stock_item.description", 255, true},
	{"stock_item.sales_ledger_account_id", 0, true},
	{"stock_item.purchase_ledger_account_id", 0, true},
	{"stock_item.sales_prices", 0, false},
	{"sales_prices.product_sales_price_type_id", 0, false},
	{"sales_prices.price_name", 0, false},
	{"sales_prices.price", 0, true},
	{"sales_prices.price_includes_tax", 0, false},
	{"service.item_code", 255, false},
	{"service.description", 255, true},
	{"service.sales_ledger_account_id", 0, true},
	{"service.purchase_ledger_account_id", 0, false},
	{"service.sales_rates", 0, false},
	{"sales_rates.service_rate_type_id", 0, false},
	{"sales_rates.rate_name", 0, false},
	{"sales_rates.rate", 0, true},
	{"sales_rates.rate_includes_tax", 0, false},
	{"stock_movement.stock_item_id", 0, true},
	{"stock_movement.date", 10, true},
	{"stock_movement.quantity", 0, true},
	{"stock_movement.cost_price", 0, true},
	{"stock_movement.details", 50, true},
	{"stock_movement.reference", 31, false},
	{"contact.name", 100, true},
	{"contact.contact_type_ids", 0, true},
	{"contact.reference", 10, true},
	{"contact.currency_id", 3, false},
	{"contact.main_address", 0, false},
	{"contact.main_contact_person", 0, true},
	{"main_contact_person.name", 50, true},
	{"main_contact_person.email", 100, true},
	{"main_contact_person.telephone", 50, false},
	{"main_contact_person.contact_person_type_ids", 0, true},
	{"main_contact_person.is_main_contact", 0, false},
	{"address.address_line_1", 50, false},
	{"address.address_line_2", 50, false},
	{"address.city", 50, false},
	{"address.region", 50, false},
	{"address.postal_code", 10, false},
	{"address.country_id", 2, true},
	{"address.address_type_id", 0, false},
	{"address.name", 50, false},
	{"address.is_main_address", 0, false},
};

#define FIELD_COUNT (sizeof FIELDS / sizeof FIELDS[0])

static size_t characters(const char *text)
{
	size_t count = 0;
	for (; *text; text++)
		count += ((unsigned char)*text & 0xC0) != 0x80;
	return count;
}

static const char *check_value(const char *path, struct json_object *value, char *room,
			       unsigned long size)
{
	for (size_t i = 0; i < FIELD_COUNT; i++) {
		if (strcmp(FIELDS[i].path, path) != 0)
			continue;
		bool is_text = json_object_is_type(value, json_type_string);
		const char *text = is_text ? json_object_get_string(value) : "-";
		if (*text && (!FIELDS[i].max || characters(text) <= FIELDS[i].max))
			return NULL;
		snprintf(room, size, "%s is empty or too long", path);
		return room;
	}
	snprintf(room, size, "%s is no field of Sage's", path);
	return room;
}

static const char *check_object(const char *name, struct json_object *object, bool is_update,
				char *room, unsigned long size);

/* Addresses have the same fields everywhere, lines in both documents. */
static const char *fields_of(const char *key)
{
	if (strcmp(key, "credit_note_lines") == 0)
		return "invoice_lines";
	return strstr(key, "address") ? "address" : key;
}

static const char *check_nested(const char *key, struct json_object *value, bool is_update,
				char *room, unsigned long size)
{
	const char *refusal = NULL, *fields = fields_of(key);
	if (json_object_is_type(value, json_type_object))
		return check_object(fields, value, is_update, room, size);
	if (!json_object_is_type(value, json_type_array))
		return NULL;
	for (size_t i = 0; !refusal && i < json_object_array_length(value); i++) {
		struct json_object *item = json_object_array_get_idx(value, i);
		if (json_object_is_type(item, json_type_object))
			refusal = check_object(fields, item, is_update, room, size);
	}
	return refusal;
}

static const char *check_object(const char *name, struct json_object *object, bool is_update,
				char *room, unsigned long size)
{
	char path[128];
	size_t name_len = strlen(name);
	json_object_object_foreach(object, key, value)
	{
		snprintf(path, sizeof path, "%s.%s", name, key);
		const char *refusal = check_value(path, value, room, size);
		if (!refusal)
			refusal = check_nested(key, value, is_update, room, size);
		if (refusal)
			return refusal;
	}
	for (size_t i = 0; !is_update && i < FIELD_COUNT; i++) {
		const struct field *field = &FIELDS[i];
		if (field->required && strncmp(field->path, name, name_len) == 0 &&
		    field->path[name_len] == '.' &&
		    !json_object_object_get_ex(object, field->path + name_len + 1, NULL)) {
			snprintf(room, size, "%s is missing", field->path);
			return room;
		}
	}
	return NULL;
}

const char *sage_refusal(struct json_object *body, bool is_update, char *room, unsigned long size)
{
	json_object_object_foreach(body, key, value)
	{
		return check_object(key, value, is_update, room, size);
	}
	return "the body is empty";
}
