/* What the documents of a sale have in common: invoices, credit notes, payments. */
#ifndef BOOKS_DOCUMENT_H
#define BOOKS_DOCUMENT_H

#include "books/body.h"
#include "books/books.h"
#include "magento/entity.h"

/* The prefix and the number; a number that has a prefix of this binding keeps it.
 * LED_VALIDATION, "reference_too_long": cut, it might equal another's. */
enum led_err document_reference(const struct books_context *context, const char *number,
				const char **out, struct led_error *error)
	__attribute__((warn_unused_result));

/* Where a document is billed and delivered to. NULL = not known. */
struct document_addresses {
	const struct magento_address *billing;
	const struct magento_address *delivery;
};

struct document_addresses document_addresses_of_invoice(const struct magento_invoice *invoice);
struct document_addresses document_addresses_of_contact(const struct magento_contact *contact);

/* The billing country when the rules of cross-border documents apply, else NULL. They are
 * the UK's, to which the Isle of Man counts. */
const char *document_abroad(const struct reference *reference,
			    const struct document_addresses *addresses);

/* Writes both addresses; without one, the business's country and the warning
 * address_unknown. */
void document_print_addresses(const struct books_context *context,
			      const struct document_addresses *addresses, struct body *body,
			      struct json_object *resource, struct books_warnings *warnings);

/* Folded and cut; NULL is left out. */
void document_print_notes(const struct books_context *context, const char *notes, struct body *body,
			  struct json_object *resource);

/* Hands the body over to `out`, or fails when memory ran short on the way. */
enum led_err document_finish(struct body *body, struct books_document *out, struct led_error *error)
	__attribute__((warn_unused_result));

#endif
