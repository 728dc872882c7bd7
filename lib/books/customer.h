/*
 * customer.upserted: a contact of the customer's own is posted in the business's base
 * currency, and every contact of theirs that exists is updated, each in its currency.
 *
 * The digest kept with a contact's cross-reference is that of books_customer_put(), also
 * after a POST: so the two compare, and what did not change costs no call. It also tells
 * whether an invoice embeds newer details than its contact was last sent; the contact is
 * then updated after the invoice is posted.
 *
 * Whether there is to be a contact in the base currency when there is none yet is rule
 * 8.2's question: books_contact_choose() with a total of 0.
 */
#ifndef BOOKS_CUSTOMER_H
#define BOOKS_CUSTOMER_H

#include "books/books.h"
#include "books/contact.h"
#include "magento/entity.h"

struct books_customer_put_input {
	const struct magento_contact *customer; /* of /customer/{id}, or an invoice's */
	const char *currency;                   /* the contact's */
	/*
	 * The contact's name in Sage and that of its main contact person, when they were read
	 * there; both NULL when not. A customer without a company may be one whose company the
	 * shop does not tell: such a contact is renamed only when it is called like its person.
	 * Leave both NULL for the body whose digest is kept.
	 */
	const char *held_name;
	const char *held_person;
};

/* The body of PUT /contacts/{id}: only what the entity knows, so that nothing is cleared or
 * renamed by ignorance. *out is in the arena. LED_VALIDATION: "email_missing",
 * "email_too_long". */
enum led_err books_customer_put(const struct books_context *context,
				const struct books_customer_put_input *input, const char **out,
				struct led_error *error) __attribute__((warn_unused_result));

#endif
