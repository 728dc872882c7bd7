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

bool sage_line(struct json_object *line, struct sage_line *out)
{
	int64_t quantity, price, tax, twin, discount = 0;
	struct json_object *off = member(line, "discount_amount");
	if (!sage_number(member(line, "quantity"), &quantity) ||
	    !sage_number(member(line, "unit_price"), &price) ||
	    !sage_number(member(line, "tax_amount"), &tax) ||
	    !sage_number(member(line, "currency_tax_amount"), &twin) || tax != twin ||
	    (off && (!sage_number(off, &discount) || discount <= 0)))
		return false;
	out->subtotal = to_pennies(times(quantity, to_pennies(price) * 10000));
	out->discount = to_pennies(discount);
	out->tax = to_pennies(tax);
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

/* Lines and shipping of an invoice or a credit note. */
static bool document_total(struct json_object *document, const char *lines_key,
			   struct json_object *reference, int64_t *pennies)
{
	struct json_object *lines = member(document, lines_key);
	struct sage_line line;
	if (!lines || !shipping_total(document, reference, pennies))
		return false;
	for (size_t i = 0; i < json_object_array_length(lines); i++) {
		if (!sage_line(json_object_array_get_idx(lines, i), &line))
			return false;
		*pennies += line.subtotal - line.discount + line.tax;
	}
	return true;
}

/* What is allocated in all, and the part of it that is positive. */
static bool allocated_sums(struct json_object *resource, int64_t *sum, int64_t *positive)
{
	struct json_object *list = member(resource, "allocated_artefacts");
	size_t count = list ? json_object_array_length(list) : 0;
	*sum = *positive = 0;
	for (size_t i = 0; i < count; i++) {
		int64_t amount;
		if (!sage_number(member(json_object_array_get_idx(list, i), "amount"), &amount) ||
		    amount == 0)
			return false;
		*sum += amount;
		*positive += amount > 0 ? amount : 0;
	}
	return true;
}

/* A receipt of more than nothing, of which no more is allocated than was paid. */
static bool payment_total(struct json_object *payment, int64_t *millionths)
{
	int64_t sum, positive;
	return sage_number(member(payment, "total_amount"), millionths) && *millionths > 0 &&
	       allocated_sums(payment, &sum, &positive) && sum == positive && sum <= *millionths;
}

bool sage_total(struct json_object *body, struct json_object *reference, int64_t *millionths)
{
	struct json_object *resource;
	int64_t sum, pennies = 0;
	if ((resource = member(body, "contact_payment")))
		return payment_total(resource, millionths);
	if ((resource = member(body, "contact_allocation")))
		return allocated_sums(resource, &sum, millionths) && sum == 0;
	if ((resource = member(body, "sales_invoice"))) {
		if (!document_total(resource, "invoice_lines", reference, &pennies))
			return false;
	} else if (!document_total(member(body, "sales_credit_note"), "credit_note_lines",
				   reference, &pennies)) {
		return false;
	}
	*millionths = pennies * 10000;
	return true;
}
