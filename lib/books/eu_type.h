/* Goods or services: what a UK business states on each line of a cross-border document. */
#ifndef BOOKS_EU_TYPE_H
#define BOOKS_EU_TYPE_H

#include "books/draft.h"

/* By the product's type and the policy's map, else by what the SKU was synced as, else the
 * default. */
const char *eu_type_of_line(const struct books_context *context, const struct magento_line *line);

/* The one type that all lines get: theirs when they agree, else the default, with the
 * warning mixed_eu_goods_services_coerced_to_default. */
const char *eu_type_of_draft(const struct books_context *context, const struct draft *draft,
			     struct books_warnings *warnings);

#endif
