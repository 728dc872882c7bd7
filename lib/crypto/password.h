/* Passwords: yescrypt (libcrypt), the cost chosen by the library's maintainers. */
#ifndef CRYPTO_PASSWORD_H
#define CRYPTO_PASSWORD_H

#include "base/error.h"

#include <stdbool.h>

#define PASSWORD_MIN      8   /* characters */
#define PASSWORD_MAX      128 /* characters */
#define PASSWORD_BYTES    511 /* libcrypt takes no more; 128 characters of four bytes are 512 */
#define PASSWORD_HASH_MAX 128 /* bytes with the NUL */

/* `out` has PASSWORD_HASH_MAX bytes. LED_VALIDATION, code "password_length", outside
 * 8 … 128 characters or over PASSWORD_BYTES bytes. */
enum led_err password_hash(const char *password, char *out, struct led_error *error)
	__attribute__((warn_unused_result));

/* Compares in constant time. With `hash` NULL (no such user) it does the same work and
 * answers false, so that the time tells nothing. */
bool password_matches(const char *password, const char *hash);

#endif
