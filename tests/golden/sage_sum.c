#include "sage_sum.h"

#include <stdio.h>
#include <string.h>

__extension__ typedef __int128 wide; /* a product of two amounts, exactly */

bool sage_number(struct json_object *value, int64_t *millionths)
{
	if (!json_object_is_type(value, json_type_double) &&
	    !json_object_is_type(value, json_type_int))
		return false;
	const char *s = json_object_get_string(value);
	bool negative = *s == '-';
	int64_t sum = 0, unit = MILLION;
	bool fraction = false;
	for (s += negative; *s; s++) {
		if (*s == '.' && !fraction) {
			fraction = true;
			continue;
		}
		if (*s < '0' || *s > '9' || (fraction && unit == 1))
			return false;
		if (fraction)
			unit /= 10;
		if (sum > INT64_MAX / 11)
			return false;
		sum = fraction ? sum + (*s - '0') * unit : sum * 10 + (*s - '0') * MILLION;
	}
	*millionths = negative ? -sum : sum;
	return true;
}

static struct json_object *member(struct json_object *object, const char *key)
{
	struct json_object *value = NULL;
	json_object_object_get_ex(object, key, &value);
	return value;
}

/* To two decimals, half away from zero. */
static int64_t to_pennies(int64_t millionths)
{
	int64_t magnitude = millionths < 0 ? -millionths : millionths;
	int64_t pennies = (magnitude + 5000) / 10000;
	return millionths < 0 ? -pennies : pennies;
}

static int64_t times(int64_t a, int64_t b)
{
	wide product = (wide)a * b;
	bool negative = product < 0;
	if (negative)
		product = -product;
	int64_t rounded = (int64_t)((product + MILLION / 2) / MILLION);
	return negative ? -rounded : rounded;
}

static bool line_total(struct json_object *line, int64_t *pennies)
{
	int64_t quantity, price, tax, twin, discount = 0;
	struct json_object *off = member(line, "discount_amount");
	if (!sage_number(member(line, "quantity"), &quantity) ||
	    !sage_number(member(line, "unit_price"), &price) ||
	    !sage_number(member(line, "tax_amount"), &tax) ||
	    !sage_number(member(line, "currency_tax_amount"), &twin) || tax != twin ||
	    (off && (!sage_number(off, &discount) || discount <= 0)))
		return false;
	int64_t net = to_pennies(times(quantity, to_pennies(price) * 10000));
	*pennies = net - to_pennies(discount) + to_pennies(tax);
	return true;
}

static bool rate_of(struct json_object *reference, const char *id, int64_t *percentage)
{
	struct json_object *rates = member(reference, "tax_rates");
	for (size_t i = 0; i < json_object_array_length(rates); i++) {
		struct json_object *rate = json_object_array_get_idx(rates, i);
		if (id && strcmp(json_object_get_string(member(rate, "id")), id) == 0)
			return sage_number(member(rate, "percentage"), percentage);
	}
	return false;
}

static bool shipping_total(struct json_object *invoice, struct json_object *reference,
			   int64_t *pennies)
{
	struct json_object *net_amount = member(invoice, "shipping_net_amount");
	int64_t net, percentage;
	*pennies = 0;
	if (!net_amount)
		return true;
	const char *id = json_object_get_string(member(invoice, "shipping_tax_rate_id"));
	if (!sage_number(net_amount, &net) || !rate_of(reference, id, &percentage))
		return false;
	*pennies = to_pennies(net) + to_pennies(times(net, percentage / 100));
	return true;
}

bool sage_total(struct json_object *body, struct json_object *reference, int64_t *millionths)
{
	struct json_object *invoice = member(body, "sales_invoice");
	struct json_object *lines = member(invoice, "invoice_lines");
	int64_t sum, pennies;
	if (!lines || !shipping_total(invoice, reference, &sum))
		return false;
	for (size_t i = 0; i < json_object_array_length(lines); i++) {
		if (!line_total(json_object_array_get_idx(lines, i), &pennies))
			return false;
		sum += pennies;
	}
	*millionths = sum * 10000;
	return true;
}

/* Sage's published fields that a translation may send, and their lengths. */
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

static const char *check_object(const char *name, struct json_object *object, char *room,
				unsigned long size);

static const char *check_nested(const char *key, struct json_object *value, char *room,
				unsigned long size)
{
	const char *refusal = NULL;
	if (json_object_is_type(value, json_type_object)) {
		bool address = strstr(key, "address") != NULL;
		return check_object(address ? "address" : key, value, room, size);
	}
	if (!json_object_is_type(value, json_type_array) || strcmp(key, "invoice_lines") != 0)
		return NULL;
	for (size_t i = 0; !refusal && i < json_object_array_length(value); i++)
		refusal = check_object(key, json_object_array_get_idx(value, i), room, size);
	return refusal;
}

static const char *check_object(const char *name, struct json_object *object, char *room,
				unsigned long size)
{
	char path[128];
	size_t name_len = strlen(name);
	json_object_object_foreach(object, key, value)
	{
		snprintf(path, sizeof path, "%s.%s", name, key);
		const char *refusal = check_value(path, value, room, size);
		if (!refusal)
			refusal = check_nested(key, value, room, size);
		if (refusal)
			return refusal;
	}
	for (size_t i = 0; i < FIELD_COUNT; i++) {
		const struct field *field = &FIELDS[i];
		if (field->required && strncmp(field->path, name, name_len) == 0 &&
		    field->path[name_len] == '.' && !member(object, field->path + name_len + 1)) {
			snprintf(room, size, "%s is missing", field->path);
			return room;
		}
	}
	return NULL;
}

const char *sage_refusal(struct json_object *body, char *room, unsigned long size)
{
	json_object_object_foreach(body, key, value)
	{
		return check_object(key, value, room, size);
	}
	return "the body is empty";
}
