/*
 * Sealing secrets for the database: AES-256-GCM with a fresh random 96-bit nonce
 * for every write, bound to its place by additional data: a sealed value moved to
 * another table, column, account or row does not open.
 *
 * Key-encryption keys are files outside the database (crypto/seal_files.h). New values
 * are sealed under the highest version; old ones open under the version they carry. A
 * struct seal_keys follows its directory: before it seals it looks whether files came or
 * went, and a value of a version it does not know makes it read the files once more. So
 * a rotation reaches a running program by itself, and none seals under a key that was
 * replaced.
 *
 * Sealed form: 1 byte format (1), 4 bytes key version (big endian), 12 bytes nonce,
 * ciphertext, 16 bytes tag.
 */
#ifndef CRYPTO_SEAL_H
#define CRYPTO_SEAL_H

#include "base/error.h"
#include "base/secret.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SEAL_OVERHEAD     33                 /* bytes a sealed value is longer than its secret */
#define SEAL_VERSIONS_MAX 64                 /* the highest version a ring may reach */
#define SEAL_USES_WARN    (INT64_C(1) << 28) /* random nonces under one key: rotate it */

/* "intake" opens what verifies webhooks; "vault" everything else. */
enum seal_ring { SEAL_INTAKE, SEAL_VAULT };
#define SEAL_RINGS 2
#define SEAL_BOTH  (1U << SEAL_INTAKE | 1U << SEAL_VAULT)

const char *seal_ring_name(enum seal_ring ring); /* "intake" */

struct seal_keys; /* threads may share one; it locks itself */

/* Loads every version of the rings named in `rings` (bits 1 << SEAL_…). LED_INTERNAL,
 * code "key_unreadable", naming the file, when one is missing, malformed or readable
 * by others. */
enum led_err seal_keys_load(const char *key_dir, unsigned rings, struct seal_keys **out,
			    struct led_error *error) __attribute__((warn_unused_result));
void seal_keys_free(struct seal_keys *keys);

/* The version new values are sealed under; 0 when the ring was not loaded. As of when the
 * files were last read. */
uint32_t seal_keys_newest(const struct seal_keys *keys, enum seal_ring ring);
bool seal_keys_has(const struct seal_keys *keys, enum seal_ring ring, uint32_t version);

/* How many values this process has sealed under a version since it was last asked. Who
 * asks must keep the answer (store/seal_use.h). */
int64_t seal_uses_take(enum seal_ring ring, uint32_t version);

/* The version a sealed value carries; 0 for bytes that are none. */
uint32_t seal_version(const void *sealed, size_t sealed_len);

/* Where a sealed value lives. All parts are required; `row` is the row's key as text. */
struct seal_place {
	const char *table, *column, *account, *row;
};

/* `out` (of `size` bytes) gets secret->len + SEAL_OVERHEAD bytes, *len says how many. */
enum led_err seal_close(const struct seal_keys *keys, enum seal_ring ring,
			const struct seal_place *place, const struct secret *secret,
			unsigned char *out, size_t size, size_t *len, struct led_error *error)
	__attribute__((warn_unused_result));

/* LED_INTERNAL: code "key_missing" when there is no file of the version it carries, which
 * may be mended; "seal_broken" when the value was altered or moved, or the file holds
 * another key. The caller releases *out. */
enum led_err seal_open(const struct seal_keys *keys, enum seal_ring ring,
		       const struct seal_place *place, const void *sealed, size_t sealed_len,
		       struct secret *out, struct led_error *error)
	__attribute__((warn_unused_result));

#endif
