/* The settings chosen for a merchant who has touched none. */
#include "base/text.h"
#include "books/policy.h"

#include <string.h>

#define NOMINAL_SALES 4000 /* "Sales - Products" in Sage's charts of accounts */

/* In a VAT country the standard rate is by law the highest. */
static bool is_vat_country(const char *country)
{
	static const char *const countries[] = {"GB", "IE", "FR", "ES", "DE"};
	for (size_t i = 0; i < sizeof countries / sizeof countries[0]; i++)
		if (strcmp(countries[i], country) == 0)
			return true;
	return false;
}

static const struct reference_tax_rate *standard_rate(const struct reference *reference)
{
	const struct reference_tax_rate *highest = NULL;
	size_t taxed = 0;
	for (size_t i = 0; i < reference->tax_rate_count; i++) {
		const struct reference_tax_rate *rate = &reference->tax_rates[i];
		if (!rate->on_sales || rate->percentage.units == 0)
			continue;
		if (text_ends_with(rate->id, "_STANDARD"))
			return rate;
		taxed++;
		if (!highest || decimal_compare(rate->percentage, highest->percentage) > 0)
			highest = rate;
	}
	/* Elsewhere several taxes stand side by side: only a single one speaks for itself. */
	return is_vat_country(reference->country) || taxed == 1 ? highest : NULL;
}

static const struct reference_ledger_account *sales_account(const struct reference *reference)
{
	const struct reference_ledger_account *first = NULL;
	for (size_t i = 0; i < reference->ledger_account_count; i++) {
		const struct reference_ledger_account *account = &reference->ledger_accounts[i];
		if (!account->in_sales)
			continue;
		if (account->nominal_code == NOMINAL_SALES)
			return account;
		if (!first && account->type && strcmp(account->type, "SALES") == 0)
			first = account;
	}
	return first;
}

void books_choose_defaults(const struct reference *reference, struct policy *policy)
{
	const struct reference_tax_rate *rate = standard_rate(reference);
	const struct reference_ledger_account *account = sales_account(reference);
	if (!policy->default_tax_rate_id && rate)
		policy->default_tax_rate_id = rate->id;
	if (!policy->default_ledger_account_id && account)
		policy->default_ledger_account_id = account->id;
}

bool books_settings_complete(const struct policy *policy)
{
	return policy->default_tax_rate_id && policy->default_ledger_account_id;
}
