#include "books/credit_note.h"
#include "books/sale.h"
#include "books/text.h"

/* The original invoice's, else the customer's. */
static struct sale_addresses choose_addresses(const struct books_credit_note_input *input)
{
	struct sale_addresses addresses = {0};
	if (input->invoice)
		addresses = sale_addresses_of_invoice(input->invoice);
	if (!addresses.billing)
		addresses = sale_addresses_of_contact(&input->memo->customer);
	return addresses;
}

/* When the original invoice was made, as far as anyone knows; else the memo. */
static int64_t original_instant(const struct books_credit_note_input *input)
{
	const struct magento_creditmemo *memo = input->memo;
	if (input->invoice && input->invoice->has_created_at)
		return input->invoice->created_at;
	return memo->has_invoice_created_at ? memo->invoice_created_at : memo->created_at;
}

/* "Credit for invoice 000000001 — Damaged in transit", or the half of it that is known. */
static const char *make_notes(const struct books_context *context,
			      const struct books_credit_note_input *input, bool *short_of_memory)
{
	struct arena *arena = context->arena;
	const char *number = input->memo->invoice_increment_id;
	if (!number && input->invoice)
		number = input->invoice->increment_id;
	const char *reason =
		books_text_field(arena, input->memo->reason, SIZE_MAX, short_of_memory);
	if (!number || !*number)
		return reason;
	const char *notes = arena_printf(arena, "Credit for invoice %s%s%s", number,
					 reason ? " — " : "", reason ? reason : "");
	if (!notes)
		*short_of_memory = true;
	return notes;
}

enum led_err books_credit_note(const struct books_context *context,
			       const struct books_credit_note_input *input,
			       struct books_document *out, struct led_error *error)
{
	const struct magento_creditmemo *memo = input->memo;
	const int64_t original_at = original_instant(input);
	struct sale sale = {
		.resource = "sales_credit_note",
		.lines_key = "credit_note_lines",
		.number = memo->increment_id,
		.contact_id = input->contact_id,
		.has_created_at = memo->has_created_at,
		.created_at = memo->created_at,
		.original_at = &original_at,
		.addresses = choose_addresses(input),
		.currency = {.currency = memo->currency,
			     .has_rate = memo->has_base_to_order_rate,
			     .base_to_order_rate = memo->base_to_order_rate},
		.amounts = {.lines = memo->lines,
			    .line_count = memo->line_count,
			    .shipping_amount = memo->shipping_amount,
			    .shipping_tax = memo->shipping_tax,
			    .refund = memo->adjustment_positive,
			    .fee = memo->adjustment_negative,
			    .grand_total = memo->grand_total},
	};
	*out = (struct books_document){0};
	if (input->invoice_not_synced)
		books_warn(&out->warnings, "original_invoice_not_synced", "%s",
			   memo->invoice_increment_id ? memo->invoice_increment_id : "");
	sale.notes = make_notes(context, input, &sale.short_of_memory);
	return sale_translate(context, &sale, out, error);
}
