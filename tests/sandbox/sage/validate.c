#include "sage/validate.h"

#include "sage/dates.h"
#include "sage/fields.h"
#include "sage/js.h"
#include "sage/money.h"
#include "sage/reference.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { SOURCE_MAX = 160 };

static const struct {
	const char *field;
	const char *collection;
} lookups[] = {
	{"address_type_id", "address_types"},
	{"bank_account_id", "bank_accounts"},
	{"catalog_item_type_id", "catalog_item_types"},
	{"contact_person_type_ids", "contact_person_types"},
	{"contact_type_ids", "contact_types"},
	{"country_group_id", "country_groups"},
	{"country_id", "countries"},
	{"currency_id", "currencies"},
	{"default_purchase_ledger_account_id", "ledger_accounts"},
	{"default_sales_ledger_account_id", "ledger_accounts"},
	{"default_sales_tax_rate_id", "tax_rates"},
	{"eu_goods_services_type_id", "eu_goods_services_types"},
	{"ledger_account_id", "ledger_accounts"},
	{"payment_method_id", "payment_methods"},
	{"product_sales_price_type_id", "product_sales_price_types"},
	{"purchase_ledger_account_id", "ledger_accounts"},
	{"purchase_tax_rate_id", "tax_rates"},
	{"sales_ledger_account_id", "ledger_accounts"},
	{"sales_tax_rate_id", "tax_rates"},
	{"service_rate_type_id", "service_rate_types"},
	{"shipping_tax_rate_id", "tax_rates"},
	{"status_id", "artefact_statuses"},
	{"tax_rate_id", "tax_rates"},
	{"transaction_type_id", "transaction_types"},
};

static void check_fields(struct call *call, struct json_object *object, const struct field *fields,
			 const char *prefix, bool require);

static const struct entity *entity_of(const char *collection)
{
	for (const struct entity *entity = entities; entity->collection != NULL; entity++)
		if (strcmp(entity->collection, collection) == 0)
			return entity;
	return NULL;
}

const char *validate_root(const char *collection)
{
	const struct entity *entity = entity_of(collection);

	return entity != NULL ? entity->root : NULL;
}

static size_t characters(const char *text)
{
	size_t count = 0;

	for (; *text != '\0'; text++)
		count += ((unsigned char)*text & 0xc0) != 0x80; /* UTF-8: lead bytes only */
	return count;
}

static bool is_hex32(const char *text)
{
	size_t len = 0;

	while (isxdigit((unsigned char)text[len]))
		len++;
	return len == 32 && text[len] == '\0';
}

static bool is_choice(const char *choices, const char *text)
{
	char wanted[64];

	return snprintf(wanted, sizeof(wanted), "|%s|", text) < (int)sizeof(wanted) &&
	       strstr(choices, wanted) != NULL;
}

static void check_lookup(struct call *call, const char *field, const char *id, const char *source)
{
	for (size_t i = 0; i < sizeof(lookups) / sizeof(lookups[0]); i++)
		if (strcmp(lookups[i].field, field) == 0 &&
		    reference_find(call->business, lookups[i].collection, id) == NULL)
			call_invalid(call, source, "This value is not valid.");
}

static void check_string(struct call *call, const struct field *field, const char *text,
			 const char *source)
{
	char message[80];

	if (field->hex32) {
		if (!is_hex32(text))
			call_invalid(call, source, "This value must be 32 hexadecimal characters.");
	} else if (field->max_length > 0 && characters(text) > field->max_length) {
		snprintf(message, sizeof(message),
			 "This value is too long (the maximum is %u characters).",
			 field->max_length);
		call_invalid(call, source, message);
	} else if (field->choices != NULL && !is_choice(field->choices, text)) {
		call_invalid(call, source, "This value is not valid.");
	} else {
		check_lookup(call, field->name, text, source);
	}
}

/* A string without a zero byte, at which C would end it. */
static bool is_text(struct json_object *value)
{
	return json_object_is_type(value, json_type_string) &&
	       strlen(json_object_get_string(value)) == (size_t)json_object_get_string_len(value);
}

static void check_strings(struct call *call, const struct field *field, struct json_object *list,
			  const char *source)
{
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *item = json_object_array_get_idx(list, i);

		if (!is_text(item))
			call_invalid(call, source, "This value must be a list of text.");
		else
			check_lookup(call, field->name, json_object_get_string(item), source);
	}
}

static void check_objects(struct call *call, const struct field *field, struct json_object *list,
			  const char *source)
{
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *item = json_object_array_get_idx(list, i);

		if (!json_object_is_type(item, json_type_object))
			call_invalid(call, source, "This value must be a list of objects.");
		else
			check_fields(call, item, field->fields, source, true);
	}
}

