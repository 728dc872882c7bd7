/* Passwords. */
#include "base/clock.h"
#include "crypto/password.h"

#include <criterion/criterion.h>
#include <string.h>
#include <time.h>

static struct led_error error;

static void repeat(char *out, const char *character, int times)
{
	size_t len = strlen(character);
	for (int i = 0; i < times; i++)
		memcpy(out + (size_t)i * len, character, len);
	out[(size_t)times * len] = '\0';
}

Test(crypto_password, round_trip)
{
	char hash[PASSWORD_HASH_MAX], again[PASSWORD_HASH_MAX];
	cr_assert_eq(password_hash("correct horse", hash, &error), LED_OK);
	cr_assert_eq(strncmp(hash, "$y$", 3), 0, "yescrypt");
	cr_assert(password_matches("correct horse", hash));
	cr_assert_not(password_matches("correct hors", hash));
	cr_assert_not(password_matches("correct horse ", hash));
	cr_assert_not(password_matches("Correct horse", hash));
	cr_assert_not(password_matches("", hash));
	cr_assert_eq(password_hash("correct horse", again, &error), LED_OK);
	cr_assert_str_neq(hash, again, "salted");
}

/* Counted in characters, and all of them count. */
Test(crypto_password, length)
{
	static const struct {
		const char *character;
		int times;
		bool fine;
	} cases[] = {
		{"x", 7, false},
		{"x", 8, true},
		{"x", 128, true},
		{"x", 129, false},
		{"\xc3\xa9", 7, false},
		{"\xc3\xa9", 8, true},
		{"\xc3\xa9", 128, true},
		{"\xe2\x82\xac", 128, true},
		{"\xf0\x9f\x98\x80", 127, true},
		{"\xf0\x9f\x98\x80", 128, false},
		{"\xf0\x9f\x98\x80", 129, false},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char password[600], hash[PASSWORD_HASH_MAX];
		repeat(password, cases[i].character, cases[i].times);
		enum led_err err = password_hash(password, hash, &error);
		cr_expect_eq(err, cases[i].fine ? LED_OK : LED_VALIDATION, "case %zu", i);
		if (err) {
			cr_expect_str_eq(error.code, "password_length");
			continue;
		}
		cr_expect(password_matches(password, hash));
		password[strlen(password) - 1] ^= 1;
		cr_expect_not(password_matches(password, hash), "the last byte counts");
	}
}

Test(crypto_password, damaged_hashes)
{
	static const char *const hashes[] = {
		"",        "*0", "*1",         "$y$",
		"$y$j9T$", "x",  "$6$abc$def", "$y$j9T$AAAAAAAAAAAAAAAAAAAAA.$"};
	for (size_t i = 0; i < sizeof hashes / sizeof *hashes; i++)
		cr_expect_not(password_matches("correct horse", hashes[i]), "%s", hashes[i]);
}

static double seconds_of(const char *hash)
{
	clock_t begin = clock();
	for (int i = 0; i < 5; i++)
		(void)password_matches("correct horse", hash);
	return (double)(clock() - begin) / CLOCKS_PER_SEC;
}

/* An unknown user costs what a wrong password costs: same cost parameters, same work. */
Test(crypto_password, unknown_user_does_the_same_work)
{
	char hash[PASSWORD_HASH_MAX];
	cr_assert_eq(password_hash("another one", hash, &error), LED_OK);
	cr_assert_not(password_matches("correct horse", NULL));
	double known = seconds_of(hash), unknown = seconds_of(NULL);
	cr_assert_gt(unknown, known / 3, "%f against %f", unknown, known);
	cr_assert_lt(unknown, known * 3, "%f against %f", unknown, known);
}
