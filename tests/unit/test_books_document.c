/* What stands around a translation: warnings, idempotency id, the total Sage answers. */
#include "base/json.h"
#include "books/books.h"
#include "books/contact.h"

#include <criterion/criterion.h>
#include <string.h>

#define ARENA_CAP (1024 * 1024)

static enum led_err compare(const char *answer, struct books_warnings *warnings,
			    struct led_error *error)
{
	struct json_object *json;
	cr_assert_eq(json_parse(answer, strlen(answer), &json, error), LED_OK);
	enum led_err err =
		books_compare_total(12340, json_member(json, "total_amount"), warnings, error);
	json_object_put(json);
	return err;
}

Test(books_document, totals_agree)
{
	struct books_warnings warnings = {0};
	struct led_error error = {0};
	cr_expect_eq(compare("{\"total_amount\":\"123.4\"}", &warnings, &error), LED_OK);
	cr_expect_eq(compare("{\"total_amount\":123.40}", &warnings, &error), LED_OK);
	cr_expect_eq(warnings.count, 0);
}

Test(books_document, totals_differ)
{
	struct books_warnings warnings = {0};
	struct led_error error = {0};
	cr_expect_eq(compare("{\"total_amount\":\"123.41\"}", &warnings, &error), LED_OK);
	cr_assert_eq(warnings.count, 1);
	cr_expect_str_eq(warnings.item[0].code, "total_mismatch");
	cr_expect_str_eq(warnings.item[0].detail, "Magento 123.40, Sage 123.41");
}

Test(books_document, no_total)
{
	static const char *const answers[] = {"{}", "{\"total_amount\":null}",
					      "{\"total_amount\":\"\"}", "{\"total_amount\":[]}"};
	for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
		struct books_warnings warnings = {0};
		struct led_error error = {0};
		cr_expect_eq(compare(answers[i], &warnings, &error), LED_SERDE, "%s", answers[i]);
		cr_expect_str_eq(error.code, "sage_answer_invalid");
	}
}

Test(books_document, a_warning_stands_once)
{
	struct books_warnings warnings = {0};
	books_warn(&warnings, "tax_rate_defaulted", "%s", "Mug");
	books_warn(&warnings, "tax_rate_defaulted", "%s", "Pot");
	books_warn(&warnings, "adjusted_to_total", "%s", "0.01 GBP");
	cr_assert_eq(warnings.count, 2);
	cr_expect_str_eq(warnings.item[0].detail, "Mug");
}

Test(books_document, idempotency_id_goes_into_the_resource)
{
	static const char body[] = "{\"sales_invoice\":{\"date\":\"2026-11-20\"}}";
	struct arena *arena = arena_new(ARENA_CAP);
	cr_expect_str_eq(books_with_idempotency_id(arena, body, "0123"),
			 "{\"sales_invoice\":{\"date\":\"2026-11-20\","
			 "\"idempotency_id\":\"0123\"}}");
	arena_free(arena);
}

/* A contact in another currency than the business's. */
static enum led_err contact_in(const char *currency, const char *const *taken, size_t taken_count,
			       enum books_contact_choice choice, char *reference, char *name)
{
	struct arena *arena = arena_new(ARENA_CAP);
	struct policy policy;
	struct reference reference_data = {.country = "GB", .base_currency = "GBP"};
	struct magento_contact buyer = {
		.magento_id = 5, .email = "a@example.test", .first_name = "Ada"};
	struct books_context context = {
		.policy = &policy, .reference = &reference_data, .arena = arena};
	struct books_contact_input input = {.choice = choice,
					    .buyer = &buyer,
					    .currency = currency,
					    .taken = taken,
					    .taken_count = taken_count};
	struct books_contact contact;
	struct led_error error = {0};
	books_policy_defaults(&policy);
	policy.b2c_consolidation.fallback_contact_email = "shop@example.test";
	struct json_object *body = NULL;
	enum led_err err = books_contact_body(&context, &input, &contact, &error);
	if (!err)
		err = json_parse(contact.body, strlen(contact.body), &body, &error);
	snprintf(reference, BOOKS_CONTACT_REFERENCE_MAX, "%s", contact.reference);
	snprintf(name, 64, "%s",
		 err ? error.code : json_string(json_member(body, "contact"), "name"));
	json_object_put(body);
	arena_free(arena);
	return err;
}

Test(books_contact, currency_letter)
{
	static const char *const taken[] = {"M5S", "M5G", "M5D"};
	char reference[BOOKS_CONTACT_REFERENCE_MAX], name[64];
	cr_expect_eq(contact_in("EUR", NULL, 0, BOOKS_CONTACT_OWN, reference, name), LED_OK);
	cr_expect_str_eq(reference, "M5E");
	cr_expect_str_eq(name, "Ada (EUR)");
	cr_expect_eq(contact_in("SGD", taken, 1, BOOKS_CONTACT_OWN, reference, name), LED_OK);
	cr_expect_str_eq(reference, "M5G");
	cr_expect_eq(contact_in("SGD", taken, 3, BOOKS_CONTACT_OWN, reference, name),
		     LED_VALIDATION);
	cr_expect_str_eq(name, "reference_exhausted");
	cr_expect_eq(contact_in("USD", NULL, 0, BOOKS_CONTACT_FALLBACK, reference, name), LED_OK);
	cr_expect_str_eq(reference, "WEBSALESU");
	cr_expect_str_eq(name, "Magento Web Sales (USD)");
}

Test(books_contact, keys)
{
	struct books_contact_key key, other;
	struct led_error error = {0};
	struct magento_contact buyer = {.magento_id = 5, .email = "a@example.test"};
	struct magento_contact guest = {.email = " A@Example.test\t"};
	cr_expect_eq(books_contact_key(BOOKS_CONTACT_OWN, &buyer, "GBP", &key, &error), LED_OK);
	cr_expect_str_eq(key.kind, "contact:GBP");
	cr_expect_str_eq(key.magento_id, "5");
	cr_expect_eq(books_contact_key(BOOKS_CONTACT_FALLBACK, &buyer, "EUR", &key, &error),
		     LED_OK);
	cr_expect_str_eq(key.kind, "contact_fallback:EUR");
	cr_expect_str_eq(key.magento_id, "0");
	buyer.magento_id = 0;
	cr_expect_eq(books_contact_key(BOOKS_CONTACT_OWN, &buyer, "GBP", &key, &error), LED_OK);
	cr_expect_eq(books_contact_key(BOOKS_CONTACT_OWN, &guest, "GBP", &other, &error), LED_OK);
	cr_expect_eq(strlen(key.magento_id), 64);
	cr_expect_str_eq(key.magento_id, other.magento_id, "trimmed and lower-cased");
	guest.email = "  ";
	cr_expect_eq(books_contact_key(BOOKS_CONTACT_OWN, &guest, "GBP", &key, &error),
		     LED_VALIDATION);
	cr_expect_str_eq(error.code, "email_missing");
}
