/*
 * A sales document in the making, the same for invoices and credit notes: what the shop
 * says (struct draft_source) becomes lines, a shipping panel and a total, all in minor
 * units, before any of it is written as JSON.
 */
#ifndef BOOKS_DRAFT_H
#define BOOKS_DRAFT_H

#include "books/body.h"
#include "books/books.h"
#include "magento/entity.h"

#include <stdbool.h>

/* Lines that are none of the shop's: refund, fee, shipping, the adjustment. */
#define DRAFT_EXTRA 4

/* What a document is made of on the shop's side. */
struct draft_source {
	const struct magento_line *lines;
	size_t line_count;
	int64_t shipping_amount;
	int64_t shipping_tax;
	int64_t refund; /* of credit notes: what is given back on top, without tax */
	int64_t fee;    /* and what is kept back */
	int64_t grand_total;
	const char *currency; /* of all amounts */
	const char *abroad;   /* the billing country of a cross-border document, else NULL */
};

struct draft_line {
	const char *description;
	struct decimal quantity;
	int64_t unit_price;
	int64_t net;      /* quantity x unit price - discount, as Sage computes it */
	int64_t discount; /* net of tax; 0 = none */
	int64_t tax;
	const char *tax_rate_id;
	bool rate_guessed;   /* the default rate, though its percentage does not give the tax */
	const char *eu_type; /* GOODS or SERVICES, of a cross-border line; else NULL */
	const char *why;     /* why that tax rate; NULL unless somebody asks */
};

struct draft {
	struct draft_line *lines; /* room for every line of the source and DRAFT_EXTRA */
	size_t line_count;
	bool has_panel; /* shipping in the document's own panel */
	int64_t shipping_net;
	int64_t shipping_tax;
	const char *shipping_rate_id;
	const char *eu_type; /* the same on all lines of a cross-border document, else NULL */
};

/* Makes the lines, the shipping and what the total needs. Errors as books_invoice(). */
enum led_err draft_make(const struct books_context *context, const struct draft_source *source,
			struct draft *out, struct books_warnings *warnings, struct led_error *error)
	__attribute__((warn_unused_result));

/* The steps of draft_make, in order. */
enum led_err draft_add_lines(const struct books_context *context, const struct draft_source *source,
			     struct draft *draft, struct books_warnings *warnings,
			     struct led_error *error) __attribute__((warn_unused_result));
enum led_err draft_add_refund_and_fee(const struct books_context *context,
				      const struct draft_source *source, struct draft *draft,
				      struct led_error *error) __attribute__((warn_unused_result));
enum led_err draft_add_shipping(const struct books_context *context,
				const struct draft_source *source, struct draft *draft,
				struct books_warnings *warnings, struct led_error *error)
	__attribute__((warn_unused_result));
enum led_err draft_add_adjustment(const struct books_context *context,
				  const struct draft_source *source, struct draft *draft,
				  struct books_warnings *warnings, struct led_error *error)
	__attribute__((warn_unused_result));

/* What Sage will total. */
int64_t draft_total(const struct draft *draft);

/* Writes the lines (under `lines_key`) and the shipping panel into a resource object. */
void draft_print(const struct books_context *context, const struct draft *draft, struct body *body,
		 const char *lines_key);

#endif
