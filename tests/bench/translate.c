/*
 * make bench BENCH=books: how long it takes to turn a shop's invoice of 20 lines into the
 * body for Sage: reading the JSON's fields, filter, contact, lines with tax rates and
 * discounts, total, and the body's text. Prints the median of ROUNDS.
 */
#include "base/json.h"
#include "books/contact.h"
#include "books/filter.h"
#include "books/invoice.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LINES     20
#define ROUNDS    2001
#define WARM_UP   200
#define ARENA_CAP (4 * 1024 * 1024)
#define TEXT_CAP  (64 * 1024)

static const struct reference_tax_rate RATES[] = {
	{"GB_STANDARD", "Standard", {200000, PERCENTAGE_SCALE}, true},
	{"GB_LOWER", "Lower", {50000, PERCENTAGE_SCALE}, true},
	{"GB_ZERO", "Zero", {0, PERCENTAGE_SCALE}, true},
	{"GB_NO_TAX", "None", {0, PERCENTAGE_SCALE}, true},
};

static const struct reference REFERENCE = {
	.country = "GB", .base_currency = "GBP", .tax_rates = RATES, .tax_rate_count = 4};

static const char POLICY[] = "{\"tax_rate_map\":{\"20.00\":\"GB_STANDARD\","
			     "\"5.00\":\"GB_LOWER\",\"0.00\":\"GB_ZERO\"},"
			     "\"default_tax_rate_id\":\"GB_STANDARD\","
			     "\"default_ledger_account_id\":\"a1bc27379feeb322fc7e199596c7c8fe\"}";

/* Every line of 3 at 19.99 less 10 %, at 20, 5 and 0 % in turn: 53.97 net and the tax. */
static void make_invoice(struct buf *json)
{
	static const int taxes[] = {1079, 270, 0};
	int total = 0;
	buf_add_str(json, "{\"lines\":[");
	for (int i = 0; i < LINES; i++) {
		int tax = taxes[i % 3];
		buf_addf(json,
			 "%s{\"sku\":\"SKU-%d\",\"name\":\"Mug &amp; saucer, No. %d, caf&eacute;\","
			 "\"qty\":3,\"unit_price\":19.99,\"line_subtotal\":59.97,"
			 "\"line_tax\":%d.%02d,\"line_total\":%d.%02d}",
			 i ? "," : "", i, i, tax / 100, tax % 100, (5397 + tax) / 100,
			 (5397 + tax) % 100);
		total += 5397 + tax;
	}
	buf_addf(json,
		 "],\"magento_id\":1,\"increment_id\":\"000000001\",\"order_id\":1,"
		 "\"order_increment_id\":\"000000001\",\"website_id\":1,\"store_id\":1,"
		 "\"currency\":\"EUR\",\"state\":\"paid\",\"customer\":{\"magento_id\":5,"
		 "\"email\":\"ada@example.test\",\"first_name\":\"Ada\",\"last_name\":\"Lovelace\","
		 "\"website_id\":1,\"addresses\":[]},\"billing_address\":{\"kind\":\"billing\","
		 "\"street\":[\"1 High St\",\"Flat 2\"],\"city\":\"London\",\"country_id\":\"GB\"},"
		 "\"base_to_order_rate\":1.1712345678,\"subtotal\":1199.4,\"tax_amount\":0,"
		 "\"discount_amount\":-120,\"shipping_amount\":5,\"shipping_tax_amount\":1,"
		 "\"grand_total\":%d.%02d,\"created_at\":\"2026-06-30T23:30:00Z\"}",
		 (total + 600) / 100, (total + 600) % 100);
}

/* One invoice, from the shop's JSON to Sage's bytes. */
static enum led_err translate(struct json_object *json, const struct books_context *context,
			      struct led_error *error)
{
	struct magento_invoice invoice;
	struct books_contact contact = {0};
	struct books_document document = {0};
	enum led_err err = magento_parse_invoice(json, context->arena, &invoice, error);
	if (err)
		return err;
	const struct books_filter_input filter = {
		.event = BOOKS_INVOICE_CREATED,
		.in_plan = true,
		.policy = context->policy,
		.invoice = &invoice,
	};
	const struct books_contact_input input = {
		.choice = books_contact_choose(context->policy, &invoice.customer, false,
					       invoice.grand_total),
		.buyer = &invoice.customer,
		.billing = invoice.billing,
		.currency = invoice.currency,
	};
	if (books_filter(&filter))
		err = led_fail(error, LED_INTERNAL, "skipped", "The invoice was skipped.");
	if (!err)
		err = books_contact_body(context, &input, &contact, error);
	if (!err)
		err = books_invoice(context, &invoice, "c3a1bce69d7474e077709bebb31a8760",
				    &document, error);
	if (!err && (document.warnings.count || document.total != invoice.grand_total))
		err = led_fail(error, LED_INTERNAL, "not_as_meant", "The invoice has a warning.");
	return err;
}

static int compare(const void *a, const void *b)
{
	const double *x = a, *y = b;
	return (*x > *y) - (*x < *y);
}

static double now_us(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static enum led_err measure(struct json_object *json, const struct books_context *kept,
			    double *median, struct led_error *error)
{
	static double took[ROUNDS];
	struct arena *arena = arena_new(ARENA_CAP);
	struct books_context context = *kept;
	enum led_err err = LED_OK;
	context.arena = arena;
	for (int i = -WARM_UP; arena && !err && i < ROUNDS; i++) {
		arena_reset(arena);
		double began = now_us();
		err = translate(json, &context, error);
		if (i >= 0)
			took[i] = now_us() - began;
	}
	qsort(took, ROUNDS, sizeof took[0], compare);
	*median = took[ROUNDS / 2];
	arena_free(arena);
	return arena ? err : led_fail(error, LED_INTERNAL, "out_of_memory", "No memory.");
}

int main(void)
{
	struct buf text;
	struct policy policy;
	struct led_error error = {0};
	struct json_object *settings = NULL, *invoice = NULL;
	struct arena *arena = arena_new(ARENA_CAP);
	struct books_context context = {.policy = &policy, .reference = &REFERENCE, .arena = arena};
	double median = 0;
	buf_init(&text, TEXT_CAP);
	make_invoice(&text);
	bool failed = !arena || json_parse(POLICY, sizeof POLICY - 1, &settings, &error) ||
		      books_policy_parse(settings, arena, &policy, &error) ||
		      zone_load(arena, "Europe/London", &context.zone, &error) ||
		      json_parse(text.data, text.len, &invoice, &error) ||
		      measure(invoice, &context, &median, &error);
	if (failed)
		fprintf(stderr, "translate: %s\n", error.message);
	else
		printf("bench translate_us %.1f\n", median);
	json_object_put(settings);
	json_object_put(invoice);
	buf_release(&text);
	arena_free(arena);
	return failed;
}
