/* The lines of a document: which are kept, what they say, what they cost. */
#include "books/draft.h"
#include "books/eu_type.h"
#include "books/tax.h"
#include "books/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DESCRIPTION_MAX 255 /* characters */

static bool is_free(const struct magento_line *line)
{
	return !line->subtotal && !line->tax && !line->total;
}

static bool has_priced_twin(const struct draft_source *source, const struct magento_line *line)
{
	for (size_t i = 0; i < source->line_count; i++)
		if (!is_free(&source->lines[i]) && strcmp(source->lines[i].sku, line->sku) == 0)
			return true;
	return false;
}

/* A free line that only mirrors others: the child of a configurable has the parent's SKU,
 * the parent of a dynamic bundle a price that its children carry. */
static bool is_mirror(const struct draft_source *source, const struct magento_line *line)
{
	return is_free(line) && (line->unit_price.units > 0 || has_priced_twin(source, line));
}

/* What the shop took off the line; a mark-up is none. */
static int64_t reported_discount(const struct magento_line *line)
{
	int64_t discount = line->subtotal + line->tax - line->total;
	return discount > 0 ? discount : 0;
}

static enum led_err out_of_memory(struct led_error *error)
{
	return led_fail(error, LED_INTERNAL, "out_of_memory",
			"The document does not fit the memory set aside for it.");
}

/* The product's name, else its SKU, with `ending` behind it, in DESCRIPTION_MAX characters. */
static const char *describe(struct arena *arena, const struct magento_line *line,
			    const char *ending, size_t ending_chars)
{
	const char *text =
		books_text_name(arena, line->name, line->sku, DESCRIPTION_MAX - ending_chars);
	return text && *ending ? arena_printf(arena, "%s%s", text, ending) : text;
}

/* Sage multiplies quantity and price itself: they are sent only when that gives the
 * subtotal, else the line is one piece and its description tells what it was. */
static bool multiplies(const struct magento_line *line, int64_t *unit_price)
{
	struct decimal price, product;
	if (decimal_rescale(line->unit_price, MONEY_SCALE, &price) ||
	    decimal_mul(line->quantity, price, MAGENTO_UNIT_SCALE + MONEY_SCALE, &product))
		return false;
	*unit_price = price.units;
	return decimal_compare(product, money_of(line->subtotal)) == 0;
}

static enum led_err price_line(struct arena *arena, const struct magento_line *line,
			       struct draft_line *out, struct led_error *error)
{
	char quantity[DECIMAL_TEXT_MAX], price[DECIMAL_TEXT_MAX];
	char ending[2 * DECIMAL_TEXT_MAX + 8] = "";
	size_t ending_chars = 0;
	out->quantity = line->quantity;
	if (!multiplies(line, &out->unit_price)) {
		out->quantity = decimal_of(1, 0);
		out->unit_price = line->subtotal;
		int bytes = snprintf(ending, sizeof ending, " (%s × %s)",
				     decimal_print_short(line->quantity, quantity),
				     decimal_print(line->unit_price, price));
		ending_chars = (size_t)bytes - (sizeof "×" - 2); /* one character, two bytes */
	}
	out->description = describe(arena, line, ending, ending_chars);
	return out->description ? LED_OK : out_of_memory(error);
}

/* One line under one reading of its discount. */
static enum led_err make_line(const struct books_context *context,
			      const struct draft_source *source, const struct magento_line *line,
			      enum tax_reading reading, struct draft_line *out,
			      struct led_error *error)
{
	struct tax_choice choice;
	enum led_err err = price_line(context->arena, line, out, error);
	if (err)
		return err;
	struct tax_line taxed = {
		.name = out->description,
		.quantity = line->quantity,
		.subtotal = line->subtotal,
		.tax = line->tax,
		.discount = reported_discount(line),
		.abroad = source->abroad,
	};
	err = tax_choose(context, &taxed, reading, &choice, error);
	if (err)
		return err;
	out->tax_rate_id = choice.rate_id;
	out->rate_guessed = choice.guessed;
	out->why = choice.why;
	out->tax = line->tax;
	out->discount = choice.discount;
	out->net = line->subtotal - choice.discount;
	if (source->abroad)
		out->eu_type = eu_type_of_line(context, line);
	return LED_OK;
}

static enum led_err make_lines(const struct books_context *context,
			       const struct draft_source *source, enum tax_reading reading,
			       struct draft *draft, struct led_error *error)
{
	enum led_err err = LED_OK;
	size_t room = (source->line_count + DRAFT_EXTRA) * sizeof *draft->lines;
	draft->line_count = 0;
	draft->lines = arena_alloc(context->arena, room);
	if (!draft->lines)
		return out_of_memory(error);
	for (size_t i = 0; !err && i < source->line_count; i++)
		if (!is_mirror(source, &source->lines[i]))
			err = make_line(context, source, &source->lines[i], reading,
					&draft->lines[draft->line_count++], error);
	return err;
}

/* How many pennies lines, shipping and the memo's adjustments are off the grand total. */
static int64_t pennies_off(const struct draft_source *source, const struct draft *draft)
{
	int64_t sum = source->shipping_amount + source->shipping_tax + source->refund - source->fee;
	for (size_t i = 0; i < draft->line_count; i++)
		sum += draft->lines[i].net + draft->lines[i].tax;
	return llabs(sum - source->grand_total);
}

static int64_t discounted_lines(const struct draft *draft)
{
	int64_t count = 0;
	for (size_t i = 0; i < draft->line_count; i++)
		count += draft->lines[i].discount > 0;
	return count;
}

/* Discounts are read as net of tax, unless the other reading leaves less to adjust and no
 * more than rounding explains: it divides by 1 + r what the shop has rounded, so each
 * discount may be a penny off. */
static bool is_better(const struct draft_source *source, const struct draft *gross,
		      const struct draft *net)
{
	int64_t off = pennies_off(source, gross);
	return off < pennies_off(source, net) && off <= discounted_lines(gross);
}

enum led_err draft_add_lines(const struct books_context *context, const struct draft_source *source,
			     struct draft *draft, struct books_warnings *warnings,
			     struct led_error *error)
{
	struct draft gross = {0};
	enum led_err err = make_lines(context, source, TAX_DISCOUNT_NET, draft, error);
	if (!err && discounted_lines(draft) > 0 && pennies_off(source, draft) > 0) {
		err = make_lines(context, source, TAX_DISCOUNT_GROSS, &gross, error);
		if (!err && is_better(source, &gross, draft)) {
			*draft = gross;
			books_because(context, "discount",
				      books_why(context, "the shop's discounts hold tax: read so, "
							 "lines and shipping sum to its total"));
		}
	}
	for (size_t i = 0; !err && i < draft->line_count; i++)
		if (draft->lines[i].rate_guessed)
			books_warn(warnings, "tax_rate_defaulted", "%.80s",
				   draft->lines[i].description);
	return err;
}
