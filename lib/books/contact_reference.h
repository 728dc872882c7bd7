/* The ten characters that name a contact in Sage, unique there for ever. */
#ifndef BOOKS_CONTACT_REFERENCE_H
#define BOOKS_CONTACT_REFERENCE_H

#include "books/contact.h"

/* The SHA-256 of the trimmed, lower-cased e-mail, in hex. Lower-casing is ASCII's: what
 * mail systems agree on. LED_VALIDATION, "email_missing", when it is blank. */
enum led_err contact_guest_digest(const char *email, char out[BOOKS_CONTACT_KEY_MAX],
				  struct led_error *error) __attribute__((warn_unused_result));

/* M{customer id} up to eight digits, else N and base 36; guests G and eight digits of base
 * 36; the fallback's from the policy. Another currency than the business's own adds the
 * first letter of its code that is not taken: "reference_exhausted" when all three are. */
enum led_err contact_reference(const struct books_context *context,
			       const struct books_contact_input *input,
			       char out[BOOKS_CONTACT_REFERENCE_MAX], struct led_error *error)
	__attribute__((warn_unused_result));

#endif
