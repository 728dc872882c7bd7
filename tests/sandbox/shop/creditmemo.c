/* Credit memos: of an invoice (in part or whole), or of a cart of their own. */
#include "shop/decimal.h"
#include "shop/magento_json.h"
#include "shop/makers.h"
#include "shop/mem.h"
#include "shop/shop.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CENT = 100 };

static long long amount(struct json_object *object, const char *name)
{
	long long value = 0;

	return decimal_read(magento_json_get(object, name), &value) ? value : 0;
}

/* An amount of the request, else the default; false when it is not a decimal. */
static bool chosen(struct json_object *in, const char *name, long long otherwise, long long *out,
		   char error[MAKER_ERROR_LEN])
{
	struct json_object *value = magento_json_get(in, name);

	*out = otherwise;
	if (value == NULL || decimal_read(value, out))
		return true;
	snprintf(error, MAKER_ERROR_LEN, "%s is not a decimal", name);
	return false;
}

/* How many of a line are refunded: all without `items`, else what they say of its SKU. */
static bool refund_qty(struct json_object *in, struct json_object *line, long long *qty,
		       char error[MAKER_ERROR_LEN])
{
	struct json_object *items = magento_json_get(in, "items");
	const char *sku = magento_json_text(line, "sku");
	long long all = amount(line, "qty");

	*qty = items == NULL ? all : 0;
	for (size_t i = 0; items != NULL && i < magento_json_length(items); i++) {
		struct json_object *item = json_object_array_get_idx(items, i);
		const char *has = magento_json_text(item, "sku");

		if (has == NULL || sku == NULL || strcmp(has, sku) != 0)
			continue;
		if (!chosen(item, "qty", all, qty, error))
			return false;
		if (*qty < 0 || *qty > all) {
			snprintf(error, MAKER_ERROR_LEN, "%s: more than was invoiced", sku);
			return false;
		}
	}
	return true;
}

/* The cart a refund amounts to: each line's share of the invoice's line. */
static bool refund_cart(struct json_object *in, struct json_object *invoice, struct cart *cart,
			char error[MAKER_ERROR_LEN])
{
	struct json_object *lines = magento_json_get(invoice, "lines");
	long long line_totals = 0, hidden;

	*cart = (struct cart){0};
	cart->lines = mem_zero((magento_json_length(lines) + 1) * sizeof(*cart->lines));
	for (size_t i = 0; i < magento_json_length(lines); i++) {
		struct json_object *from = json_object_array_get_idx(lines, i);
		long long all = amount(from, "qty"), qty;
		long long total = amount(from, "line_total");
		long long subtotal = amount(from, "line_subtotal"), tax = amount(from, "line_tax");
		struct cart_line *line;

		line_totals += total;
		if (!refund_qty(in, from, &qty, error))
			return false;
		if (qty == 0 || all == 0)
			continue;
		line = &cart->lines[cart->count++];
		line->sku = mem_copy(magento_json_text(from, "sku"));
		line->name = mem_copy(magento_json_text(from, "name"));
		line->qty = qty;
		line->unit_price = amount(from, "unit_price");
		line->subtotal = decimal_scale(subtotal, qty, all, CENT);
		line->tax = decimal_scale(tax, qty, all, CENT);
		line->discount = decimal_scale(subtotal + tax - total, qty, all, CENT);
		cart->subtotal += line->subtotal;
		cart->tax += line->tax;
		cart->discount += line->discount;
	}
	/* What the invoice's lines do not show (discount-tax compensation, gift card) comes
	 * back in proportion. */
	hidden = amount(invoice, "grand_total") - line_totals - amount(invoice, "shipping_amount") -
		 amount(invoice, "shipping_tax_amount");
	if (amount(invoice, "subtotal") != 0)
		cart->adjustment =
			decimal_scale(hidden, cart->subtotal, amount(invoice, "subtotal"), CENT);
	return true;
}

struct memo_parts {
	struct cart cart;
	struct json_object *contact, *rate;
	struct entity *invoice; /* borrowed; NULL: a memo of its own cart */
	const char *currency;
	long long plus, minus;
	char *when;
};

static bool shipping_read(struct json_object *in, struct json_object *invoice, struct cart *cart,
			  char error[MAKER_ERROR_LEN])
{
	long long all = amount(invoice, "shipping_amount");
	long long tax = amount(invoice, "shipping_tax_amount");

	if (!chosen(in, "shipping", all, &cart->shipping, error))
		return false;
	if (all != 0)
		tax = decimal_scale(tax, cart->shipping, all, CENT);
	return chosen(in, "shipping_tax", tax, &cart->shipping_tax, error);
}

static bool of_invoice(struct json_object *in, struct memo_parts *parts,
		       char error[MAKER_ERROR_LEN])
{
	struct json_object *tree = parts->invoice->tree;
	struct cart *cart = &parts->cart;

	if (!refund_cart(in, tree, cart, error) || !shipping_read(in, tree, cart, error))
		return false;
	cart->tax += cart->shipping_tax;
	cart->grand_total =
		cart->subtotal + cart->tax + cart->shipping - cart->discount + cart->adjustment;
	parts->contact = json_object_get(parts->invoice->contact != NULL
						 ? parts->invoice->contact
						 : magento_json_get(tree, "customer"));
	parts->rate = json_object_get(magento_json_get(tree, "base_to_order_rate"));
	parts->currency = magento_json_text(tree, "currency");
	return true;
}

