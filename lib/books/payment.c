#include "books/payment.h"
#include "books/currency.h"
#include "books/document.h"

#include <string.h>

const char *books_bank_account(const struct policy *policy, const char *method)
{
	const struct policy_pairs *map = &policy->payment_method_map;
	for (size_t i = 0; method && i < map->count; i++)
		if (strcmp(map->item[i].from, method) == 0)
			return map->item[i].to;
	return policy->default_bank_account_id;
}

static const char *tell_bank(const struct books_context *context, const char *method)
{
	const struct policy_pairs *map = &context->policy->payment_method_map;
	for (size_t i = 0; method && i < map->count; i++)
		if (strcmp(map->item[i].from, method) == 0)
			return books_why(context, "payment_method_map sends '%.60s' there", method);
	return books_why(context, "'%.60s' is not mapped: default_bank_account_id",
			 method ? method : "");
}

static int64_t smaller(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static void warn_part(struct books_warnings *warnings, int64_t allocated, int64_t amount,
		      const char *currency)
{
	char part[DECIMAL_TEXT_MAX], whole[DECIMAL_TEXT_MAX];
	if (allocated < amount)
		books_warn(warnings, "allocated_in_part", "%s of %s %s",
			   decimal_print(money_of(allocated), part),
			   decimal_print(money_of(amount), whole), currency);
}

static void print_artefact(struct body *body, const char *id, int64_t amount)
{
	body_object(body, NULL);
	body_text(body, "artefact_id", id);
	body_money(body, "amount", amount);
	body_end_object(body);
}

static enum led_err print_payment(const struct books_context *context,
				  const struct books_payment_input *input, const char *bank_account,
				  const char *reference, struct books_document *out,
				  struct led_error *error)
{
	struct body body;
	char date[ZONE_DATE_SIZE];
	const struct magento_invoice *invoice = input->invoice;
	struct currency_source currency = {
		.currency = invoice->currency,
		.has_rate = invoice->has_base_to_order_rate,
		.base_to_order_rate = invoice->base_to_order_rate,
		.no_inverse = true,
	};
	int64_t allocated = out->total;
	books_because(context, "bank_account", tell_bank(context, input->method));
	if (input->has_outstanding)
		allocated = smaller(out->total, input->outstanding > 0 ? input->outstanding : 0);
	body_init(&body);
	body_object(&body, "contact_payment");
	body_text(&body, "transaction_type_id", "CUSTOMER_RECEIPT");
	body_text(&body, "contact_id", input->contact_id);
	body_text(&body, "bank_account_id", bank_account);
	body_text(&body, "date", zone_date(context->zone, input->occurred_at, date));
	body_money(&body, "total_amount", out->total);
	body_text(&body, "reference", reference);
	currency_print(context, &currency, &body, &out->warnings);
	/* Sage refuses an allocation of nothing. */
	if (allocated > 0) {
		body_list(&body, "allocated_artefacts");
		print_artefact(&body, input->invoice_id, allocated);
		body_end_list(&body);
	}
	body_end_object(&body);
	out->reference = reference;
	warn_part(&out->warnings, allocated, out->total, invoice->currency);
	return body_finish(&body, context->arena, &out->body, error);
}

enum led_err books_payment(const struct books_context *context,
			   const struct books_payment_input *input, struct books_document *out,
			   struct led_error *error)
{
	char amount[DECIMAL_TEXT_MAX];
	const char *reference;
	const char *bank_account = books_bank_account(context->policy, input->method);
	*out = (struct books_document){.total = input->invoice->grand_total};
	if (!bank_account)
		return led_fail(error, LED_VALIDATION, "payment_method_not_mapped",
				"The payment method '%.60s' has no bank account.",
				input->method ? input->method : "");
	if (out->total <= 0)
		return led_fail(error, LED_VALIDATION, "amount_not_positive",
				"A payment of %s cannot be posted.",
				decimal_print(money_of(out->total), amount));
	enum led_err err =
		document_reference(context, input->invoice->increment_id, &reference, error);
	return err ? err : print_payment(context, input, bank_account, reference, out, error);
}

enum led_err books_allocation(const struct books_context *context,
			      const struct books_allocation_input *input,
			      struct books_document *out, struct led_error *error)
{
	struct body body;
	char date[ZONE_DATE_SIZE];
	*out = (struct books_document){.total = smaller(input->on_account, input->outstanding)};
	if (out->total <= 0)
		return led_fail(error, LED_VALIDATION, "amount_not_positive",
				"Nothing is left to allocate: the invoice or the payment is "
				"settled.");
	body_init(&body);
	body_object(&body, "contact_allocation");
	body_text(&body, "transaction_type_id", "CUSTOMER_ALLOCATION");
	body_text(&body, "contact_id", input->contact_id);
	body_text(&body, "date", zone_date(context->zone, input->occurred_at, date));
	/* The signed amounts sum to zero: what the invoice takes, the payment gives. */
	body_list(&body, "allocated_artefacts");
	print_artefact(&body, input->invoice_id, out->total);
	print_artefact(&body, input->payment_on_account_id, -out->total);
	body_end_list(&body);
	body_end_object(&body);
	warn_part(&out->warnings, out->total, input->on_account, input->currency);
	return body_finish(&body, context->arena, &out->body, error);
}
