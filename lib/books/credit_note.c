#include "books/credit_note.h"
#include "books/currency.h"
#include "books/document.h"
#include "books/draft.h"
#include "books/text.h"

/* The original invoice's, else the customer's. */
static struct document_addresses choose_addresses(const struct books_credit_note_input *input)
{
	struct document_addresses addresses = {0};
	if (input->invoice)
		addresses = document_addresses_of_invoice(input->invoice);
	if (!addresses.billing)
		addresses = document_addresses_of_contact(&input->memo->customer);
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

static enum led_err print_credit_note(const struct books_context *context,
				      const struct books_credit_note_input *input,
				      const struct document_addresses *addresses,
				      const char *reference, const struct draft *draft,
				      struct books_document *out, struct led_error *error)
{
	struct body body;
	char date[ZONE_DATE_SIZE];
	const struct magento_creditmemo *memo = input->memo;
	struct currency_source currency = {
		.currency = memo->currency,
		.has_rate = memo->has_base_to_order_rate,
		.base_to_order_rate = memo->base_to_order_rate,
	};
	body_init(&body);
	struct json_object *resource = body_object(&body, body.root, "sales_credit_note");
	body_text(&body, resource, "contact_id", input->contact_id);
	body_text(&body, resource, "date", zone_date(context->zone, memo->created_at, date));
	body_text(&body, resource, "original_invoice_date",
		  zone_date(context->zone, original_instant(input), date));
	body_text(&body, resource, "reference", reference);
	currency_print(context, &currency, &body, resource, &out->warnings);
	document_print_notes(context, make_notes(context, input, &body.failed), &body, resource);
	document_print_addresses(context, addresses, &body, resource, &out->warnings);
	draft_print(context, draft, &body, resource, "credit_note_lines");
	out->total = draft_total(draft);
	return document_finish(&body, out, error);
}

enum led_err books_credit_note(const struct books_context *context,
			       const struct books_credit_note_input *input,
			       struct books_document *out, struct led_error *error)
{
	struct draft draft;
	const char *reference;
	const struct magento_creditmemo *memo = input->memo;
	struct document_addresses addresses = choose_addresses(input);
	struct draft_source source = {
		.lines = memo->lines,
		.line_count = memo->line_count,
		.shipping_amount = memo->shipping_amount,
		.shipping_tax = memo->shipping_tax,
		.refund = memo->adjustment_positive,
		.fee = memo->adjustment_negative,
		.grand_total = memo->grand_total,
		.currency = memo->currency,
		.abroad = document_abroad(context->reference, &addresses),
	};
	enum led_err err = LED_OK;
	*out = (struct books_document){0};
	if (input->invoice_not_synced)
		books_warn(&out->warnings, "original_invoice_not_synced", "%s",
			   memo->invoice_increment_id ? memo->invoice_increment_id : "");
	if (!memo->has_created_at)
		err = led_fail(error, LED_VALIDATION, "date_missing",
			       "The shop does not say when the credit memo was created.");
	if (!err)
		err = document_reference(context, memo->increment_id, &reference, error);
	if (!err)
		err = draft_make(context, &source, &draft, &out->warnings, error);
	return err ? err
		   : print_credit_note(context, input, &addresses, reference, &draft, out, error);
}
