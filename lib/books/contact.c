#include "books/contact.h"
#include "books/contact_party.h"
#include "books/contact_reference.h"

#include <stdio.h>
#include <string.h>

/* Rule 8.2: the number of the first row that holds. */
static size_t find_rule(const struct policy *policy, const struct magento_contact *buyer,
			bool has_own, int64_t grand_total)
{
	int64_t threshold = policy->b2c_consolidation.min_total_for_individual;
	bool has_company = buyer->company && buyer->company[strspn(buyer->company, " \t\r\n")];
	const bool holds[] = {
		!policy->b2c_consolidation.enabled,
		has_company && policy->b2c_consolidation.always_individual_for_b2b,
		has_own,
		threshold > 0 && grand_total >= threshold,
	};
	size_t rule = 0;
	while (rule < sizeof holds / sizeof *holds && !holds[rule])
		rule++;
	return rule;
}

static const struct {
	enum books_contact_choice choice;
	const char *why;
} RULES[] = {
	{BOOKS_CONTACT_OWN, "B2C consolidation is off"},
	{BOOKS_CONTACT_OWN, "the buyer is a company, which always has its own"},
	{BOOKS_CONTACT_OWN, "the buyer has one in this currency already"},
	{BOOKS_CONTACT_OWN, "the total reaches the one from which a buyer has their own"},
	{BOOKS_CONTACT_FALLBACK, "B2C consolidation: web sales share one contact a currency"},
};

enum books_contact_choice books_contact_choose(const struct policy *policy,
					       const struct magento_contact *buyer, bool has_own,
					       int64_t grand_total)
{
	return RULES[find_rule(policy, buyer, has_own, grand_total)].choice;
}

const char *books_contact_why(const struct policy *policy, const struct magento_contact *buyer,
			      bool has_own, int64_t grand_total)
{
	return RULES[find_rule(policy, buyer, has_own, grand_total)].why;
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

static void print_contact(const struct books_context *context, const struct party *party,
			  const char *currency, const char *reference, struct body *body)
{
	const char *name = party_display_name(context->policy, party);
	body_object(body, "contact");
	body_text(body, "name", party_name_in_currency(context, name, currency, &body->failed));
	body_tag(body, "contact_type_ids", "CUSTOMER");
	body_text(body, "reference", reference);
	body_text(body, "currency_id", currency);
	if (party->has_address)
		party_print_address(context, party, body);
	party_print_person(context->arena, party, name, body);
	body_end_object(body);
}

enum led_err books_contact_body(const struct books_context *context,
				const struct books_contact_input *input, struct books_contact *out,
				struct led_error *error)
{
	struct party party;
	struct body body;
	bool short_of_memory = false;
	enum led_err err = LED_OK;
	*out = (struct books_contact){0};
	if (input->choice == BOOKS_CONTACT_FALLBACK)
		err = party_of_fallback(context->policy, &party, error);
	else
		party = party_of_buyer(context, input->buyer, input->billing, &short_of_memory);
	if (!err && !short_of_memory)
		err = party_check_email(&party, error);
	if (!err && !short_of_memory)
		err = contact_reference(context, input, out->reference, error);
	if (err)
		return err;
	out->email = party.email;
	body_init(&body);
	body.failed = short_of_memory;
	print_contact(context, &party, input->currency, out->reference, &body);
	return body_finish(&body, context->arena, &out->body, error);
}
