/*
 * The tables of codes are complete and hold nothing else: every code that the translation,
 * the clients or the worker can skip, warn or fail with is read out of their sources and
 * must have a row of its kind; and every row's code stands in some source.
 */
#include "base/buf.h"
#include "base/file.h"
#include "books/books.h"
#include "books/codes.h"

#include <criterion/criterion.h>
#include <ctype.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>

#define FILE_MAX     (512 * 1024)
#define ALL_MAX      (8 * 1024 * 1024)
#define ERRORS_MIN   100 /* found in the sources; fewer, and the search itself is broken */
#define WARNINGS_MIN 10
#define SKIPS_MIN    12

/* A run may end with the errors of these. Forms and commands have others, and say
 * themselves what they mean. */
static const char *const OF_RUNS[] = {
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
	"lib/base/json.c",
	"lib/base/config.c",
	"worker/*.c",
};

static const char *const EVERYWHERE[] = {
	"lib/*/*.[ch]", "worker/*.[ch]", "cgi/*/*.c", "ctl/*.c", "sql/*/*.sql",
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* Appends the files of the patterns to `text`, the tables of codes themselves left out. */
static void read_all(const char *const patterns[], size_t count, struct buf *text)
{
	struct led_error error = {0};
	buf_init(text, ALL_MAX);
	for (size_t i = 0; i < count; i++) {
		glob_t files;
		cr_assert_eq(glob(patterns[i], 0, NULL, &files), 0, "%s", patterns[i]);
		for (size_t j = 0; j < files.gl_pathc; j++) {
			struct buf file;
			if (strstr(files.gl_pathv[j], "books/codes"))
				continue;
			buf_init(&file, FILE_MAX);
			cr_assert_eq(file_read(files.gl_pathv[j], &file, &error), LED_OK, "%s",
				     error.message);
			buf_add_str(text, buf_str(&file));
			buf_release(&file);
		}
		globfree(&files);
	}
	cr_assert_not(text->failed);
}

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

static void expect_kind(const char *code, enum books_code_kind kind)
{
	enum books_code_kind found;
	cr_expect_not_null(books_code_find(code, &found), "'%s' is in no table of codes", code);
	if (!books_code_find(code, &found))
		return;
	/* What is skipped for a reason is refused for the same, should it get so far. */
	bool fits = found == kind || (kind == BOOKS_CODE_ERROR && found == BOOKS_CODE_SKIP);
	cr_expect(fits, "'%s' is in the table of another kind", code);
}

/* Codes behind a word and a comma: LED_VALIDATION, "…"; CURLE_…, "…"; books_warn(x, "…"). */
static size_t check_behind(const char *text, const char *word, enum books_code_kind kind)
{
	char code[128];
	size_t found = 0;
	for (const char *at = strstr(text, word); at; at = strstr(at + 1, word)) {
		const char *end = at + strlen(word);
		end += strcspn(end, ",; \n()?=|");
		if (*end != ',' || !quoted(end + 1, code, sizeof code) || strchr(code, '%'))
			continue;
		found++;
		expect_kind(code, kind);
	}
	return found;
}

Test(codes, every_error_is_explained)
{
	struct buf text;
	read_all(OF_RUNS, COUNT(OF_RUNS), &text);
	size_t found = check_behind(buf_str(&text), "LED_", BOOKS_CODE_ERROR);
	found += check_behind(buf_str(&text), "CURLE_", BOOKS_CODE_ERROR);
	cr_expect_geq(found, ERRORS_MIN, "only %zu codes were found in the sources", found);
	buf_release(&text);
}

Test(codes, every_warning_is_explained)
{
	struct buf text;
	size_t known;
	read_all(OF_RUNS, COUNT(OF_RUNS), &text);
	size_t found = check_behind(buf_str(&text), "books_warn(", BOOKS_CODE_WARNING);
	cr_expect_geq(found, WARNINGS_MIN, "only %zu warnings were found", found);
	books_codes(BOOKS_CODE_WARNING, &known);
	cr_expect_leq(known, BOOKS_WARNINGS_MAX, "a document has no room for all of them");
	buf_release(&text);
}

/* The rows of the filter end with their reasons. */
Test(codes, every_skip_is_explained)
{
	static const char *const filter[] = {"lib/books/filter.c"};
	struct buf text;
	char code[128];
	size_t found = 0;
	read_all(filter, 1, &text);
	for (const char *at = strstr(buf_str(&text), "\"},"); at; at = strstr(at + 1, "\"},")) {
		const char *start = at - 1;
		while (start[-1] != ' ')
			start--;
		if (!quoted(start, code, sizeof code))
			continue;
		found++;
		expect_kind(code, BOOKS_CODE_SKIP);
	}
	cr_expect_geq(found, SKIPS_MIN, "only %zu reasons were found", found);
	buf_release(&text);
}

/* Sage's own codes come over the wire. */
static bool is_of_sage(const char *code)
{
	return strcmp(code, "RecordInvalid") == 0 || strcmp(code, "RecordNotFound") == 0;
}

static void check_row(const struct books_code *row, const char *sources)
{
	char quoted_code[LED_CODE_MAX + 2];
	const char *texts[] = {row->means, row->to_do};
	cr_expect_lt(strlen(row->code), LED_CODE_MAX, "%s", row->code);
	cr_expect_eq(books_code_find(row->code, NULL), row, "%s is there twice", row->code);
	for (size_t i = 0; i < COUNT(texts); i++) {
		size_t len = strlen(texts[i]);
		cr_assert_gt(len, 10, "%s", row->code);
		cr_expect_eq(texts[i][len - 1], '.', "%s", row->code);
	}
	snprintf(quoted_code, sizeof quoted_code, "\"%s\"", row->code);
	bool used = strstr(sources, quoted_code) || is_of_sage(row->code);
	quoted_code[0] = quoted_code[strlen(quoted_code) - 1] = '\''; /* as SQL has it */
	cr_expect(used || strstr(sources, quoted_code), "nothing ends with %s", row->code);
}

Test(codes, every_row_is_used_once_and_says_what_to_do)
{
	struct buf text;
	read_all(EVERYWHERE, COUNT(EVERYWHERE), &text);
	for (int kind = BOOKS_CODE_SKIP; kind <= BOOKS_CODE_ERROR; kind++) {
		size_t count;
		const struct books_code *rows = books_codes((enum books_code_kind)kind, &count);
		for (size_t i = 0; i < count; i++)
			check_row(&rows[i], buf_str(&text));
	}
	cr_expect_null(books_code_find("no_such_code", NULL));
	buf_release(&text);
}

Test(codes, every_class_is_explained)
{
	for (enum led_err class = LED_AUTH; class <= LED_INTERNAL; class ++)
		expect_kind(led_err_name(class), BOOKS_CODE_ERROR);
}
