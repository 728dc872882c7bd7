#include "sage/totals.h"

#include "sage/js.h"
#include "sage/reference.h"

#include <stdlib.h>
#include <string.h>

/* A decimal field, `otherwise` when it was not sent. */
static dec10 decimal(struct json_object *object, const char *key, dec10 otherwise)
{
	dec10 value;

	return dec10_of(js_get(object, key), &value) ? value : otherwise;
}

static int64_t money(struct json_object *object, const char *key)
{
	return dec10_pennies(decimal(object, key, 0));
}

dec10 tax_percentage(const struct business *business, const char *rate_id)
{
	struct json_object *rate =
		rate_id != NULL ? reference_find(business, "tax_rates", rate_id) : NULL;

	return decimal(rate, "percentage", 0);
}

/* Sage does not fill in a line's tax: it refuses a rated line without one. Its
 * older version took 0, and some believe it computes; both can be switched on. */
static int64_t line_tax(struct call *call, struct json_object *line, int64_t net)
{
	dec10 percentage = tax_percentage(call->business, js_str(line, "tax_rate_id"));

	if (js_get(line, "tax_amount") != NULL)
		return money(line, "tax_amount");
	if (percentage == 0 || settings.missing_tax == TAX_ZERO)
		return 0;
	if (settings.missing_tax == TAX_COMPUTE)
		return pennies_percent(net, percentage);
	call_invalid(call, "line_items.tax_amount", "This field is required.");
	return 0;
}

/* Amounts that were sent although Sage sums them itself. A connector reports the
 * umbrella answer on the description when they do not add up; the entry that
 * follows it names the real field. */
static void check_sent(struct call *call, struct json_object *line, const char *key, int64_t booked)
{
	char source[64] = "line_items.";

	if (!settings.check_totals || js_get(line, key) == NULL || money(line, key) == booked)
		return;
	strncat(source, key, sizeof(source) - strlen(source) - 1);
	call_invalid(call, "line_items.description", "This field is required.");
	call_invalid(call, source, "This amount is not what the other amounts add up to.");
}

static void compute_line(struct call *call, struct json_object *line, struct line_total *out)
{
	int64_t gross;

	out->quantity = decimal(line, "quantity", DEC10_ONE);
	out->unit_price = money(line, "unit_price");
	gross = pennies_times(out->unit_price, out->quantity);
	out->discount = money(line, "discount_amount");
	if (out->discount == 0) {
		out->discount_percentage = decimal(line, "discount_percentage", 0);
		out->discount = pennies_percent(gross, out->discount_percentage);
	}
	if (out->discount < 0)
		call_invalid(call, "line_items.discount_amount",
			     "This value must not be negative.");
	out->net = gross - out->discount;
	out->tax = line_tax(call, line, out->net);
	/* How Sage takes tax out of a price is not published: the sent tax is what it is. */
	if (js_bool(line, "unit_price_includes_tax", false))
		out->net -= out->tax;
	check_sent(call, line, "net_amount", out->net);
	check_sent(call, line, "total_amount", out->net + out->tax);
}

void totals_rate(struct call *call, struct json_object *input, const char *currency,
		 dec10 *exchange_rate, dec10 *inverse_rate)
{
	struct json_object *known = reference_find(call->business, "exchange_rates", currency);

	*exchange_rate = DEC10_ONE;
	*inverse_rate = DEC10_ONE;
	if (strcmp(currency, call->business->region->currency) == 0)
		return;
	if (js_get(input, "exchange_rate") != NULL) {
		*exchange_rate = decimal(input, "exchange_rate", 0);
		if (*exchange_rate > 0)
			*inverse_rate = dec10_inverse(*exchange_rate);
	} else if (js_get(input, "inverse_exchange_rate") != NULL) {
		*inverse_rate = decimal(input, "inverse_exchange_rate", 0);
		*exchange_rate = *inverse_rate > 0 ? dec10_inverse(*inverse_rate) : 0;
	} else {
		*exchange_rate = decimal(known, "rate", DEC10_ONE);
		*inverse_rate = decimal(known, "inverse_rate", DEC10_ONE);
	}
	if (*exchange_rate <= 0)
		call_invalid(call, "exchange_rate", "This value must be more than 0.");
}

static void check_header(struct call *call, struct json_object *input, const struct totals *out)
{
	const struct {
		const char *key;
		int64_t booked;
	} sums[] = {
		{"net_amount", out->net},
		{"tax_amount", out->tax},
		{"total_amount", out->net + out->tax},
	};

	for (size_t i = 0; settings.check_totals && i < sizeof(sums) / sizeof(sums[0]); i++)
		if (js_get(input, sums[i].key) != NULL &&
		    money(input, sums[i].key) != sums[i].booked)
			call_invalid(call, sums[i].key,
				     "This amount is not what the lines add up to.");
	if (out->net + out->tax < 0)
		call_invalid(call, "total_amount", "The total must not be negative.");
}

void totals_compute(struct call *call, struct json_object *input, const char *lines,
		    struct totals *out)
{
	struct json_object *list = js_get(input, lines);

	memset(out, 0, sizeof(*out));
	out->count = json_object_array_length(list);
	out->lines = calloc(out->count + 1, sizeof(*out->lines));
	for (size_t i = 0; i < out->count; i++) {
		struct line_total *line = &out->lines[i];

		compute_line(call, json_object_array_get_idx(list, i), line);
		out->net += line->net;
		out->tax += line->tax;
		out->discount += line->discount;
		out->quantity += line->quantity;
	}
	out->shipping_net = money(input, "shipping_net_amount");
	out->shipping_tax = pennies_percent(
		out->shipping_net,
		tax_percentage(call->business, js_str(input, "shipping_tax_rate_id")));
	out->net += out->shipping_net;
	out->tax += out->shipping_tax;
	totals_rate(call, input, js_str(input, "currency_id"), &out->exchange_rate,
		    &out->inverse_rate);
	check_header(call, input, out);
}

int64_t totals_total(const struct totals *totals)
{
	return totals->net + totals->tax;
}

void totals_release(struct totals *totals)
{
	free(totals->lines);
	totals->lines = NULL;
}
