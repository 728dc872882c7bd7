/* Each check of the settings page, with its field and its code, and nothing but it. */
#include "base/json.h"
#include "books/settings.h"

#include <criterion/criterion.h>
#include <string.h>

#define ARENA_CAP    (1024 * 1024)
#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* What Sage and the shop offer. */
static const struct reference_item ITEMS[] = {
	{"tax_rate", "GB_STANDARD", "Standard", "{\"on_sales\":true}"},
	{"tax_rate", "GB_BOUGHT", "Purchases", "{\"on_sales\":false}"},
	{"ledger_account", "SALES", "Sales", "{\"in_sales\":true,\"in_expenses\":false}"},
	{"ledger_account", "COST", "Cost", "{\"in_sales\":false,\"in_expenses\":true}"},
	{"bank_account", "BANK", "Bank", "{\"active\":true}"},
	{"bank_account", "CLOSED", "Closed", "{\"active\":false}"},
	{"shop_payment_method", "checkmo", "Cheque", "{}"},
};

static const struct plan EVERYTHING = {.has = {[PLAN_PAYMENTS] = true,
					       [PLAN_PRODUCTS] = true,
					       [PLAN_STOCK] = true,
					       [PLAN_SEVERAL_STORES] = true,
					       [PLAN_CONSOLIDATION] = true}};
static const struct plan LITTLE = {0};

/* Judges settings by what is offered, the last `without` items left out. */
static void judge(const char *text, const struct plan *plan, size_t without,
		  struct settings_faults *faults)
{
	struct json_object *json;
	struct policy policy;
	struct led_error error = {0};
	struct arena *arena = arena_new(ARENA_CAP);
	cr_assert_eq(json_parse(text, strlen(text), &json, &error), LED_OK, "%s", text);
	cr_assert_eq(books_policy_parse(json, arena, &policy, &error), LED_OK, "%s: %s", text,
		     error.message);
	struct settings_input input = {&policy, ITEMS, COUNT(ITEMS) - without, plan};
	settings_check(&input, faults);
	json_object_put(json);
	arena_free(arena);
}

static void expect_fault(const char *text, const struct plan *plan, const char *field,
			 const char *code)
{
	struct settings_faults faults;
	judge(text, plan, 0, &faults);
	cr_assert_eq(faults.count, 1, "%s: %zu faults", text, faults.count);
	cr_expect_str_eq(faults.item[0].field, field, "%s", text);
	cr_expect_str_eq(faults.item[0].code, code, "%s", text);
}

Test(books_settings, good_ones_have_no_fault)
{
	static const char *const good[] = {
		"{}",
		"{\"default_tax_rate_id\":\"GB_STANDARD\",\"default_ledger_account_id\":\"SALES\","
		"\"default_bank_account_id\":\"BANK\","
		"\"default_purchase_ledger_account_id\":\"COST\","
		"\"sync_products\":true,\"sync_stock\":true}",
		"{\"payment_method_map\":{\"checkmo\":null}}",
		"{\"payment_method_map\":{\"checkmo\":\"BANK\"}}",
		"{\"tax_rate_map\":{\"20\":\"GB_STANDARD\",\"14.975\":\"GB_STANDARD\"}}",
		"{\"website_filter\":[1,2],\"store_filter\":[3]}",
		"{\"invoice_number_prefix\":\"WEB-1\\u00e9\",\"time_zone\":\"Europe/Paris\"}",
		"{\"magento_base_currency\":\"USD\","
		"\"default_eu_goods_services_type\":\"SERVICES\"}",
		"{\"b2c_consolidation\":{\"enabled\":true,\"fallback_contact_email\":\"a@b.c\","
		"\"fallback_contact_reference\":\"NINECHARS\"}}",
	};
	struct settings_faults faults;
	for (size_t i = 0; i < COUNT(good); i++) {
		judge(good[i], &EVERYTHING, 0, &faults);
		cr_expect_eq(faults.count, 0, "%s: %s %s", good[i], faults.item[0].field,
			     faults.item[0].code);
	}
	judge("{\"payment_method_map\":{\"of_an_old_shop\":\"BANK\"}}", &EVERYTHING, 1, &faults);
	cr_expect_eq(faults.count, 0, "a shop that lists no methods leaves them free");
}

