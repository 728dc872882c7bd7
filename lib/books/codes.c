#include "books/codes.h"
#include "books/codes_tables.h"

#include <string.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* Why an event was skipped. */
static const struct books_code SKIPS[] = {
	{"feature_not_in_plan", "The plan does not include this kind of event.",
	 "Choose a plan that includes it; then retry the event.", NULL},
	{"unpaid_invoice",
	 "The invoice is not paid yet, and the settings leave unpaid invoices out.",
	 "Nothing: it is posted when it is paid.", "sync_unpaid_invoices"},
	{"zero_value_invoice",
	 "The total is 0: there is nothing to pay, or such documents are not synced.",
	 "Allow zero-value invoices in the settings and retry, if you want it in Sage; a payment "
	 "of 0 is never posted.",
	 "sync_zero_value_invoices"},
	{"outside_sync_since", "The document is older than the date from which the settings sync.",
	 "Set an earlier date in the settings and retry, if you want it in Sage.", "sync_since"},
	{"website_filtered", "It belongs to a website that the settings leave out.",
	 "Add the website in the settings and retry, if you want it in Sage.", "website_filter"},
	{"store_filtered", "The document belongs to a store that the settings leave out.",
	 "Add the store in the settings and retry, if you want it in Sage.", "store_filter"},
	{"products_disabled", "The settings leave products out.",
	 "Switch products on in the settings and retry, if you want them in Sage.",
	 "sync_products"},
	{"PRODUCT_TYPE_NOT_SUPPORTED",
	 "Sage has no item for a product of this type: it is sold through its parts.",
	 "Nothing: its simple, virtual and downloadable parts are synced by themselves.", NULL},
	{"invoice_cancelled", "The invoice is cancelled in Magento.",
	 "Nothing: a cancelled invoice has no place in the books.", NULL},
	{"payment_method_not_mapped",
	 "The payment method has no bank account in Sage, and there is no default; the invoice "
	 "stays unpaid there.",
	 "Map the method to a bank account in the settings and retry; leave it for cheques, "
	 "transfers and purchase orders, whose money you enter when it comes.",
	 "payment_method_map"},
	{"b2c_consolidated",
	 "Consumers are consolidated: this customer's orders go to the one contact for web sales.",
	 "Switch consolidation off, if every customer is to have a contact in Sage.",
	 "b2c_consolidation"},
	{"event_not_supported", "The shop sent an event that is not known here.",
	 "Nothing: it was recorded, and changes nothing in Sage.", NULL},
};

/* What is worth knowing about a document that was posted. */
static const struct books_code WARNINGS[] = {
	{"adjusted_to_total",
	 "Lines and shipping did not sum to Magento's total; one line makes up the difference.",
	 "Check the line 'Adjustment to Magento total': gift cards and store credit end there.",
	 NULL},
	{"adjustment_large", "The adjustment is more than a tenth of the total.",
	 "Compare the two documents: an extension of the shop may add amounts of its own.", NULL},
	{"total_mismatch", "Sage's total of the document differs from Magento's.",
	 "Compare the two documents and correct the one in Sage.", NULL},
	{"tax_rate_defaulted",
	 "The settings do not say which Sage tax rate a line's percentage is: the default rate was "
	 "used, with the shop's amount of tax.",
	 "Map the percentage to a Sage tax rate in the settings, and correct this document's rate "
	 "in Sage if it matters for your return.",
	 "tax_rate_map"},
	{"address_unknown",
	 "Neither the document nor the customer has an address; your business's country was used.",
	 "Complete the address in Sage if your books need it.", NULL},
	{"exchange_rate_from_sage",
	 "The shop gave no exchange rate that Sage could use, so Sage took its own.",
	 "Compare the rate in Sage; if the shop has the right one, check the setting of Magento's "
	 "base currency.",
	 "magento_base_currency"},
	{"mixed_eu_goods_services_coerced_to_default",
	 "Goods and services stand on one cross-border document; Sage takes only one of them.",
	 "Correct the document in Sage if your EC sales list needs them apart.",
	 "default_eu_goods_services_type"},
	{"contact_not_updated",
	 "The customer's contact could not be brought up to date after the invoice was posted.",
	 "Nothing: the customer's next event tries again.", NULL},
	{"original_invoice_not_synced",
	 "The invoice that the credit memo is for is not in Sage, so the credit note stands alone.",
	 "Sync the invoice, then allocate the credit note to it in Sage, if both are to cancel "
	 "out.",
	 NULL},
	{"allocated_in_part",
	 "Less was outstanding on the invoice than was paid; the rest stays on account.",
	 "Allocate the rest in Sage to the customer's other invoices, or refund it.", NULL},
	{"price_currency_differs",
	 "The shop's prices are in another currency than Sage's, so no price was sent.",
	 "Enter the price in Sage by hand.", "magento_base_currency"},
};

const struct books_code *books_codes(enum books_code_kind kind, size_t *count)
{
	switch (kind) {
	case BOOKS_CODE_SKIP:
		*count = COUNT(SKIPS);
		return SKIPS;
	case BOOKS_CODE_WARNING:
		*count = COUNT(WARNINGS);
		return WARNINGS;
	case BOOKS_CODE_ERROR:
		break;
	}
	*count = CODES_ERRORS_COUNT;
	return CODES_ERRORS;
}

const struct books_code *books_code_find(const char *code, enum books_code_kind *kind)
{
	for (int i = BOOKS_CODE_SKIP; i <= BOOKS_CODE_ERROR; i++) {
		size_t count;
		const struct books_code *codes = books_codes((enum books_code_kind)i, &count);
		for (size_t j = 0; j < count; j++) {
			if (strcmp(codes[j].code, code) != 0)
				continue;
			if (kind)
				*kind = (enum books_code_kind)i;
			return &codes[j];
		}
	}
	return NULL;
}
