/*
 * What a translation needs to know of the Sage business: plain arrays, borrowed from
 * whoever read them (the reference cache). Order is Sage's; nothing here is changed.
 */
#ifndef BOOKS_REFERENCE_H
#define BOOKS_REFERENCE_H

#include "base/decimal.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PERCENTAGE_SCALE 4 /* 14.9750 %: two decimals are not enough for Quebec */

struct reference_tax_rate {
	const char *id;            /* GB_STANDARD */
	const char *name;          /* may be NULL */
	struct decimal percentage; /* PERCENTAGE_SCALE; 20.0000 is twenty per cent */
	bool on_sales;
};

struct reference_ledger_account {
	const char *id;
	const char *type;     /* ledger_account_type: SALES, DIRECT_EXPENSES …; may be NULL */
	int64_t nominal_code; /* 0 = none */
	bool in_sales;
};

struct reference_price_type {
	const char *id, *name; /* "Sales Price" */
};

struct reference {
	const char *country;       /* the business's: GB, US, IE, CA, FR, ES, DE */
	const char *base_currency; /* ISO 4217 */
	const struct reference_tax_rate *tax_rates;
	size_t tax_rate_count;
	const struct reference_ledger_account *ledger_accounts;
	size_t ledger_account_count;
	/* What a product's price, and a service's rate, is to be; NULL where Sage has no such
	 * types. */
	struct reference_price_type sales_price, service_rate;
};

/* The rate with that id, or NULL. */
const struct reference_tax_rate *books_reference_tax_rate(const struct reference *reference,
							  const char *id);

/* The IANA zone of a business's country, London for one that Sage does not serve. */
const char *books_reference_zone(const char *country);

#endif