static bool of_cart(struct shop *shop, struct json_object *in, struct memo_parts *parts,
		    char error[MAKER_ERROR_LEN])
{
	struct json_object *billing;
	long long rate;

	if (!cart_read(in, &parts->cart, error) ||
	    !chosen(in, "base_to_order_rate", DECIMAL_ONE, &rate, error))
		return false;
	billing = maker_address(magento_json_get(in, "billing_address"), "billing");
	parts->contact = maker_contact(shop, in, billing, NULL, parts->when, error);
	json_object_put(billing);
	parts->rate = decimal_json(rate);
	parts->currency = magento_json_text(in, "currency");
	return parts->contact != NULL;
}

static bool parts_read(struct shop *shop, struct json_object *in, struct memo_parts *parts,
		       char error[MAKER_ERROR_LEN])
{
	long long invoice_id = magento_json_int(in, "invoice_id", 0);
	struct json_object *items = magento_json_get(in, "items");

	*parts = (struct memo_parts){.when = maker_time(shop, in, "created_at")};
	parts->invoice = entity_find(&shop->entities[ENTITY_INVOICE], invoice_id);
	if (invoice_id != 0 && parts->invoice == NULL) {
		snprintf(error, MAKER_ERROR_LEN, "no invoice %lld", invoice_id);
		return false;
	}
	if (items != NULL && !json_object_is_type(items, json_type_array)) {
		snprintf(error, MAKER_ERROR_LEN, "items is a list");
		return false;
	}
	if (!(parts->invoice != NULL ? of_invoice(in, parts, error)
				     : of_cart(shop, in, parts, error)))
		return false;
	if (!chosen(in, "adjustment_positive", 0, &parts->plus, error) ||
	    !chosen(in, "adjustment_negative", 0, &parts->minus, error))
		return false;
	parts->cart.grand_total += parts->plus - parts->minus;
	return true;
}

static void memo_store(struct json_object *in, struct entity *memo, const struct memo_parts *parts)
{
	struct json_object *invoice = parts->invoice != NULL ? parts->invoice->tree : NULL;
	/* Offline refunds are made from the order: the memo then knows no invoice. */
	bool linked = invoice != NULL && !magento_json_bool(in, "from_order", 0);
	struct json_object *tree = json_object_new_object();
	char *increment = maker_increment(in, memo->id);

	memo->website_id = parts->invoice != NULL ? parts->invoice->website_id
						  : magento_json_int(in, "website_id", 1);
	memo->store_id = parts->invoice != NULL ? parts->invoice->store_id
						: magento_json_int(in, "store_id", 1);
	magento_json_add_int(tree, "magento_id", memo->id);
	magento_json_add_text(tree, "increment_id", increment);
	if (linked) {
		magento_json_add_int(tree, "invoice_id", parts->invoice->id);
		magento_json_add_text(tree, "invoice_increment_id",
				      magento_json_text(invoice, "increment_id"));
	}
	magento_json_add_int(tree, "website_id", memo->website_id);
	magento_json_add_text(tree, "currency", parts->currency != NULL ? parts->currency : "GBP");
	magento_json_add(tree, "customer", json_object_get(parts->contact));
	magento_json_add(tree, "lines", cart_lines(&parts->cart));
	magento_json_add(tree, "adjustment_positive", decimal_json(parts->plus));
	magento_json_add(tree, "adjustment_negative", decimal_json(parts->minus));
	magento_json_add(tree, "grand_total", decimal_json(parts->cart.grand_total));
	magento_json_add(tree, "shipping_amount", decimal_json(parts->cart.shipping));
	magento_json_add(tree, "shipping_tax_amount", decimal_json(parts->cart.shipping_tax));
	magento_json_add_text(tree, "reason", magento_json_text(in, "reason"));
	magento_json_add_text(tree, "created_at", parts->when);
	if (linked)
		magento_json_add_text(tree, "invoice_created_at",
				      magento_json_text(invoice, "created_at"));
	magento_json_add(tree, "base_to_order_rate", json_object_get(parts->rate));
	memo->tree = tree;
	memo->contact = json_object_get(parts->contact);
	free(increment);
}

struct json_object *make_creditmemo(struct shop *shop, struct json_object *in,
				    char error[MAKER_ERROR_LEN])
{
	static const char *const events[] = {"creditmemo.created"};
	struct json_object *out = NULL;
	struct memo_parts parts;
	struct entity *memo;

	if (parts_read(shop, in, &parts, error)) {
		memo = entity_put(&shop->entities[ENTITY_CREDITMEMO],
				  magento_json_int(in, "id", 0));
		memo_store(in, memo, &parts);
		out = maker_result(shop, ENTITY_CREDITMEMO, memo, events,
				   magento_json_bool(in, "events", 1) ? 1 : 0);
	}
	cart_release(&parts.cart);
	json_object_put(parts.contact);
	json_object_put(parts.rate);
	free(parts.when);
	return out;
}
