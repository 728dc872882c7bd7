/*
 * Thousands of random carts, as invoices with their payments and as credit memos: whatever
 * a shop sells and takes back, the document sums to the penny, is the same twice, and has
 * nothing Sage refuses. The seed is printed; set LEDGER_TEST_SEED to see the same again.
 */
#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "books/credit_note.h"
#include "books/invoice.h"
#include "books/payment.h"
#include "cart.h"
#include "case.h"
#include "sage_sum.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CARTS     4000
#define ARENA_CAP (4 * 1024 * 1024)

/* One translation of the cart's entity. */
typedef enum led_err translation(const struct books_context *context, struct json_object *json,
				 struct books_document *out, struct led_error *error);

static enum led_err translate_invoice(const struct books_context *context, struct json_object *json,
				      struct books_document *out, struct led_error *error)
{
	struct magento_invoice invoice;
	enum led_err err = magento_parse_invoice(json, context->arena, &invoice, error);
	return err ? err : books_invoice(context, &invoice, "1", out, error);
}

static enum led_err translate_memo(const struct books_context *context, struct json_object *json,
				   struct books_document *out, struct led_error *error)
{
	struct magento_creditmemo memo;
	struct books_credit_note_input input = {.memo = &memo, .contact_id = "1"};
	enum led_err err = magento_parse_creditmemo(json, context->arena, &memo, error);
	return err ? err : books_credit_note(context, &input, out, error);
}

/* What Sage says is outstanding of the invoice at hand; -1 = it was not asked. */
static int64_t outstanding;

static enum led_err translate_payment(const struct books_context *context, struct json_object *json,
				      struct books_document *out, struct led_error *error)
{
	struct magento_invoice invoice;
	struct books_payment_input input = {
		.invoice = &invoice,
		.method = "checkmo",
		.contact_id = "1",
		.invoice_id = "2",
		.has_outstanding = outstanding >= 0,
		.outstanding = outstanding,
	};
	enum led_err err = magento_parse_invoice(json, context->arena, &invoice, error);
	return err ? err : books_payment(context, &input, out, error);
}

/* What a cart is judged by. */
struct rules {
	struct json_object *policy, *reference;
	translation *translate;
};

/* The region's reference data, and a policy that maps its taxed rates. */
static struct rules rules_of(const struct cart_region *region, translation *translate)
{
	char name[64], percent[32];
	struct rules rules = {.policy = json_object_new_object(), .translate = translate};
	struct json_object *map = json_object_new_object(), *methods = json_object_new_object();
	for (size_t i = 0; i < region->rate_count; i++) {
		const struct cart_rate *rate = &region->rates[i];
		snprintf(percent, sizeof percent, "%lld.%04lld", (long long)rate->percent / 10000,
			 (long long)rate->percent % 10000);
		json_object_object_add(map, percent, json_object_new_string(rate->id));
	}
	if (cart_random(2))
		json_object_object_add(map, "0.00", json_object_new_string(region->zero));
	json_object_object_add(methods, "checkmo", json_object_new_string("3"));
	json_object_object_add(rules.policy, "tax_rate_map", map);
	json_object_object_add(rules.policy, "payment_method_map", methods);
	json_object_object_add(rules.policy, "default_tax_rate_id",
			       json_object_new_string(region->rates[0].id));
	snprintf(name, sizeof name, CASE_DIR "references/%s.json", region->reference);
	rules.reference = case_read_json(name);
	cr_assert_not_null(rules.reference);
	return rules;
}

static void rules_release(struct rules *rules)
{
	json_object_put(rules->policy);
	json_object_put(rules->reference);
}

/* The body as text, from a fresh reading; NULL, and a failure, when there is none. */
static char *translate(const struct rules *rules, const struct cart *cart,
		       struct books_warnings *warnings)
{
	struct led_error error = {0};
	struct case_setting setting;
	struct books_document document = {0};
	struct json_object *json = NULL;
	char *text = NULL;
	struct arena *arena = arena_new(ARENA_CAP);
	if (!case_set_up(arena, rules->policy, rules->reference, &setting) ||
	    json_parse(cart->json.data, cart->json.len, &json, &error) ||
	    rules->translate(&setting.context, json, &document, &error))
		cr_expect_fail("%s: %s\n%s", error.code, error.message, cart->json.data);
	else
		text = strdup(document.body);
	*warnings = document.warnings;
	json_object_put(json);
	arena_free(arena);
	return text;
}

static bool is_warned(const struct books_warnings *warnings, const char *code)
{
	for (size_t i = 0; i < warnings->count; i++)
		if (strcmp(warnings->item[i].code, code) == 0)
			return true;
	return false;
}

