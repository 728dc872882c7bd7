/* Randomness, from OpenSSL's generator only. */
#ifndef CRYPTO_RANDOM_H
#define CRYPTO_RANDOM_H

#include "base/error.h"

#include <stddef.h>

#define UUID_SIZE 37 /* 36 characters and the NUL */

enum led_err random_bytes(void *out, size_t len) __attribute__((warn_unused_result));

/* `out` gets 2 * len + 1 bytes: lower-case hex of `len` random bytes (64 at most). */
enum led_err random_hex(char *out, size_t len) __attribute__((warn_unused_result));

/* A version 4 UUID (RFC 9562); `out` has UUID_SIZE bytes. */
enum led_err random_uuid(char *out) __attribute__((warn_unused_result));

#endif
