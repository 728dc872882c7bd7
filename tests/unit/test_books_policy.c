#include "base/json.h"
#include "books/policy.h"

#include <criterion/criterion.h>
#include <string.h>

#define ARENA_CAP (1024 * 1024)

static enum led_err parse(struct arena *arena, const char *text, struct policy *policy,
			  struct led_error *error)
{
	struct json_object *json;
	cr_assert_eq(json_parse(text, strlen(text), &json, error), LED_OK, "%s", text);
	enum led_err err = books_policy_parse(json, arena, policy, error);
	json_object_put(json);
	return err;
}

static void expect_defaults(const struct policy *policy)
{
	cr_expect(policy->sync_unpaid_invoices);
	cr_expect(policy->sync_zero_value_invoices);
	cr_expect_not(policy->has_sync_since);
	cr_expect_eq(policy->website_filter.count, 0);
	cr_expect_not(policy->sync_products);
	cr_expect_null(policy->default_tax_rate_id);
	cr_expect_str_eq(policy->invoice_number_prefix, "");
	cr_expect_eq(policy->customer_name_priority, POLICY_COMPANY_FIRST);
	cr_expect_null(policy->time_zone);
	cr_expect_str_eq(policy->default_eu_goods_services_type, "GOODS");
	cr_expect_eq(policy->product_type_eu_goods_map.count, 6);
	cr_expect_str_eq(policy->product_type_eu_goods_map.item[4].from, "virtual");
	cr_expect_str_eq(policy->product_type_eu_goods_map.item[4].to, "SERVICES");
	cr_expect_not(policy->b2c_consolidation.enabled);
	cr_expect_str_eq(policy->b2c_consolidation.fallback_contact_name, "Magento Web Sales");
	cr_expect_str_eq(policy->b2c_consolidation.fallback_contact_reference, "WEBSALES");
	cr_expect_null(policy->b2c_consolidation.fallback_contact_email);
	cr_expect(policy->b2c_consolidation.always_individual_for_b2b);
}

Test(books_policy, defaults)
{
	struct policy policy;
	struct led_error error = {0};
	struct arena *arena = arena_new(ARENA_CAP);
	books_policy_defaults(&policy);
	expect_defaults(&policy);
	cr_expect_eq(parse(arena, "{}", &policy, &error), LED_OK);
	expect_defaults(&policy);
	/* An emptied or null field is an unset one. */
	cr_expect_eq(parse(arena,
			   "{\"default_tax_rate_id\":\"\",\"sync_since\":\"\",\"time_zone\":null,"
			   "\"default_eu_goods_services_type\":\"\"}",
			   &policy, &error),
		     LED_OK);
	expect_defaults(&policy);
	cr_expect_eq(
		parse(arena, "{\"tax_rate_map\":{\"100\":\"A\",\"0\":\"B\"}}", &policy, &error),
		LED_OK, "both ends of the range");
	arena_free(arena);
}

static const char EVERYTHING[] =
	"{\"sync_unpaid_invoices\":false,\"sync_zero_value_invoices\":false,"
	"\"sync_since\":\"2026-01-31T00:00:00Z\",\"website_filter\":[1,2],\"store_filter\":[3],"
	"\"sync_products\":true,\"sync_stock\":true,\"default_tax_rate_id\":\"GB_STANDARD\","
	"\"default_ledger_account_id\":\"L\",\"default_bank_account_id\":\"B\","
	"\"default_purchase_ledger_account_id\":\"P\","
	"\"payment_method_map\":{\"checkmo\":null,\"stripe\":\"B2\"},"
	"\"tax_rate_map\":{\"20.00\":\"GB_STANDARD\",\"14.975\":\"QC\"},"
	"\"invoice_number_prefix\":\"MG-\",\"customer_name_priority\":\"Person\","
	"\"time_zone\":\"Europe/Paris\",\"magento_base_currency\":\"USD\","
	"\"default_eu_goods_services_type\":\"SERVICES\","
	"\"product_type_eu_goods_map\":{\"simple\":\"SERVICES\"},"
	"\"b2c_consolidation\":{\"enabled\":true,\"fallback_contact_name\":\"Web\","
	"\"fallback_contact_email\":\"w@example.test\",\"fallback_contact_reference\":\"W\","
	"\"min_total_for_individual\":99.50,\"always_individual_for_b2b\":false}}";

