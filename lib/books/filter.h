/* Which events are skipped, and why: the first row that matches decides. */
#ifndef BOOKS_FILTER_H
#define BOOKS_FILTER_H

#include "books/policy.h"
#include "magento/entity.h"

#include <stdbool.h>
#include <stdint.h>

enum books_event {
	BOOKS_INVOICE_CREATED = 1,
	BOOKS_INVOICE_PAID = 2,
	BOOKS_CREDITMEMO_CREATED = 4,
	BOOKS_CUSTOMER_UPSERTED = 8,
	BOOKS_PRODUCT_UPSERTED = 16,
};

struct books_filter_input {
	enum books_event event;
	bool in_plan;       /* the plan has the event's feature */
	int64_t website_id; /* as in the event; 0 = take it from the entity */
	int64_t store_id;
	const struct policy *policy;
	const struct magento_invoice *invoice; /* for the events of an invoice */
};

/* The reason code to skip with, or NULL to go on. */
const char *books_filter(const struct books_filter_input *input);

#endif
