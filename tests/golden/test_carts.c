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

/* What all carts are judged by. */
struct rules {
	struct json_object *policy, *reference;
	translation *translate;
};

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
		text = strdup(json_object_to_json_string(document.body));
	*warnings = document.warnings;
	books_document_release(&document);
	json_object_put(json);
	arena_free(arena);
	return text;
}

/* Lines that must be there, each with the rate it was taxed at. */
static void check_rates(const struct cart *cart, struct json_object *lines)
{
	cr_assert_geq(json_object_array_length(lines), cart->kept + cart->extras,
		      "lines are missing\n%s", cart->json.data);
	for (size_t i = 0; i < cart->kept; i++)
		cr_expect_str_eq(json_string(json_object_array_get_idx(lines, i), "tax_rate_id"),
				 cart->rates[i], "line %zu of\n%s", i, cart->json.data);
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

static void check_document(const struct rules *rules, const struct cart *cart, const char *resource,
			   const char *lines)
{
	struct books_warnings warnings;
	struct json_object *body = check_body(rules, cart, &warnings);
	struct json_object *document = json_member(body, resource);
	/* With discounts a rest may by chance be just what the other reading leaves. */
	if (cart->rest == 0 || !cart->discounted)
		cr_expect_eq(is_warned(&warnings, "adjusted_to_total"), cart->rest != 0,
			     "warnings: %zu, the first %s\n%s", warnings.count,
			     warnings.count ? warnings.item[0].code : "-", cart->json.data);
	cr_expect_eq(json_member(document, "exchange_rate") != NULL, cart->foreign, "%s",
		     cart->json.data);
	check_rates(cart, json_member(document, lines));
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

static void set_up(const char *name, struct rules *rules)
{
	static const char policy[] = "{\"tax_rate_map\":{\"20.00\":\"GB_STANDARD\","
				     "\"5.00\":\"GB_LOWER\",\"0.00\":\"GB_ZERO\"},"
				     "\"payment_method_map\":{\"checkmo\":\"3\"}}";
	const char *seed = getenv("LEDGER_TEST_SEED");
	int64_t number = clock_now_us();
	if (seed)
		cr_assert(text_to_int64(seed, 1, INT64_MAX, &number), "LEDGER_TEST_SEED");
	cart_seed((uint64_t)number);
	fprintf(stderr, "%s: LEDGER_TEST_SEED=%lld\n", name, (long long)number);
	cr_assert_eq(json_parse(policy, sizeof policy - 1, &rules->policy, NULL), LED_OK);
	rules->reference = case_read_json(CASE_DIR "references/gb.json");
	cr_assert_not_null(rules->reference);
}

static void tear_down(struct rules *rules)
{
	json_object_put(rules->policy);
	json_object_put(rules->reference);
}

Test(carts, every_cart_sums_to_the_penny)
{
	struct rules rules = {.translate = translate_invoice};
	set_up("carts", &rules);
	for (int i = 0; i < CARTS; i++) {
		struct cart cart;
		cart_invoice(&cart);
		cr_assert(!cart.json.failed);
		check_document(&rules, &cart, "sales_invoice", "invoice_lines");
		buf_release(&cart.json);
	}
	tear_down(&rules);
}

Test(carts, every_memo_sums_to_the_penny)
{
	struct rules rules = {.translate = translate_memo};
	set_up("memos", &rules);
	for (int i = 0; i < CARTS; i++) {
		struct cart cart;
		cart_memo(&cart);
		cr_assert(!cart.json.failed);
		/* A memo of nothing at all is refused, which a golden case shows. */
		if (cart.kept + cart.extras > 0)
			check_document(&rules, &cart, "sales_credit_note", "credit_note_lines");
		buf_release(&cart.json);
	}
	tear_down(&rules);
}

Test(carts, every_payment_is_allocated_to_the_penny)
{
	struct rules rules = {.translate = translate_payment};
	set_up("payments", &rules);
	for (int i = 0; i < CARTS; i++) {
		struct cart cart;
		cart_invoice(&cart);
		cr_assert(!cart.json.failed);
		outstanding = cart_random(3) ? cart_random(cart.total * 2 + 2) - 1 : -1;
		check_payment(&rules, &cart);
		buf_release(&cart.json);
	}
	tear_down(&rules);
}
