/*
 * The shops' tokens: JWT, HS256 only (RFC 7519, RFC 8725). Nothing inside a token
 * chooses code: the header's alg is compared with the literal and the signature is
 * checked over the raw bytes before any claim is believed.
 */
#ifndef CRYPTO_TOKEN_H
#define CRYPTO_TOKEN_H

#include "base/error.h"
#include "base/secret.h"
#include "crypto/random.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TOKEN_MAX      2048 /* bytes of a token we accept */
#define TOKEN_JTI_MAX  128  /* bytes */
#define TOKEN_LIFE_MAX 300  /* seconds between iat and exp, at most */

struct token_claims {
	char jti[TOKEN_JTI_MAX + 1];
	int64_t exp; /* Unix seconds */
};

/* Signs a fresh token for a call to a shop (iss byte8-ledger, aud magento, sub the
 * tenant, iat now, nbf now - 60, exp now + 240, a new version 4 jti). `out` has
 * TOKEN_MAX bytes and is NUL-terminated. LED_INTERNAL when it does not fit. */
enum led_err token_sign(const struct secret *inbound_key, const char *tenant_id, int64_t now,
			char *out, struct led_error *error) __attribute__((warn_unused_result));

/* The `sub` that a token claims, unproven: good only for finding the key to verify it
 * with. False when there is none of at most UUID_SIZE - 1 bytes. `out` has UUID_SIZE. */
bool token_subject(const char *token, size_t len, char *out);

/* Judges a token from a shop: three segments, signature, header, then iss magento, aud
 * byte8-ledger, sub = `tenant_id`, integers iat, nbf, exp with exp - iat <= 300, all
 * with `skew` seconds of tolerance, and jti. LED_AUTH with a code that names the first
 * fault: "token_malformed", "token_header", "token_signature", "token_claims",
 * "token_expired", "token_early". LED_INTERNAL when we could not judge it: a shop drops
 * an event for good when told 401. The caller checks that the jti is new. */
enum led_err token_verify(const struct secret *outbound_key, const char *token, size_t len,
			  const char *tenant_id, int64_t now, int skew, struct token_claims *claims,
			  struct led_error *error) __attribute__((warn_unused_result));

#endif
