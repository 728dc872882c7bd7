#include "shop/cart.h"

#include "shop/decimal.h"
#include "shop/magento_json.h"
#include "shop/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	CENT = 100, /* of ten-thousandths */
	RATE_UNIT = 1,
};
#define HUNDRED_PERCENT (100 * DECIMAL_ONE)

static bool number(struct json_object *in, const char *name, long long otherwise, long long *out,
		   char error[CART_ERROR_LEN])
{
	struct json_object *value = magento_json_get(in, name);

	*out = otherwise;
	if (value == NULL || decimal_read(value, out))
		return true;
	snprintf(error, CART_ERROR_LEN, "%s is not a decimal of at most four places", name);
	return false;
}

static struct cart_line *line_new(struct cart *cart, const char *sku, const char *name)
{
	struct cart_line *line;

	if (cart->count == cart->room) {
		cart->room = cart->room * 2 + 8;
		cart->lines = mem_grow(cart->lines, cart->room * sizeof(*cart->lines));
	}
	line = &cart->lines[cart->count++];
	*line = (struct cart_line){.sku = mem_copy(sku), .name = mem_copy(name)};
	return line;
}

/* The zero line of a composite product. */
static void mirror_new(struct cart *cart, const char *sku, const char *name, long long qty,
		       long long unit_price)
{
	struct cart_line *line = line_new(cart, sku, name);

	line->qty = qty;
	line->unit_price = unit_price;
	line->mirror = true;
}

static bool line_read(struct cart *cart, struct json_object *item, char error[CART_ERROR_LEN])
{
	const char *sku = magento_json_text(item, "sku");
	const char *name = magento_json_text(item, "name");
	struct cart_line *line;

	if (sku == NULL || magento_json_get(item, "price") == NULL) {
		snprintf(error, CART_ERROR_LEN, "an item needs sku and price");
		return false;
	}
	line = line_new(cart, sku, name != NULL ? name : sku);
	if (!number(item, "qty", DECIMAL_ONE, &line->qty, error) ||
	    !number(item, "price", 0, &line->unit_price, error) ||
	    !number(item, "tax_percent", cart->tax_percent, &line->tax_percent, error) ||
	    !number(item, "discount_percent", cart->discount_percent, &line->discount_percent,
		    error) ||
	    !number(item, "discount", 0, &line->discount, error) ||
	    !number(item, "tax", 0, &line->tax, error))
		return false;
	line->fixed_tax = magento_json_get(item, "tax") != NULL;
	line->subtotal = decimal_scale(line->qty, line->unit_price, DECIMAL_ONE, CENT);
	if (line->discount_percent != 0 && magento_json_get(item, "discount") == NULL) {
		long long base = line->subtotal;

		if (cart->discount_includes_tax)
			base += decimal_scale(base, line->tax_percent, HUNDRED_PERCENT, CENT);
		line->discount = decimal_scale(base, line->discount_percent, HUNDRED_PERCENT, CENT);
	}
	return true;
}

static bool bundle_read(struct cart *cart, struct json_object *item, char error[CART_ERROR_LEN])
{
	struct json_object *children = magento_json_get(item, "children");
	const char *sku = magento_json_text(item, "sku");
	const char *name = magento_json_text(item, "name");
	long long qty, price;

	if (sku == NULL || !json_object_is_type(children, json_type_array)) {
		snprintf(error, CART_ERROR_LEN, "a bundle needs sku and children");
		return false;
	}
	if (!number(item, "qty", DECIMAL_ONE, &qty, error) ||
	    !number(item, "price", 0, &price, error))
		return false;
	mirror_new(cart, sku, name != NULL ? name : sku, qty, price);
	for (size_t i = 0; i < magento_json_length(children); i++)
		if (!line_read(cart, json_object_array_get_idx(children, i), error))
			return false;
	return true;
}

static bool item_read(struct cart *cart, struct json_object *item, char error[CART_ERROR_LEN])
{
	const char *type = magento_json_text(item, "type");
	const char *child;
	size_t parent = cart->count;

	if (type != NULL && strcmp(type, "bundle") == 0)
		return bundle_read(cart, item, error);
	if (!line_read(cart, item, error))
		return false;
	if (type != NULL && strcmp(type, "configurable") == 0) {
		child = magento_json_text(item, "child_name");
		mirror_new(cart, cart->lines[parent].sku,
			   child != NULL ? child : cart->lines[parent].name,
			   cart->lines[parent].qty, 0);
	}
	return true;
}

