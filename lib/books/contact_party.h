/* Whom a contact in Sage stands for, and how they are written: the same for the contact
 * that is posted and the one that is updated. */
#ifndef BOOKS_CONTACT_PARTY_H
#define BOOKS_CONTACT_PARTY_H

#include "books/body.h"
#include "books/books.h"
#include "magento/entity.h"

/* What a contact is written from: the buyer, or the policy's fallback. NULL = not known. */
struct party {
	const char *company;
	const char *person;
	const char *email;
	const char *phone;
	const struct magento_address *address;
	bool has_address; /* one is sent, be it only the country */
};

/* `billing` (may be NULL) serves a buyer who has no address of their own. */
struct party party_of_buyer(const struct books_context *context,
			    const struct magento_contact *buyer,
			    const struct magento_address *billing, bool *short_of_memory);

/* LED_VALIDATION, "settings_incomplete", without name, e-mail and reference. */
enum led_err party_of_fallback(const struct policy *policy, struct party *out,
			       struct led_error *error) __attribute__((warn_unused_result));

/* LED_VALIDATION: "email_missing", "email_too_long". */
enum led_err party_check_email(const struct party *party, struct led_error *error)
	__attribute__((warn_unused_result));

/* The company, or the person when that is the priority or there is no company; without
 * either, the e-mail. */
const char *party_display_name(const struct policy *policy, const struct party *party);

/* The name with the currency behind it when that is not the business's own. */
const char *party_name_in_currency(const struct books_context *context, const char *name,
				   const char *currency, bool *short_of_memory);

/* Writes main_contact_person. `name` serves a party without a person; NULL = no name is
 * sent then. */
void party_print_person(struct arena *arena, const struct party *party, const char *name,
			struct body *body);

/* Writes main_address: the party's, else only the business's country. */
void party_print_address(const struct books_context *context, const struct party *party,
			 struct body *body);

#endif
