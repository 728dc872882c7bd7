/* What is kept of a refused request: ids, codes, amounts and dates; nothing that names a person. */
#include "sage/mask.h"

#include <criterion/criterion.h>
#include <string.h>

static void expect_masked(const char *text, const char *expected)
{
	struct buf out;
	buf_init(&out, 4096);
	sage_mask(text, strlen(text), &out);
	cr_expect_str_eq(buf_str(&out), expected);
	buf_release(&out);
}

Test(sage_mask, by_type)
{
	expect_masked(
		"{\"contact\":{\"name\":\"Ada\",\"reference\":\"M5\",\"contact_type_ids\":["
		"\"CUSTOMER\"],\"currency_id\":\"GBP\",\"main_contact_person\":{\"email\":"
		"\"ada@example.test\",\"is_main_contact\":true},\"credit_days\":30}}",
		"{\"contact\":{\"name\":\"…\",\"reference\":\"M5\",\"contact_type_ids\":["
		"\"CUSTOMER\"],\"currency_id\":\"GBP\",\"main_contact_person\":{\"email\":\"…\","
		"\"is_main_contact\":true},\"credit_days\":30}}");
	expect_masked(
		"[{\"$message\":\"This field is required.\",\"$source\":\"date\",\"who\":null}]",
		"[{\"$message\":\"This field is required.\",\"$source\":\"date\",\"who\":null}]");
	expect_masked("{\"notes\":[\"a\",[\"b\"]],\"unit_price\":12.50}",
		      "{\"notes\":[\"…\",[\"…\"]],\"unit_price\":12.50}");
	expect_masked("\"Ada\"", "\"…\"");
}

Test(sage_mask, what_is_not_json)
{
	expect_masked("<html>Ada</html>", "(16 bytes that are not JSON)");
	expect_masked("", "(0 bytes that are not JSON)");
}

Test(sage_mask, a_long_one_is_cut_between_characters)
{
	char text[] = "[\"a\",\"b\",\"c\"]";
	struct buf out;
	buf_init(&out, 8);
	sage_mask(text, strlen(text), &out);
	cr_expect(out.failed);
	cr_expect_str_eq(buf_str(&out), "[\"…\",\"");
	buf_release(&out);
}
