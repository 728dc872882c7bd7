#include "books/invoice.h"
#include "base/text.h"
#include "books/address.h"
#include "books/currency.h"
#include "books/draft.h"
#include "books/text.h"

#include <string.h>

#define REFERENCE_MAX_CHARS 25
#define NOTES_MAX_CHARS     2000

static bool starts_with(const char *text, const char *prefix)
{
	return *prefix && strncmp(text, prefix, strlen(prefix)) == 0;
}

/* The prefix and the number; a number that has a prefix of this binding keeps it. */
static enum led_err make_reference(const struct books_context *context, const char *number,
				   const char **out, struct led_error *error)
{
	const char *prefix = context->policy->invoice_number_prefix;
	bool prefixed = starts_with(number, prefix);
	for (size_t i = 0; i < context->former_prefix_count; i++)
		prefixed = prefixed || starts_with(number, context->former_prefixes[i]);
	*out = arena_printf(context->arena, "%s%s", prefixed ? "" : prefix, number);
	if (!*out)
		return led_fail(error, LED_INTERNAL, "out_of_memory", "No memory for a reference.");
	if (text_utf8_length(*out, strlen(*out)) > REFERENCE_MAX_CHARS)
		return led_fail(error, LED_VALIDATION, "reference_too_long",
				"The reference '%.60s' has more than %d characters; cut, it might "
				"equal another's.",
				*out, REFERENCE_MAX_CHARS);
	return LED_OK;
}

/* Where the buyer is billed, as well as it is known. */
static const struct magento_address *billing_address(const struct magento_invoice *invoice)
{
	if (invoice->billing)
		return invoice->billing;
	const struct magento_address *known = address_of_contact(&invoice->customer, true);
	return known ? known : invoice->shipping;
}

/* The billing country when the rules of cross-border documents apply, else NULL. They are
 * the UK's, to which the Isle of Man counts. */
static const char *abroad(const struct reference *reference, const struct magento_address *billing)
{
	if (!billing || strcmp(reference->country, "GB") != 0 ||
	    strcmp(billing->country, "GB") == 0 || strcmp(billing->country, "IM") == 0)
		return NULL;
	return billing->country;
}

static void print_notes(const struct books_context *context, const struct magento_invoice *invoice,
			struct body *body, struct json_object *out)
{
	const char *po = books_text_field(context->arena, invoice->po_number, NOTES_MAX_CHARS,
					  &body->failed);
	const char *notes = po ? arena_printf(context->arena, "Purchase Order: %s", po) : NULL;
	if (po && !notes)
		body->failed = true;
	body_text(body, out, "notes",
		  books_text_field(context->arena, notes, NOTES_MAX_CHARS, &body->failed));
}

static void print_addresses(const struct books_context *context,
			    const struct magento_invoice *invoice, struct body *body,
			    struct json_object *out, struct books_warnings *warnings)
{
	static const struct address_form main_form = {.type_id = "SALES"};
	static const struct address_form delivery_form = {.type_id = "DELIVERY"};
	const struct magento_address *billing = billing_address(invoice);
	if (!billing)
		books_warn(warnings, "address_unknown", "%s", context->reference->country);
	address_print(context, billing, &main_form, body, out, "main_address");
	/* Sage would copy billing to delivery itself, but says so nowhere. */
	address_print(context, invoice->shipping ? invoice->shipping : billing, &delivery_form,
		      body, out, "delivery_address");
}

static enum led_err print_invoice(const struct books_context *context,
				  const struct magento_invoice *invoice, const char *contact_id,
				  const char *reference, const struct draft *draft,
				  struct books_document *out, struct led_error *error)
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
	print_notes(context, invoice, &body, resource);
	print_addresses(context, invoice, &body, resource, &out->warnings);
	draft_print(context, draft, &body, resource, "invoice_lines");
	if (body.failed) {
		body_release(&body);
		return led_fail(error, LED_INTERNAL, "out_of_memory",
				"No memory for the invoice's body.");
	}
	out->body = body.root;
	out->total = draft_total(draft);
	return LED_OK;
}

enum led_err books_invoice(const struct books_context *context,
			   const struct magento_invoice *invoice, const char *contact_id,
			   struct books_document *out, struct led_error *error)
{
	struct draft draft;
	const char *reference;
	*out = (struct books_document){0};
	struct draft_source source = {
		.lines = invoice->lines,
		.line_count = invoice->line_count,
		.shipping_amount = invoice->shipping_amount,
		.shipping_tax = invoice->shipping_tax,
		.grand_total = invoice->grand_total,
		.currency = invoice->currency,
		.abroad = abroad(context->reference, billing_address(invoice)),
	};
	enum led_err err = LED_OK;
	if (!invoice->has_created_at)
		err = led_fail(error, LED_VALIDATION, "date_missing",
			       "The shop does not say when the invoice was created.");
	if (!err)
		err = make_reference(context, invoice->increment_id, &reference, error);
	if (!err)
		err = draft_make(context, &source, &draft, &out->warnings, error);
	return err ? err
		   : print_invoice(context, invoice, contact_id, reference, &draft, out, error);
}