static void expect_everything(const struct policy *policy)
{
	cr_expect_not(policy->sync_unpaid_invoices);
	cr_expect(policy->has_sync_since);
	cr_expect_eq(policy->sync_since, 1769817600);
	cr_assert_eq(policy->website_filter.count, 2);
	cr_expect_eq(policy->website_filter.item[1], 2);
	cr_assert_eq(policy->payment_method_map.count, 2);
	cr_expect_null(policy->payment_method_map.item[0].to);
	cr_expect_str_eq(policy->payment_method_map.item[1].to, "B2");
	cr_assert_eq(policy->tax_rate_map.count, 2);
	cr_expect_eq(policy->tax_rate_map.item[1].percentage.units, 149750);
	cr_expect_str_eq(policy->tax_rate_map.item[1].tax_rate_id, "QC");
	cr_expect_str_eq(policy->invoice_number_prefix, "MG-");
	cr_expect_eq(policy->customer_name_priority, POLICY_PERSON_FIRST);
	cr_assert_eq(policy->product_type_eu_goods_map.count, 1);
	cr_expect(policy->b2c_consolidation.enabled);
	cr_expect_eq(policy->b2c_consolidation.min_total_for_individual, 9950);
	cr_expect_not(policy->b2c_consolidation.always_individual_for_b2b);
}

Test(books_policy, every_setting_survives_printing)
{
	struct policy policy, again;
	struct led_error error = {0};
	struct arena *arena = arena_new(ARENA_CAP);
	cr_assert_eq(parse(arena, EVERYTHING, &policy, &error), LED_OK, "%s", error.message);
	expect_everything(&policy);
	const char *text;
	struct json_object *printed;
	cr_assert_eq(books_policy_print(&policy, arena, &text, &error), LED_OK, "%s",
		     error.message);
	cr_assert_eq(json_parse(text, strlen(text), &printed, &error), LED_OK, "%s", text);
	cr_assert_eq(books_policy_parse(printed, arena, &again, &error), LED_OK, "%s",
		     error.message);
	expect_everything(&again);
	cr_expect_eq(json_object_object_length(printed), 20, "a setting is not printed");
	json_object_put(printed);
	arena_free(arena);
}

/* Printed as two members of one name, the settings could not be read again. */
Test(books_policy, one_percentage_is_one_key)
{
	static const char text[] =
		"{\"tax_rate_map\":{\"20\":\"A\",\"5.00\":\"B\",\"20.0\":\"C\"}}";
	struct policy policy;
	struct led_error error = {0};
	const char *printed;
	struct arena *arena = arena_new(ARENA_CAP);
	cr_assert_eq(parse(arena, text, &policy, &error), LED_OK, "%s", error.message);
	cr_assert_eq(books_policy_print(&policy, arena, &printed, &error), LED_OK);
	cr_expect(strstr(printed, "\"tax_rate_map\":{\"5.00\":\"B\",\"20.00\":\"C\"}"), "%s",
		  printed);
	arena_free(arena);
}

