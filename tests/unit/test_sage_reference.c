/* Reference data: Sage's own examples read into plain structs, and what is refused. */
#include "sage/reference.h"
#include "sage_script.h"

#include <criterion/criterion.h>

#define PAGE_OF(items) "{\"$total\":1,\"$next\":null,\"$items\":[" items "]}"

Test(sage_reference, businesses)
{
	static const struct step steps[] = {
		{"200 OK", JSON,
		 "{\"$total\":2,\"$page\":1,\"$next\":null,\"$back\":null,"
		 "\"$items_per_page\":2147483647,\"$items\":["
		 "{\"displayed_as\":\"Example Shop "
		 "Ltd\",\"id\":\"b1\",\"$path\":\"/businesses/b1\"},"
		 "{\"displayed_as\":\"x\",\"name\":\"Example Inc\",\"id\":\"b2\","
		 "\"country\":{\"id\":\"US\"}}]}"}};
	struct fixture f;
	struct arena *arena = arena_new(65536);
	struct sage_business *list;
	size_t count;
	BEGIN(&f, steps);
	f.sage.business_id = NULL;
	cr_assert_eq(sage_businesses(&f.sage, arena, &list, &count, &f.error), LED_OK, "%s",
		     f.error.message);
	end(&f);
	cr_assert_null(strstr(requests[0], "X-Business"));
	cr_assert_eq(count, 2);
	cr_assert_str_eq(list[0].id, "b1");
	cr_assert_str_eq(list[0].name, "Example Shop Ltd");
	cr_assert_null(list[0].country);
	cr_assert_str_eq(list[1].name, "Example Inc");
	cr_assert_str_eq(list[1].country, "US");
	arena_free(arena);
}

#define RATE(spans)                                                                                \
	"{\"id\":\"R\",\"displayed_as\":\"Rate\",\"percentage\":\"99.0\",\"percentages\":[" spans  \
	"],\"is_visible\":true}"
#define SPAN(percentage, from, to)                                                                 \
	"{\"percentage\":" percentage ",\"from_date\":" from ",\"to_date\":" to "}"

static size_t rates(const char *body, const char *on, enum led_err class, int64_t *units)
{
	const struct step steps[] = {{"200 OK", JSON, body}};
	struct fixture f;
	struct arena *arena = arena_new(65536);
	struct sage_tax_rate *list;
	size_t count;
	BEGIN(&f, steps);
	cr_expect_eq(sage_tax_rates(&f.sage, arena, on, &list, &count, &f.error), class, "%s",
		     body);
	if (class == LED_OK && count) {
		*units = list[0].percentage.units;
		cr_expect_eq(list[0].percentage.scale, SAGE_PERCENTAGE_SCALE);
	}
	end(&f);
	cr_expect(asked(0, "GET /v3.1/tax_rates?usage=sales&attributes=all&items_per_page=200"));
	arena_free(arena);
	return count;
}

Test(sage_reference, tax_rates_in_force)
{
	static const char two[] =
		PAGE_OF(RATE(SPAN("\"17.5\"", "\"1900-01-01\"", "\"2011-01-03\"") "," SPAN(
			"\"20.0\"", "\"2011-01-04\"", "null")));
	static const char future[] = PAGE_OF(RATE(SPAN("\"21.0\"", "\"2027-01-01\"", "null")));
	static const char none[] = PAGE_OF(RATE(""));
	static const char number[] = PAGE_OF(RATE(SPAN("14.975", "null", "null")));
	int64_t units = 0;
	cr_expect_eq(rates(two, "2026-11-21", LED_OK, &units), 1);
	cr_expect_eq(units, 200000);
	cr_expect_eq(rates(two, "2011-01-03", LED_OK, &units), 1);
	cr_expect_eq(units, 175000);
	cr_expect_eq(rates(two, "2011-01-04", LED_OK, &units), 1);
	cr_expect_eq(units, 200000);
	cr_expect_eq(rates(future, "2026-11-21", LED_OK, &units), 0, "not in force yet");
	cr_expect_eq(rates(none, "2026-11-21", LED_OK, &units), 1);
	cr_expect_eq(units, 990000, "the single percentage, when there is no list");
	cr_expect_eq(rates(number, "2026-11-21", LED_OK, &units), 1);
	cr_expect_eq(units, 149750, "a number is as good as a text");
}

Test(sage_reference, items_that_are_not_as_agreed)
{
	int64_t units;
	rates(PAGE_OF("{\"displayed_as\":\"no id\",\"percentage\":\"1.0\"}"), "2026-11-21",
	      LED_SERDE, &units);
	rates(PAGE_OF("{\"id\":7,\"displayed_as\":\"x\",\"percentage\":\"1.0\"}"), "2026-11-21",
	      LED_SERDE, &units);
	rates(PAGE_OF("{\"id\":\"a\",\"displayed_as\":\"x\",\"percentage\":\"much\"}"),
	      "2026-11-21", LED_SERDE, &units);
	rates(PAGE_OF("null"), "2026-11-21", LED_SERDE, &units);
}

