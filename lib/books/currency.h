/* The currency of a document, and the rate that Sage books it at. */
#ifndef BOOKS_CURRENCY_H
#define BOOKS_CURRENCY_H

#include "books/body.h"
#include "books/books.h"

struct currency_source {
	const char *currency; /* the order's */
	bool has_rate;
	struct decimal base_to_order_rate; /* RATE_SCALE; order = base x rate */
	bool no_inverse; /* the resource has no inverse_exchange_rate, as payments */
};

/* Writes currency_id and the rate into a resource object: nothing when the currency is the
 * business's own; no rate when the shop's does not say what Sage asks for, with the warning
 * exchange_rate_from_sage. */
void currency_print(const struct books_context *context, const struct currency_source *source,
		    struct body *body, struct books_warnings *warnings);

#endif
