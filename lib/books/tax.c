#include "books/tax.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>

#define WHOLE_UNIT        10000 /* a quantity of 1, at MAGENTO_UNIT_SCALE */
#define COUNT(table)      (sizeof(table) / sizeof((table)[0]))
#define TELL_MAX          (2 * DECIMAL_TEXT_MAX + 16) /* bytes with the NUL */
#define CROSS_BORDER_RATE "GB_ZERO" /* Sage refuses anything else from a UK business */

/* Four digits more than a penny has: enough to tell which percentage is nearer. */
#define NEAR_SCALE (MONEY_SCALE + 4)

static const struct decimal ZERO_PERCENT = {0, PERCENTAGE_SCALE};

/* net x percentage / 100, rounded to `scale`. */
static bool percent_of(int64_t net, struct decimal percentage, int scale, struct decimal *out)
{
	struct decimal factor = decimal_of(percentage.units, percentage.scale + 2);
	return decimal_mul(money_of(net), factor, scale, out) == LED_OK;
}

bool tax_of_rate(const struct books_context *context, const char *rate_id, int64_t net,
		 int64_t *tax)
{
	const struct reference_tax_rate *rate =
		books_reference_tax_rate(context->reference, rate_id);
	struct decimal product;
	if (!rate || !percent_of(net, rate->percentage, MONEY_SCALE, &product))
		return false;
	*tax = product.units;
	return true;
}

/* The part of a line's discount that is net of tax. */
static bool net_discount(const struct tax_line *line, enum tax_reading reading,
			 struct decimal percentage, int64_t *out)
{
	struct decimal factor, net;
	*out = line->discount;
	if (reading == TAX_DISCOUNT_NET)
		return true;
	if (decimal_add(decimal_of(1, 0), decimal_of(percentage.units, percentage.scale + 2),
			&factor) ||
	    decimal_div(money_of(line->discount), factor, MONEY_SCALE, &net))
		return false;
	*out = net.units;
	return true;
}

/* How many pennies off the tax may be: Magento rounds unit by unit or row by row. */
static int64_t tolerance(const struct tax_line *line, int64_t net)
{
	int64_t quantity = line->quantity.units / WHOLE_UNIT;
	int64_t most = llabs(net) / 100;
	if (most < 1)
		most = 1;
	if (quantity < 1)
		quantity = 1;
	return quantity < most ? quantity : most;
}

/* How far the line's tax is from a percentage of its net, before rounding. */
struct fit {
	bool within; /* the tolerance, after rounding */
	struct decimal distance;
};

static bool measure(const struct tax_line *line, enum tax_reading reading,
		    struct decimal percentage, struct fit *out)
{
	int64_t discount;
	struct decimal rounded, exact;
	if (!net_discount(line, reading, percentage, &discount))
		return false;
	int64_t net = line->subtotal - discount;
	if (!percent_of(net, percentage, MONEY_SCALE, &rounded) ||
	    !percent_of(net, percentage, NEAR_SCALE, &exact) ||
	    decimal_sub(exact, money_of(line->tax), &out->distance))
		return false;
	if (out->distance.units < 0)
		out->distance.units = -out->distance.units;
	out->within = llabs(rounded.units - line->tax) <= tolerance(line, net);
	return true;
}

/* The mapped percentage nearest to the line's, NULL when none is near enough. */
static const struct policy_rate *nearest(const struct books_context *context,
					 const struct tax_line *line, enum tax_reading reading)
{
	const struct policy_rates *map = &context->policy->tax_rate_map;
	const struct policy_rate *best = NULL;
	struct decimal best_distance = {0};
	for (size_t i = 0; i < map->count; i++) {
		struct fit fit;
		if (map->item[i].percentage.units == 0 ||
		    !measure(line, reading, map->item[i].percentage, &fit) || !fit.within)
			continue;
		if (!best || decimal_compare(fit.distance, best_distance) < 0) {
			best = &map->item[i];
			best_distance = fit.distance;
		}
	}
	return best;
}

static const char *mapped_zero(const struct books_context *context)
{
	const struct policy_rates *map = &context->policy->tax_rate_map;
	for (size_t i = 0; i < map->count; i++)
		if (map->item[i].percentage.units == 0)
			return map->item[i].tax_rate_id;
	return NULL;
}