Test(books_policy, refuses)
{
	static const struct {
		const char *text, *code, *names;
	} cases[] = {
		{"[]", "invalid_format", "policy"},
		{"{\"sync_everything\":true}", "unknown_setting", "sync_everything"},
		{"{\"b2c_consolidation\":{\"off\":1}}", "unknown_setting", "off"},
		{"{\"b2c_consolidation\":true}", "invalid_format", "b2c_consolidation"},
		{"{\"sync_products\":\"yes\"}", "invalid_format", "sync_products"},
		{"{\"sync_since\":\"yesterday\"}", "invalid_format", "sync_since"},
		{"{\"website_filter\":[0]}", "invalid_format", "website_filter"},
		{"{\"website_filter\":[\"1\"]}", "invalid_format", "website_filter"},
		{"{\"store_filter\":1}", "invalid_format", "store_filter"},
		{"{\"default_tax_rate_id\":5}", "invalid_format", "default_tax_rate_id"},
		{"{\"payment_method_map\":[]}", "invalid_format", "payment_method_map"},
		{"{\"payment_method_map\":{\"a\":1}}", "invalid_format", "payment_method_map"},
		{"{\"tax_rate_map\":{\"20%\":\"A\"}}", "invalid_format", "tax_rate_map"},
		{"{\"tax_rate_map\":{\"-1\":\"A\"}}", "invalid_format", "tax_rate_map"},
		{"{\"tax_rate_map\":{\"100.01\":\"A\"}}", "invalid_format", "tax_rate_map"},
		{"{\"tax_rate_map\":{\"20.00\":null}}", "invalid_format", "tax_rate_map"},
		{"{\"customer_name_priority\":\"company\"}", "out_of_range", "priority"},
		{"{\"customer_name_priority\":1}", "invalid_format", "priority"},
		{"{\"b2c_consolidation\":{\"min_total_for_individual\":\"much\"}}",
		 "invalid_format", "min_total_for_individual"},
	};
	struct arena *arena = arena_new(ARENA_CAP);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct policy policy;
		struct led_error error = {0};
		cr_expect_eq(parse(arena, cases[i].text, &policy, &error), LED_VALIDATION, "%s",
			     cases[i].text);
		cr_expect_str_eq(error.code, cases[i].code, "%s", cases[i].text);
		cr_expect(strstr(error.message, cases[i].names), "%s", error.message);
	}
	arena_free(arena);
}

static const struct reference_tax_rate RATES[] = {
	{"X_HIGH", NULL, {220000, PERCENTAGE_SCALE}, true},
	{"X_LOW", NULL, {70000, PERCENTAGE_SCALE}, true},
	{"X_HIGHER", NULL, {300000, PERCENTAGE_SCALE}, false}, /* for purchases */
	{"X_ZERO", NULL, {0, PERCENTAGE_SCALE}, true},
};

static const char *default_rate(const char *country, size_t count)
{
	struct policy policy;
	struct reference reference = {.country = country,
				      .base_currency = "EUR",
				      .tax_rates = RATES,
				      .tax_rate_count = count};
	books_policy_defaults(&policy);
	books_choose_defaults(&reference, &policy);
	return policy.default_tax_rate_id ? policy.default_tax_rate_id : "none";
}

Test(books_policy, chooses_the_standard_rate)
{
	cr_expect_str_eq(default_rate("FR", 4), "X_HIGH", "by law the highest on sales");
	cr_expect_str_eq(default_rate("CA", 4), "none", "two taxes and no standard");
	cr_expect_str_eq(default_rate("CA", 1), "X_HIGH", "the only one");
	cr_expect_str_eq(default_rate("US", 0), "none");
}

Test(books_policy, each_region_has_its_time_zone)
{
	static const char *const zones[][2] = {
		{"GB", "Europe/London"},   {"IE", "Europe/Dublin"}, {"FR", "Europe/Paris"},
		{"ES", "Europe/Madrid"},   {"DE", "Europe/Berlin"}, {"US", "America/New_York"},
		{"CA", "America/Toronto"}, {"XX", "Europe/London"},
	};
	for (size_t i = 0; i < sizeof zones / sizeof zones[0]; i++)
		cr_expect_str_eq(books_reference_zone(zones[i][0]), zones[i][1]);
}

Test(books_policy, never_overrides_a_choice)
{
	static const struct reference_ledger_account accounts[] = {{"L", "SALES", 4000, true}};
	struct reference reference = {.country = "FR",
				      .base_currency = "EUR",
				      .tax_rates = RATES,
				      .tax_rate_count = 4,
				      .ledger_accounts = accounts,
				      .ledger_account_count = 1};
	struct policy policy;
	books_policy_defaults(&policy);
	cr_expect_not(books_settings_complete(&policy));
	policy.default_tax_rate_id = "X_LOW";
	books_choose_defaults(&reference, &policy);
	cr_expect_str_eq(policy.default_tax_rate_id, "X_LOW");
	cr_expect_str_eq(policy.default_ledger_account_id, "L");
	cr_expect(books_settings_complete(&policy));
}