static bool has_type(enum field_kind kind, struct json_object *value)
{
	dec10 ignored;

	switch (kind) {
	case FIELD_STRING:
	case FIELD_DATE:
		return is_text(value);
	case FIELD_DECIMAL:
		return dec10_of(value, &ignored);
	case FIELD_INTEGER:
		return json_object_is_type(value, json_type_int);
	case FIELD_BOOL:
		return json_object_is_type(value, json_type_boolean);
	case FIELD_OBJECT:
		return json_object_is_type(value, json_type_object);
	case FIELD_OBJECTS:
	case FIELD_STRINGS:
		return json_object_is_type(value, json_type_array);
	}
	return false;
}

static const char *const type_messages[] = {
	[FIELD_STRING] = "This value must be text.",
	[FIELD_DATE] = "This value must be a date.",
	[FIELD_DECIMAL] = "This value must be a number.",
	[FIELD_INTEGER] = "This value must be a whole number.",
	[FIELD_BOOL] = "This value must be true or false.",
	[FIELD_OBJECT] = "This value must be an object.",
	[FIELD_OBJECTS] = "This value must be a list.",
	[FIELD_STRINGS] = "This value must be a list.",
};

static void check_value(struct call *call, const struct field *field, struct json_object *value,
			const char *source)
{
	long long number;

	if (!has_type(field->kind, value)) {
		call_invalid(call, source, type_messages[field->kind]);
		return;
	}
	switch (field->kind) {
	case FIELD_STRING:
		check_string(call, field, json_object_get_string(value), source);
		break;
	case FIELD_DATE:
		if (!date_valid(json_object_get_string(value)))
			call_invalid(call, source, type_messages[FIELD_DATE]);
		break;
	case FIELD_INTEGER:
		number = json_object_get_int64(value);
		if (field->maximum != 0 && (number < field->minimum || number > field->maximum))
			call_invalid(call, source, "This value is out of range.");
		break;
	case FIELD_OBJECT:
		check_fields(call, value, field->fields, source, true);
		break;
	case FIELD_OBJECTS:
		check_objects(call, field, value, source);
		break;
	case FIELD_STRINGS:
		check_strings(call, field, value, source);
		break;
	case FIELD_DECIMAL:
	case FIELD_BOOL:
		break;
	}
}

/* Sage speaks of line_items whatever the document calls its lines. */
static void source_of(const char *prefix, const char *name, char source[SOURCE_MAX])
{
	if (strcmp(name, "invoice_lines") == 0 || strcmp(name, "credit_note_lines") == 0)
		name = "line_items";
	snprintf(source, SOURCE_MAX, "%s%s%s", prefix, *prefix != '\0' ? "." : "", name);
}

static const struct field *field_of(const struct field *fields, const char *name)
{
	for (; fields->name != NULL; fields++)
		if (strcmp(fields->name, name) == 0)
			return fields;
	return NULL;
}

static bool is_empty(struct json_object *value)
{
	return value == NULL ||
	       (json_object_is_type(value, json_type_string) &&
		json_object_get_string_len(value) == 0) ||
	       (json_object_is_type(value, json_type_array) &&
		json_object_array_length(value) == 0);
}

static void check_fields(struct call *call, struct json_object *object, const struct field *fields,
			 const char *prefix, bool require)
{
	char source[SOURCE_MAX];

	for (const struct field *field = fields; field->name != NULL; field++) {
		struct json_object *value = js_get(object, field->name);

		source_of(prefix, field->name, source);
		if (is_empty(value)) {
			/* On PUT a required field may be left out, but not emptied. */
			if (field->required &&
			    (require || json_object_object_get_ex(object, field->name, NULL)))
				call_invalid(call, source, "This field is required.");
			if (value == NULL || field->required)
				continue;
		}
		/* An id of "" is the same as none. */
		if (field->kind == FIELD_STRING && json_object_is_type(value, json_type_string) &&
		    json_object_get_string_len(value) == 0)
			continue;
		check_value(call, field, value, source);
	}
	json_object_object_foreach(object, name, unused)
	{
		(void)unused;
		/* In no version of the specification, but a connector was asked for it. */
		if (field_of(fields, name) != NULL ||
		    (strcmp(name, "currency_tax_amount") == 0 && strcmp(prefix, "line_items") == 0))
			continue;
		source_of(prefix, name, source);
		call_invalid(call, source, "This field is unknown.");
	}
}

struct json_object *validate_body(struct call *call, bool create)
{
	const struct entity *entity = entity_of(call->collection);
	struct json_object *object;

	if (entity == NULL) { /* a route without a field table: ours is the mistake */
		call_invalid(call, "base", "sandbox: no field table");
		return NULL;
	}
	object = js_get(call->body, entity->root);
	if (!json_object_is_type(object, json_type_object)) {
		call_invalid(call, entity->root, "This field is required.");
		return NULL;
	}
	json_object_object_foreach(call->body, name, unused)
	{
		(void)unused;
		if (strcmp(name, entity->root) != 0)
			call_invalid(call, name, "This field is unknown.");
	}
	check_fields(call, object, entity->fields, "", create);
	return object;
}