Test(books_settings, each_fault_has_its_field_and_code)
{
	static const struct {
		const char *text, *field, *code;
	} rows[] = {
		{"{\"default_tax_rate_id\":\"GONE\"}", "default_tax_rate_id", "not_in_reference"},
		{"{\"default_tax_rate_id\":\"GB_BOUGHT\"}", "default_tax_rate_id",
		 "not_in_reference"},
		{"{\"default_ledger_account_id\":\"COST\"}", "default_ledger_account_id",
		 "not_in_reference"},
		{"{\"default_purchase_ledger_account_id\":\"SALES\"}",
		 "default_purchase_ledger_account_id", "not_in_reference"},
		{"{\"default_bank_account_id\":\"CLOSED\"}", "default_bank_account_id",
		 "not_in_reference"},
		{"{\"payment_method_map\":{\"paypal\":null}}", "payment_method_map[paypal]",
		 "not_in_reference"},
		{"{\"payment_method_map\":{\"checkmo\":\"CLOSED\"}}", "payment_method_map[checkmo]",
		 "not_in_reference"},
		{"{\"payment_method_map\":{\"checkmo\":\"\"}}", "payment_method_map[checkmo]",
		 "not_in_reference"},
		{"{\"tax_rate_map\":{\"5\":\"GB_BOUGHT\"}}", "tax_rate_map[5.00]",
		 "not_in_reference"},
		{"{\"tax_rate_map\":{\"20\":\"GB_STANDARD\",\"20.00\":\"GB_STANDARD\"}}",
		 "tax_rate_map[20.00]", "duplicate"},
		{"{\"sync_products\":true}", "default_purchase_ledger_account_id", "required"},
		{"{\"sync_stock\":true}", "sync_products", "required"},
		{"{\"invoice_number_prefix\":\"SEVEN-7\"}", "invoice_number_prefix", "too_long"},
		{"{\"invoice_number_prefix\":\"12345\"}", "invoice_number_prefix",
		 "invalid_format"},
		{"{\"time_zone\":\"Mars/Olympus\"}", "time_zone", "out_of_range"},
		{"{\"magento_base_currency\":\"euro\"}", "magento_base_currency",
		 "not_in_reference"},
		{"{\"default_eu_goods_services_type\":\"BOTH\"}", "default_eu_goods_services_type",
		 "out_of_range"},
		{"{\"product_type_eu_goods_map\":{\"simple\":\"GOODS\",\"virtual\":\"NONE\"}}",
		 "product_type_eu_goods_map[virtual]", "out_of_range"},
		{"{\"product_type_eu_goods_map\":{\"virtual\":null}}",
		 "product_type_eu_goods_map[virtual]", "out_of_range"},
		{"{\"b2c_consolidation\":{\"enabled\":true}}",
		 "b2c_consolidation.fallback_contact_email", "required"},
		{"{\"b2c_consolidation\":{\"fallback_contact_email\":\"a@b@c\"}}",
		 "b2c_consolidation.fallback_contact_email", "invalid_format"},
		{"{\"b2c_consolidation\":{\"fallback_contact_reference\":\"TENLETTERS\"}}",
		 "b2c_consolidation.fallback_contact_reference", "too_long"},
		{"{\"b2c_consolidation\":{\"min_total_for_individual\":-0.01}}",
		 "b2c_consolidation.min_total_for_individual", "out_of_range"},
	};
	for (size_t i = 0; i < COUNT(rows); i++)
		expect_fault(rows[i].text, &EVERYTHING, rows[i].field, rows[i].code);
}

Test(books_settings, a_plan_has_limits)
{
	static const struct {
		const char *text, *field;
	} rows[] = {
		{"{\"sync_products\":true,\"default_purchase_ledger_account_id\":\"COST\"}",
		 "sync_products"},
		{"{\"store_filter\":[1,2]}", "store_filter"},
		{"{\"website_filter\":[1,2]}", "website_filter"},
		{"{\"b2c_consolidation\":{\"enabled\":true,\"fallback_contact_email\":\"a@b.c\"}}",
		 "b2c_consolidation.enabled"},
		{"{\"default_bank_account_id\":\"BANK\"}", "default_bank_account_id"},
		{"{\"payment_method_map\":{\"checkmo\":\"BANK\"}}", "payment_method_map[checkmo]"},
	};
	for (size_t i = 0; i < COUNT(rows); i++)
		expect_fault(rows[i].text, &LITTLE, rows[i].field, "tier_limit_exceeded");
}

Test(books_settings, all_faults_at_once)
{
	struct settings_faults faults;
	judge("{\"default_tax_rate_id\":\"X\",\"time_zone\":\"Y\",\"sync_stock\":true}", &LITTLE, 0,
	      &faults);
	cr_expect_eq(faults.count, 4, "stock: required and beyond the plan; rate; zone");
}

/* A field too long for its place is cut on a character. */
Test(books_settings, a_long_row_is_named_in_whole_characters)
{
	static const char text[] = "{\"payment_method_map\":{\""
				   "üüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüü"
				   "üüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüü\":null}}";
	struct settings_faults faults;
	judge(text, &EVERYTHING, 0, &faults);
	cr_assert_eq(faults.count, 1);
	cr_expect_eq(strlen(faults.item[0].field), strlen("payment_method_map[") + 2 * 54);
}
