/* The writer of request bodies: commas, quotes, digits, and what becomes of a failure. */
#include "books/body.h"

#include <criterion/criterion.h>

#define ARENA_CAP (1024 * 1024)

Test(books_body, every_kind_of_member)
{
	struct body body;
	const char *text;
	struct arena *arena = arena_new(ARENA_CAP);
	body_init(&body);
	body_object(&body, "sales_invoice");
	body_text(&body, "notes", "3/4\" pipe\n");
	body_text(&body, "absent", NULL);
	body_tag(&body, "types", "CUSTOMER");
	body_list(&body, "lines");
	for (int i = 0; i < 2; i++) {
		body_object(&body, NULL);
		body_quantity(&body, "quantity", decimal_of(35000, 4));
		body_money(&body, "unit_price", -1250);
		body_end_object(&body);
	}
	body_end_list(&body);
	body_object(&body, "nothing");
	body_end_object(&body);
	body_decimal(&body, "rate", decimal_of(8500000000, RATE_SCALE));
	body_int(&body, "number", INT64_MIN);
	body_flag(&body, "is_main", true);
	body_null(&body, "unmapped");
	body_end_object(&body);
	cr_assert_eq(body_finish(&body, arena, &text, NULL), LED_OK);
	cr_expect_str_eq(text, "{\"sales_invoice\":{\"notes\":\"3/4\\\" pipe\\n\","
			       "\"types\":[\"CUSTOMER\"],"
			       "\"lines\":[{\"quantity\":3.5,\"unit_price\":-12.50},"
			       "{\"quantity\":3.5,\"unit_price\":-12.50}],\"nothing\":{},"
			       "\"rate\":0.8500000000,\"number\":-9223372036854775808,"
			       "\"is_main\":true,\"unmapped\":null}}");
	arena_free(arena);
}

Test(books_body, failure_is_told_at_the_end)
{
	struct body body;
	const char *text = "";
	struct led_error error = {0};
	struct arena *arena = arena_new(ARENA_CAP), *small = arena_new(8);
	body_init(&body);
	body.failed = true; /* a text on its way did not fit */
	body_text(&body, "notes", "none");
	cr_expect_eq(body_finish(&body, arena, &text, &error), LED_INTERNAL);
	cr_expect_null(text);
	cr_expect_str_eq(error.code, "out_of_memory");
	body_init(&body);
	body_text(&body, "notes", "longer than eight bytes");
	cr_expect_eq(body_finish(&body, small, &text, &error), LED_INTERNAL);
	arena_free(small);
	arena_free(arena);
}
