#include "cart.h"

#include <stdlib.h>
#include <string.h>

#define TEXT_CAP (256 * 1024)
#define WHOLE    INT64_C(1000000) /* 100 %, in the unit of percentages */

/* Marsaglia's xorshift: the same carts on every machine. */
static uint64_t state;

void cart_seed(uint64_t seed)
{
	state = seed;
}

int64_t cart_random(int64_t limit)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (int64_t)(state % (uint64_t)limit);
}

static bool one_in(int64_t n)
{
	return cart_random(n) == 0;
}

static int64_t half_up(int64_t value, int64_t unit)
{
	return value >= 0 ? (2 * value + unit) / (2 * unit) : -((unit - 2 * value) / (2 * unit));
}

/* One of the region's rates, or none. */
static struct cart_rate pick_rate(const struct cart *cart)
{
	const struct cart_region *region = cart->region;
	struct cart_rate none = {0, cart->abroad ? "GB_ZERO" : region->zero};
	size_t pick = (size_t)cart_random((int64_t)region->rate_count + 1);
	return cart->abroad || pick == region->rate_count ? none : region->rates[pick];
}

static void add_number(struct cart *cart, const char *key, int64_t value, int64_t unit, int digits)
{
	buf_addf(&cart->json, ",\"%s\":%s%lld.%0*lld", key, value < 0 ? "-" : "",
		 (long long)(llabs(value) / unit), digits, (long long)(llabs(value) % unit));
}

static void add_unit(struct cart *cart, const char *key, int64_t value)
{
	add_number(cart, key, value, 10000, 4);
}

/* What was converted has four decimals, which rounding to two takes away again. */
static void add_money(struct cart *cart, const char *key, int64_t pennies)
{
	int64_t noise = cart->foreign && pennies > 0 ? cart_random(100) - 50 : 0;
	add_unit(cart, key, pennies * 100 + noise);
}

static void add_name(struct cart *cart)
{
	static const char *const names[] = {
		"\"Mug\"",
		"\"Tom &amp;amp; J&eacute;r&ocirc;me\"",
		"\"<b>Pot</b>&nbsp;\\u263a \\ud83e\\uded6\"",
		"\" \\u0007 \"",
		"\"&#39;&#x1F642;&bogus;\"",
	};
	size_t pick = (size_t)cart_random(6);
	buf_add_str(&cart->json, ",\"name\":");
	if (pick < 5) {
		buf_add_str(&cart->json, names[pick]);
		return;
	}
	buf_add_char(&cart->json, '"');
	for (int64_t i = 200 + cart_random(150); i > 0; i--)
		buf_add_str(&cart->json, "ü");
	buf_add_char(&cart->json, '"');
}

/* What a line holds on the shop's side; quantity and price in ten-thousandths. */
struct piece {
	int64_t sku, quantity, price, subtotal, tax, total;
};

static void add_line(struct cart *cart, const struct piece *piece)
{
	bool first = cart->json.data[cart->json.len - 1] == '[';
	buf_addf(&cart->json, "%s{\"sku\":\"SKU-%lld\"", first ? "" : ",", (long long)piece->sku);
	add_name(cart);
	add_unit(cart, "qty", piece->quantity);
	add_unit(cart, "unit_price", piece->price);
	add_money(cart, "line_subtotal", piece->subtotal);
	add_money(cart, "line_tax", piece->tax);
	add_money(cart, "line_total", piece->total);
	buf_add_char(&cart->json, '}');
}

/* Prices without tax: the discount comes off the net, what is left is taxed by the row or, at
 * full price, piece by piece. The net that is paid. */
static int64_t price_net(struct piece *piece, int64_t percent, int64_t off_percent)
{
	piece->subtotal = half_up(piece->quantity * piece->price, 1000000);
	int64_t off = half_up(piece->subtotal * off_percent, 100);
	int64_t net = piece->subtotal - off;
	piece->tax = half_up(net * percent, WHOLE);
	if (!off && piece->quantity % 10000 == 0 && one_in(2))
		piece->tax =
			half_up(piece->price * percent, 100 * WHOLE) * (piece->quantity / 10000);
	piece->total = piece->subtotal + piece->tax - off;
	return net;
}

/* Prices with tax, as Magento takes them apart: the discount comes off the price with tax,
 * what is left holds the tax, and the rest of the full tax is the hidden compensation. */
static int64_t price_gross(struct piece *piece, int64_t percent, int64_t off_percent)
{
	int64_t row = half_up(piece->quantity * piece->price, 1000000);
	int64_t off = half_up(row * off_percent, 100);
	piece->subtotal = row - half_up(row * percent, WHOLE + percent);
	piece->price = half_up(piece->subtotal * 1000000, piece->quantity);
	piece->tax = half_up((row - off) * percent, WHOLE + percent);
	piece->total = piece->subtotal + piece->tax - off;
	return row - off - piece->tax;
}

/* Lines of no amount: two only mirror another, one is a present. */
static void add_free_lines(struct cart *cart, const struct piece *piece)
{
	struct piece child = {piece->sku, piece->quantity, 0, 0, 0, 0};
	struct piece bundle = {piece->sku + 1000, 10000, llabs(piece->price), 0, 0, 0};
	struct piece present = {piece->sku + 2000, 10000, 0, 0, 0, 0};
	if (one_in(6)) /* the child of a configurable */
		add_line(cart, &child);
	if (one_in(6)) /* the parent of a dynamic bundle */
		add_line(cart, &bundle);
	if (one_in(10)) {
		add_line(cart, &present);
		cart->kept[cart->kept_count++].rate = cart->abroad ? "GB_ZERO" : cart->region->zero;
	}
}

