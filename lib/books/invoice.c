#include "books/invoice.h"
#include "books/currency.h"
#include "books/document.h"
#include "books/draft.h"
#include "books/text.h"

/* "Purchase Order: PO-77", NULL without one. */
static const char *make_notes(const struct books_context *context,
			      const struct magento_invoice *invoice, bool *short_of_memory)
{
	const char *po =
		books_text_field(context->arena, invoice->po_number, SIZE_MAX, short_of_memory);
	const char *notes = po ? arena_printf(context->arena, "Purchase Order: %s", po) : NULL;
	if (po && !notes)
		*short_of_memory = true;
	return notes;
}

static enum led_err print_invoice(const struct books_context *context,
				  const struct magento_invoice *invoice, const char *contact_id,
				  const struct document_addresses *addresses, const char *reference,
				  const struct draft *draft, struct books_document *out,
				  struct led_error *error)
{
	struct body body;
	char date[ZONE_DATE_SIZE];
	struct currency_source currency = {
		.currency = invoice->currency,
		.has_rate = invoice->has_base_to_order_rate,
		.base_to_order_rate = invoice->base_to_order_rate,
	};
	body_init(&body);
	struct json_object *resource = body_object(&body, body.root, "sales_invoice");
	body_text(&body, resource, "contact_id", contact_id);
	body_text(&body, resource, "date", zone_date(context->zone, invoice->created_at, date));
	body_text(&body, resource, "reference", reference);
	currency_print(context, &currency, &body, resource, &out->warnings);
	document_print_notes(context, make_notes(context, invoice, &body.failed), &body, resource);
	document_print_addresses(context, addresses, &body, resource, &out->warnings);
	draft_print(context, draft, &body, resource, "invoice_lines");
	out->total = draft_total(draft);
	return document_finish(&body, out, error);
}

enum led_err books_invoice(const struct books_context *context,
			   const struct magento_invoice *invoice, const char *contact_id,
			   struct books_document *out, struct led_error *error)
{
	struct draft draft;
	const char *reference;
	struct document_addresses addresses = document_addresses_of_invoice(invoice);
	struct draft_source source = {
		.lines = invoice->lines,
		.line_count = invoice->line_count,
		.shipping_amount = invoice->shipping_amount,
		.shipping_tax = invoice->shipping_tax,
		.grand_total = invoice->grand_total,
		.currency = invoice->currency,
		.abroad = document_abroad(context->reference, &addresses),
	};
	enum led_err err = LED_OK;
	*out = (struct books_document){0};
	if (!invoice->has_created_at)
		err = led_fail(error, LED_VALIDATION, "date_missing",
			       "The shop does not say when the invoice was created.");
	if (!err)
		err = document_reference(context, invoice->increment_id, &reference, error);
	if (!err)
		err = draft_make(context, &source, &draft, &out->warnings, error);
	return err ? err
		   : print_invoice(context, invoice, contact_id, &addresses, reference, &draft, out,
				   error);
}
