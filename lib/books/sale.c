#include "books/sale.h"
#include "books/address.h"
#include "books/document.h"
#include "books/text.h"

#include <string.h>

#define NOTES_MAX_CHARS 2000

struct sale_addresses sale_addresses_of_invoice(const struct magento_invoice *invoice)
{
	struct sale_addresses addresses = {invoice->billing, invoice->shipping};
	if (!addresses.billing)
		addresses.billing = address_of_contact(&invoice->customer, true);
	if (!addresses.billing)
		addresses.billing = invoice->shipping;
	/* A virtual order has none. */
	if (!addresses.delivery)
		addresses.delivery = addresses.billing;
	return addresses;
}

struct sale_addresses sale_addresses_of_contact(const struct magento_contact *contact)
{
	return (struct sale_addresses){
		.billing = address_of_contact(contact, true),
		.delivery = address_of_contact(contact, false),
	};
}

/* The billing country when the rules of cross-border documents apply, else NULL. They are
 * the UK's, to which the Isle of Man counts. */
static const char *country_abroad(const struct reference *reference,
				  const struct magento_address *billing)
{
	if (!billing || strcmp(reference->country, "GB") != 0 ||
	    strcmp(billing->country, "GB") == 0 || strcmp(billing->country, "IM") == 0)
		return NULL;
	return billing->country;
}

/* Both; without one, the business's country and the warning address_unknown. */
static void print_addresses(const struct books_context *context,
			    const struct sale_addresses *addresses, struct body *body,
			    struct books_warnings *warnings)
{
	static const struct address_form main_form = {.type_id = "SALES"};
	static const struct address_form delivery_form = {.type_id = "DELIVERY"};
	if (!addresses->billing)
		books_warn(warnings, "address_unknown", "%s", context->reference->country);
	address_print(context, addresses->billing, &main_form, body, "main_address");
	/* Sage would copy billing to delivery itself, but says so nowhere. */
	address_print(context, addresses->delivery, &delivery_form, body, "delivery_address");
}

static enum led_err print_sale(const struct books_context *context, const struct sale *sale,
			       const char *reference, const struct draft *draft,
			       struct books_document *out, struct led_error *error)
{
	struct body body;
	char date[ZONE_DATE_SIZE];
	body_init(&body);
	body.failed = sale->short_of_memory;
	body_object(&body, sale->resource);
	body_text(&body, "contact_id", sale->contact_id);
	body_text(&body, "date", zone_date(context->zone, sale->created_at, date));
	if (sale->original_at)
		body_text(&body, "original_invoice_date",
			  zone_date(context->zone, *sale->original_at, date));
	body_text(&body, "reference", reference);
	currency_print(context, &sale->currency, &body, &out->warnings);
	body_text(&body, "notes",
		  books_text_field(context->arena, sale->notes, NOTES_MAX_CHARS, &body.failed));
	print_addresses(context, &sale->addresses, &body, &out->warnings);
	draft_print(context, draft, &body, sale->lines_key);
	body_end_object(&body);
	out->total = draft_total(draft);
	out->reference = reference;
	return body_finish(&body, context->arena, &out->body, error);
}

enum led_err sale_translate(const struct books_context *context, const struct sale *sale,
			    struct books_document *out, struct led_error *error)
{
	struct draft draft;
	const char *reference;
	struct draft_source amounts = sale->amounts;
	amounts.currency = sale->currency.currency;
	amounts.abroad = country_abroad(context->reference, sale->addresses.billing);
	if (!sale->has_created_at)
		return led_fail(error, LED_VALIDATION, "date_missing",
				"The shop does not say when the document was created.");
	enum led_err err = document_reference(context, sale->number, &reference, error);
	if (!err)
		err = draft_make(context, &amounts, &draft, &out->warnings, error);
	return err ? err : print_sale(context, sale, reference, &draft, out, error);
}
