/* Contacts in Sage: whose it is, what it is called, what is sent. */
#ifndef BOOKS_CONTACT_H
#define BOOKS_CONTACT_H

#include "books/books.h"
#include "magento/entity.h"

#include <stdbool.h>

#define BOOKS_CONTACT_KEY_MAX       65 /* bytes with the NUL: a SHA-256 in hex */
#define BOOKS_CONTACT_KIND_MAX      32
#define BOOKS_CONTACT_REFERENCE_MAX 11 /* Sage allows ten characters */

enum books_contact_choice { BOOKS_CONTACT_OWN, BOOKS_CONTACT_FALLBACK };

/* Which contact an invoice gets. `has_own`: a contact of this buyer in this currency is
 * cross-referenced already (registered buyers by id, guests by e-mail). */
enum books_contact_choice books_contact_choose(const struct policy *policy,
					       const struct magento_contact *buyer, bool has_own,
					       int64_t grand_total);

/* The rule that decides so, in words. */
const char *books_contact_why(const struct policy *policy, const struct magento_contact *buyer,
			      bool has_own, int64_t grand_total);

/* Under which (kind, Magento id) a contact is cross-referenced: "contact:GBP" and the
 * customer's id, for guests the SHA-256 of the trimmed, lower-cased e-mail in hex;
 * "contact_fallback:GBP" and "0". */
struct books_contact_key {
	char kind[BOOKS_CONTACT_KIND_MAX];
	char magento_id[BOOKS_CONTACT_KEY_MAX];
};

/* LED_VALIDATION, "email_missing", for a guest without an e-mail. */
enum led_err books_contact_key(enum books_contact_choice choice,
			       const struct magento_contact *buyer, const char *currency,
			       struct books_contact_key *out, struct led_error *error)
	__attribute__((warn_unused_result));

struct books_contact_input {
	enum books_contact_choice choice;
	const struct magento_contact *buyer;
	const struct magento_address *billing; /* the document's, may be NULL */
	const char *currency;
	/* References that the same buyer's contacts in other currencies have; they decide the
	 * currency's letter. NULL when there are none. */
	const char *const *taken;
	size_t taken_count;
};

struct books_contact {
	const char *body; /* {"contact": {…}}; in the arena */
	char reference[BOOKS_CONTACT_REFERENCE_MAX];
	const char *email; /* what must agree before a contact is adopted; in the arena */
};

/* The body of POST /contacts. LED_VALIDATION: "email_missing", "email_too_long",
 * "settings_incomplete" (a fallback contact without its e-mail), "reference_exhausted". */
enum led_err books_contact_body(const struct books_context *context,
				const struct books_contact_input *input, struct books_contact *out,
				struct led_error *error) __attribute__((warn_unused_result));

#endif
