/* The passwords that are guessed first, by the list that is shipped. */
#include "store/common_password.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static struct common_passwords *list;
static struct led_error error;

static void load(void)
{
	cr_assert_eq(common_passwords_load(".", &list, &error), LED_OK, "%s", error.message);
}

static void unload(void)
{
	common_passwords_free(list);
}

TestSuite(store_common_password, .init = load, .fini = unload);

Test(store_common_password, refused)
{
	static const char *const passwords[] = {
		"password",
		"Password",
		"PASSWORD1",
		"password123!",
		"12345678",
		"123456789",
		"87654321",
		"qwertyuiop",
		"1q2w3e4r",
		"iloveyou",
		"Summer2026",
		"!summer!",
		"p@ssw0rd",
		"P4ssw0rd!",
		"l3tme1n!!",
		"football1",
		"2026football",
		"magento2",
		"invoice2026",
		"aaaaaaaa",
		"abababab",
		"abcabcabc",
		"abcdabcdabcd",
		"12121212",
		"        ",
		"anna.lee",
		"Anna.Lee2026!",
		"anna.lee@acme.example",
		"acme2026",
		"ACME!!!!",
		"correcthorsebatterystaple",
	};
	for (size_t i = 0; i < sizeof passwords / sizeof *passwords; i++)
		cr_expect(common_passwords_has(list, passwords[i], "anna.lee@acme.example"), "%s",
			  passwords[i]);
}

/* No kind of character is asked for, and a phrase may hold a common word. */
Test(store_common_password, taken)
{
	static const char *const passwords[] = {
		"violet harbour seven",
		"correct horse battery",
		"tjqpvmwz",
		"83649172",
		"password is not my password",
		"h\xc3\xa9lice douce",
		"abcdeabcdeabcdf",
		"lee anna",
	};
	for (size_t i = 0; i < sizeof passwords / sizeof *passwords; i++)
		cr_expect_not(common_passwords_has(list, passwords[i], "anna.lee@acme.example"),
			      "%s", passwords[i]);
}

Test(store_common_password, no_list_no_start)
{
	struct common_passwords *none;
	cr_expect_eq(common_passwords_load("/nonexistent", &none, &error), LED_INTERNAL);
	cr_expect_str_eq(error.code, "file_unreadable");
	cr_expect_null(none);
}
