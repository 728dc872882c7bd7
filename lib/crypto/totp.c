#include "crypto/totp.h"

#include "crypto/random.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <string.h>

#define SHA1_SIZE 20
#define MODULUS   1000000 /* ten to the power of TOTP_DIGITS */

enum led_err totp_new_secret(struct secret *out, struct led_error *error)
{
	unsigned char bytes[TOTP_SECRET_SIZE];
	bool made = random_bytes(bytes, sizeof(bytes)) == LED_OK &&
		    secret_set(out, bytes, sizeof(bytes));

	explicit_bzero(bytes, sizeof(bytes));
	if (!made)
		return led_fail(error, LED_INTERNAL, "random_failed", "A second factor's secret.");
	return LED_OK;
}

enum led_err totp_value(const struct secret *secret, int64_t step, uint32_t *value)
{
	unsigned char counter[8], mac[SHA1_SIZE];
	unsigned len = 0, at;

	for (int i = 0; i < 8; i++)
		counter[i] = (unsigned char)((uint64_t)step >> (56 - 8 * i));
	if (!secret->len ||
	    !HMAC(EVP_sha1(), secret->bytes, (int)secret->len, counter, sizeof(counter), mac,
		  &len) ||
	    len != SHA1_SIZE)
		return LED_INTERNAL;
	at = mac[SHA1_SIZE - 1] & 0x0f;
	*value = (uint32_t)(mac[at] & 0x7f) << 24 | (uint32_t)mac[at + 1] << 16 |
		 (uint32_t)mac[at + 2] << 8 | mac[at + 3];
	return LED_OK;
}

/* Six digits, blanks left out, into `out`; false for anything else. */
static bool take_digits(const char *code, char *out)
{
	size_t len = 0;

	for (; *code; code++) {
		if (*code == ' ')
			continue;
		if (*code < '0' || *code > '9' || len == TOTP_DIGITS)
			return false;
		out[len++] = *code;
	}
	return len == TOTP_DIGITS;
}

enum led_err totp_check(const struct secret *secret, const char *code, int64_t now,
			int64_t last_step, bool *accepted, int64_t *step, struct led_error *error)
{
	char typed[TOTP_DIGITS], expected[TOTP_DIGITS + 1];
	int64_t current = now / TOTP_STEP_SECONDS;
	uint32_t value;

	*accepted = false;
	if (!take_digits(code, typed))
		return LED_OK;
	for (int64_t s = current - TOTP_WINDOW; s <= current + TOTP_WINDOW; s++) {
		if (totp_value(secret, s, &value))
			return led_fail(error, LED_INTERNAL, "totp_failed", "A one-time code.");
		snprintf(expected, sizeof(expected), "%0*u", TOTP_DIGITS,
			 (unsigned)(value % MODULUS));
		if (CRYPTO_memcmp(typed, expected, TOTP_DIGITS) == 0 && s > last_step) {
			*accepted = true;
			*step = s;
		}
	}
	explicit_bzero(expected, sizeof(expected));
	return LED_OK;
}
