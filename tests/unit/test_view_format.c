/* How times, durations and money read. */
#include "view/format.h"

#include <criterion/criterion.h>

#define NOW 1795225400 /* 2026-11-21T01:43:20Z */

Test(view_format, relative_times)
{
	static const struct {
		int64_t seconds; /* before NOW */
		const char *text;
	} cases[] = {
		{0, "just now"},
		{4, "just now"},
		{-4, "just now"},
		{5, "5 seconds ago"},
		{59, "59 seconds ago"},
		{60, "1 minute ago"},
		{14 * 60 + 59, "14 minutes ago"},
		{3599, "59 minutes ago"},
		{3600, "1 hour ago"},
		{86399, "23 hours ago"},
		{86400, "1 day ago"},
		{27 * 86400, "27 days ago"},
		{28 * 86400, "24 Oct 2026"},
		{-90, "in 1 minute"},
		{-7200, "in 2 hours"},
	};
	char out[FORMAT_TEXT_MAX];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		cr_expect_str_eq(format_relative(NOW, NOW - cases[i].seconds, out), cases[i].text);
}

Test(view_format, a_time_has_its_exact_form_too)
{
	struct json_object *time = format_time(NOW, NOW - 60);

	cr_assert_not_null(time);
	cr_expect_str_eq(json_object_get_string(json_object_object_get(time, "iso")),
			 "2026-11-21T01:42:20Z");
	cr_expect_str_eq(json_object_get_string(json_object_object_get(time, "exact")),
			 "21 Nov 2026, 01:42:20 UTC");
	cr_expect_str_eq(json_object_get_string(json_object_object_get(time, "relative")),
			 "1 minute ago");
	json_object_put(time);
}

Test(view_format, durations)
{
	char out[FORMAT_TEXT_MAX];

	cr_expect_str_eq(format_duration(-5, out), "0 ms");
	cr_expect_str_eq(format_duration(850, out), "850 ms");
	cr_expect_str_eq(format_duration(2449, out), "2.4 s");
	cr_expect_str_eq(format_duration(185000, out), "3 min 5 s");
	cr_expect_str_eq(format_duration(7800000, out), "2 h 10 min");
}

Test(view_format, money_has_the_digits_of_its_currency)
{
	static const struct {
		const char *number;
		int scale;
		const char *currency, *text;
	} cases[] = {
		{"1234.5", 2, "GBP", "GBP 1,234.50"},
		{"0", 2, "EUR", "EUR 0.00"},
		{"-0.5", 2, "USD", "USD -0.50"},
		{"-1234567.89", 2, "USD", "USD -1,234,567.89"},
		{"100", 2, "GBP", "GBP 100.00"},
		{"999.99", 2, "GBP", "GBP 999.99"},
		{"1200.00", 2, "JPY", "JPY 1,200"},
		{"1200.40", 2, "JPY", "JPY 1,200.40"},
		{"3.5", 2, "KWD", "KWD 3.500"},
		{"1.2345", 4, "GBP", "GBP 1.2345"},
		{"9999999999999999.99", 2, "GBP", "GBP 9,999,999,999,999,999.99"},
	};
	char out[FORMAT_TEXT_MAX];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct decimal amount;

		cr_assert_eq(decimal_parse(cases[i].number, strlen(cases[i].number), cases[i].scale,
					   &amount),
			     LED_OK);
		cr_expect_str_eq(format_money(amount, cases[i].currency, out), cases[i].text);
	}
}
