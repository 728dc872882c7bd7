/*
 * A business's reference data: what settings choose from and the books compute with.
 * Plain arrays in the caller's arena, in Sage's order, read whole (every page).
 *
 * LED_SERDE "sage_answer_invalid" when an item lacks its id or a field is of another type
 * than Sage documents; LED_INTERNAL "no_memory" when the arena is full.
 */
#ifndef SAGE_REFERENCE_H
#define SAGE_REFERENCE_H

#include "base/arena.h"
#include "base/decimal.h"
#include "base/error.h"
#include "sage/client.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SAGE_PERCENTAGE_SCALE 4 /* 14.9750 %: two decimals are not enough for Quebec */

struct sage_business {
	const char *id;
	const char *name;
	const char *country; /* ISO 3166-1 alpha-2; NULL when Sage does not say in the list */
};

/* The businesses that the signed-in user may use; sage->business_id may be NULL. */
enum led_err sage_businesses(const struct sage *sage, struct arena *arena,
			     struct sage_business **list, size_t *count, struct led_error *error)
	__attribute__((warn_unused_result));

struct sage_financial_settings {
	const char *base_currency; /* ISO 4217 */
	const char *tax_scheme;    /* its id (NOT_REGISTERED …); may be NULL */
	const char *lockdown_date; /* YYYY-MM-DD, the year-end's; NULL when there is none */
	bool multi_currency;
};

enum led_err sage_financial_settings(const struct sage *sage, struct arena *arena,
				     struct sage_financial_settings *settings,
				     struct led_error *error) __attribute__((warn_unused_result));

struct sage_tax_rate {
	const char *id;            /* GB_STANDARD */
	const char *name;          /* as people see it: "Standard 20.00%" */
	struct decimal percentage; /* in force on the day asked for; SAGE_PERCENTAGE_SCALE */
	bool visible;
};

/* The rates usable on sales on the day `on` ("YYYY-MM-DD", of the business's own
 * calendar). A rate that is not in force that day is left out. */
enum led_err sage_tax_rates(const struct sage *sage, struct arena *arena, const char *on,
			    struct sage_tax_rate **list, size_t *count, struct led_error *error)
	__attribute__((warn_unused_result));

struct sage_ledger_account {
	const char *id;
	const char *name;     /* "Sales - Products (4000)" */
	const char *type;     /* SALES, DIRECT_EXPENSES …; may be NULL */
	int64_t nominal_code; /* 0 = none */
	bool in_sales;        /* may stand on a sales line */
	bool in_expenses;     /* what is bought may be booked there */
	bool in_banking, in_other_payments, in_other_receipts;
};

enum led_err sage_ledger_accounts(const struct sage *sage, struct arena *arena,
				  struct sage_ledger_account **list, size_t *count,
				  struct led_error *error) __attribute__((warn_unused_result));

struct sage_bank_account {
	const char *id;
	const char *name;     /* "Current (1200)" */
	const char *type;     /* CHECKING …; may be NULL */
	const char *currency; /* ISO 4217; may be NULL: the base currency */
	bool active;
};

enum led_err sage_bank_accounts(const struct sage *sage, struct arena *arena,
				struct sage_bank_account **list, size_t *count,
				struct led_error *error) __attribute__((warn_unused_result));

struct sage_payment_method {
	const char *id; /* CREDIT_DEBIT */
	const char *name;
};

/* What a price of the catalogue may be: "Sales Price", "Trade" … */
struct sage_price_type {
	const char *id;
	const char *name;
	bool active;
};

/* The types of products' prices, and of services' rates. A Sage edition without a catalogue
 * refuses both. */
enum led_err sage_price_types(const struct sage *sage, struct arena *arena,
			      struct sage_price_type **list, size_t *count, struct led_error *error)
	__attribute__((warn_unused_result));
enum led_err sage_rate_types(const struct sage *sage, struct arena *arena,
			     struct sage_price_type **list, size_t *count, struct led_error *error)
	__attribute__((warn_unused_result));

enum led_err sage_payment_methods(const struct sage *sage, struct arena *arena,
				  struct sage_payment_method **list, size_t *count,
				  struct led_error *error) __attribute__((warn_unused_result));

#endif
