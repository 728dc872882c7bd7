#include "books/filter.h"

#include <stddef.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static bool not_in_plan(const struct books_filter_input *input)
{
	return !input->in_plan;
}

static bool is_unpaid(const struct books_filter_input *input)
{
	return !input->policy->sync_unpaid_invoices && input->invoice->state != MAGENTO_PAID;
}

static bool is_zero_value(const struct books_filter_input *input)
{
	return !input->policy->sync_zero_value_invoices && input->invoice->grand_total == 0;
}

static bool is_before_start(const struct books_filter_input *input)
{
	return input->policy->has_sync_since && input->invoice->has_created_at &&
	       input->invoice->created_at < input->policy->sync_since;
}

/* An empty filter passes all; so does an id that nobody knows. */
static bool is_outside(const struct policy_ids *filter, int64_t event_id, int64_t entity_id)
{
	int64_t id = event_id ? event_id : entity_id;
	if (filter->count == 0 || id == 0)
		return false;
	for (size_t i = 0; i < filter->count; i++)
		if (filter->item[i] == id)
			return false;
	return true;
}

static bool is_other_website(const struct books_filter_input *input)
{
	return is_outside(&input->policy->website_filter, input->website_id,
			  input->invoice->website_id);
}

static bool is_other_store(const struct books_filter_input *input)
{
	return is_outside(&input->policy->store_filter, input->store_id, input->invoice->store_id);
}

static bool is_cancelled(const struct books_filter_input *input)
{
	return input->invoice->state == MAGENTO_CANCELLED;
}

#define ALL_EVENTS                                                                                 \
	(BOOKS_INVOICE_CREATED | BOOKS_INVOICE_PAID | BOOKS_CREDITMEMO_CREATED |                   \
	 BOOKS_CUSTOMER_UPSERTED | BOOKS_PRODUCT_UPSERTED)

/* In the specification's order. */
static const struct row {
	unsigned events; /* that it concerns */
	bool (*matches)(const struct books_filter_input *input);
	const char *reason;
} ROWS[] = {
	{ALL_EVENTS, not_in_plan, "feature_not_in_plan"},
	{BOOKS_INVOICE_CREATED, is_unpaid, "unpaid_invoice"},
	{BOOKS_INVOICE_CREATED, is_zero_value, "zero_value_invoice"},
	{BOOKS_INVOICE_CREATED, is_before_start, "outside_sync_since"},
	{BOOKS_INVOICE_CREATED, is_other_website, "website_filtered"},
	{BOOKS_INVOICE_CREATED, is_other_store, "store_filtered"},
	{BOOKS_INVOICE_CREATED, is_cancelled, "invoice_cancelled"},
};

const char *books_filter(const struct books_filter_input *input)
{
	for (size_t i = 0; i < COUNT(ROWS); i++)
		if ((ROWS[i].events & input->event) && ROWS[i].matches(input))
			return ROWS[i].reason;
	return NULL;
}
