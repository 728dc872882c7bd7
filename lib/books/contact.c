#include "books/contact.h"
#include "base/text.h"
#include "books/address.h"
#include "books/contact_reference.h"
#include "books/text.h"

#include <stdio.h>
#include <string.h>

#define NAME_MAX_CHARS   100
#define EMAIL_MAX_CHARS  100
#define PERSON_MAX_CHARS 50 /* a person's name, a telephone number */

enum books_contact_choice books_contact_choose(const struct policy *policy,
					       const struct magento_contact *buyer, bool has_own,
					       int64_t grand_total)
{
	int64_t threshold = policy->b2c_consolidation.min_total_for_individual;
	bool has_company = buyer->company && *buyer->company;
	bool own = !policy->b2c_consolidation.enabled ||
		   (has_company && policy->b2c_consolidation.always_individual_for_b2b) ||
		   has_own || (threshold > 0 && grand_total >= threshold);
	return own ? BOOKS_CONTACT_OWN : BOOKS_CONTACT_FALLBACK;
}

enum led_err books_contact_key(enum books_contact_choice choice,
			       const struct magento_contact *buyer, const char *currency,
			       struct books_contact_key *out, struct led_error *error)
{
	bool fallback = choice == BOOKS_CONTACT_FALLBACK;
	snprintf(out->kind, sizeof out->kind, "%s:%.3s", fallback ? "contact_fallback" : "contact",
		 currency);
	if (!fallback && buyer->magento_id == 0)
		return contact_guest_digest(buyer->email, out->magento_id, error);
	snprintf(out->magento_id, sizeof out->magento_id, "%lld",
		 fallback ? 0LL : (long long)buyer->magento_id);
	return LED_OK;
}

/* What a contact is written from: the buyer, or the policy's fallback. */
struct party {
	const char *company;
	const char *person;
	const char *email;
	const char *phone;
	const struct magento_address *address;
	bool has_address; /* one is sent, be it only the country */
};

static const char *full_name(struct arena *arena, const struct magento_contact *buyer,
			     bool *short_of_memory)
{
	const char *name = arena_printf(arena, "%s %s", buyer->first_name ? buyer->first_name : "",
					buyer->last_name ? buyer->last_name : "");
	if (!name)
		*short_of_memory = true;
	return books_text_field(arena, name, NAME_MAX_CHARS, short_of_memory);
}

static struct party party_of_buyer(const struct books_context *context,
				   const struct books_contact_input *input, bool *short_of_memory)
{
	const struct magento_contact *buyer = input->buyer;
	struct arena *arena = context->arena;
	struct party party = {.has_address = true};
	party.person = full_name(arena, buyer, short_of_memory);
	party.company = books_text_field(arena, buyer->company, NAME_MAX_CHARS, short_of_memory);
	party.email = books_text_field(arena, buyer->email, SIZE_MAX, short_of_memory);
	party.address = address_of_contact(buyer, true);
	if (!party.address)
		party.address = input->billing;
	party.phone = books_text_field(arena, buyer->phone, PERSON_MAX_CHARS, short_of_memory);
	if (!party.phone && party.address)
		party.phone = books_text_field(arena, party.address->telephone, PERSON_MAX_CHARS,
					       short_of_memory);
	return party;
}

static enum led_err party_of_fallback(const struct policy *policy, struct party *out,
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

/* The company, or the person when that is the priority or there is no company. */
static const char *display_name(const struct policy *policy, const struct party *party)
{
	bool person_first = policy->customer_name_priority == POLICY_PERSON_FIRST;
	if (party->person && (person_first || !party->company))
		return party->person;
	return party->company ? party->company : party->email;
}

/* The name with the currency behind it when that is not the business's own. */
static const char *name_in_currency(const struct books_context *context, const char *name,
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

static void print_person(struct arena *arena, const struct party *party, const char *name,
			 struct body *body, struct json_object *contact)
{
	struct json_object *person = body_object(body, contact, "main_contact_person");
	if (party->person)
		name = party->person;
	body_text(body, person, "name",
		  books_text_field(arena, name, PERSON_MAX_CHARS, &body->failed));
	body_text(body, person, "email", party->email);
	body_text(body, person, "telephone", party->phone);
	body_tag(body, person, "contact_person_type_ids", "ACCOUNTS");
	body_flag(body, person, "is_main_contact", true);
}

static void print_contact(const struct books_context *context, const struct party *party,
			  const char *name, const char *currency, const char *reference,
			  struct body *body)
{
	struct json_object *contact = body_object(body, body->root, "contact");
	bool both = party->person && party->company;
	struct address_form form = {.type_id = "SALES", .is_main = true};
	if (both && context->policy->customer_name_priority == POLICY_PERSON_FIRST)
		form.first_line = party->company;
	body_text(body, contact, "name", name_in_currency(context, name, currency, &body->failed));
	body_tag(body, contact, "contact_type_ids", "CUSTOMER");
	body_text(body, contact, "reference", reference);
	body_text(body, contact, "currency_id", currency);
	if (party->has_address)
		address_print(context, party->address, &form, body, contact, "main_address");
	print_person(context->arena, party, name, body, contact);
}

static enum led_err check_email(const struct party *party, struct led_error *error)
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

enum led_err books_contact_body(const struct books_context *context,
				const struct books_contact_input *input, struct books_contact *out,
				struct led_error *error)
{
	struct party party;
	struct body body;
	enum led_err err = LED_OK;
	*out = (struct books_contact){0};
	body_init(&body);
	if (input->choice == BOOKS_CONTACT_FALLBACK)
		err = party_of_fallback(context->policy, &party, error);
	else
		party = party_of_buyer(context, input, &body.failed);
	if (!err && !body.failed)
		err = check_email(&party, error);
	if (!err && !body.failed)
		err = contact_reference(context, input, out->reference, error);
	if (err)
		goto out;
	print_contact(context, &party, display_name(context->policy, &party), input->currency,
		      out->reference, &body);
	if (body.failed)
		err = led_fail(error, LED_INTERNAL, "out_of_memory",
			       "No memory for the contact's body.");
	out->email = party.email;
out:
	if (err)
		body_release(&body);
	out->body = body.root;
	return err;
}
