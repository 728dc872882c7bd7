/*
 * Random carts, as invoices and as credit memos: what a shop in one of the seven regions
 * serves, and what must come of it by arithmetic of its own.
 */
#ifndef GOLDEN_CART_H
#define GOLDEN_CART_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CART_LINES_MAX 8
#define CART_RATES_MAX 4

struct cart_rate {
	int64_t percent; /* in ten-thousandths: 200000 is 20 % */
	const char *id;
};

/* Where the business is. */
struct cart_region {
	const char *country, *currency;
	const char *reference; /* the file in references/ */
	struct cart_rate rates[CART_RATES_MAX];
	size_t rate_count;
	const char *zero, *no_tax; /* what bears no tax, and what is no supply */
};

/* A line that must be kept; pennies. */
struct cart_line {
	const char *rate;
	int64_t subtotal;
	int64_t net; /* after the discount, exact unless the shop's discounts hold tax */
	int64_t tax;
};

struct cart {
	struct buf json;
	const struct cart_region *region;
	struct cart_line kept[CART_LINES_MAX * 2];
	size_t kept_count;
	size_t extras;       /* adjustments of a memo: lines behind them */
	int64_t discounts;   /* lines that have one */
	bool gross;          /* discounts are reported with their tax */
	bool abroad;         /* a British business's sale to France, without tax */
	bool foreign;        /* not in the business's currency, with four decimals */
	int64_t rate;        /* order currency for one of the base, in ten-billionths */
	const char *freight; /* the rate that shipping bears; NULL = no shipping */
	int64_t tax;         /* of lines and shipping, pennies as all below */
	int64_t total;
	int64_t rest; /* of the total, what lines, shipping and adjustments do not explain */
};

/* The seed is the same carts on every machine. */
void cart_seed(uint64_t seed);
int64_t cart_random(int64_t limit); /* 0 … limit - 1 */

/* Any of the seven. */
const struct cart_region *cart_region(void);

/* Fill `cart`, whose json the caller releases. */
void cart_invoice(struct cart *cart);
void cart_memo(struct cart *cart);

#endif
