/* What the fuzzer and the regression test over its corpus do with one input. */
#ifndef FUZZ_CANONICAL_H
#define FUZZ_CANONICAL_H

#include "crypto/digest.h"

#include <stddef.h>
#include <stdint.h>

#define CANONICAL_BODIES 64

/* The bodies made of an input, in order. */
struct canonical_made {
	size_t count;
	unsigned char digests[CANONICAL_BODIES][DIGEST_SIZE];
};

/* Reads the bytes as JSON from a shop, as an entity of every kind, and translates what can
 * be read, for businesses of several countries. Aborts when a promise is broken: a document
 * that does not total the shop's grand total, or an error without a code. */
void canonical_try(const uint8_t *data, size_t size, struct canonical_made *made);

#endif
