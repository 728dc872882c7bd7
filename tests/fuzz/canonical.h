/* What the fuzzer and the regression test over its corpus do with one input. */
#ifndef FUZZ_CANONICAL_H
#define FUZZ_CANONICAL_H

#include <stddef.h>
#include <stdint.h>

/* Reads the bytes as JSON from a shop, as an entity of every kind, and translates what can
 * be read, for businesses of several countries. Aborts when a promise is broken: a document
 * that does not total the shop's grand total, or an error without a code. Returns the number
 * of bodies made. */
size_t canonical_try(const uint8_t *data, size_t size);

#endif
