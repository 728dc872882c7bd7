/*
 * What is fuzzed: one row a parser of what comes from outside. libFuzzer runs one row
 * (`make fuzz FUZZ=token SECONDS=60`); tests/unit/test_fuzz.c runs every row on its corpus,
 * tests/fuzz/corpus/NAME/, in every run of the tests. A broken promise aborts.
 */
#ifndef FUZZ_TARGETS_H
#define FUZZ_TARGETS_H

#include <stddef.h>
#include <stdint.h>

typedef void fuzz_try(const uint8_t *data, size_t size);

struct fuzz_target {
	const char *name;
	fuzz_try *try;
};

extern const struct fuzz_target FUZZ_TARGETS[];
extern const size_t FUZZ_TARGET_COUNT;

fuzz_try fuzz_canonical, fuzz_token, fuzz_json, fuzz_form, fuzz_cookie, fuzz_path, fuzz_url,
	fuzz_shop, fuzz_sage, fuzz_template, fuzz_decimal, fuzz_config;

/* Aborts with the promise that was broken, unless it holds. */
void fuzz_promise(int holds, const char *promise);

/* The input with a NUL behind it; the caller frees it. */
char *fuzz_text(const uint8_t *data, size_t size);

#endif
