/*
 * An invoice or a credit note: both are written from the same facts by the same rules, and
 * differ in where the facts come from (invoice.c, credit_note.c).
 */
#ifndef BOOKS_SALE_H
#define BOOKS_SALE_H

#include "books/books.h"
#include "books/currency.h"
#include "books/draft.h"
#include "magento/entity.h"

/* Where a document is billed and delivered to. NULL = not known. */
struct sale_addresses {
	const struct magento_address *billing;
	const struct magento_address *delivery;
};

struct sale_addresses sale_addresses_of_invoice(const struct magento_invoice *invoice);
struct sale_addresses sale_addresses_of_contact(const struct magento_contact *contact);

struct sale {
	const char *resource;   /* "sales_invoice" */
	const char *lines_key;  /* "invoice_lines" */
	const char *number;     /* the shop's, without prefix */
	const char *contact_id; /* in Sage */
	bool has_created_at;
	int64_t created_at;
	const int64_t *original_at; /* of credit notes: the date of what is credited */
	const char *notes;          /* NULL = none */
	bool short_of_memory;       /* the notes could not be made */
	struct sale_addresses addresses;
	struct currency_source currency;
	struct draft_source amounts; /* `currency` and `abroad` are filled in here */
};

/* Adds to `out`, whose warnings may hold some already. Errors as books_invoice(). */
enum led_err sale_translate(const struct books_context *context, const struct sale *sale,
			    struct books_document *out, struct led_error *error)
	__attribute__((warn_unused_result));

#endif