/* Translates twice and asks Sage. The body is the caller's. */
static struct json_object *check_body(const struct rules *rules, const struct cart *cart,
				      struct books_warnings *warnings)
{
	char room[512];
	int64_t total = -1;
	struct books_warnings again;
	struct json_object *body = NULL;
	char *text = translate(rules, cart, warnings);
	char *twice = translate(rules, cart, &again);
	cr_assert(text && twice);
	cr_expect_str_eq(text, twice, "not the same twice:\n%s", cart->json.data);
	cr_assert_eq(json_parse(text, strlen(text), &body, NULL), LED_OK, "%s", text);
	const char *refusal = sage_refusal(body, false, room, sizeof room);
	cr_expect_null(refusal, "%s\n%s", refusal, cart->json.data);
	cr_expect(sage_total(body, rules->reference, &total), "%s", text);
	cr_expect_eq(total, cart->total * 10000, "%lld instead of %lld pennies\n%s\n%s",
		     (long long)(total / 10000), (long long)cart->total, cart->json.data, text);
	free(text);
	free(twice);
	return body;
}

/* A line that the shop sold: at the rate it was taxed at, with the shop's amounts. */
static void check_line(const struct cart *cart, const struct cart_line *sold,
		       struct json_object *json)
{
	struct sage_line line;
	cr_assert(sage_line(json, &line), "%s", json_object_to_json_string(json));
	cr_expect_str_eq(json_string(json, "tax_rate_id"), sold->rate, "%s\n%s",
			 json_object_to_json_string(json), cart->json.data);
	cr_expect_eq(line.subtotal, sold->subtotal, "%s", cart->json.data);
	cr_expect_eq(line.tax, sold->tax, "%s", cart->json.data);
	/* A rest may look like the other reading of the discounts. */
	if (cart->rest == 0)
		cr_expect_leq(llabs(sold->subtotal - line.discount - sold->net), cart->gross,
			      "a net of %lld\n%s", (long long)sold->net, cart->json.data);
}

/* What the shop did not sell as a line: shipping, adjustments. The tax that they bear. */
static int64_t check_extra(const struct cart *cart, struct json_object *json)
{
	struct sage_line line;
	bool is_freight = strcmp(json_string(json, "description"), "Shipping") == 0;
	const char *plain = cart->abroad ? "GB_ZERO" : cart->region->no_tax;
	cr_assert(sage_line(json, &line));
	cr_assert(!is_freight || cart->freight, "shipping of nothing\n%s", cart->json.data);
	cr_expect_str_eq(json_string(json, "tax_rate_id"), is_freight ? cart->freight : plain,
			 "%s\n%s", json_object_to_json_string(json), cart->json.data);
	cr_expect(is_freight || line.tax == 0);
	return line.tax;
}

/* The tax is all the shop's, each part of it where it was. */
static void check_lines(const struct cart *cart, struct json_object *document,
			struct json_object *lines)
{
	int64_t tax = 0, millionths = 0;
	cr_assert_geq(json_object_array_length(lines), cart->kept_count + cart->extras,
		      "lines are missing\n%s", cart->json.data);
	for (size_t i = 0; i < json_object_array_length(lines); i++) {
		struct json_object *line = json_object_array_get_idx(lines, i);
		cr_expect_eq(json_member(line, "eu_goods_services_type_id") != NULL, cart->abroad);
		if (i < cart->kept_count)
			check_line(cart, &cart->kept[i], line);
		tax += i < cart->kept_count ? cart->kept[i].tax : check_extra(cart, line);
	}
	const char *freight = json_string(document, "shipping_tax_rate_id");
	if (freight) {
		cr_expect_str_eq(freight, cart->freight, "%s", cart->json.data);
		cr_expect(sage_number(json_member(document, "shipping_tax_amount"), &millionths));
	}
	cr_expect_eq(tax + millionths / 10000, cart->tax, "tax is lost\n%s", cart->json.data);
}

/* An adjustment is the rest, and what rounding leaves of discounts that hold tax. */
static void check_adjustment(const struct cart *cart, struct json_object *lines,
			     const struct books_warnings *warnings)
{
	struct sage_line line = {0};
	size_t count = json_object_array_length(lines);
	struct json_object *last = json_object_array_get_idx(lines, count - 1);
	bool adjusted =
		strcmp(json_string(last, "description"), "Adjustment to Magento total") == 0;
	cr_expect_eq(is_warned(warnings, "adjusted_to_total"), adjusted);
	cr_expect_not(is_warned(warnings, "tax_rate_defaulted"), "%s", cart->json.data);
	cr_assert(!adjusted || sage_line(last, &line));
	if (cart->discounts == 0)
		cr_expect_eq(line.subtotal, cart->rest, "%s", cart->json.data);
	else if (cart->rest == 0)
		cr_expect_leq(llabs(line.subtotal), cart->gross ? cart->discounts : 0,
			      "%lld pennies are adjusted\n%s", (long long)line.subtotal,
			      cart->json.data);
}

