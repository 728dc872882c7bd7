#include "canonical.h"
#include "base/json.h"
#include "books/contact.h"
#include "books/credit_note.h"
#include "books/customer.h"
#include "books/filter.h"
#include "books/invoice.h"
#include "books/payment.h"
#include "books/product.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_CAP  (8 * 1024 * 1024)
#define BUSINESSES 3

static const struct reference_tax_rate GB_RATES[] = {
	{"GB_STANDARD", NULL, {200000, PERCENTAGE_SCALE}, true},
	{"GB_LOWER", NULL, {50000, PERCENTAGE_SCALE}, true},
	{"GB_ZERO", NULL, {0, PERCENTAGE_SCALE}, true},
	{"GB_NO_TAX", NULL, {0, PERCENTAGE_SCALE}, true},
};
static const struct reference_tax_rate IE_RATES[] = {
	{"IE_STANDARD", NULL, {230000, PERCENTAGE_SCALE}, true},
	{"IE_ZERO", NULL, {0, PERCENTAGE_SCALE}, true},
};

#define BUSINESS(home, currency, rates)                                                            \
	{                                                                                          \
		.country = (home), .base_currency = (currency), .tax_rates = (rates),              \
		.tax_rate_count = sizeof(rates) / sizeof(rates)[0]                                 \
	}
#define GB(policy)                                                                                 \
	{                                                                                          \
		BUSINESS("GB", "GBP", GB_RATES), policy                                            \
	}
static const struct {
	struct reference reference;
	const char *policy;
} SETTINGS[BUSINESSES] = {
	GB("{\"tax_rate_map\":{\"20.00\":\"GB_STANDARD\",\"5.00\":\"GB_LOWER\"},"
	   "\"default_tax_rate_id\":\"GB_STANDARD\",\"default_ledger_account_id\":\"1\","
	   "\"default_bank_account_id\":\"2\",\"default_purchase_ledger_account_id\":\"3\","
	   "\"sync_products\":true,\"sync_stock\":true}"),
	GB("{\"default_tax_rate_id\":\"GB_ZERO\",\"default_ledger_account_id\":\"1\","
	   "\"magento_base_currency\":\"USD\",\"customer_name_priority\":\"Person\","
	   "\"invoice_number_prefix\":\"W-\",\"website_filter\":[1],\"store_filter\":[1],"
	   "\"sync_since\":\"2020-01-01T00:00:00Z\",\"b2c_consolidation\":{\"enabled\":true,"
	   "\"fallback_contact_email\":\"web@shop.example\"}}"),
	{BUSINESS("IE", "EUR", IE_RATES),
	 "{\"tax_rate_map\":{\"23.00\":\"IE_STANDARD\"},\"default_tax_rate_id\":\"IE_STANDARD\","
	 "\"default_ledger_account_id\":\"1\",\"payment_method_map\":{\"checkmo\":\"2\"},"
	 "\"sync_products\":true}"},
};

/* A business at work on one input. */
struct attempt {
	struct books_context context;
	struct json_object *json;
	struct led_error error;
	struct canonical_made *made;
};

static void broken(const char *promise)
{
	fprintf(stderr, "broken: %s\n", promise);
	abort();
}

static void check_error(const struct attempt *attempt, enum led_err err)
{
	if (attempt->error.class != err || !*attempt->error.code || !*attempt->error.message)
		broken("an error says its class, code and message");
}

static void check_body(struct attempt *attempt, const char *body)
{
	struct json_object *json;
	struct canonical_made *made = attempt->made;
	if (json_parse(body, strlen(body), &json, NULL))
		broken("a body is JSON");
	json_object_put(json);
	if (made->count == CANONICAL_BODIES ||
	    digest_sha256(body, strlen(body), made->digests[made->count]))
		broken("there is room for its digest");
	made->count++;
}

static void check_document(struct attempt *attempt, enum led_err err,
			   const struct books_document *document, int64_t grand_total)
{
	if (err)
		check_error(attempt, err);
	else if (document->total != grand_total)
		broken("a document totals what the shop says");
	else if (document->body)
		check_body(attempt, document->body);
}

static void try_contact(struct attempt *attempt, const struct magento_contact *buyer,
			const char *currency, int64_t grand_total)
{
	struct books_contact contact;
	struct books_contact_key key;
	const struct books_contact_input input = {
		.choice = books_contact_choose(attempt->context.policy, buyer, false, grand_total),
		.buyer = buyer,
		.currency = currency,
	};
	enum led_err err = books_contact_key(input.choice, buyer, currency, &key, &attempt->error);
	if (!err)
		err = books_contact_body(&attempt->context, &input, &contact, &attempt->error);
	if (err)
		check_error(attempt, err);
	else
		check_body(attempt, contact.body);
}

static void try_filter(const struct attempt *attempt, struct books_filter_input input)
{
	input.in_plan = true;
	input.policy = attempt->context.policy;
	const char *reason = books_filter(&input);
	if (reason && !*reason)
		broken("a skip has a reason");
}

static void try_payment(struct attempt *attempt, const struct magento_invoice *invoice)
{
	struct books_document document;
	const struct books_payment_input input = {
		.invoice = invoice,
		.method = invoice->payment_method,
		.contact_id = "4",
		.invoice_id = "5",
		.occurred_at = invoice->created_at,
		.has_outstanding = invoice->order_id % 2 != 0,
		.outstanding = invoice->subtotal,
	};
	enum led_err err = books_payment(&attempt->context, &input, &document, &attempt->error);
	check_document(attempt, err, &document, invoice->grand_total);
}

