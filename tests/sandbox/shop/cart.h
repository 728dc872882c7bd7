/*
 * What Magento computes from a cart: row-based tax after discount, every amount
 * rounded half-up to two decimals. All numbers are decimal.h's ten-thousandths.
 */
#ifndef SHOP_CART_H
#define SHOP_CART_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>

#define CART_ERROR_LEN 160

struct cart_line {
	char *sku, *name;
	long long qty, unit_price;
	long long tax_percent;
	long long discount_percent;
	long long subtotal;
	long long discount;     /* as Magento reports it: with tax in it if the shop says so */
	long long compensation; /* the tax inside `discount` */
	long long tax;
	bool fixed_tax; /* `tax` was given, not computed */
	bool mirror;    /* the zero line of a composite: no money of its own */
};

struct cart {
	struct cart_line *lines; /* owned */
	size_t count, room;
	bool discount_includes_tax;
	long long tax_percent, discount_percent,
		discount_fixed; /* the cart's, per line where none */
	long long shipping, shipping_tax;
	long long adjustment; /* gift card, store credit: moves grand_total and shows nowhere */
	long long subtotal, tax, discount, compensation, grand_total;
};

/* Reads and computes; false with a sentence in `error`. Release in any case. */
bool cart_read(struct json_object *in, struct cart *cart, char error[CART_ERROR_LEN]);
void cart_release(struct cart *cart);

/* The canonical `lines`, new reference. */
struct json_object *cart_lines(const struct cart *cart);

#endif
