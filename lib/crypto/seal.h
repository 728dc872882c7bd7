/*
 * Sealing secrets for the database: AES-256-GCM with a fresh random 96-bit nonce
 * for every write, bound to its place by additional data: a sealed value moved to
 * another table, column, account or row does not open.
 *
 * Key-encryption keys are files outside the database: key_dir/<ring>.<version>.key,
 * 64 hex digits, mode 0400. New values are sealed under the highest version; old ones
 * open under the version they carry.
 *
 * Sealed form: 1 byte format (1), 4 bytes key version (big endian), 12 bytes nonce,
 * ciphertext, 16 bytes tag.
 */
#ifndef CRYPTO_SEAL_H
#define CRYPTO_SEAL_H

#include "base/error.h"
#include "base/secret.h"

#include <stddef.h>
#include <stdint.h>

#define SEAL_OVERHEAD 33 /* bytes a sealed value is longer than its secret */

/* "intake" opens what verifies webhooks; "vault" everything else. */
enum seal_ring { SEAL_INTAKE, SEAL_VAULT };

struct seal_keys; /* immutable after loading: threads may share one */

/* Loads every version of the rings named in `rings` (bits 1 << SEAL_…). LED_INTERNAL,
 * code "key_unreadable", naming the file, when one is missing, malformed or readable
 * by others. */
enum led_err seal_keys_load(const char *key_dir, unsigned rings, struct seal_keys **out,
			    struct led_error *error) __attribute__((warn_unused_result));
void seal_keys_free(struct seal_keys *keys);

/* The version new values are sealed under; 0 when the ring was not loaded. */
uint32_t seal_keys_newest(const struct seal_keys *keys, enum seal_ring ring);

/* Creates version 1 of each ring that has no key yet; *created counts them. */
enum led_err seal_keys_init(const char *key_dir, int *created, struct led_error *error)
	__attribute__((warn_unused_result));

/* Where a sealed value lives. All parts are required; `row` is the row's key as text. */
struct seal_place {
	const char *table, *column, *account, *row;
};

/* `out` (of `size` bytes) gets secret->len + SEAL_OVERHEAD bytes, *len says how many. */
enum led_err seal_close(const struct seal_keys *keys, enum seal_ring ring,
			const struct seal_place *place, const struct secret *secret,
			unsigned char *out, size_t size, size_t *len, struct led_error *error)
	__attribute__((warn_unused_result));

/* LED_INTERNAL, code "seal_broken", when the value was altered, moved, or its key
 * version is not loaded. The caller releases *out. */
enum led_err seal_open(const struct seal_keys *keys, enum seal_ring ring,
		       const struct seal_place *place, const void *sealed, size_t sealed_len,
		       struct secret *out, struct led_error *error)
	__attribute__((warn_unused_result));

#endif
