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
	/* The event's entity; the others are not read. */
	const struct magento_invoice *invoice; /* invoice.created, invoice.paid */
	const struct magento_creditmemo *creditmemo;
	const struct magento_contact *customer;
	const struct magento_product *product;
	/* invoice.paid */
	const char *payment_method;      /* its code; NULL = the shop names none */
	const char *invoice_skip_reason; /* why its invoice was skipped; NULL = it was not */
	/* customer.upserted: a contact of theirs is cross-referenced, in any currency. */
	bool has_own_contact;
};

/* The reason code to skip with, or NULL to go on. */
const char *books_filter(const struct books_filter_input *input);

#endif
