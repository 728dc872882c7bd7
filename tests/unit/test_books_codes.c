/*
 * The table of codes is complete: every code that the translation, the two clients or the
 * worker can fail with is read out of their sources, and must have a row.
 */
#include "base/buf.h"
#include "base/file.h"
#include "books/codes.h"

#include <criterion/criterion.h>
#include <ctype.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>

#define FILE_MAX  (256 * 1024)
#define CODES_MIN 60 /* found in the sources; fewer, and the search itself is broken */

/* The text between quotes at `at`, behind white space; NULL when there is none. */
static const char *quoted(const char *at, char *out, size_t size)
{
	while (isspace((unsigned char)*at))
		at++;
	size_t len = *at == '"' ? strcspn(at + 1, "\"\n") : 0;
	if (len == 0 || len >= size)
		return NULL;
	memcpy(out, at + 1, len);
	out[len] = '\0';
	return out;
}

/* A class or a result of libcurl's, and a code behind it: calls of led_fail, rows of tables. */
static size_t check_behind(const char *path, const char *text, const char *word)
{
	char code[128];
	size_t found = 0;
	for (const char *at = strstr(text, word); at; at = strstr(at + 1, word)) {
		const char *end = at + strspn(at, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
		if (*end != ',' || !quoted(end + 1, code, sizeof code))
			continue;
		found++;
		cr_expect_not_null(books_code_find(code), "%s: '%s' is not in the table of codes",
				   path, code);
	}
	return found;
}

static size_t check_file(const char *path)
{
	struct buf text;
	struct led_error error = {0};
	buf_init(&text, FILE_MAX);
	cr_assert_eq(file_read(path, &text, &error), LED_OK, "%s", error.message);
	size_t found = check_behind(path, buf_str(&text), "LED_");
	found += check_behind(path, buf_str(&text), "CURLE_");
	buf_release(&text);
	return found;
}

Test(codes, every_code_that_is_used_is_explained)
{
	static const char *const patterns[] = {
		"lib/books/*.c",
		"lib/magento/*.c",
		"lib/sage/*.c",
		"lib/db/*.c",
		"lib/http/client.c",
		"lib/crypto/seal.c",
		"lib/store/xref.c",
		"lib/store/job.c",
		"lib/store/lane.c",
		"lib/store/run.c",
		"lib/store/binding.c",
		"lib/store/oauth_token.c",
		"lib/store/reference.c",
		"lib/store/policy.c",
		"worker/*.c",
	};
	size_t found = 0;
	for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
		glob_t files;
		cr_assert_eq(glob(patterns[i], 0, NULL, &files), 0, "%s", patterns[i]);
		for (size_t j = 0; j < files.gl_pathc; j++)
			found += check_file(files.gl_pathv[j]);
		globfree(&files);
	}
	cr_expect_geq(found, CODES_MIN, "only %zu codes were found in the sources", found);
}

Test(codes, each_is_there_once_and_says_what_to_do)
{
	size_t count;
	const struct books_code *codes = books_codes(&count);
	for (size_t i = 0; i < count; i++) {
		cr_expect_eq(books_code_find(codes[i].code), &codes[i], "%s is there twice",
			     codes[i].code);
		cr_expect(strlen(codes[i].means) > 10 && strlen(codes[i].to_do) > 10, "%s",
			  codes[i].code);
		cr_expect_eq(codes[i].means[strlen(codes[i].means) - 1], '.', "%s", codes[i].code);
		cr_expect_eq(codes[i].to_do[strlen(codes[i].to_do) - 1], '.', "%s", codes[i].code);
	}
}

Test(codes, every_class_is_explained)
{
	for (enum led_err class = LED_AUTH; class <= LED_INTERNAL; class ++)
		cr_expect_not_null(books_code_find(led_err_name(class)), "%s", led_err_name(class));
}