/* The rate of percentage 0 whose id has that ending. */
static const char *zero_with_suffix(const struct reference *reference, const char *suffix)
{
	for (size_t i = 0; i < reference->tax_rate_count; i++) {
		const struct reference_tax_rate *rate = &reference->tax_rates[i];
		if (rate->on_sales && rate->percentage.units == 0 &&
		    text_ends_with(rate->id, suffix))
			return rate->id;
	}
	return NULL;
}

static const char *first_zero(const struct reference *reference, const char *const suffixes[],
			      size_t count)
{
	const char *id = NULL;
	for (size_t i = 0; !id && i < count; i++)
		id = zero_with_suffix(reference, suffixes[i]);
	return id;
}

/* The rate of a supply that bears no tax, NULL when the business has none. */
static const char *zero_rate(const struct books_context *context)
{
	static const char *const suffixes[] = {"_ZERO", "_NO_TAX", "_EXEMPT"};
	const char *id = mapped_zero(context);
	return id ? id : first_zero(context->reference, suffixes, COUNT(suffixes));
}

const char *tax_no_tax_rate(const struct books_context *context)
{
	static const char *const others[] = {"_ZERO", "_EXEMPT"};
	const char *id = zero_with_suffix(context->reference, "_NO_TAX");
	if (!id)
		id = mapped_zero(context);
	return id ? id : first_zero(context->reference, others, COUNT(others));
}

static enum led_err too_large(struct led_error *error, const struct tax_line *line)
{
	return led_fail(error, LED_VALIDATION, "amount_too_large",
			"The amounts of '%.100s' are too large to compute with.", line->name);
}

/* The percentage a merchant has to map: that of the Sage rate which gives the line's tax,
 * else the line's own, to two digits. */
static const char *percentage_to_map(const struct books_context *context,
				     const struct tax_line *line, char *out)
{
	const struct reference *reference = context->reference;
	struct decimal ratio = decimal_of(0, MONEY_SCALE);
	struct fit fit;
	for (size_t i = 0; line->tax && i < reference->tax_rate_count; i++) {
		const struct reference_tax_rate *rate = &reference->tax_rates[i];
		if (rate->on_sales && rate->percentage.units &&
		    measure(line, TAX_DISCOUNT_NET, rate->percentage, &fit) && fit.within)
			return books_percentage_print(rate->percentage, out);
	}
	/* Minor units over whole ones: the quotient is in per cent. */
	int64_t net = line->subtotal - line->discount;
	if (line->tax && net &&
	    decimal_div(decimal_of(line->tax, 0), money_of(net), MONEY_SCALE, &ratio))
		ratio = decimal_of(0, MONEY_SCALE);
	return decimal_print(ratio, out);
}

static enum led_err not_mapped(const struct books_context *context, const struct tax_line *line,
			       struct led_error *error)
{
	char percentage[DECIMAL_TEXT_MAX];
	return led_fail(error, LED_VALIDATION, "tax_rate_not_mapped",
			"'%.100s' bears %s %% tax, for which no Sage tax rate is mapped, and the "
			"default tax rate contradicts it.",
			line->name, percentage_to_map(context, line, percentage));
}

/* "8.33 tax on 41.63 net", or that there is none. */
static const char *tell_tax(const struct tax_line *line, int64_t discount, char text[TELL_MAX])
{
	char tax[DECIMAL_TEXT_MAX], net[DECIMAL_TEXT_MAX];
	if (!line->tax)
		return "the shop charges no tax";
	snprintf(text, TELL_MAX, "%s tax on %s net", decimal_print(money_of(line->tax), tax),
		 decimal_print(money_of(line->subtotal - discount), net));
	return text;
}

