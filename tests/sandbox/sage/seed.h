/*
 * What a new business holds before anything is posted: tables per region, and
 * the lookups that all regions share. GB's tax rates, statuses and types are
 * Sage's own ids; the other regions' tax rates, ledgers and all exchange rates
 * are plausible inventions (Sage publishes none).
 */
#ifndef SAGE_SEED_H
#define SAGE_SEED_H

#include <stdbool.h>

struct seed_rate {
	const char *id; /* NULL ends the table; its name is what follows the region */
	const char *displayed_as;
	const char *percentage; /* exact decimal */
};

struct seed_ledger {
	int nominal_code; /* 0 ends the table */
	const char *name;
	const char *type;  /* ledger_account_type id */
	const char *scope; /* "sales", "banking", "expenses" or "journals" */
};

struct seed_region {
	const char *id; /* also its country */
	const char *currency;
	const char *locale;
	const char *standard_rate;
	bool vat; /* each line of a document must name a tax rate */
	const struct seed_rate *rates;
	const struct seed_ledger *ledgers;
};

struct seed_lookup {
	const char *collection; /* NULL ends the table */
	const char *id;
	const char *displayed_as;
};

struct seed_country {
	const char *id; /* NULL ends the table */
	const char *name;
	const char *group;
};

struct seed_currency {
	const char *id; /* NULL ends the table */
	const char *name;
	const char *dollars; /* US dollars for one unit */
};

struct seed_business {
	const char *id; /* NULL ends the table */
	const char *name;
	const char *region;
	const char *user; /* e-mail */
};

struct seed_user {
	const char *email; /* NULL ends the table */
	const char *first_name;
	const char *last_name;
	const char *country; /* where the person signs in */
};

extern const struct seed_region seed_regions[]; /* ended by id NULL */
extern const struct seed_lookup seed_lookups[];
extern const struct seed_country seed_countries[];
extern const struct seed_currency seed_currencies[];
extern const struct seed_business seed_businesses[];
extern const struct seed_user seed_users[];

const struct seed_region *seed_region(const char *id); /* NULL when unknown */
const char *seed_country_group(const char *country);   /* NULL when unknown */

#endif
