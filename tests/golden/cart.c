#include "cart.h"

#define TEXT_CAP (256 * 1024)

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

static int64_t half_up(int64_t value, int64_t unit)
{
	return value >= 0 ? (value + unit / 2) / unit : -((-value + unit / 2) / unit);
}

/* Per cent; the ids are those of the policy below. */
static const struct {
	int64_t percent;
	const char *id;
} RATES[] = {{20, "GB_STANDARD"}, {5, "GB_LOWER"}, {0, "GB_ZERO"}};
#define ZERO_RATE 2

static void add_name(struct buf *json)
{
	static const char *const names[] = {
		"\"Mug\"",
		"\"Tom &amp;amp; J&eacute;r&ocirc;me\"",
		"\"<b>Pot</b>&nbsp;\\u263a \\ud83e\\uded6\"",
		"\" \\u0007 \"",
		"\"&#39;&#x1F642;&bogus;\"",
	};
	size_t pick = (size_t)cart_random(6);
	if (pick < 5) {
		buf_add_str(json, names[pick]);
		return;
	}
	buf_add_char(json, '"');
	for (int64_t i = 200 + cart_random(150); i > 0; i--)
		buf_add_str(json, "ü");
	buf_add_char(json, '"');
}

static void add_line(struct cart *cart, int64_t sku, int64_t quantity, int64_t price,
		     int64_t subtotal, int64_t tax, int64_t total)
{
	bool first = cart->json.data[cart->json.len - 1] == '[';
	buf_addf(&cart->json, "%s{\"sku\":\"SKU-%lld\",\"name\":", first ? "" : ",",
		 (long long)sku);
	add_name(&cart->json);
	buf_addf(&cart->json, ",\"qty\":%lld.%04lld,\"unit_price\":%lld.%04lld",
		 (long long)(quantity / 10000), (long long)(quantity % 10000),
		 (long long)(price / 10000), (long long)(price % 10000));
	buf_addf(&cart->json, ",\"line_subtotal\":%lld.%02lld,\"line_tax\":%lld.%02lld",
		 (long long)(subtotal / 100), (long long)(subtotal % 100), (long long)(tax / 100),
		 (long long)(tax % 100));
	buf_addf(&cart->json, ",\"line_total\":%lld.%02lld}", (long long)(total / 100),
		 (long long)(total % 100));
}

/* A line of at least a pound net, so that its percentage can be told from its pennies. */
static void add_random_line(struct cart *cart, int64_t sku)
{
	size_t rate = cart->abroad ? ZERO_RATE : (size_t)cart_random(3);
	int64_t percent = RATES[rate].percent;
	int64_t pieces = 1 + cart_random(12);
	int64_t quantity = cart_random(8) ? pieces * 10000 : pieces * 10000 + cart_random(10000);
	int64_t price = 15000 + cart_random(cart_random(2) ? 2000000 : 100000); /* scale 4 */
	int64_t subtotal = half_up(quantity * price, 1000000);
	int64_t off = cart_random(2) ? 0 : cart_random(subtotal / 4);
	int64_t net = subtotal - off;
	int64_t tax = half_up(net * percent, 100);
	if (!off && quantity % 10000 == 0 && cart_random(2)) /* taxed piece by piece */
		tax = half_up(price * percent, 10000) * pieces;
	int64_t reported = cart->gross ? half_up(off * (100 + percent), 100) : off;
	add_line(cart, sku, quantity, price, subtotal, tax, subtotal + tax - reported);
	cart->rates[cart->kept++] = RATES[rate].id;
	cart->total += net + tax;
	cart->discounted = cart->discounted || off > 0;
	if (cart_random(6) == 0) /* the child of a configurable */
		add_line(cart, sku, quantity, 0, 0, 0, 0);
	if (cart_random(6) == 0) /* the parent of a dynamic bundle */
		add_line(cart, sku + 1000, 10000, price, 0, 0, 0);
	if (cart_random(10) == 0) { /* a present */
		add_line(cart, sku + 2000, 10000, 0, 0, 0, 0);
		cart->rates[cart->kept++] = "GB_ZERO";
	}
}

