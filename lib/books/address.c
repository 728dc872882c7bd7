#include "books/address.h"
#include "books/text.h"

#define LINE_MAX_CHARS     50 /* of a line, a city, a region */
#define POSTCODE_MAX_CHARS 10

const struct magento_address *address_of_contact(const struct magento_contact *contact,
						 bool billing)
{
	for (size_t i = 0; i < contact->address_count; i++)
		if (contact->addresses[i].billing == billing)
			return &contact->addresses[i];
	return contact->address_count > 0 ? &contact->addresses[0] : NULL;
}

static void print_field(const struct books_context *context, struct body *body, const char *key,
			const char *text, size_t max_chars)
{
	const char *field = books_text_field(context->arena, text, max_chars, &body->failed);
	body_text(body, key, field);
}

/* "Unit 3, Mill Yard": the street from line `from` on. */
static const char *join_street(struct arena *arena, const struct magento_address *address,
			       size_t from, bool *short_of_memory)
{
	const char *joined = NULL;
	for (size_t i = from; i < address->street_count && !*short_of_memory; i++) {
		joined = joined ? arena_printf(arena, "%s, %s", joined, address->street[i])
				: address->street[i];
		*short_of_memory = !joined;
	}
	return joined;
}

static void print_street(const struct books_context *context, const struct magento_address *address,
			 const char *first_line, struct body *body)
{
	size_t rest = 0;
	if (!first_line && address->street_count > 0)
		first_line = address->street[rest++];
	print_field(context, body, "address_line_1", first_line, LINE_MAX_CHARS);
	print_field(context, body, "address_line_2",
		    join_street(context->arena, address, rest, &body->failed), LINE_MAX_CHARS);
}

void address_print(const struct books_context *context, const struct magento_address *address,
		   const struct address_form *form, struct body *body, const char *key)
{
	body_object(body, key);
	if (address) {
		print_street(context, address, form->first_line, body);
		print_field(context, body, "city", address->city, LINE_MAX_CHARS);
		print_field(context, body, "region", address->region, LINE_MAX_CHARS);
		print_field(context, body, "postal_code", address->postcode, POSTCODE_MAX_CHARS);
	}
	body_text(body, "country_id", address ? address->country : context->reference->country);
	body_text(body, "address_type_id", form->type_id);
	if (form->is_main) {
		body_text(body, "name", "Main Address");
		body_flag(body, "is_main_address", true);
	}
	body_end_object(body);
}
