#include "books/customer.h"
#include "books/contact_party.h"

#include <string.h>

/* Whether Sage is known to hold a contact that is called like its person. */
static bool is_called_like_person(const struct books_context *context,
				  const struct books_customer_put_input *input,
				  bool *short_of_memory)
{
	if (!input->held_name || !input->held_person)
		return false;
	const char *name = party_name_in_currency(context, input->held_person, input->currency,
						  short_of_memory);
	return name && strcmp(name, input->held_name) == 0;
}

/* The name to send, NULL to leave the one that is there. */
static const char *choose_name(const struct books_context *context,
			       const struct books_customer_put_input *input,
			       const struct party *party, bool *short_of_memory)
{
	bool person_first = context->policy->customer_name_priority == POLICY_PERSON_FIRST;
	if (!party->company &&
	    (!party->person ||
	     (!person_first && !is_called_like_person(context, input, short_of_memory))))
		return NULL;
	return party_name_in_currency(context, party_display_name(context->policy, party),
				      input->currency, short_of_memory);
}

/* An address whose first line may be a company that the shop does not tell stays. */
static bool is_address_known(const struct policy *policy, const struct party *party)
{
	return party->address &&
	       (party->company || policy->customer_name_priority == POLICY_COMPANY_FIRST);
}

enum led_err books_customer_put(const struct books_context *context,
				const struct books_customer_put_input *input, const char **out,
				struct led_error *error)
{
	struct body body;
	bool short_of_memory = false;
	struct party party = party_of_buyer(context, input->customer, NULL, &short_of_memory);
	enum led_err err = short_of_memory ? LED_OK : party_check_email(&party, error);
	if (err)
		return err;
	body_init(&body);
	body.failed = short_of_memory;
	body_object(&body, "contact");
	body_text(&body, "name", choose_name(context, input, &party, &body.failed));
	if (is_address_known(context->policy, &party))
		party_print_address(context, &party, &body);
	party_print_person(context->arena, &party, NULL, &body);
	body_end_object(&body);
	return body_finish(&body, context->arena, out, error);
}
