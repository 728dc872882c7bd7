#include "books/codes.h"

#include <string.h>

#define SKIP    BOOKS_CODE_SKIP
#define WARNING BOOKS_CODE_WARNING
#define ERROR   BOOKS_CODE_ERROR

static const struct books_code CODES[] = {
	{"feature_not_in_plan", SKIP, "The plan does not include this kind of event.",
	 "Choose a plan that includes it; then retry the event.", NULL},
	{"unpaid_invoice", SKIP, "The invoice is not paid, and unpaid invoices are not synced.",
	 "Nothing: it is posted when it is paid.", "sync_unpaid_invoices"},
	{"zero_value_invoice", SKIP, "The total is 0, and such documents are not synced.",
	 "Allow zero-value invoices in the settings and retry, if you want it in Sage.",
	 "sync_zero_value_invoices"},
	{"outside_sync_since", SKIP, "The document is older than the date from which you sync.",
	 "Set an earlier date in the settings and retry, if you want it in Sage.", "sync_since"},
	{"website_filtered", SKIP, "The document belongs to a website that is not synced.",
	 "Add the website in the settings and retry, if you want it in Sage.", "website_filter"},
	{"store_filtered", SKIP, "The document belongs to a store that is not synced.",
	 "Add the store in the settings and retry, if you want it in Sage.", "store_filter"},
	{"invoice_cancelled", SKIP, "The invoice is cancelled in Magento.",
	 "Nothing: a cancelled invoice has no place in the books.", NULL},
	{"event_not_supported", SKIP, "The shop sent an event that is not known here.",
	 "Nothing: it was recorded, and changes nothing in Sage.", NULL},

	{"adjusted_to_total", WARNING,
	 "Lines and shipping did not sum to Magento's total; one line makes up the difference.",
	 "Check the line 'Adjustment to Magento total': gift cards and store credit end there.",
	 NULL},
	{"adjustment_large", WARNING, "The adjustment is more than a tenth of the total.",
	 "Compare the two documents: an extension of the shop may add amounts of its own.", NULL},
	{"total_mismatch", WARNING, "Sage totals the document differently from Magento.",
	 "Compare the two documents and correct the one in Sage.", NULL},
	{"tax_rate_defaulted", WARNING,
	 "A line's tax percentage is not mapped; the default tax rate was used, with the "
	 "shop's amount of tax.",
	 "Map the percentage to a Sage tax rate in the settings.", "tax_rate_map"},
	{"address_unknown", WARNING, "Neither document nor customer has an address.",
	 "Complete the address in Sage if your books need it.", NULL},
	{"exchange_rate_from_sage", WARNING,
	 "The shop gave no exchange rate that Sage could use; Sage's own was taken.",
	 "Check the setting of Magento's base currency, and the rate in Sage.",
	 "magento_base_currency"},
	{"mixed_eu_goods_services_coerced_to_default", WARNING,
	 "Goods and services stand on one cross-border document; Sage takes only one of them.",
	 "Correct the document in Sage if your EC sales list needs them apart.",
	 "default_eu_goods_services_type"},

	{"cross_border_tax_charged", ERROR,
	 "The shop charged tax to a customer abroad, which a UK business cannot book in Sage.",
	 "Correct the tax rules in Magento, and enter this document in Sage by hand.", NULL},
	{"tax_rate_not_mapped", ERROR,
	 "A line's tax percentage is not mapped, and the default tax rate contradicts it.",
	 "Map the percentage that the message names to a Sage tax rate; then retry.",
	 "tax_rate_map"},
	{"no_tax_rate_missing", ERROR,
	 "The document needs a line without tax, and Sage has no tax rate of 0 %.",
	 "Create such a rate in Sage, or map 0.00 to one, refresh the reference data and retry.",
	 "tax_rate_map"},
	{"not_in_reference", ERROR, "A setting names something that Sage no longer has.",
	 "Choose another value for the setting that the message names; then retry.", NULL},
	{"reference_too_long", ERROR, "The document's number does not fit Sage's reference.",
	 "Use a shorter prefix, or shorter numbers in Magento; then retry.",
	 "invoice_number_prefix"},
	{"reference_exhausted", ERROR, "No Sage reference is left for this customer.",
	 "Create the contact in Sage by hand and link it.", NULL},
	{"reference_reserved", ERROR,
	 "Sage still holds the customer's reference, of another or a deleted contact.",
	 "Delete that contact for good in Sage (Settings → Deletion), or link it by hand.", NULL},
	{"email_missing", ERROR, "The customer has no e-mail address.",
	 "Add the address in Magento; then retry.", NULL},
	{"email_too_long", ERROR, "The customer's e-mail address is longer than Sage takes.",
	 "Shorten the address in Magento to 100 characters; then retry.", NULL},
	{"date_missing", ERROR, "The shop does not say when the document was created.",
	 "Ask whoever keeps the shop why the date is empty; then retry.", NULL},
	{"nothing_to_post", ERROR, "The document has no line that could be posted.",
	 "Nothing in most cases; enter it in Sage by hand if you need it there.", NULL},
	{"amount_too_large", ERROR, "An amount is too large to compute with exactly.",
	 "Enter the document in Sage by hand.", NULL},
	{"settings_incomplete", ERROR, "A setting without which nothing can be posted is missing.",
	 "Set it; then retry.", "default_tax_rate_id"},
	{"unknown_time_zone", ERROR, "The time zone of the settings is not known here.",
	 "Choose another time zone in the settings; then retry.", "time_zone"},
	{"shop_answer_invalid", ERROR, "The shop answered something that is not as agreed.",
	 "Check that the Byte8 modules are installed unchanged; then retry.", NULL},
	{"sage_answer_invalid", ERROR, "Sage answered something that is not as documented.",
	 "Nothing: it is tried again. Tell the operator if it stays.", NULL},
	{"not_built_yet", ERROR, "This version of Ledger cannot post such a document yet.",
	 "Enter it in Sage by hand, or retry after the next version is installed.", NULL},
	{"out_of_memory", ERROR, "The document needs more memory than one may use.",
	 "Tell the operator of this installation.", NULL},

	/* The classes, for an error whose code has no row of its own. */
	{"auth", ERROR, "Sage or the shop no longer accepts this connection.",
	 "Connect it again; what waits is then posted.", NULL},
	{"rate_limited", ERROR, "Sage or the shop asked to be called less often.",
	 "Nothing: it is tried again when they allow.", NULL},
	{"http", ERROR, "Sage or the shop could not be reached, or had a fault of its own.",
	 "Nothing: it is tried again. Retry by hand if it has given up.", NULL},
	{"database", ERROR, "Ledger's own database had a fault.",
	 "Nothing: it is tried again. Tell the operator if it stays.", NULL},
	{"not_found", ERROR, "What the event speaks of does not exist, in the shop or in Sage.",
	 "Look for it where the message says; then retry.", NULL},
	{"validation", ERROR, "Ledger's own rules refused the document.",
	 "Correct what the message names; then retry.", NULL},
	{"provider", ERROR, "Sage refused the document.",
	 "Correct what Sage's message names; then retry.", NULL},
	{"serde", ERROR, "An answer was not what its contract says.",
	 "Check that the Byte8 modules are installed unchanged; then retry.", NULL},
	{"internal", ERROR, "Ledger itself has a fault.",
	 "Tell the operator of this installation; the log has the details.", NULL},
};

const struct books_code *books_codes(size_t *count)
{
	*count = sizeof CODES / sizeof CODES[0];
	return CODES;
}

const struct books_code *books_code_find(const char *code)
{
	for (size_t i = 0; i < sizeof CODES / sizeof CODES[0]; i++)
		if (strcmp(CODES[i].code, code) == 0)
			return &CODES[i];
	return NULL;
}