Test(sage_reference, ledger_accounts)
{
	static const struct step steps[] = {
		{"200 OK", JSON,
		 PAGE_OF("{\"id\":\"a1\",\"displayed_as\":\"Sales - Products (4000)\","
			 "\"nominal_code\":4000,\"ledger_account_type\":{\"id\":\"SALES\"},"
			 "\"visible_in_banking\":false,\"visible_in_other_receipts\":true,"
			 "\"visible_in_sales\":true}")},
		{"200 OK", JSON,
		 PAGE_OF("{\"id\":\"a2\",\"displayed_as\":\"Odd\",\"nominal_code\":null,"
			 "\"ledger_account_type\":null,\"visible_in_sales\":null}")}};
	struct fixture f;
	struct arena *arena = arena_new(65536);
	struct sage_ledger_account *list;
	size_t count;
	BEGIN(&f, steps);
	cr_assert_eq(sage_ledger_accounts(&f.sage, arena, &list, &count, &f.error), LED_OK);
	cr_assert_eq(count, 1);
	cr_assert_str_eq(list[0].type, "SALES");
	cr_assert_eq(list[0].nominal_code, 4000);
	cr_assert(list[0].in_sales && list[0].in_other_receipts);
	cr_assert_not(list[0].in_banking || list[0].in_other_payments);
	cr_assert_eq(sage_ledger_accounts(&f.sage, arena, &list, &count, &f.error), LED_OK);
	cr_assert_null(list[0].type);
	cr_assert_eq(list[0].nominal_code, 0);
	cr_assert_not(list[0].in_sales);
	end(&f);
	arena_free(arena);
}

Test(sage_reference, bank_accounts_and_payment_methods)
{
	static const struct step steps[] = {
		{"200 OK", JSON,
		 PAGE_OF("{\"id\":\"k1\",\"displayed_as\":\"Current (1200)\","
			 "\"bank_account_type\":{\"id\":\"CHECKING\"},\"is_active\":true}")},
		{"200 OK", JSON,
		 PAGE_OF("{\"id\":\"CREDIT_DEBIT\",\"displayed_as\":\"Credit/Debit Card\"}")}};
	struct fixture f;
	struct arena *arena = arena_new(65536);
	struct sage_bank_account *accounts;
	struct sage_payment_method *methods;
	size_t count;
	BEGIN(&f, steps);
	cr_assert_eq(sage_bank_accounts(&f.sage, arena, &accounts, &count, &f.error), LED_OK);
	cr_assert_str_eq(accounts[0].type, "CHECKING");
	cr_assert_null(accounts[0].currency);
	cr_assert(accounts[0].active);
	cr_assert_eq(sage_payment_methods(&f.sage, arena, &methods, &count, &f.error), LED_OK);
	cr_assert_str_eq(methods[0].id, "CREDIT_DEBIT");
	cr_assert_str_eq(methods[0].name, "Credit/Debit Card");
	end(&f);
	arena_free(arena);
}

Test(sage_reference, financial_settings)
{
	static const struct step steps[] = {
		{"200 OK", JSON,
		 "{\"$path\":\"/financial_settings\",\"year_end_lockdown_date\":null,"
		 "\"base_currency\":{\"id\":\"GBP\",\"displayed_as\":\"Pound Sterling (GBP)\"},"
		 "\"multi_currency_enabled\":false,\"tax_scheme\":{\"id\":\"NOT_REGISTERED\"}}"},
		{"200 OK", JSON, "{\"base_currency\":null}"}};
	struct fixture f;
	struct arena *arena = arena_new(65536);
	struct sage_financial_settings settings;
	BEGIN(&f, steps);
	cr_assert_eq(sage_financial_settings(&f.sage, arena, &settings, &f.error), LED_OK);
	cr_assert_str_eq(settings.base_currency, "GBP");
	cr_assert_str_eq(settings.tax_scheme, "NOT_REGISTERED");
	cr_assert_null(settings.lockdown_date);
	cr_assert_not(settings.multi_currency);
	cr_assert_eq(sage_financial_settings(&f.sage, arena, &settings, &f.error), LED_SERDE);
	end(&f);
	arena_free(arena);
}

Test(sage_reference, memory_is_bounded)
{
	static const struct step steps[] = {
		{"200 OK", JSON, PAGE_OF("{\"id\":\"CASH\",\"displayed_as\":\"Cash\"}")}};
	struct fixture f;
	struct arena *arena = arena_new(34);
	struct sage_payment_method *methods;
	size_t count;
	BEGIN(&f, steps);
	cr_assert_eq(sage_payment_methods(&f.sage, arena, &methods, &count, &f.error),
		     LED_INTERNAL);
	cr_assert_str_eq(f.error.code, "no_memory");
	end(&f);
	arena_free(arena);
}
