/*
 * The fuzzer's corpus in every run of the tests: each file as it is, cut short at every
 * byte, and with bytes changed at random (the same bytes each time).
 */
#include "../fuzz/canonical.h"
#include "base/buf.h"
#include "base/file.h"

#include <criterion/criterion.h>
#include <glob.h>
#include <string.h>

#define FILE_MAX  (64 * 1024)
#define MUTATIONS 300 /* of each file */
#define FILES_MIN 9   /* the bodies of a real shop alone */

static uint64_t state = 20261121;

static uint64_t next_random(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

/* What JSON and numbers turn on. */
static char random_byte(void)
{
	static const char bytes[] = "0123456789-.eE\"{}[]:,ntf &#;\\\x01\x7f\xc3\xff";
	return bytes[next_random() % (sizeof bytes - 1)];
}

static void try_file(const char *path)
{
	struct buf text;
	struct led_error error = {0};
	buf_init(&text, FILE_MAX);
	cr_assert_eq(file_read(path, &text, &error), LED_OK, "%s", error.message);
	size_t made = canonical_try((const uint8_t *)text.data, text.len);
	/* A payment alone makes nothing: it is the invoice that is paid. */
	cr_expect_eq(made == 0, strstr(path, "payment-") != NULL, "%s: %zu bodies", path, made);
	for (size_t len = 0; len < text.len; len += 7)
		canonical_try((const uint8_t *)text.data, len);
	for (int i = 0; i < MUTATIONS; i++) {
		char kept[4];
		size_t at[4];
		for (size_t j = 0; j < 4; j++) {
			at[j] = next_random() % text.len;
			kept[j] = text.data[at[j]];
			if (j == 0 || next_random() % 2)
				text.data[at[j]] = random_byte();
		}
		canonical_try((const uint8_t *)text.data, text.len);
		for (size_t j = 4; j-- > 0;)
			text.data[at[j]] = kept[j];
	}
	buf_release(&text);
}

Test(fuzz_canonical, nothing_in_the_corpus_breaks_a_promise)
{
	glob_t files;
	cr_assert_eq(glob("tests/vectors/canonical/*.json", 0, NULL, &files), 0);
	cr_assert_eq(glob("tests/fuzz/corpus/canonical/*", GLOB_APPEND, NULL, &files), 0);
	cr_expect_geq(files.gl_pathc, FILES_MIN);
	for (size_t i = 0; i < files.gl_pathc; i++)
		try_file(files.gl_pathv[i]);
	globfree(&files);
}
