#include "books/invoice.h"
#include "books/sale.h"
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

enum led_err books_invoice(const struct books_context *context,
			   const struct magento_invoice *invoice, const char *contact_id,
			   struct books_document *out, struct led_error *error)
{
	struct sale sale = {
		.resource = "sales_invoice",
		.lines_key = "invoice_lines",
		.number = invoice->increment_id,
		.contact_id = contact_id,
		.has_created_at = invoice->has_created_at,
		.created_at = invoice->created_at,
		.addresses = sale_addresses_of_invoice(invoice),
		.currency = {.currency = invoice->currency,
			     .has_rate = invoice->has_base_to_order_rate,
			     .base_to_order_rate = invoice->base_to_order_rate},
		.amounts = {.lines = invoice->lines,
			    .line_count = invoice->line_count,
			    .shipping_amount = invoice->shipping_amount,
			    .shipping_tax = invoice->shipping_tax,
			    .grand_total = invoice->grand_total},
	};
	*out = (struct books_document){0};
	sale.notes = make_notes(context, invoice, &sale.short_of_memory);
	return sale_translate(context, &sale, out, error);
}
