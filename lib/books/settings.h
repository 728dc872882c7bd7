/*
 * Whether settings may be saved: each against what Sage and the shop offer (the reference
 * cache), against each other, and against the plan. All faults at once, each with its field
 * and code, as the settings page and `ledgerctl policy` show them.
 */
#ifndef BOOKS_SETTINGS_H
#define BOOKS_SETTINGS_H

#include "books/policy.h"
#include "store/plan.h"
#include "store/reference.h"

#define SETTINGS_FAULTS_MAX 64
#define SETTINGS_FIELD_MAX  128 /* bytes with the NUL */

struct settings_fault {
	char field[SETTINGS_FIELD_MAX]; /* "tax_rate_map[20.00]" */
	const char *code;               /* not_in_reference, required, tier_limit_exceeded … */
};

struct settings_input {
	const struct policy *policy;
	const struct reference_item *items; /* the binding's reference cache */
	size_t item_count;
	const struct plan *plan;
};

struct settings_faults {
	struct settings_fault item[SETTINGS_FAULTS_MAX]; /* later ones are only counted */
	size_t count;
};

void settings_check(const struct settings_input *input, struct settings_faults *faults);

#endif
