#include "books/contact_party.h"
#include "base/text.h"
#include "books/address.h"
#include "books/text.h"

#include <stdio.h>
#include <string.h>

#define NAME_MAX_CHARS   100
#define EMAIL_MAX_CHARS  100
#define PERSON_MAX_CHARS 50 /* a person's name, a telephone number */

static const char *full_name(struct arena *arena, const struct magento_contact *buyer,
			     bool *short_of_memory)
{
	const char *name = arena_printf(arena, "%s %s", buyer->first_name ? buyer->first_name : "",
					buyer->last_name ? buyer->last_name : "");
	if (!name)
		*short_of_memory = true;
	return books_text_field(arena, name, NAME_MAX_CHARS, short_of_memory);
}

struct party party_of_buyer(const struct books_context *context,
			    const struct magento_contact *buyer,
			    const struct magento_address *billing, bool *short_of_memory)
{
	struct arena *arena = context->arena;
	struct party party = {.has_address = true};
	party.person = full_name(arena, buyer, short_of_memory);
	party.company = books_text_field(arena, buyer->company, NAME_MAX_CHARS, short_of_memory);
	party.email = books_text_field(arena, buyer->email, SIZE_MAX, short_of_memory);
	party.address = address_of_contact(buyer, true);
	if (!party.address)
		party.address = billing;
	party.phone = books_text_field(arena, buyer->phone, PERSON_MAX_CHARS, short_of_memory);
	if (!party.phone && party.address)
		party.phone = books_text_field(arena, party.address->telephone, PERSON_MAX_CHARS,
					       short_of_memory);
	return party;
}

enum led_err party_of_fallback(const struct policy *policy, struct party *out,
			       struct led_error *error)
{
	*out = (struct party){
		.company = policy->b2c_consolidation.fallback_contact_name,
		.email = policy->b2c_consolidation.fallback_contact_email,
	};
	if (out->company && out->email && policy->b2c_consolidation.fallback_contact_reference)
		return LED_OK;
	return led_fail(error, LED_VALIDATION, "settings_incomplete",
			"B2C consolidation needs a fallback contact with name, e-mail and "
			"reference.");
}

const char *party_display_name(const struct policy *policy, const struct party *party)
{
	bool person_first = policy->customer_name_priority == POLICY_PERSON_FIRST;
	if (party->person && (person_first || !party->company))
		return party->person;
	return party->company ? party->company : party->email;
}

const char *party_name_in_currency(const struct books_context *context, const char *name,
				   const char *currency, bool *short_of_memory)
{
	char suffix[8] = "";
	if (strcmp(currency, context->reference->base_currency) != 0)
		snprintf(suffix, sizeof suffix, " (%.3s)", currency);
	name = books_text_field(context->arena, name, NAME_MAX_CHARS - strlen(suffix),
				short_of_memory);
	name = name ? arena_printf(context->arena, "%s%s", name, suffix) : NULL;
	if (!name)
		*short_of_memory = true;
	return name;
}

enum led_err party_check_email(const struct party *party, struct led_error *error)
{
	size_t chars = party->email ? text_utf8_length(party->email, strlen(party->email)) : 0;
	if (chars == 0)
		return led_fail(error, LED_VALIDATION, "email_missing",
				"The customer has no e-mail address.");
	if (chars > EMAIL_MAX_CHARS)
		return led_fail(error, LED_VALIDATION, "email_too_long",
				"The customer's e-mail address has more than %d characters, "
				"the most that Sage takes.",
				EMAIL_MAX_CHARS);
	return LED_OK;
}

void party_print_person(struct arena *arena, const struct party *party, const char *name,
			struct body *body)
{
	body_object(body, "main_contact_person");
	if (party->person)
		name = party->person;
	body_text(body, "name", books_text_field(arena, name, PERSON_MAX_CHARS, &body->failed));
	body_text(body, "email", party->email);
	body_text(body, "telephone", party->phone);
	body_tag(body, "contact_person_type_ids", "ACCOUNTS");
	body_flag(body, "is_main_contact", true);
	body_end_object(body);
}

void party_print_address(const struct books_context *context, const struct party *party,
			 struct body *body)
{
	bool both = party->person && party->company;
	struct address_form form = {.type_id = "SALES", .is_main = true};
	if (both && context->policy->customer_name_priority == POLICY_PERSON_FIRST)
		form.first_line = party->company;
	address_print(context, party->address, &form, body, "main_address");
}
