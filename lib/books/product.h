/*
 * product.upserted: a product, a service or a stock item, and for stock items one movement
 * for what the shop's stock differs by.
 *
 * As with customers, the digest kept with the cross-reference is that of the PUT body, also
 * after a POST.
 */
#ifndef BOOKS_PRODUCT_H
#define BOOKS_PRODUCT_H

#include "books/books.h"
#include "magento/entity.h"

/* Sage keeps three kinds of items apart. */
enum books_family { BOOKS_FAMILY_PRODUCT, BOOKS_FAMILY_SERVICE, BOOKS_FAMILY_STOCK_ITEM };

struct books_family_names {
	const char *kind; /* of the cross-reference, and the body's resource: "stock_item" */
	const char *path; /* "/stock_items" */
};

const struct books_family_names *books_family_names(enum books_family family);

/* Whether Sage has a family for such products; others are skipped. */
bool books_product_supported(const struct magento_product *product);

/* The family of a product that is in none yet; an item once created stays in its own. */
enum books_family books_product_family(const struct policy *policy,
				       const struct magento_product *product);

struct books_product_input {
	const struct magento_product *product;
	enum books_family family;
	/* The business's price type (its rate type for services) that `price` is to be. Without
	 * its id only a name is sent, "Sales Price" unless another is given. */
	const char *price_type_id, *price_name;
};

/*
 * The bodies of POST and PUT. An update leaves out the ledger accounts, which the shop does
 * not know. Fill `out`, whose total is 0.
 * LED_VALIDATION: "sku_too_long", "sku_missing", "settings_incomplete" (no purchase ledger
 * account). The warning price_currency_differs: the shop's prices are in another currency
 * than Sage's, and none was sent.
 */
enum led_err books_product_post(const struct books_context *context,
				const struct books_product_input *input, struct books_document *out,
				struct led_error *error) __attribute__((warn_unused_result));
enum led_err books_product_put(const struct books_context *context,
			       const struct books_product_input *input, struct books_document *out,
			       struct led_error *error) __attribute__((warn_unused_result));

struct books_stock_input {
	const struct magento_product *product;
	const char *stock_item_id; /* in Sage */
	struct decimal in_stock;   /* Sage's quantity_in_stock, MAGENTO_UNIT_SCALE */
	int64_t occurred_at;       /* the event's, Unix seconds */
};

/* The body of POST /stock_movements for the difference. out->body stays NULL when there is
 * none, or the shop does not tell its stock. LED_VALIDATION, "amount_too_large". */
enum led_err books_stock_movement(const struct books_context *context,
				  const struct books_stock_input *input, struct books_document *out,
				  struct led_error *error) __attribute__((warn_unused_result));

#endif