static void try_invoice(struct attempt *attempt)
{
	struct magento_invoice invoice;
	struct books_document document;
	enum led_err err = magento_parse_invoice(attempt->json, attempt->context.arena, &invoice,
						 &attempt->error);
	if (err) {
		check_error(attempt, err);
		return;
	}
	try_filter(attempt, (struct books_filter_input){.event = BOOKS_INVOICE_CREATED,
							.invoice = &invoice});
	try_filter(attempt,
		   (struct books_filter_input){.event = BOOKS_INVOICE_PAID, .invoice = &invoice});
	try_contact(attempt, &invoice.customer, invoice.currency, invoice.grand_total);
	try_payment(attempt, &invoice);
	err = books_invoice(&attempt->context, &invoice, "4", &document, &attempt->error);
	check_document(attempt, err, &document, invoice.grand_total);
}

static void try_creditmemo(struct attempt *attempt)
{
	struct magento_creditmemo memo;
	struct books_document document;
	const struct books_credit_note_input input = {.memo = &memo, .contact_id = "4"};
	enum led_err err = magento_parse_creditmemo(attempt->json, attempt->context.arena, &memo,
						    &attempt->error);
	if (err) {
		check_error(attempt, err);
		return;
	}
	try_filter(attempt, (struct books_filter_input){.event = BOOKS_CREDITMEMO_CREATED,
							.creditmemo = &memo});
	err = books_credit_note(&attempt->context, &input, &document, &attempt->error);
	check_document(attempt, err, &document, memo.grand_total);
}

static void try_customer(struct attempt *attempt)
{
	const char *body;
	struct magento_contact customer;
	const struct books_customer_put_input input = {.customer = &customer, .currency = "SEK"};
	enum led_err err = magento_parse_contact(attempt->json, attempt->context.arena, &customer,
						 &attempt->error);
	if (err) {
		check_error(attempt, err);
		return;
	}
	try_filter(attempt, (struct books_filter_input){.event = BOOKS_CUSTOMER_UPSERTED,
							.customer = &customer});
	try_contact(attempt, &customer, "SEK", 0);
	err = books_customer_put(&attempt->context, &input, &body, &attempt->error);
	if (err)
		check_error(attempt, err);
	else
		check_body(attempt, body);
}

static void try_product(struct attempt *attempt)
{
	struct magento_product product;
	struct books_document document;
	enum led_err err = magento_parse_product(attempt->json, attempt->context.arena, &product,
						 &attempt->error);
	if (err) {
		check_error(attempt, err);
		return;
	}
	const struct books_product_input input = {
		.product = &product,
		.family = books_product_family(attempt->context.policy, &product),
	};
	const struct books_stock_input stock = {
		.product = &product,
		.stock_item_id = "6",
		.in_stock = decimal_of(product.magento_id, MAGENTO_UNIT_SCALE),
	};
	try_filter(attempt, (struct books_filter_input){.event = BOOKS_PRODUCT_UPSERTED,
							.product = &product});
	err = books_product_post(&attempt->context, &input, &document, &attempt->error);
	check_document(attempt, err, &document, 0);
	err = books_product_put(&attempt->context, &input, &document, &attempt->error);
	check_document(attempt, err, &document, 0);
	err = books_stock_movement(&attempt->context, &stock, &document, &attempt->error);
	check_document(attempt, err, &document, 0);
}

static void try_payment_entity(struct attempt *attempt)
{
	struct magento_payment payment;
	enum led_err err = magento_parse_payment(attempt->json, attempt->context.arena, &payment,
						 &attempt->error);
	if (err)
		check_error(attempt, err);
}

/* False when memory is short. */
static bool load_settings(struct attempt *attempt, struct policy *policy, const char *text)
{
	struct json_object *settings = NULL;
	struct books_context *context = &attempt->context;
	if (json_parse(text, strlen(text), &settings, NULL))
		broken("the settings of this test are JSON");
	enum led_err err = books_policy_parse(settings, context->arena, policy, &attempt->error);
	if (!err)
		err = zone_load(context->arena, books_reference_zone(context->reference->country),
				&context->zone, &attempt->error);
	json_object_put(settings);
	if (err && err != LED_INTERNAL)
		fprintf(stderr, "%s %s\n", attempt->error.code, attempt->error.message),
			broken("the settings of this test are good");
	return !err;
}

static void try_business(struct json_object *json, struct arena *arena, size_t business,
			 struct canonical_made *made)
{
	struct policy *policy = arena_alloc(arena, sizeof *policy);
	struct attempt attempt = {
		.json = json,
		.context = {.policy = policy,
			    .reference = &SETTINGS[business].reference,
			    .arena = arena},
		.made = made,
	};
	if (!policy || !load_settings(&attempt, policy, SETTINGS[business].policy))
		return;
	try_invoice(&attempt);
	try_creditmemo(&attempt);
	try_customer(&attempt);
	try_product(&attempt);
	try_payment_entity(&attempt);
}

void canonical_try(const uint8_t *data, size_t size, struct canonical_made *made)
{
	struct json_object *json = NULL;
	made->count = 0;
	if (json_parse((const char *)data, size, &json, NULL))
		return;
	struct arena *arena = arena_new(ARENA_CAP);
	if (!arena)
		broken("memory");
	for (size_t i = 0; i < BUSINESSES; i++) {
		try_business(json, arena, i, made);
		arena_reset(arena);
	}
	arena_free(arena);
	json_object_put(json);
}
