/* The reference that a sale's documents have in common. */
#ifndef BOOKS_DOCUMENT_H
#define BOOKS_DOCUMENT_H

#include "books/books.h"

/* The prefix and the number; a number that has a prefix of this binding keeps it.
 * LED_VALIDATION, "reference_too_long": cut, it might equal another's. */
enum led_err document_reference(const struct books_context *context, const char *number,
				const char **out, struct led_error *error)
	__attribute__((warn_unused_result));

#endif
