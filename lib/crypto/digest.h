/* SHA-256, HMAC-SHA256 and the subkeys of a pairing (HKDF, RFC 5869). */
#ifndef CRYPTO_DIGEST_H
#define CRYPTO_DIGEST_H

#include "base/error.h"
#include "base/secret.h"

#include <stddef.h>

#define DIGEST_SIZE 32 /* bytes */
#define SUBKEY_SIZE 32 /* bytes */

enum led_err digest_sha256(const void *data, size_t len, unsigned char out[DIGEST_SIZE])
	__attribute__((warn_unused_result));

/* LED_INTERNAL with an empty key. */
enum led_err digest_hmac(const struct secret *key, const void *data, size_t len,
			 unsigned char out[DIGEST_SIZE]) __attribute__((warn_unused_result));

/* Which of a pairing's two keys. The names are the shop's: outbound leaves the shop. */
enum subkey { SUBKEY_OUTBOUND, SUBKEY_INBOUND };

/* HKDF-SHA256 with an empty salt over the api_key's text bytes, with the info
 * "byte8-magento-outbound-v1" or "…-inbound-v1". `out` is set; the caller releases. */
enum led_err digest_subkey(const struct secret *api_key, enum subkey which, struct secret *out)
	__attribute__((warn_unused_result));

#endif
