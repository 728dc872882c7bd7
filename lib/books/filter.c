#include "books/filter.h"
#include "books/contact.h"
#include "books/payment.h"
#include "books/product.h"

#include <stddef.h>
#include <string.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

#define INVOICE_EVENTS  (BOOKS_INVOICE_CREATED | BOOKS_INVOICE_PAID)
#define DOCUMENT_EVENTS (INVOICE_EVENTS | BOOKS_CREDITMEMO_CREATED)
#define ALL_EVENTS      (DOCUMENT_EVENTS | BOOKS_CUSTOMER_UPSERTED | BOOKS_PRODUCT_UPSERTED)

static bool is_memo(const struct books_filter_input *input)
{
	return input->event == BOOKS_CREDITMEMO_CREATED;
}

static bool not_in_plan(const struct books_filter_input *input)
{
	return !input->in_plan;
}

static bool is_unpaid(const struct books_filter_input *input)
{
	return !input->policy->sync_unpaid_invoices && input->invoice->state != MAGENTO_PAID;
}

static int64_t grand_total(const struct books_filter_input *input)
{
	return is_memo(input) ? input->creditmemo->grand_total : input->invoice->grand_total;
}

static bool is_zero_value(const struct books_filter_input *input)
{
	return !input->policy->sync_zero_value_invoices && grand_total(input) == 0;
}

static bool is_before_start(const struct books_filter_input *input)
{
	bool has =
		is_memo(input) ? input->creditmemo->has_created_at : input->invoice->has_created_at;
	int64_t created =
		is_memo(input) ? input->creditmemo->created_at : input->invoice->created_at;
	return input->policy->has_sync_since && has && created < input->policy->sync_since;
}

/* An empty filter passes all; so does an id that nobody knows. */
static bool is_outside(const struct policy_ids *filter, int64_t id)
{
	if (filter->count == 0 || id == 0)
		return false;
	for (size_t i = 0; i < filter->count; i++)
		if (filter->item[i] == id)
			return false;
	return true;
}

/* A product is on several websites: one that passes is enough. */
static bool is_product_outside(const struct policy_ids *filter,
			       const struct magento_product *product)
{
	for (size_t i = 0; i < product->website_count; i++)
		if (!is_outside(filter, product->website_ids[i]))
			return false;
	return filter->count > 0;
}

static bool is_other_website(const struct books_filter_input *input)
{
	const struct policy_ids *filter = &input->policy->website_filter;
	int64_t id = input->website_id;
	if (id == 0 && input->event == BOOKS_PRODUCT_UPSERTED)
		return is_product_outside(filter, input->product);
	if (id == 0 && input->event == BOOKS_CUSTOMER_UPSERTED)
		id = input->customer->website_id;
	else if (id == 0)
		id = is_memo(input) ? input->creditmemo->website_id : input->invoice->website_id;
	return is_outside(filter, id);
}

/* Credit memos do not tell their store: the event alone does. */
static bool is_other_store(const struct books_filter_input *input)
{
	int64_t id = input->store_id;
	if (id == 0 && !is_memo(input))
		id = input->invoice->store_id;
	return is_outside(&input->policy->store_filter, id);
}

static bool is_product_disabled(const struct books_filter_input *input)
{
	return !input->policy->sync_products;
}

static bool is_composite(const struct books_filter_input *input)
{
	return !books_product_supported(input->product);
}

static bool is_cancelled(const struct books_filter_input *input)
{
	return input->invoice->state == MAGENTO_CANCELLED;
}

static bool is_unmapped(const struct books_filter_input *input)
{
	return !books_bank_account(input->policy, input->payment_method);
}

static bool is_nothing_paid(const struct books_filter_input *input)
{
	return input->invoice->grand_total == 0;
}

/* An invoice that was skipped as unpaid is posted now that it is paid. */
static bool is_invoice_skipped(const struct books_filter_input *input)
{
	return input->invoice_skip_reason &&
	       strcmp(input->invoice_skip_reason, "unpaid_invoice") != 0;
}

static bool is_consolidated(const struct books_filter_input *input)
{
	return books_contact_choose(input->policy, input->customer, input->has_own_contact, 0) ==
	       BOOKS_CONTACT_FALLBACK;
}

/* In the specification's order. */
static const struct row {
	unsigned events; /* that it concerns */
	bool (*matches)(const struct books_filter_input *input);
	const char *reason; /* NULL: the invoice's */
} ROWS[] = {
	{ALL_EVENTS, not_in_plan, "feature_not_in_plan"},
	{INVOICE_EVENTS, is_unpaid, "unpaid_invoice"},
	{DOCUMENT_EVENTS, is_zero_value, "zero_value_invoice"},
	{DOCUMENT_EVENTS, is_before_start, "outside_sync_since"},
	{ALL_EVENTS, is_other_website, "website_filtered"},
	{DOCUMENT_EVENTS, is_other_store, "store_filtered"},
	{BOOKS_PRODUCT_UPSERTED, is_product_disabled, "products_disabled"},
	{BOOKS_PRODUCT_UPSERTED, is_composite, "PRODUCT_TYPE_NOT_SUPPORTED"},
	{INVOICE_EVENTS, is_cancelled, "invoice_cancelled"},
	{BOOKS_INVOICE_PAID, is_unmapped, "payment_method_not_mapped"},
	{BOOKS_INVOICE_PAID, is_nothing_paid, "zero_value_invoice"},
	{BOOKS_INVOICE_PAID, is_invoice_skipped, NULL},
	{BOOKS_CUSTOMER_UPSERTED, is_consolidated, "b2c_consolidated"},
};

const char *books_filter(const struct books_filter_input *input)
{
	for (size_t i = 0; i < COUNT(ROWS); i++)
		if ((ROWS[i].events & input->event) && ROWS[i].matches(input))
			return ROWS[i].reason ? ROWS[i].reason : input->invoice_skip_reason;
	return NULL;
}