/* Lines, and what the shop charges for sending them. */
static void add_lines(struct cart *cart, int64_t at_least)
{
	buf_add_str(&cart->json, "{\"lines\":[");
	for (int64_t i = at_least + cart_random(CART_LINES_MAX - at_least); i > 0; i--)
		add_random_line(cart, i);
	int64_t shipping = cart_random(3) ? cart_random(3000) : 0;
	int64_t shipping_tax = !cart->abroad && cart_random(2) ? half_up(shipping * 20, 100) : 0;
	if (shipping_tax && cart_random(3) == 0)
		shipping_tax--; /* rounded otherwise */
	cart->total += shipping + shipping_tax;
	buf_addf(&cart->json,
		 "],\"shipping_amount\":%lld.%02lld,\"shipping_tax_amount\":%lld.%02lld",
		 (long long)(shipping / 100), (long long)(shipping % 100),
		 (long long)(shipping_tax / 100), (long long)(shipping_tax % 100));
}

/* What the shop's total differs from the sum by: pennies, or a gift card. */
static void add_rest(struct cart *cart)
{
	if (cart->total > 2 && cart_random(3) == 0)
		cart->rest = cart_random(2) ? cart_random(5) - 2 : -cart_random(cart->total + 1);
	cart->total += cart->rest;
	buf_addf(&cart->json, ",\"grand_total\":%lld.%02lld,\"created_at\":\"%s\"",
		 (long long)(cart->total / 100), (long long)(cart->total % 100),
		 "2026-11-20T20:30:37Z");
}

/* Pounds, or euro at a rate of ten decimals. */
static void add_currency(struct cart *cart)
{
	cart->foreign = cart_random(4) == 0;
	buf_addf(&cart->json, ",\"currency\":\"%s\",\"base_to_order_rate\":%lld.%010lld",
		 cart->foreign ? "EUR" : "GBP", (long long)(1 + cart_random(3)),
		 (long long)(1 + cart_random(9999999999)));
}

static void add_billing(struct cart *cart)
{
	buf_addf(&cart->json,
		 ",\"billing_address\":{\"kind\":\"billing\",\"street\":[\"1 High St\"],"
		 "\"city\":\"London\",\"country_id\":\"%s\"}",
		 cart->abroad ? "FR" : "GB");
}

void cart_invoice(struct cart *cart)
{
	*cart = (struct cart){.gross = cart_random(3) == 0, .abroad = cart_random(5) == 0};
	buf_init(&cart->json, TEXT_CAP);
	add_lines(cart, 1);
	add_rest(cart);
	add_currency(cart);
	add_billing(cart);
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
	int64_t refund = cart_random(2) ? cart_random(5000) : 0;
	int64_t fee = cart_random(2) ? cart_random(cart->total + refund + 1) : 0;
	cart->extras = (refund > 0 ? 1u : 0u) + (fee > 0 ? 1u : 0u);
	cart->total += refund - fee;
	buf_addf(&cart->json,
		 ",\"adjustment_positive\":%lld.%02lld,\"adjustment_negative\":%lld.%02lld",
		 (long long)(refund / 100), (long long)(refund % 100), (long long)(fee / 100),
		 (long long)(fee % 100));
}

void cart_memo(struct cart *cart)
{
	*cart = (struct cart){.gross = cart_random(3) == 0, .abroad = cart_random(5) == 0};
	buf_init(&cart->json, TEXT_CAP);
	add_lines(cart, 0);
	add_adjustments(cart);
	add_rest(cart);
	add_currency(cart);
	buf_add_str(&cart->json,
		    ",\"magento_id\":1,\"increment_id\":\"000000001\",\"website_id\":1,"
		    "\"customer\":{\"magento_id\":0,\"email\":\"a@example.test\","
		    "\"website_id\":0,\"addresses\":[{\"kind\":\"billing\","
		    "\"street\":[\"1 High St\"],\"city\":\"London\",\"country_id\":");
	buf_addf(&cart->json, "\"%s\"}]}}", cart->abroad ? "FR" : "GB");
}
