/*
 * Random carts, as invoices and as credit memos: what a shop serves, and what must come of
 * it by arithmetic of its own.
 */
#ifndef GOLDEN_CART_H
#define GOLDEN_CART_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CART_LINES_MAX 8

struct cart {
	struct buf json;
	const char *rates[CART_LINES_MAX * 2]; /* of the lines that must be kept, in order */
	size_t kept;
	size_t extras; /* adjustments of a memo: lines behind them */
	bool discounted;
	bool gross;    /* discounts are reported with their tax */
	bool abroad;   /* billed to France, without tax */
	bool foreign;  /* in euro */
	int64_t total; /* pennies */
	int64_t rest;  /* of it, what lines, shipping and adjustments do not explain */
};

/* The seed is the same carts on every machine. */
void cart_seed(uint64_t seed);
int64_t cart_random(int64_t limit); /* 0 … limit - 1 */

/* Fill `cart`, whose json the caller releases. */
void cart_invoice(struct cart *cart);
void cart_memo(struct cart *cart);

#endif
