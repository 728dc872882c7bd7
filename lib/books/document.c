#include "books/document.h"
#include "base/text.h"
#include "books/address.h"
#include "books/text.h"

#include <string.h>

#define REFERENCE_MAX_CHARS 25
#define NOTES_MAX_CHARS     2000

static bool starts_with(const char *text, const char *prefix)
{
	return *prefix && strncmp(text, prefix, strlen(prefix)) == 0;
}

enum led_err document_reference(const struct books_context *context, const char *number,
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

struct document_addresses document_addresses_of_invoice(const struct magento_invoice *invoice)
{
	struct document_addresses addresses = {invoice->billing, invoice->shipping};
	if (!addresses.billing)
		addresses.billing = address_of_contact(&invoice->customer, true);
	if (!addresses.billing)
		addresses.billing = invoice->shipping;
	/* A virtual order has none. */
	if (!addresses.delivery)
		addresses.delivery = addresses.billing;
	return addresses;
}

struct document_addresses document_addresses_of_contact(const struct magento_contact *contact)
{
	return (struct document_addresses){
		.billing = address_of_contact(contact, true),
		.delivery = address_of_contact(contact, false),
	};
}

const char *document_abroad(const struct reference *reference,
			    const struct document_addresses *addresses)
{
	const struct magento_address *billing = addresses->billing;
	if (!billing || strcmp(reference->country, "GB") != 0 ||
	    strcmp(billing->country, "GB") == 0 || strcmp(billing->country, "IM") == 0)
		return NULL;
	return billing->country;
}

void document_print_addresses(const struct books_context *context,
			      const struct document_addresses *addresses, struct body *body,
			      struct json_object *resource, struct books_warnings *warnings)
{
	static const struct address_form main_form = {.type_id = "SALES"};
	static const struct address_form delivery_form = {.type_id = "DELIVERY"};
	if (!addresses->billing)
		books_warn(warnings, "address_unknown", "%s", context->reference->country);
	address_print(context, addresses->billing, &main_form, body, resource, "main_address");
	/* Sage would copy billing to delivery itself, but says so nowhere. */
	address_print(context, addresses->delivery, &delivery_form, body, resource,
		      "delivery_address");
}

void document_print_notes(const struct books_context *context, const char *notes, struct body *body,
			  struct json_object *resource)
{
	body_text(body, resource, "notes",
		  books_text_field(context->arena, notes, NOTES_MAX_CHARS, &body->failed));
}

enum led_err document_finish(struct body *body, struct books_document *out, struct led_error *error)
{
	if (body->failed) {
		body_release(body);
		return led_fail(error, LED_INTERNAL, "out_of_memory",
				"No memory for the request body.");
	}
	out->body = body->root;
	return LED_OK;
}
