/* Which Sage tax rate a line gets, and which part of its discount is net of tax. */
#ifndef BOOKS_TAX_H
#define BOOKS_TAX_H

#include "books/books.h"

#include <stdbool.h>

/* A shop that discounts prices including tax reports each discount with tax in it. */
enum tax_reading { TAX_DISCOUNT_NET, TAX_DISCOUNT_GROSS };

struct tax_line {
	const char *name;        /* for messages */
	struct decimal quantity; /* MAGENTO_UNIT_SCALE */
	int64_t subtotal;
	int64_t tax;
	int64_t discount;   /* as the shop reports it; 0 or more */
	const char *abroad; /* the billing country of a cross-border document, else NULL */
};

struct tax_choice {
	const char *rate_id;
	int64_t discount; /* net of tax, under the reading asked for */
	bool guessed;     /* the default rate, though its percentage does not give the tax */
	const char *why;  /* NULL unless somebody asks */
};

/* LED_VALIDATION: "tax_rate_not_mapped" (the message names the percentage to map),
 * "not_in_reference", "settings_incomplete", "cross_border_tax_charged", "amount_too_large". */
enum led_err tax_choose(const struct books_context *context, const struct tax_line *line,
			enum tax_reading reading, struct tax_choice *out, struct led_error *error)
	__attribute__((warn_unused_result));

/* The rate for what is no supply at all (adjustments), NULL when the business has none. */
const char *tax_no_tax_rate(const struct books_context *context);

/* What Sage makes of net x rate: false when the rate is not in the reference data or the
 * product does not fit. */
bool tax_of_rate(const struct books_context *context, const char *rate_id, int64_t net,
		 int64_t *tax);

#endif
