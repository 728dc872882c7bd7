/* One-time codes: the vectors of RFC 6238, the window, and that a code counts once. */
#include "base/text.h"
#include "crypto/totp.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static struct led_error error;

static struct secret rfc_secret(void)
{
	struct secret secret = {0};
	cr_assert(secret_set(&secret, "12345678901234567890", 20));
	return secret;
}

/* RFC 6238, appendix B, the rows of SHA1; eight digits there. */
Test(crypto_totp, rfc_6238)
{
	static const struct {
		int64_t time;
		uint32_t code;
	} vectors[] = {{59, 94287082},         {1111111109, 7081804},  {1111111111, 14050471},
		       {1234567890, 89005924}, {2000000000, 69279037}, {20000000000, 65353130}};
	struct secret secret = rfc_secret();
	uint32_t value;
	for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
		cr_assert_eq(totp_value(&secret, vectors[i].time / 30, &value), LED_OK);
		cr_expect_eq(value % 100000000, vectors[i].code, "at %lld",
			     (long long)vectors[i].time);
	}
	secret_release(&secret);
}

static bool check(const char *code, int64_t now, int64_t last, int64_t *step)
{
	struct secret secret = rfc_secret();
	bool accepted = false;
	cr_assert_eq(totp_check(&secret, code, now, last, &accepted, step, &error), LED_OK);
	secret_release(&secret);
	return accepted;
}

/* The code of step 1 (30 … 59 s) is 287082. */
Test(crypto_totp, one_step_either_way)
{
	int64_t step = -1;
	cr_expect(check("287082", 30, 0, &step));
	cr_expect_eq(step, 1);
	cr_expect(check("287082", 59, 0, &step));
	cr_expect(check("287082", 29, 0, &step), "a clock that is behind");
	cr_expect(check("287082", 89, 0, &step), "a clock that is ahead");
	cr_expect_eq(step, 1, "the code's own step is remembered");
	cr_expect_not(check("287082", 90, 0, &step));
	cr_expect_not(check("287083", 59, 0, &step));
}

Test(crypto_totp, counts_once)
{
	int64_t step = -1;
	cr_expect_not(check("287082", 59, 1, &step), "its step was used");
	cr_expect_not(check("287082", 59, 2, &step), "a later one was used");
	cr_expect_eq(step, -1);
}

Test(crypto_totp, as_typed)
{
	static const char *const wrong[] = {"",       "28708",    "2870820", "28708a",  "-287082",
					    "287 08", "0x46162a", "２87082", "287082\n"};
	int64_t step;
	cr_expect(check("287 082", 59, 0, &step));
	cr_expect(check(" 287082 ", 59, 0, &step));
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		cr_expect_not(check(wrong[i], 59, 0, &step), "'%s'", wrong[i]);
}

Test(crypto_totp, needs_a_secret)
{
	struct secret none = {0};
	uint32_t value;
	cr_expect_eq(totp_value(&none, 1, &value), LED_INTERNAL);
}

Test(crypto_totp, fresh_secrets)
{
	struct secret one = {0}, two = {0};
	cr_assert_eq(totp_new_secret(&one, &error), LED_OK);
	cr_assert_eq(totp_new_secret(&two, &error), LED_OK);
	cr_expect_eq(one.len, TOTP_SECRET_SIZE);
	cr_expect_neq(memcmp(one.bytes, two.bytes, TOTP_SECRET_SIZE), 0);
	secret_release(&one);
	secret_release(&two);
}

/* RFC 4648, section 10, without the padding. */
Test(base_text, base32)
{
	static const struct {
		const char *text, *encoded;
	} vectors[] = {{"", ""},
		       {"f", "MY"},
		       {"fo", "MZXQ"},
		       {"foo", "MZXW6"},
		       {"foob", "MZXW6YQ"},
		       {"fooba", "MZXW6YTB"},
		       {"foobar", "MZXW6YTBOI"}};
	for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
		char out[TEXT_BASE32_SIZE(6)];
		text_base32(vectors[i].text, strlen(vectors[i].text), out);
		cr_expect_str_eq(out, vectors[i].encoded);
		cr_expect_leq(strlen(out) + 1, TEXT_BASE32_SIZE(strlen(vectors[i].text)));
	}
}
