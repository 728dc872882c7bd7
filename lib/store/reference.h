/* The reference cache: what Sage and the shop offer to choose from, as last read. */
#ifndef STORE_REFERENCE_H
#define STORE_REFERENCE_H

#include "base/arena.h"
#include "db/db.h"

struct reference_item {
	/* business, tax_rate, ledger_account, bank_account, payment_method; price_type and
	 * rate_type: the one that the catalogue's prices and services' rates are to be */
	const char *kind;
	const char *id, *name;
	const char *body; /* JSON: the fields that the books need */
};

/* All items of a binding, ordered by kind and id, in the arena. */
enum led_err reference_list(struct db *db, struct arena *arena, const char *binding,
			    struct reference_item **items, size_t *count, struct led_error *error)
	__attribute__((warn_unused_result));

/* The kind that the shop offers; all others are Sage's. */
#define REFERENCE_SHOP_METHOD "shop_payment_method"

/* Inside a transaction: makes the cache hold exactly these items of Sage's, and dates it. */
enum led_err reference_replace(struct db *db, struct arena *arena, const char *binding,
			       const char *business_name, const struct reference_item *items,
			       size_t count, struct led_error *error)
	__attribute__((warn_unused_result));

/* Inside a transaction: the same for the shop's payment methods. */
enum led_err reference_replace_shop(struct db *db, struct arena *arena, const char *binding,
				    const struct reference_item *items, size_t count,
				    struct led_error *error) __attribute__((warn_unused_result));

#endif
