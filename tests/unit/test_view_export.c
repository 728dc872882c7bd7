/* What leaves as something else than HTML: CSV and QR codes. */
#include "view/csv.h"
#include "view/qr.h"

#include <criterion/criterion.h>
#include <string.h>

Test(view_csv, cells)
{
	static const struct {
		const char *cell, *written;
	} cases[] = {
		{"plain", "\"plain\"\r\n"},
		{"", "\"\"\r\n"},
		{"a \"b\", c\nd", "\"a \"\"b\"\", c\nd\"\r\n"},
		{"=1+1", "\"'=1+1\"\r\n"},
		{"+1", "\"'+1\"\r\n"},
		{"-1", "\"'-1\"\r\n"},
		{"@x", "\"'@x\"\r\n"},
		{"\t=1", "\"'\t=1\"\r\n"},
		{"\r=1", "\"'\r=1\"\r\n"},
		{"1=1", "\"1=1\"\r\n"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buf out;
		buf_init(&out, 1000);
		csv_row(&out, &cases[i].cell, 1);
		cr_expect_str_eq(buf_str(&out), cases[i].written);
		buf_release(&out);
	}
}

Test(view_csv, a_row)
{
	static const char *const cells[] = {"a", NULL, "c"};
	struct buf out;
	buf_init(&out, 1000);
	csv_row(&out, cells, 3);
	cr_expect_str_eq(buf_str(&out), "\"a\",\"\",\"c\"\r\n");
	buf_release(&out);
}

/* The three position marks of every code begin with a row of seven dark modules. */
Test(view_qr, path)
{
	struct buf path;
	struct led_error error;
	int size = 0;
	buf_init(&path, 65536);
	cr_assert_eq(qr_path("otpauth://totp/Ledger:a?secret=GEZDGNBV", &path, &size, &error),
		     LED_OK);
	cr_expect_eq((size - 2 * QR_QUIET - 17) % 4, 0, "%d", size);
	cr_expect_eq(strncmp(buf_str(&path), "M4 4h7v1h-7z", 12), 0, "%.30s", buf_str(&path));
	cr_expect_eq(strspn(buf_str(&path), "MhvzMHVZ-0123456789 "), path.len, "nothing to escape");
	buf_release(&path);
}

Test(view_qr, too_long)
{
	static char text[4000];
	struct buf path;
	struct led_error error;
	int size;
	memset(text, 'x', sizeof text - 1);
	buf_init(&path, 65536);
	cr_expect_eq(qr_path(text, &path, &size, &error), LED_INTERNAL);
	buf_release(&path);
}