/* A line of some pounds, so that its percentage can be told from its pennies. */
static void add_random_line(struct cart *cart, int64_t sku)
{
	struct cart_rate rate = pick_rate(cart);
	int64_t pieces = 1 + cart_random(12);
	int64_t off_percent = one_in(2) ? 1 + cart_random(25) : 0;
	struct piece piece = {
		.sku = sku,
		.quantity = pieces * 10000 + (one_in(8) ? cart_random(10000) : 0),
		.price = 50000 + cart_random(one_in(2) ? 2000000 : 100000),
	};
	int64_t net = cart->gross ? price_gross(&piece, rate.percent, off_percent)
				  : price_net(&piece, rate.percent, off_percent);
	if (!off_percent && one_in(12) && net + piece.tax < cart->total) { /* a voucher */
		net = -net;
		piece = (struct piece){sku,        piece.quantity, -piece.price, -piece.subtotal,
				       -piece.tax, -piece.total};
	}
	add_line(cart, &piece);
	cart->kept[cart->kept_count++] =
		(struct cart_line){rate.id, piece.subtotal, net, piece.tax};
	cart->discounts += off_percent > 0;
	cart->tax += piece.tax;
	cart->total += net + piece.tax;
	add_free_lines(cart, &piece);
}

/* Lines, and what the shop charges for sending them. */
static void add_lines(struct cart *cart, int64_t at_least)
{
	buf_add_str(&cart->json, "{\"lines\":[");
	for (int64_t i = at_least + cart_random(CART_LINES_MAX - at_least); i > 0; i--)
		add_random_line(cart, i);
	buf_add_char(&cart->json, ']');
	struct cart_rate rate = pick_rate(cart);
	int64_t shipping = one_in(3) ? 0 : 500 + cart_random(3000);
	int64_t tax = half_up(shipping * rate.percent, WHOLE);
	if (tax && one_in(3))
		tax--; /* rounded otherwise */
	if (shipping)
		cart->freight = tax || cart->abroad ? rate.id : cart->region->zero;
	cart->tax += tax;
	cart->total += shipping + tax;
	add_money(cart, "shipping_amount", shipping);
	add_money(cart, "shipping_tax_amount", tax);
}

/* What the shop's total differs from the sum by: pennies, or a gift card. */
static void add_rest(struct cart *cart)
{
	if (cart->total > 2 && one_in(3))
		cart->rest = one_in(2) ? cart_random(5) - 2 : -cart_random(cart->total + 1);
	cart->total += cart->rest;
	add_money(cart, "grand_total", cart->total);
	buf_add_str(&cart->json, ",\"created_at\":\"2026-11-20T20:30:37Z\"");
}

static void add_currency(struct cart *cart)
{
	buf_addf(&cart->json, ",\"currency\":\"%s\"",
		 cart->foreign ? "CHF" : cart->region->currency);
	add_number(cart, "base_to_order_rate", cart->rate, INT64_C(10000000000), 10);
}

static void add_address(struct cart *cart)
{
	buf_addf(&cart->json,
		 "{\"kind\":\"billing\",\"street\":[\"1 High St\"],\"city\":\"London\","
		 "\"country_id\":\"%s\"}",
		 cart->abroad ? "FR" : cart->region->country);
}

static void start(struct cart *cart)
{
	*cart = (struct cart){.region = cart_region(), .gross = one_in(2), .foreign = one_in(4)};
	cart->abroad = strcmp(cart->region->country, "GB") == 0 && one_in(2);
	cart->rate = 1 + cart_random(one_in(8) ? INT64_C(200000000000000) : INT64_C(40000000000));
	buf_init(&cart->json, TEXT_CAP);
}

void cart_invoice(struct cart *cart)
{
	start(cart);
	add_lines(cart, 1);
	add_rest(cart);
	add_currency(cart);
	buf_add_str(&cart->json, ",\"billing_address\":");
	add_address(cart);
	buf_add_str(&cart->json,
		    ",\"magento_id\":1,\"increment_id\":\"000000001\",\"order_id\":1,"
		    "\"order_increment_id\":\"000000001\",\"website_id\":1,\"store_id\":1,"
		    "\"state\":\"paid\",\"customer\":{\"magento_id\":0,"
		    "\"email\":\"a@example.test\",\"website_id\":0,\"addresses\":[]},"
		    "\"subtotal\":0,\"tax_amount\":0,\"discount_amount\":0}");
}

/* Given back on top, and kept back: never more than there is. */
static void add_adjustments(struct cart *cart)
{
	int64_t refund = one_in(2) ? cart_random(5000) : 0;
	int64_t fee = one_in(2) ? cart_random(cart->total + refund + 1) : 0;
	cart->extras = (refund > 0 ? 1u : 0u) + (fee > 0 ? 1u : 0u);
	cart->total += refund - fee;
	add_money(cart, "adjustment_positive", refund);
	add_money(cart, "adjustment_negative", fee);
}

void cart_memo(struct cart *cart)
{
	start(cart);
	add_lines(cart, 0);
	add_adjustments(cart);
	add_rest(cart);
	add_currency(cart);
	buf_add_str(&cart->json,
		    ",\"magento_id\":1,\"increment_id\":\"000000001\",\"website_id\":1,"
		    "\"customer\":{\"magento_id\":0,\"email\":\"a@example.test\","
		    "\"website_id\":0,\"addresses\":[");
	add_address(cart);
	buf_add_str(&cart->json, "]}}");
}
