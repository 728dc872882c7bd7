/*
 * Thousands of random domestic carts: whatever a shop sells, the document sums to the
 * penny, is the same twice, and has nothing Sage refuses. The seed is printed; set
 * LEDGER_TEST_SEED to see the same carts again.
 */
#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "books/invoice.h"
#include "case.h"
#include "sage_sum.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CARTS     4000
#define LINES_MAX 8
#define ARENA_CAP (4 * 1024 * 1024)
#define TEXT_CAP  (256 * 1024)

/* Marsaglia's xorshift: the same carts on every machine. */
static uint64_t state;

static int64_t random_to(int64_t limit)
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

struct cart {
	struct buf json;
	const char *rates[LINES_MAX * 2]; /* of the lines that must be kept, in order */
	size_t kept;
	bool discounted;
	bool gross;    /* discounts are reported with their tax */
	int64_t total; /* pennies */
	int64_t rest;  /* of it, what lines and shipping do not explain */
};

static void add_name(struct buf *json)
{
	static const char *const names[] = {
		"\"Mug\"",
		"\"Tom &amp;amp; J&eacute;r&ocirc;me\"",
		"\"<b>Pot</b>&nbsp;\\u263a \\ud83e\\uded6\"",
		"\" \\u0007 \"",
		"\"&#39;&#x1F642;&bogus;\"",
	};
	size_t pick = (size_t)random_to(6);
	if (pick < 5) {
		buf_add_str(json, names[pick]);
		return;
	}
	buf_add_char(json, '"');
	for (int64_t i = 200 + random_to(150); i > 0; i--)
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
	size_t rate = (size_t)random_to(3);
	int64_t percent = RATES[rate].percent;
	int64_t pieces = 1 + random_to(12);
	int64_t quantity = random_to(8) ? pieces * 10000 : pieces * 10000 + random_to(10000);
	int64_t price = 15000 + random_to(random_to(2) ? 2000000 : 100000); /* scale 4 */
	int64_t subtotal = half_up(quantity * price, 1000000);
	int64_t off = random_to(2) ? 0 : random_to(subtotal / 4);
	int64_t net = subtotal - off;
	int64_t tax = half_up(net * percent, 100);
	if (!off && quantity % 10000 == 0 && random_to(2)) /* taxed piece by piece */
		tax = half_up(price * percent, 10000) * pieces;
	int64_t reported = cart->gross ? half_up(off * (100 + percent), 100) : off;
	add_line(cart, sku, quantity, price, subtotal, tax, subtotal + tax - reported);
	cart->rates[cart->kept++] = RATES[rate].id;
	cart->total += net + tax;
	cart->discounted = cart->discounted || off > 0;
	if (random_to(6) == 0) /* the child of a configurable */
		add_line(cart, sku, quantity, 0, 0, 0, 0);
	if (random_to(6) == 0) /* the parent of a dynamic bundle */
		add_line(cart, sku + 1000, 10000, price, 0, 0, 0);
	if (random_to(10) == 0) { /* a present */
		add_line(cart, sku + 2000, 10000, 0, 0, 0, 0);
		cart->rates[cart->kept++] = "GB_ZERO";
	}
}

static void make_cart(struct cart *cart)
{
	*cart = (struct cart){.gross = random_to(3) == 0};
	buf_init(&cart->json, TEXT_CAP);
	buf_add_str(&cart->json, "{\"lines\":[");
	for (int64_t i = 1 + random_to(LINES_MAX - 1); i > 0; i--)
		add_random_line(cart, i);
	int64_t shipping = random_to(3) ? random_to(3000) : 0;
	int64_t shipping_tax = random_to(2) ? half_up(shipping * 20, 100) : 0;
	if (shipping_tax && random_to(3) == 0)
		shipping_tax--; /* rounded otherwise */
	cart->total += shipping + shipping_tax;
	if (random_to(3) == 0)
		cart->rest = random_to(2) ? random_to(5) - 2 : -random_to(cart->total + 1);
	cart->total += cart->rest;
	buf_addf(&cart->json,
		 "],\"magento_id\":1,\"increment_id\":\"000000001\",\"order_id\":1,"
		 "\"order_increment_id\":\"000000001\",\"website_id\":1,\"store_id\":1,"
		 "\"currency\":\"GBP\",\"state\":\"paid\",\"customer\":{\"magento_id\":0,"
		 "\"email\":\"a@example.test\",\"website_id\":0,\"addresses\":[]},"
		 "\"billing_address\":{\"kind\":\"billing\",\"street\":[\"1 High St\"],"
		 "\"city\":\"London\",\"country_id\":\"GB\"},"
		 "\"subtotal\":0,\"tax_amount\":0,\"discount_amount\":0,"
		 "\"shipping_amount\":%lld.%02lld,\"shipping_tax_amount\":%lld.%02lld,"
		 "\"grand_total\":%lld.%02lld,\"created_at\":\"2026-11-20T20:30:37Z\"}",
		 (long long)(shipping / 100), (long long)(shipping % 100),
		 (long long)(shipping_tax / 100), (long long)(shipping_tax % 100),
		 (long long)(cart->total / 100), (long long)(cart->total % 100));
}

