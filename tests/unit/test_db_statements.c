/*
 * The generated table of statements, and the generator itself: run on small query files
 * in a folder of its own, right ones and wrong ones.
 */
#include "db/db.h"

#include "base/buf.h"
#include "base/file.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* --- What the programs were built with --- */

/* Parameters outside quoted text. */
static unsigned count_marks(const char *sql)
{
	unsigned marks = 0;
	char quote = '\0';
	for (; *sql; sql++) {
		if (quote)
			quote = *sql == quote ? '\0' : quote;
		else if (*sql == '\'' || *sql == '"' || *sql == '`')
			quote = *sql;
		else
			marks += *sql == '?';
	}
	cr_assert_eq(quote, '\0', "a quote that does not end");
	return marks;
}

static unsigned count_names(const char *params)
{
	unsigned names = *params != '\0';
	for (; *params; params++)
		names += *params == ',';
	return names;
}

Test(db_statements, parameters_are_as_many_as_their_names)
{
	cr_assert_gt((int)SQL_COUNT, 20);
	for (int i = 0; i < SQL_COUNT; i++) {
		const struct db_statement_text *text = &db_statement_texts[i];
		cr_expect_eq(count_marks(text->sql), text->param_count, "%s: %s", text->name,
			     text->sql);
		cr_expect_eq(count_names(text->params), text->param_count, "%s(%s)", text->name,
			     text->params);
		cr_expect_leq(text->param_count, 32U, "%s: statement.c binds 32 at most",
			      text->name);
	}
}

Test(db_statements, each_is_one_statement_of_one_set)
{
	for (int i = 0; i < SQL_COUNT; i++) {
		const struct db_statement_text *text = &db_statement_texts[i];
		cr_expect(text->set && !(text->set & (text->set - 1)), "%s", text->name);
		cr_expect_null(strchr(text->sql, ';'), "%s", text->name);
		cr_expect_null(strstr(text->sql, "-- "), "%s: a comment hides what follows it",
			       text->name);
		for (int j = 0; j < i; j++)
			cr_expect_str_neq(text->name, db_statement_texts[j].name);
	}
}

/* --- The generator --- */

static char dir[64];

static void make_dir(void)
{
	snprintf(dir, sizeof dir, "/tmp/ledger-unit-XXXXXX");
	cr_assert_not_null(mkdtemp(dir));
}

static void path_of(char *path, size_t size, const char *name)
{
	snprintf(path, size, "%s/%s", dir, name);
}

static void remove_dir(void)
{
	static const char *const names[] = {"one.sql", "two.sql", "out.h", "out.c", "err"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		char path[128];
		path_of(path, sizeof path, names[i]);
		unlink(path);
	}
	rmdir(dir);
}

TestSuite(db_generator, .init = make_dir, .fini = remove_dir);

static void write_file(const char *name, const char *text)
{
	char path[128];
	path_of(path, sizeof path, name);
	FILE *file = fopen(path, "w");
	cr_assert_not_null(file);
	fputs(text, file);
	cr_assert_eq(fclose(file), 0);
}

static void read_text(const char *name, struct buf *out)
{
	char path[128];
	path_of(path, sizeof path, name);
	buf_init(out, 1 << 16);
	cr_assert_eq(file_read(path, out, NULL), LED_OK);
}

/* awk's exit status, its complaints in the file err. */
static int generate(const char *one, const char *two)
{
	char header[160], source[160], files[2][128], err[128];
	int status = -1;
	write_file("one.sql", one);
	write_file("two.sql", two ? two : "");
	snprintf(header, sizeof header, "header=%s/out.h", dir);
	snprintf(source, sizeof source, "source=%s/out.c", dir);
	path_of(files[0], sizeof files[0], "one.sql");
	path_of(files[1], sizeof files[1], "two.sql");
	path_of(err, sizeof err, "err");
	pid_t pid = fork();
	if (pid == 0) {
		int fd = open(err, O_WRONLY | O_CREAT | O_TRUNC, 0600);
		dup2(fd, STDERR_FILENO);
		execlp("awk", "awk", "-v", header, "-v", source, "-f", "mk/statements.awk",
		       files[0], two ? files[1] : (char *)NULL, (char *)NULL);
		_exit(127);
	}
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	cr_assert(WIFEXITED(status));
	return WEXITSTATUS(status);
}

Test(db_generator, writes_both_files)
{
	struct buf header, source;
	cr_assert_eq(generate("-- The first set.\n"
			      "\n"
			      "-- name: first(binding, run)\n"
			      "-- what it is for\n"
			      "SELECT a\n"
			      "  FROM t WHERE b = ? AND r = ?;\n"
			      "-- name: second()\n"
			      "SELECT \"x\\y\";\n",
			      "-- name: third(one)\nDELETE FROM t WHERE id = ?;\n"),
		     0);
	read_text("out.h", &header);
	read_text("out.c", &source);
	static const char *const in_header[] = {"DB_SET_ONE = 1 << 0", "DB_SET_TWO = 1 << 1",
						"SQL_FIRST,",          "SQL_SECOND,",
						"SQL_THIRD,",          "SQL_COUNT"};
	static const char *const in_source[] = {
		"[SQL_FIRST] = {\"first\", \"binding, run\",",
		"\"SELECT a FROM t WHERE b = ? AND r = ?\",",
		"DB_SET_ONE, 2}",
		"\"SELECT \\\"x\\\\y\\\"\",",
		"DB_SET_ONE, 0}",
		"DB_SET_TWO, 1}",
	};
	for (size_t i = 0; i < sizeof in_header / sizeof *in_header; i++)
		cr_expect_not_null(strstr(buf_str(&header), in_header[i]), "%s", in_header[i]);
	for (size_t i = 0; i < sizeof in_source / sizeof *in_source; i++)
		cr_expect_not_null(strstr(buf_str(&source), in_source[i]), "%s in %s", in_source[i],
				   buf_str(&source));
	buf_release(&header);
	buf_release(&source);
}

Test(db_generator, refuses_and_says_where)
{
	static const struct {
		const char *one, *two, *said;
	} cases[] = {
		{"SELECT 1;\n", NULL, "one.sql:1: text outside"},
		{"-- name: Upper()\nSELECT 1;\n", NULL, "one.sql:1: expected"},
		{"-- name: no_list\nSELECT 1;\n", NULL, "one.sql:1: expected"},
		{"-- name: a(b\nSELECT 1;\n", NULL, "one.sql:1: expected"},
		{"-- name: a() x\nSELECT 1;\n", NULL, "one.sql:1: expected"},
		{"-- name: a()\n-- name: b()\nSELECT 1;\n", NULL, "statement a has no text"},
		{"-- name: a()\nSELECT 1;\n\n-- name: b()\n", NULL, "statement b has no text"},
		{"-- name: a()\nSELECT 1;\n", "-- name: a()\nSELECT 2;\n",
		 "two.sql:1: a second statement named a"},
		{"-- name: a()\nSELECT 1 -- one\n  FROM t;\n", NULL, "one.sql:2: a comment"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buf said;
		cr_expect_neq(generate(cases[i].one, cases[i].two), 0, "%s", cases[i].one);
		read_text("err", &said);
		cr_expect_not_null(strstr(buf_str(&said), cases[i].said), "%s: %s", cases[i].said,
				   buf_str(&said));
		buf_release(&said);
	}
}
