#include "magento/entity.h"
#include "base/clock.h"
#include "base/json.h"

#include <stdio.h>
#include <string.h>

/* One field of an entity: where it is on the wire, of what kind, and where it goes. */
enum kind {
	ID,       /* integer >= 0 → int64_t */
	TEXT,     /* string → const char * */
	COUNTRY,  /* two capital letters → const char * */
	CURRENCY, /* three capital letters → const char * */
	MONEY,    /* number → int64_t, minor units */
	UNIT,     /* number → struct decimal, scale 4 */
	RATE,     /* number → struct decimal, scale 10 */
	INSTANT,  /* "YYYY-MM-DDTHH:MM:SSZ" or "" → int64_t and its flag */
};

struct field {
	const char *key;
	enum kind kind;
	bool optional;
	size_t at;
	size_t flag_at; /* its has_ flag; 0 = has none (offset 0 is never a flag) */
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

#define AT(member) offsetof(struct magento_address, member)
static const struct field ADDRESS[] = {
	{"city", TEXT, false, AT(city), 0},          {"region", TEXT, true, AT(region), 0},
	{"postcode", TEXT, true, AT(postcode), 0},   {"country_id", COUNTRY, false, AT(country), 0},
	{"telephone", TEXT, true, AT(telephone), 0},
};
#undef AT

#define AT(member) offsetof(struct magento_contact, member)
static const struct field CONTACT[] = {
	{"magento_id", ID, false, AT(magento_id), 0},  {"email", TEXT, false, AT(email), 0},
	{"first_name", TEXT, true, AT(first_name), 0}, {"last_name", TEXT, true, AT(last_name), 0},
	{"company", TEXT, true, AT(company), 0},       {"phone", TEXT, true, AT(phone), 0},
	{"website_id", ID, false, AT(website_id), 0},
};
#undef AT

#define AT(member) offsetof(struct magento_line, member)
static const struct field LINE[] = {
	{"sku", TEXT, false, AT(sku), 0},
	{"name", TEXT, false, AT(name), 0},
	{"qty", UNIT, false, AT(quantity), 0},
	{"unit_price", UNIT, false, AT(unit_price), 0},
	{"line_subtotal", MONEY, false, AT(subtotal), 0},
	{"line_tax", MONEY, false, AT(tax), 0},
	{"line_total", MONEY, false, AT(total), 0},
	{"product_type", TEXT, true, AT(product_type), 0},
};
#undef AT

#define AT(member) offsetof(struct magento_invoice, member)
static const struct field INVOICE[] = {
	{"magento_id", ID, false, AT(magento_id), 0},
	{"increment_id", TEXT, false, AT(increment_id), 0},
	{"order_id", ID, false, AT(order_id), 0},
	{"order_increment_id", TEXT, false, AT(order_increment_id), 0},
	{"website_id", ID, false, AT(website_id), 0},
	{"store_id", ID, false, AT(store_id), 0},
	{"currency", CURRENCY, false, AT(currency), 0},
	{"subtotal", MONEY, false, AT(subtotal), 0},
	{"tax_amount", MONEY, false, AT(tax_amount), 0},
	{"shipping_amount", MONEY, false, AT(shipping_amount), 0},
	{"shipping_tax_amount", MONEY, false, AT(shipping_tax), 0},
	{"discount_amount", MONEY, false, AT(discount_amount), 0},
	{"grand_total", MONEY, false, AT(grand_total), 0},
	{"created_at", INSTANT, false, AT(created_at), AT(has_created_at)},
	{"payment_method", TEXT, true, AT(payment_method), 0},
	{"po_number", TEXT, true, AT(po_number), 0},
	{"base_to_order_rate", RATE, true, AT(base_to_order_rate), AT(has_base_to_order_rate)},
};
#undef AT

/* Where a reader stands, for its messages: "lines[3]." */
struct place {
	struct arena *arena;
	struct led_error *error;
	char path[64];
};

static enum led_err invalid(const struct place *place, const char *key, const char *what)
{
	return led_fail(place->error, LED_SERDE, "shop_answer_invalid",
			"The shop's answer is not as agreed: %s%s %s.", place->path, key, what);
}

static enum led_err out_of_memory(const struct place *place)
{
	return led_fail(place->error, LED_INTERNAL, "out_of_memory",
			"The shop's answer does not fit the memory set aside for it.");
}

static struct place inside(const struct place *outer, const char *name, size_t index)
{
	struct place place = {.arena = outer->arena, .error = outer->error};
	if (index == SIZE_MAX)
		snprintf(place.path, sizeof place.path, "%.40s%s.", outer->path, name);
	else
		snprintf(place.path, sizeof place.path, "%.40s%s[%zu].", outer->path, name, index);
	return place;
}

static bool is_capitals(const char *text, size_t count)
{
	return strlen(text) == count && strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == count;
}

static enum led_err take_text(const struct place *place, const struct field *field,
			      struct json_object *value, const char **out)
{
	if (!json_object_is_type(value, json_type_string))
		return invalid(place, field->key, "is no text");
	const char *text = json_object_get_string(value);
	if (field->kind == COUNTRY && !is_capitals(text, 2))
		return invalid(place, field->key, "is no country code");
	if (field->kind == CURRENCY && !is_capitals(text, 3))
		return invalid(place, field->key, "is no currency code");
	*out = arena_strdup(place->arena, text);
	return *out ? LED_OK : out_of_memory(place);
}

static enum led_err take_number(const struct place *place, const struct field *field,
				struct json_object *value, int scale, struct decimal *out)
{
	bool is_number = json_object_is_type(value, json_type_int) ||
			 json_object_is_type(value, json_type_double);
	if (!is_number)
		return invalid(place, field->key, "is no number");
	if (!json_decimal(value, scale, out))
		return invalid(place, field->key, "is too large");
	return LED_OK;
}

static enum led_err take_money(const struct place *place, const struct field *field,
			       struct json_object *value, int64_t *out)
{
	struct decimal money = {0};
	enum led_err err = take_number(place, field, value, MONEY_SCALE, &money);
	if (err)
		return err;
	if (money.units > MAGENTO_MONEY_MAX || money.units < -MAGENTO_MONEY_MAX)
		return invalid(place, field->key, "is too large");
	*out = money.units;
	return LED_OK;
}

static enum led_err take_instant(const struct place *place, const struct field *field,
				 struct json_object *value, bool *has, int64_t *out)
{
	if (!json_object_is_type(value, json_type_string))
		return invalid(place, field->key, "is no text");
	const char *text = json_object_get_string(value);
	if (!*text && has) {
		*has = false;
		return LED_OK;
	}
	if (!clock_parse_iso(text, out))
		return invalid(place, field->key, "is no instant in UTC");
	return LED_OK;
}

static enum led_err take_field(const struct place *place, const struct field *field,
			       struct json_object *json, char *entity)
{
	struct json_object *value = json_member(json, field->key);
	void *out = entity + field->at;
	bool *has = field->flag_at ? (bool *)(void *)(entity + field->flag_at) : NULL;
	if (!value)
		return field->optional ? LED_OK : invalid(place, field->key, "is missing");
	if (has)
		*has = true;
	switch (field->kind) {
	case ID:
		if (!json_int(json, field->key, 0, INT64_MAX, out))
			return invalid(place, field->key, "is no whole number of 0 or more");
		return LED_OK;
	case TEXT:
	case COUNTRY:
	case CURRENCY:
		return take_text(place, field, value, out);
	case MONEY:
		return take_money(place, field, value, out);
	case UNIT:
		return take_number(place, field, value, MAGENTO_UNIT_SCALE, out);
	case RATE:
		return take_number(place, field, value, RATE_SCALE, out);
	case INSTANT:
		return take_instant(place, field, value, has, out);
	}
	return invalid(place, field->key, "has no rule"); /* unreachable: every kind is above */
}

static enum led_err take_fields(const struct place *place, const struct field *fields, size_t count,
				struct json_object *json, void *entity)
{
	for (size_t i = 0; i < count; i++) {
		enum led_err err = take_field(place, &fields[i], json, entity);
		if (err)
			return err;
	}
	return LED_OK;
}

/* The array member `key` of at most `max` elements; its room is allocated into *items. */
static enum led_err take_array(const struct place *place, struct json_object *json, const char *key,
			       size_t max, size_t item_size, struct json_object **array,
			       void *items, size_t *count)
{
	*array = json_member(json, key);
	if (!*array)
		return invalid(place, key, "is missing");
	if (!json_object_is_type(*array, json_type_array))
		return invalid(place, key, "is no list");
	*count = json_object_array_length(*array);
	if (*count > max)
		return invalid(place, key, "is too long");
	void *room = arena_alloc(place->arena, *count * item_size + 1);
	memcpy(items, &room, sizeof room);
	return room ? LED_OK : out_of_memory(place);
}

static enum led_err take_street(const struct place *place, struct json_object *json,
				struct magento_address *out)
{
	static const struct field line = {"street", TEXT, false, 0, 0};
	struct json_object *array;
	enum led_err err =
		take_array(place, json, "street", MAGENTO_STREET_MAX, sizeof *out->street, &array,
			   &out->street, &out->street_count);
	for (size_t i = 0; !err && i < out->street_count; i++)
		err = take_text(place, &line, json_object_array_get_idx(array, i), &out->street[i]);
	return err;
}

static enum led_err take_address(const struct place *place, struct json_object *json,
				 struct magento_address *out)
{
	const char *kind = json_string(json, "kind");
	if (!kind || (strcmp(kind, "billing") != 0 && strcmp(kind, "shipping") != 0))
		return invalid(place, "kind", "is neither billing nor shipping");
	out->billing = strcmp(kind, "billing") == 0;
	enum led_err err = take_street(place, json, out);
	return err ? err : take_fields(place, ADDRESS, COUNT(ADDRESS), json, out);
}

static enum led_err take_contact(const struct place *place, struct json_object *json,
				 struct magento_contact *out)
{
	struct json_object *array;
	enum led_err err = take_fields(place, CONTACT, COUNT(CONTACT), json, out);
	if (!err)
		err = take_array(place, json, "addresses", MAGENTO_ADDRESSES_MAX,
				 sizeof *out->addresses, &array, &out->addresses,
				 &out->address_count);
	for (size_t i = 0; !err && i < out->address_count; i++) {
		struct place here = inside(place, "addresses", i);
		err = take_address(&here, json_object_array_get_idx(array, i), &out->addresses[i]);
	}
	return err;
}

static enum led_err take_lines(const struct place *place, struct json_object *json,
			       struct magento_line **lines, size_t *count)
{
	struct json_object *array;
	enum led_err err = take_array(place, json, "lines", MAGENTO_LINES_MAX, sizeof **lines,
				      &array, lines, count);
	for (size_t i = 0; !err && i < *count; i++) {
		struct place here = inside(place, "lines", i);
		err = take_fields(&here, LINE, COUNT(LINE), json_object_array_get_idx(array, i),
				  &(*lines)[i]);
	}
	return err;
}

static enum led_err take_document_address(const struct place *place, struct json_object *json,
					  const char *key, const struct magento_address **out)
{
	struct json_object *value = json_member(json, key);
	if (!value)
		return LED_OK;
	if (!json_object_is_type(value, json_type_object))
		return invalid(place, key, "is no object");
	struct magento_address *address = arena_alloc(place->arena, sizeof *address);
	if (!address)
		return out_of_memory(place);
	*out = address;
	struct place here = inside(place, key, SIZE_MAX);
	return take_address(&here, value, address);
}

static enum led_err take_state(const struct place *place, struct json_object *json,
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
	return invalid(place, "state", "is none of open, paid, cancelled");
}

enum led_err magento_parse_contact(struct json_object *json, struct arena *arena,
				   struct magento_contact *out, struct led_error *error)
{
	struct place place = {.arena = arena, .error = error};
	*out = (struct magento_contact){0};
	if (!json_object_is_type(json, json_type_object))
		return invalid(&place, "the customer", "is no object");
	return take_contact(&place, json, out);
}

enum led_err magento_parse_invoice(struct json_object *json, struct arena *arena,
				   struct magento_invoice *out, struct led_error *error)
{
	struct place place = {.arena = arena, .error = error};
	*out = (struct magento_invoice){0};
	if (!json_object_is_type(json, json_type_object))
		return invalid(&place, "the invoice", "is no object");
	enum led_err err = take_fields(&place, INVOICE, COUNT(INVOICE), json, out);
	if (!err)
		err = take_state(&place, json, &out->state);
	struct place customer = inside(&place, "customer", SIZE_MAX);
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