/* Sage's rate times the shop's is 1, or the inverse is the shop's itself. */
static void check_rate(const struct cart *cart, struct json_object *document)
{
	char printed[64];
	struct json_object *rate = json_member(document, "exchange_rate");
	struct json_object *inverse = json_member(document, "inverse_exchange_rate");
	bool above = cart->rate > INT64_C(100000000000000);
	bool is_one = cart->rate == INT64_C(10000000000);
	cr_expect_eq(rate != NULL, cart->foreign && !is_one && !above, "%s", cart->json.data);
	cr_expect_eq(inverse != NULL, cart->foreign && above, "%s", cart->json.data);
	snprintf(printed, sizeof printed, "%lld.%010lld",
		 (long long)(cart->rate / INT64_C(10000000000)),
		 (long long)(cart->rate % INT64_C(10000000000)));
	if (inverse)
		cr_expect_str_eq(json_object_get_string(inverse), printed);
	if (!rate)
		return;
	/* As a float: the test's own arithmetic, to twelve digits. */
	double product = strtod(json_object_get_string(rate), NULL) * strtod(printed, NULL);
	double half_unit = 0.5e-10 * strtod(printed, NULL) + 1e-12;
	cr_expect(product > 1 - half_unit && product < 1 + half_unit, "%s: %s",
		  json_object_get_string(rate), cart->json.data);
}

static void check_document(const struct rules *rules, const struct cart *cart, const char *resource,
			   const char *lines_key)
{
	struct books_warnings warnings;
	struct json_object *body = check_body(rules, cart, &warnings);
	struct json_object *document = json_member(body, resource);
	struct json_object *lines = json_member(document, lines_key);
	check_lines(cart, document, lines);
	check_adjustment(cart, lines, &warnings);
	check_rate(cart, document);
	json_object_put(body);
}

/* Allocated is what is outstanding, and no more than was paid; a rest is told. */
static void check_payment(const struct rules *rules, const struct cart *cart)
{
	struct books_warnings warnings;
	int64_t expected = outstanding < 0 || outstanding > cart->total ? cart->total : outstanding;
	int64_t allocated = 0;
	if (cart->total == 0)
		return;
	struct json_object *body = check_body(rules, cart, &warnings);
	struct json_object *list =
		json_member(json_member(body, "contact_payment"), "allocated_artefacts");
	if (list)
		cr_expect(sage_number(json_member(json_object_array_get_idx(list, 0), "amount"),
				      &allocated));
	cr_expect_eq(allocated, expected * 10000, "%s", cart->json.data);
	cr_expect_eq(is_warned(&warnings, "allocated_in_part"), expected < cart->total);
	json_object_put(body);
}

static void seed(const char *name)
{
	const char *text = getenv("LEDGER_TEST_SEED");
	int64_t number = clock_now_us();
	if (text)
		cr_assert(text_to_int64(text, 1, INT64_MAX, &number), "LEDGER_TEST_SEED");
	cart_seed((uint64_t)number);
	fprintf(stderr, "%s: LEDGER_TEST_SEED=%lld\n", name, (long long)number);
}

Test(carts, every_cart_sums_to_the_penny)
{
	seed("carts");
	for (int i = 0; i < CARTS; i++) {
		struct cart cart;
		cart_invoice(&cart);
		cr_assert(!cart.json.failed);
		struct rules rules = rules_of(cart.region, translate_invoice);
		check_document(&rules, &cart, "sales_invoice", "invoice_lines");
		rules_release(&rules);
		buf_release(&cart.json);
	}
}

Test(carts, every_memo_sums_to_the_penny)
{
	seed("memos");
	for (int i = 0; i < CARTS; i++) {
		struct cart cart;
		cart_memo(&cart);
		cr_assert(!cart.json.failed);
		struct rules rules = rules_of(cart.region, translate_memo);
		/* A memo of nothing at all is refused, which a golden case shows. */
		if (cart.kept_count + cart.extras > 0)
			check_document(&rules, &cart, "sales_credit_note", "credit_note_lines");
		rules_release(&rules);
		buf_release(&cart.json);
	}
}

Test(carts, every_payment_is_allocated_to_the_penny)
{
	seed("payments");
	for (int i = 0; i < CARTS; i++) {
		struct cart cart;
		cart_invoice(&cart);
		cr_assert(!cart.json.failed);
		struct rules rules = rules_of(cart.region, translate_payment);
		outstanding = cart_random(3) ? cart_random(cart.total * 2 + 2) - 1 : -1;
		check_payment(&rules, &cart);
		rules_release(&rules);
		buf_release(&cart.json);
	}
}
