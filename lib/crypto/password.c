#include "crypto/password.h"
#include "base/text.h"

#include <crypt.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum led_err password_hash(const char *password, char *out, struct led_error *error)
{
	size_t len = strlen(password), chars = text_utf8_length(password, len);
	if (chars < PASSWORD_MIN || chars > PASSWORD_MAX || len > PASSWORD_BYTES)
		return led_fail(error, LED_VALIDATION, "password_length",
				"A password has %d to %d characters, %d bytes at most.",
				PASSWORD_MIN, PASSWORD_MAX, PASSWORD_BYTES);
	enum led_err err = LED_INTERNAL;
	char setting[CRYPT_GENSALT_OUTPUT_SIZE];
	struct crypt_data *data = calloc(1, sizeof *data);
	if (data && crypt_gensalt_rn("$y$", 0, NULL, 0, setting, sizeof setting)) {
		const char *hash = crypt_r(password, setting, data);
		if (hash && hash[0] == '$' && strlen(hash) < PASSWORD_HASH_MAX) {
			snprintf(out, PASSWORD_HASH_MAX, "%s", hash);
			err = LED_OK;
		}
	}
	if (data)
		explicit_bzero(data, sizeof *data);
	free(data);
	if (err)
		led_fail(error, err, "password_not_hashed", "Hashing a password failed.");
	return err;
}

bool password_matches(const char *password, const char *hash)
{
	/* Of no password that anyone knows; its setting is what makes the work the same. */
	static const char nobody[] =
		"$y$j9T$AAAAAAAAAAAAAAAAAAAAA.$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA1";
	const char *expected = hash ? hash : nobody;
	struct crypt_data *data = calloc(1, sizeof *data);
	if (!data)
		return false;
	const char *got = crypt_r(password, expected, data);
	size_t len = strlen(expected);
	bool same = got && got[0] == '$' && strlen(got) == len &&
		    CRYPTO_memcmp(got, expected, len) == 0;
	explicit_bzero(data, sizeof *data);
	free(data);
	return same && hash;
}
