#include "books/draft.h"
#include "books/eu_type.h"
#include "books/tax.h"

#include <stdio.h>
#include <stdlib.h>

#define LARGE_PART 10 /* an adjustment above a tenth of the total is large */

static bool tax_agrees(const struct books_context *context, const struct draft_source *source,
		       const char *rate_id)
{
	int64_t tax;
	return tax_of_rate(context, rate_id, source->shipping_amount, &tax) &&
	       tax == source->shipping_tax;
}

/* Sage computes the tax of its shipping panel anew. Where that would not be the shop's, or
 * where there is no other line, shipping is an ordinary line. */
enum led_err draft_add_shipping(const struct books_context *context,
				const struct draft_source *source, struct draft *draft,
				struct books_warnings *warnings, struct led_error *error)
{
	struct tax_choice choice;
	struct tax_line taxed = {
		.name = "Shipping",
		.subtotal = source->shipping_amount,
		.tax = source->shipping_tax,
		.abroad = source->abroad,
	};
	if (!source->shipping_amount && !source->shipping_tax)
		return LED_OK;
	enum led_err err = tax_choose(context, &taxed, TAX_DISCOUNT_NET, &choice, error);
	if (err)
		return err;
	if (choice.guessed)
		books_warn(warnings, "tax_rate_defaulted", "%s", taxed.name);
	if (draft->line_count > 0 && tax_agrees(context, source, choice.rate_id)) {
		draft->has_panel = true;
		draft->shipping_net = source->shipping_amount;
		draft->shipping_tax = source->shipping_tax;
		draft->shipping_rate_id = choice.rate_id;
		books_because(context, "shipping", choice.why);
		return LED_OK;
	}
	draft->lines[draft->line_count++] = (struct draft_line){
		.description = taxed.name,
		.quantity = decimal_of(1, 0),
		.unit_price = source->shipping_amount,
		.net = source->shipping_amount,
		.tax = source->shipping_tax,
		.tax_rate_id = choice.rate_id,
		.why = choice.why,
	};
	books_because(context, "shipping",
		      books_why(context, "a line of its own: in the document's panel Sage would "
					 "compute another tax"));
	return LED_OK;
}

int64_t draft_total(const struct draft *draft)
{
	int64_t total = draft->shipping_net + draft->shipping_tax;
	for (size_t i = 0; i < draft->line_count; i++)
		total += draft->lines[i].net + draft->lines[i].tax;
	return total;
}

/* A line that is no supply: at the no-tax rate, abroad at the rate of every line. */
static enum led_err add_untaxed(const struct books_context *context,
				const struct draft_source *source, const char *description,
				int64_t amount, struct draft *draft, struct led_error *error)
{
	char text[DECIMAL_TEXT_MAX];
	struct tax_choice abroad = {0};
	struct tax_line untaxed = {.name = description, .abroad = source->abroad};
	const char *rate_id = tax_no_tax_rate(context);
	if (!amount)
		return LED_OK;
	if (source->abroad) {
		enum led_err err = tax_choose(context, &untaxed, TAX_DISCOUNT_NET, &abroad, error);
		if (err)
			return err;
		rate_id = abroad.rate_id;
	}
	if (!rate_id)
		return led_fail(error, LED_VALIDATION, "no_tax_rate_missing",
				"The total needs an adjustment of %s without tax, and Sage has no "
				"tax rate of 0 %%.",
				decimal_print(money_of(amount), text));
	draft->lines[draft->line_count++] = (struct draft_line){
		.description = description,
		.quantity = decimal_of(1, 0),
		.unit_price = amount,
		.net = amount,
		.tax_rate_id = rate_id,
		.why = source->abroad ? abroad.why
				      : books_why(context, "it is no supply: the rate without tax"),
	};
	return LED_OK;
}

enum led_err draft_add_refund_and_fee(const struct books_context *context,
				      const struct draft_source *source, struct draft *draft,
				      struct led_error *error)
{
	enum led_err err =
		add_untaxed(context, source, "Adjustment refund", source->refund, draft, error);
	return err ? err
		   : add_untaxed(context, source, "Adjustment fee", -source->fee, draft, error);
}

