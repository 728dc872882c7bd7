/*
 * The fuzzers' corpora in every run of the tests: each file as it is, cut short, and with
 * bytes changed at random (the same bytes each time).
 */
#include "../fuzz/canonical.h"
#include "../fuzz/targets.h"
#include "base/buf.h"
#include "base/file.h"
#include "scarce.h"

#include <criterion/criterion.h>
#include <glob.h>
#include <string.h>

#define FILE_MAX  (256 * 1024)
#define CUTS      200 /* of each file, at most */
#define MUTATIONS 300 /* of each file */
#define BODIES    9   /* of a real shop, in tests/vectors/canonical */

static uint64_t state = 20261121;

static uint64_t next_random(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

/* What JSON, numbers, URLs and templates turn on. */
static char random_byte(void)
{
	static const char bytes[] = "0123456789-.eE\"{}[]:,ntf &#;\\/%=@?>^!\n\x01\x7f\xc3\xff";
	return bytes[next_random() % (sizeof bytes - 1)];
}

static void read_whole(const char *path, struct buf *text)
{
	struct led_error error = {0};
	buf_init(text, FILE_MAX);
	cr_assert_eq(file_read(path, text, &error), LED_OK, "%s", error.message);
}

static void mutate(fuzz_try *try, struct buf *text)
{
	for (int i = 0; i < MUTATIONS && text->len; i++) {
		char kept[4];
		size_t at[4];
		for (size_t j = 0; j < 4; j++) {
			at[j] = next_random() % text->len;
			kept[j] = text->data[at[j]];
			if (j == 0 || next_random() % 2)
				text->data[at[j]] = random_byte();
		}
		try((const uint8_t *)text->data, text->len);
		for (size_t j = 4; j-- > 0;)
			text->data[at[j]] = kept[j];
	}
}

static void try_file(fuzz_try *try, const char *path)
{
	struct buf text;
	read_whole(path, &text);
	size_t step = text.len / CUTS + 1;
	try((const uint8_t *)buf_str(&text), text.len);
	for (size_t len = 0; len < text.len; len += step)
		try((const uint8_t *)text.data, len);
	mutate(try, &text);
	buf_release(&text);
}

static size_t try_files(const struct fuzz_target *target, const char *folder)
{
	glob_t files;
	char pattern[128];
	snprintf(pattern, sizeof pattern, "%s/%s/*", folder, target->name);
	int found = glob(pattern, 0, NULL, &files);
	for (size_t i = 0; !found && i < files.gl_pathc; i++)
		try_file(target->try, files.gl_pathv[i]);
	size_t count = found ? 0 : files.gl_pathc;
	globfree(&files);
	return count;
}

Test(fuzz, nothing_in_the_corpora_breaks_a_promise)
{
	for (size_t i = 0; i < FUZZ_TARGET_COUNT; i++) {
		size_t files = try_files(&FUZZ_TARGETS[i], "tests/fuzz/corpus") +
			       try_files(&FUZZ_TARGETS[i], "tests/vectors");
		cr_expect_geq(files, 2, "%s has a corpus", FUZZ_TARGETS[i].name);
	}
}

Test(fuzz, every_entity_is_translated)
{
	glob_t files;
	cr_assert_eq(glob("tests/vectors/canonical/*.json", 0, NULL, &files), 0);
	cr_expect_geq(files.gl_pathc, BODIES);
	cr_assert_eq(glob("tests/fuzz/corpus/canonical/*.json", GLOB_APPEND, NULL, &files), 0);
	for (size_t i = 0; i < files.gl_pathc; i++) {
		const char *path = files.gl_pathv[i];
		struct buf text;
		read_whole(path, &text);
		struct canonical_made made;
		canonical_try((const uint8_t *)text.data, text.len, &made);
		/* A payment alone makes nothing: it is the invoice that is paid. */
		cr_expect_eq(made.count == 0, strstr(path, "payment-") != NULL, "%s: %zu bodies",
			     path, made.count);
		buf_release(&text);
	}
	globfree(&files);
}

static bool is_one_of(const unsigned char digest[DIGEST_SIZE], const struct canonical_made *made)
{
	for (size_t i = 0; i < made->count; i++)
		if (memcmp(digest, made->digests[i], DIGEST_SIZE) == 0)
			return true;
	return false;
}

/* Each request for memory is refused once. What is made all the same is what is always made:
 * nothing is left out of a document because memory was short. */
static void starve(const char *path)
{
	struct buf text;
	struct canonical_made whole, made;
	read_whole(path, &text);
	scarce_refuse(0);
	canonical_try((const uint8_t *)text.data, text.len, &whole);
	for (size_t nth = 1, all = scarce_requests(); nth <= all; nth++) {
		scarce_refuse(nth);
		canonical_try((const uint8_t *)text.data, text.len, &made);
		cr_expect_leq(made.count, whole.count);
		for (size_t i = 0; i < made.count; i++)
			cr_expect(is_one_of(made.digests[i], &whole), "%s: request %zu of %zu",
				  path, nth, all);
	}
	scarce_refuse(0);
	buf_release(&text);
}

Test(fuzz, short_of_memory_a_document_is_whole_or_none)
{
	glob_t files;
	cr_assert_eq(glob("tests/vectors/canonical/*.json", 0, NULL, &files), 0);
	cr_assert_eq(glob("tests/fuzz/corpus/canonical/*.json", GLOB_APPEND, NULL, &files), 0);
	for (size_t i = 0; i < files.gl_pathc; i++)
		starve(files.gl_pathv[i]);
	globfree(&files);
}
