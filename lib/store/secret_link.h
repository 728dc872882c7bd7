/* The token of a mailed link: 256 random bits, of which the database has only the hash. */
#ifndef STORE_SECRET_LINK_H
#define STORE_SECRET_LINK_H

#include "crypto/digest.h"
#include "crypto/random.h"

#include <stdbool.h>
#include <string.h>

#define SECRET_LINK_BYTES 32
#define SECRET_LINK_SIZE  65 /* hex digits and the NUL */

/* False for text that no link of ours has; `hash` gets DIGEST_SIZE bytes. */
static inline bool secret_link_hash(const char *token, unsigned char *hash)
{
	return token && strlen(token) == SECRET_LINK_SIZE - 1 &&
	       digest_sha256(token, SECRET_LINK_SIZE - 1, hash) == LED_OK;
}

static inline enum led_err secret_link_new(char *token, unsigned char *hash,
					   struct led_error *error)
{
	if (random_hex(token, SECRET_LINK_BYTES) || !secret_link_hash(token, hash))
		return led_fail(error, LED_INTERNAL, "random_failed", "A link's token.");
	return LED_OK;
}

#endif