/* Magento shares a fixed cart discount by row totals; the last row takes the rest. */
static void share_discount(struct cart *cart)
{
	struct cart_line *last = NULL;
	long long total = 0, given = 0;

	for (size_t i = 0; i < cart->count; i++)
		if (!cart->lines[i].mirror)
			total += cart->lines[i].subtotal;
	if (cart->discount_fixed == 0 || total == 0)
		return;
	for (size_t i = 0; i < cart->count; i++) {
		struct cart_line *line = &cart->lines[i];
		long long share;

		if (line->mirror || line->subtotal == 0)
			continue;
		share = decimal_scale(cart->discount_fixed, line->subtotal, total, CENT);
		line->discount += share;
		given += share;
		last = line;
	}
	if (last != NULL)
		last->discount += cart->discount_fixed - given;
}

static void total_up(struct cart *cart)
{
	for (size_t i = 0; i < cart->count; i++) {
		struct cart_line *line = &cart->lines[i];
		long long net_discount = line->discount;

		if (line->mirror)
			continue;
		if (cart->discount_includes_tax)
			net_discount = decimal_scale(line->discount, HUNDRED_PERCENT,
						     HUNDRED_PERCENT + line->tax_percent, CENT);
		line->compensation = line->discount - net_discount;
		if (!line->fixed_tax)
			line->tax = decimal_scale(line->subtotal - net_discount, line->tax_percent,
						  HUNDRED_PERCENT, CENT);
		cart->subtotal += line->subtotal;
		cart->tax += line->tax;
		cart->discount += line->discount;
		cart->compensation += line->compensation;
	}
	cart->tax += cart->shipping_tax;
	cart->grand_total = cart->subtotal + cart->tax + cart->shipping - cart->discount +
			    cart->compensation + cart->adjustment;
}

bool cart_read(struct json_object *in, struct cart *cart, char error[CART_ERROR_LEN])
{
	struct json_object *items = magento_json_get(in, "items");
	long long shipping_percent;

	*cart = (struct cart){0};
	cart->discount_includes_tax = magento_json_bool(in, "discount_includes_tax", 0);
	if (!number(in, "tax_percent", 0, &cart->tax_percent, error) ||
	    !number(in, "discount_percent", 0, &cart->discount_percent, error) ||
	    !number(in, "discount", 0, &cart->discount_fixed, error) ||
	    !number(in, "shipping", 0, &cart->shipping, error) ||
	    !number(in, "shipping_tax_percent", 0, &shipping_percent, error) ||
	    !number(in, "adjustment", 0, &cart->adjustment, error))
		return false;
	cart->shipping_tax = decimal_scale(cart->shipping, shipping_percent, HUNDRED_PERCENT, CENT);
	if (!number(in, "shipping_tax", cart->shipping_tax, &cart->shipping_tax, error))
		return false;
	if (!json_object_is_type(items, json_type_array) || magento_json_length(items) == 0) {
		snprintf(error, CART_ERROR_LEN, "items: a list with at least one item is needed");
		return false;
	}
	for (size_t i = 0; i < magento_json_length(items); i++)
		if (!item_read(cart, json_object_array_get_idx(items, i), error))
			return false;
	share_discount(cart);
	total_up(cart);
	return true;
}

void cart_release(struct cart *cart)
{
	for (size_t i = 0; i < cart->count; i++) {
		free(cart->lines[i].sku);
		free(cart->lines[i].name);
	}
	free(cart->lines);
	*cart = (struct cart){0};
}

/* `tax_rate` as Magento gives it: wrong under a discount, absent at 0. */
static struct json_object *line_json(const struct cart_line *line)
{
	struct json_object *out = json_object_new_object();

	magento_json_add_text(out, "sku", line->sku);
	magento_json_add_text(out, "name", line->name);
	magento_json_add(out, "qty", decimal_json(line->qty));
	magento_json_add(out, "unit_price", decimal_json(line->unit_price));
	magento_json_add(out, "line_subtotal", decimal_json(line->subtotal));
	magento_json_add(out, "line_tax", decimal_json(line->tax));
	magento_json_add(out, "line_total",
			 decimal_json(line->subtotal + line->tax - line->discount));
	if (line->subtotal != 0 && line->tax != 0)
		magento_json_add(out, "tax_rate",
				 decimal_json(decimal_scale(line->tax, DECIMAL_ONE, line->subtotal,
							    RATE_UNIT)));
	return out;
}

struct json_object *cart_lines(const struct cart *cart)
{
	struct json_object *lines = json_object_new_array();

	for (size_t i = 0; i < cart->count; i++)
		json_object_array_add(lines, line_json(&cart->lines[i]));
	return lines;
}