/* The body as text, from a fresh reading; NULL, and a failure, when there is none. */
static char *translate(const struct cart *cart, struct json_object *policy,
		       struct json_object *reference, struct books_warnings *warnings)
{
	struct led_error error = {0};
	struct case_setting setting;
	struct magento_invoice invoice;
	struct books_document document = {0};
	struct json_object *json = NULL;
	char *text = NULL;
	struct arena *arena = arena_new(ARENA_CAP);
	if (!case_set_up(arena, policy, reference, &setting) ||
	    json_parse(cart->json.data, cart->json.len, &json, &error) ||
	    magento_parse_invoice(json, arena, &invoice, &error) ||
	    books_invoice(&setting.context, &invoice, "1", &document, &error))
		cr_expect_fail("%s: %s\n%s", error.code, error.message, cart->json.data);
	else
		text = strdup(json_object_to_json_string(document.body));
	*warnings = document.warnings;
	books_document_release(&document);
	json_object_put(json);
	arena_free(arena);
	return text;
}

static void check_rates(const struct cart *cart, struct json_object *body)
{
	struct json_object *lines =
		json_member(json_member(body, "sales_invoice"), "invoice_lines");
	cr_assert_geq(json_object_array_length(lines), cart->kept, "lines are missing\n%s",
		      cart->json.data);
	for (size_t i = 0; i < cart->kept; i++)
		cr_expect_str_eq(json_string(json_object_array_get_idx(lines, i), "tax_rate_id"),
				 cart->rates[i], "line %zu of\n%s", i, cart->json.data);
}

static void check_cart(const struct cart *cart, struct json_object *policy,
		       struct json_object *reference)
{
	char room[512];
	int64_t total = -1;
	struct led_error error;
	struct books_warnings warnings, again;
	struct json_object *body = NULL;
	char *text = translate(cart, policy, reference, &warnings);
	char *twice = translate(cart, policy, reference, &again);
	cr_assert(text && twice);
	cr_expect_str_eq(text, twice, "not the same twice:\n%s", cart->json.data);
	cr_assert_eq(json_parse(text, strlen(text), &body, &error), LED_OK, "%s", text);
	const char *refusal = sage_refusal(body, false, room, sizeof room);
	cr_expect_null(refusal, "%s\n%s", refusal, cart->json.data);
	cr_expect(sage_total(body, reference, &total), "%s", text);
	cr_expect_eq(total, cart->total * 10000, "%lld instead of %lld pennies\n%s\n%s",
		     (long long)(total / 10000), (long long)cart->total, cart->json.data, text);
	/* With discounts a rest may by chance be just what the other reading leaves. */
	if (cart->rest == 0 || !cart->discounted)
		cr_expect_eq(warnings.count > 0, cart->rest != 0,
			     "warnings: %zu, the first %s\n%s\n%s", warnings.count,
			     warnings.count ? warnings.item[0].code : "-", cart->json.data, text);
	check_rates(cart, body);
	json_object_put(body);
	free(text);
	free(twice);
}

Test(carts, every_cart_sums_to_the_penny)
{
	static const char map[] = "{\"tax_rate_map\":{\"20.00\":\"GB_STANDARD\","
				  "\"5.00\":\"GB_LOWER\",\"0.00\":\"GB_ZERO\"}}";
	const char *seed = getenv("LEDGER_TEST_SEED");
	int64_t number = clock_now_us();
	if (seed)
		cr_assert(text_to_int64(seed, 1, INT64_MAX, &number), "LEDGER_TEST_SEED");
	state = (uint64_t)number;
	fprintf(stderr, "carts: LEDGER_TEST_SEED=%lld\n", (long long)number);
	struct json_object *policy = NULL;
	cr_assert_eq(json_parse(map, sizeof map - 1, &policy, NULL), LED_OK);
	struct json_object *reference = case_read_json(CASE_DIR "references/gb.json");
	cr_assert_not_null(reference);
	for (int i = 0; i < CARTS; i++) {
		struct cart cart;
		make_cart(&cart);
		cr_assert(!cart.json.failed);
		check_cart(&cart, policy, reference);
		buf_release(&cart.json);
	}
	json_object_put(policy);
	json_object_put(reference);
}