/* No mapping fits: the default rate, unless its percentage plainly contradicts the line. */
static enum led_err choose_default(const struct books_context *context, const struct tax_line *line,
				   enum tax_reading reading, struct tax_choice *out,
				   struct led_error *error)
{
	const char *id = context->policy->default_tax_rate_id;
	const struct reference_tax_rate *rate = books_reference_tax_rate(context->reference, id);
	struct fit fit;
	char text[TELL_MAX];
	if (!id)
		return led_fail(error, LED_VALIDATION, "settings_incomplete",
				"The setting default_tax_rate_id is not set.");
	if (!rate)
		return led_fail(error, LED_VALIDATION, "not_in_reference",
				"Sage has no tax rate '%.60s' (setting default_tax_rate_id).", id);
	if (!net_discount(line, reading, rate->percentage, &out->discount) ||
	    !measure(line, reading, rate->percentage, &fit))
		return too_large(error, line);
	if (line->tax ? rate->percentage.units == 0 : !fit.within)
		return not_mapped(context, line, error);
	out->rate_id = id;
	out->guessed = !fit.within;
	if (context->reasons)
		out->why = books_why(context, "%s, and no mapping fits it: default_tax_rate_id%s",
				     tell_tax(line, out->discount, text),
				     out->guessed ? ", with the shop's own amount of tax" : "");
	return LED_OK;
}

static enum led_err choose_mapped(const struct books_context *context, const struct tax_line *line,
				  const char *id, struct decimal percentage,
				  enum tax_reading reading, struct tax_choice *out,
				  struct led_error *error)
{
	char key[DECIMAL_TEXT_MAX], text[TELL_MAX];
	if (!books_reference_tax_rate(context->reference, id))
		return led_fail(error, LED_VALIDATION, "not_in_reference",
				"Sage has no tax rate '%.60s' (setting tax_rate_map, %s).", id,
				books_percentage_print(percentage, key));
	if (!net_discount(line, reading, percentage, &out->discount))
		return too_large(error, line);
	out->rate_id = id;
	if (context->reasons)
		out->why = books_why(context, "%s is %s %%, which tax_rate_map maps to %.60s",
				     tell_tax(line, out->discount, text),
				     books_percentage_print(percentage, key), id);
	return LED_OK;
}

/* No tax: the rate that is mapped to 0.00, else Sage's own. */
static enum led_err choose_zero(const struct books_context *context, const struct tax_line *line,
				const char *zero, struct tax_choice *out, struct led_error *error)
{
	enum led_err err =
		choose_mapped(context, line, zero, ZERO_PERCENT, TAX_DISCOUNT_NET, out, error);
	if (!err)
		out->why = books_why(context, "the shop charges no tax: %s %.60s",
				     mapped_zero(context)
					     ? "tax_rate_map maps 0.00 to"
					     : "0.00 is not mapped, and Sage's own rate of 0 % is",
				     zero);
	return err;
}

static enum led_err choose_abroad(const struct books_context *context, const struct tax_line *line,
				  struct tax_choice *out, struct led_error *error)
{
	char amount[DECIMAL_TEXT_MAX];
	if (line->tax)
		return led_fail(error, LED_VALIDATION, "cross_border_tax_charged",
				"'%.100s' bears %s tax, but a UK business cannot charge tax to "
				"a customer in %s in Sage.",
				line->name, decimal_print(money_of(line->tax), amount),
				line->abroad);
	out->rate_id = CROSS_BORDER_RATE;
	out->why = books_why(context,
			     "the billing country is %.2s: a UK business's documents abroad are "
			     "zero-rated throughout, whatever is mapped",
			     line->abroad);
	out->discount = line->discount;
	return LED_OK;
}

enum led_err tax_choose(const struct books_context *context, const struct tax_line *line,
			enum tax_reading reading, struct tax_choice *out, struct led_error *error)
{
	enum tax_reading other =
		reading == TAX_DISCOUNT_NET ? TAX_DISCOUNT_GROSS : TAX_DISCOUNT_NET;
	*out = (struct tax_choice){0};
	if (line->abroad)
		return choose_abroad(context, line, out, error);
	if (!line->tax) {
		reading = TAX_DISCOUNT_NET; /* no tax is in such a discount either */
		const char *zero = zero_rate(context);
		if (zero)
			return choose_zero(context, line, zero, out, error);
		return choose_default(context, line, reading, out, error);
	}
	const struct policy_rate *mapped = nearest(context, line, reading);
	if (!mapped)
		mapped = nearest(context, line, other);
	if (mapped)
		return choose_mapped(context, line, mapped->tax_rate_id, mapped->percentage,
				     reading, out, error);
	return choose_default(context, line, reading, out, error);
}