/* What neither lines nor shipping explain: rounding, gift cards, store credit. */
enum led_err draft_add_adjustment(const struct books_context *context,
				  const struct draft_source *source, struct draft *draft,
				  struct books_warnings *warnings, struct led_error *error)
{
	char amount[DECIMAL_TEXT_MAX];
	int64_t rest = source->grand_total - draft_total(draft);
	if (!rest)
		return LED_OK;
	enum led_err err =
		add_untaxed(context, source, "Adjustment to Magento total", rest, draft, error);
	if (err)
		return err;
	decimal_print(money_of(rest), amount);
	books_because(context, "adjustment",
		      books_why(context,
				"%s are missing to Magento's total when lines and shipping are "
				"summed: a gift card, store credit, reward points or rounding",
				amount));
	books_warn(warnings, "adjusted_to_total", "%s %s", amount, source->currency);
	if (llabs(rest) > source->grand_total / LARGE_PART)
		books_warn(warnings, "adjustment_large", "%s %s", amount, source->currency);
	return LED_OK;
}

static void note_lines(const struct books_context *context, const struct draft *draft)
{
	char what[32];
	for (size_t i = 0; context->reasons && i < draft->line_count; i++) {
		snprintf(what, sizeof what, "line %zu", i + 1);
		books_because(context, what, draft->lines[i].why);
	}
}

enum led_err draft_make(const struct books_context *context, const struct draft_source *source,
			struct draft *out, struct books_warnings *warnings, struct led_error *error)
{
	char total[DECIMAL_TEXT_MAX];
	*out = (struct draft){0};
	if (source->grand_total < 0)
		return led_fail(error, LED_VALIDATION, "negative_total",
				"The shop's total is %s %s, and Sage has no document below 0.",
				decimal_print(money_of(source->grand_total), total),
				source->currency);
	if (!context->policy->default_ledger_account_id)
		return led_fail(error, LED_VALIDATION, "settings_incomplete",
				"The setting default_ledger_account_id is not set.");
	enum led_err err = draft_add_lines(context, source, out, warnings, error);
	if (!err)
		out->eu_type = source->abroad ? eu_type_of_draft(context, out, warnings) : NULL;
	if (!err)
		err = draft_add_refund_and_fee(context, source, out, error);
	if (!err)
		err = draft_add_shipping(context, source, out, warnings, error);
	if (!err)
		err = draft_add_adjustment(context, source, out, warnings, error);
	if (!err && out->line_count == 0)
		err = led_fail(error, LED_VALIDATION, "nothing_to_post",
			       "The document has no line that could be posted.");
	if (!err)
		note_lines(context, out);
	return err;
}

static void print_line(const struct books_context *context, const struct draft_line *line,
		       const char *eu_type, struct body *body)
{
	body_object(body, NULL);
	body_text(body, "description", line->description);
	body_text(body, "ledger_account_id", context->policy->default_ledger_account_id);
	body_quantity(body, "quantity", line->quantity);
	body_money(body, "unit_price", line->unit_price);
	if (line->discount)
		body_money(body, "discount_amount", line->discount);
	body_text(body, "tax_rate_id", line->tax_rate_id);
	body_money(body, "tax_amount", line->tax);
	/* In no version of Sage's specification, yet some businesses refuse a line without. */
	body_money(body, "currency_tax_amount", line->tax);
	body_text(body, "eu_goods_services_type_id", eu_type);
	body_end_object(body);
}

void draft_print(const struct books_context *context, const struct draft *draft, struct body *body,
		 const char *lines_key)
{
	body_list(body, lines_key);
	for (size_t i = 0; i < draft->line_count; i++)
		print_line(context, &draft->lines[i], draft->eu_type, body);
	body_end_list(body);
	if (!draft->has_panel)
		return;
	body_money(body, "shipping_net_amount", draft->shipping_net);
	body_text(body, "shipping_tax_rate_id", draft->shipping_rate_id);
	body_money(body, "shipping_tax_amount", draft->shipping_tax);
}
