/* Text: UTF-8, hex, base64url, UUIDs, numbers, percent-encoding. */
#include "base/text.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define BYTES(s_) (s_), sizeof(s_) - 1

Test(base_text, utf8_valid)
{
	static const struct {
		const char *text;
		size_t len;
		bool valid;
	} cases[] = {
		{BYTES(""), true},
		{BYTES("plain"), true},
		{BYTES("\x7f"), true},
		{BYTES("\x00z"), true},
		{BYTES("\xc2\x80"), true},                         /* the first of two bytes */
		{BYTES("\xdf\xbf"), true},                         /* the last */
		{BYTES("\xe0\xa0\x80"), true},                     /* the first of three */
		{BYTES("\xed\x9f\xbf"), true},                     /* before the surrogates */
		{BYTES("\xee\x80\x80"), true},                     /* behind them */
		{BYTES("\xef\xbf\xbf"), true},                     /* the last of three */
		{BYTES("\xf0\x90\x80\x80"), true},                 /* the first of four */
		{BYTES("\xf4\x8f\xbf\xbf"), true},                 /* U+10FFFF */
		{BYTES("\x80"), false},                            /* a lone continuation */
		{BYTES("\xbf"), false},                            /* another */
		{BYTES("\xc0\x80"), false},                        /* NUL, overlong */
		{BYTES("\xc1\xbf"), false},                        /* overlong */
		{BYTES("\xe0\x9f\xbf"), false},                    /* overlong */
		{BYTES("\xf0\x8f\xbf\xbf"), false},                /* overlong */
		{BYTES("\xed\xa0\x80"), false},                    /* U+D800 */
		{BYTES("\xed\xbf\xbf"), false},                    /* U+DFFF */
		{BYTES("\xed\xa0\xbd\xed\xb8\x80"), false},        /* CESU-8 */
		{BYTES("\xf4\x90\x80\x80"), false},                /* U+110000 */
		{BYTES("\xf5\x80\x80\x80"), false},                /* no such lead */
		{BYTES("\xf8\x88\x80\x80\x80"), false},            /* five bytes */
		{BYTES("\xfe"), false},                            /* never */
		{BYTES("\xff"), false},                            /* never */
		{BYTES("a\xc3"), false},                           /* cut */
		{BYTES("a\xe2\x82"), false},                       /* cut */
		{BYTES("a\xf0\x9f\x98"), false},                   /* cut */
		{BYTES("\xc3(\xa4"), false},                       /* no continuation */
		{BYTES("\xe2\x82(\xac"), false},                   /* no continuation */
		{BYTES("ok \xe2\x82\xac \xf0\x9f\x98\x80"), true}, /* euro, a face */
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		cr_expect_eq(text_utf8_valid(cases[i].text, cases[i].len), cases[i].valid,
			     "case %zu", i);
}

/* Every prefix of every length must end on a character and be as long as it can be. */
Test(base_text, utf8_cut_falls_on_characters)
{
	static const char text[] = "a\xc3\xa9"
				   "b\xe2\x82\xac\xf0\x9f\x98\x80z";
	static const size_t expected[] = {0, 1, 1, 3, 4, 4, 4, 7, 7, 7, 7, 11, 12, 12};
	size_t len = sizeof text - 1;
	for (size_t max = 0; max < sizeof expected / sizeof *expected; max++)
		cr_expect_eq(text_utf8_cut(text, len, max), expected[max], "at %zu", max);
}

Test(base_text, utf8_mend_keeps_whole_characters)
{
	static const struct {
		const char *broken, *mended;
	} cases[] = {
		{"", ""},
		{"a\xc3\xa9 \xf0\x9f\x98\x80", "a\xc3\xa9 \xf0\x9f\x98\x80"},
		{"'\xc3' is cut", "'' is cut"},
		{"\xe2\x82\xac\xe2\x82", "\xe2\x82\xac"},
		{"\xac\xe2\x82\xac", "\xe2\x82\xac"},
		{"\xf0\x9f\x98", ""},
		{"a\xff\xc0\x80"
		 "b",
		 "ab"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char text[32];
		snprintf(text, sizeof text, "%s", cases[i].broken);
		text_utf8_mend(text);
		cr_expect_str_eq(text, cases[i].mended, "case %zu", i);
	}
}

Test(base_text, utf8_prefix_and_length)
{
	static const char text[] = "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z";
	static const size_t expected[] = {0, 1, 3, 6, 10, 11, 11};
	size_t len = sizeof text - 1;
	for (size_t chars = 0; chars < sizeof expected / sizeof *expected; chars++)
		cr_expect_eq(text_utf8_prefix(text, len, chars), expected[chars]);
	cr_expect_eq(text_utf8_length(text, len), 5);
	cr_expect_eq(text_utf8_length("", 0), 0);
}

Test(base_text, utf8_encode_is_what_valid_accepts)
{
	char out[4];
	for (uint32_t cp = 0; cp <= 0x10ffff; cp += cp < 0x11000 ? 1 : 97) {
		size_t n = text_utf8_encode(cp, out);
		bool surrogate = cp >= 0xd800 && cp <= 0xdfff;
		cr_assert_eq(n, cp < 0x80 ? 1U : cp < 0x800 ? 2U : cp < 0x10000 ? 3U : 4U);
		cr_assert_eq(text_utf8_valid(out, n), !surrogate, "U+%04X", cp);
		cr_assert_eq(text_utf8_length(out, n), 1);
	}
	cr_assert_eq(text_utf8_encode(0x20ac, out), 3);
	cr_assert_arr_eq(out, "\xe2\x82\xac", 3);
}

Test(base_text, hex)
{
	char out[9];
	unsigned char back[4];
	text_hex("\x00\x7f\xff\x0a", 4, out);
	cr_assert_str_eq(out, "007fff0a");
	cr_assert(text_unhex("007fFF0A", back, 4));
	cr_assert_arr_eq(back, "\x00\x7f\xff\x0a", 4);
	static const char *const wrong[] = {"",         "007fff0",  "007fff0a0", "007fff0g",
					    " 07fff0a", "0x7fff0a", "007fff0a "};
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		cr_expect_not(text_unhex(wrong[i], back, 4), "\"%s\"", wrong[i]);
}

/* RFC 4648, section 10, in the alphabet of section 5 and without padding. */
Test(base_text, base64url_vectors)
{
	static const char *const cases[][2] = {
		{"", ""},
		{"f", "Zg"},
		{"fo", "Zm8"},
		{"foo", "Zm9v"},
		{"foob", "Zm9vYg"},
		{"fooba", "Zm9vYmE"},
		{"foobar", "Zm9vYmFy"},
		{"\xfb\xff", "-_8"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char out[16], back[16];
		size_t len = strlen(cases[i][0]);
		text_base64url(cases[i][0], len, out);
		cr_expect_str_eq(out, cases[i][1]);
		cr_expect_eq(strlen(out) + 1, TEXT_BASE64URL_SIZE(len));
		cr_expect_eq(text_unbase64url(out, strlen(out), back, sizeof back), (long)len);
		cr_expect_arr_eq(back, cases[i][0], len);
	}
}

Test(base_text, base64url_is_strict)
{
	static const char *const wrong[] = {
		"A",       /* impossible length */
		"AAAAA",   /* impossible length */
		"Zg==",    /* padding */
		"Zg=",     /* padding */
		"Zh",      /* non-zero trailing bits */
		"Zm9",     /* non-zero trailing bits */
		"+_8",     /* the other alphabet */
		"-/8",     /* the other alphabet */
		"Zm 9v",   /* a space */
		"Zm9v\n",  /* a line end */
		"Zm9\xc3", /* not ASCII */
	};
	char out[16];
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		cr_expect_eq(text_unbase64url(wrong[i], strlen(wrong[i]), out, sizeof out), -1,
			     "\"%s\"", wrong[i]);
	cr_expect_eq(text_unbase64url("Zg\0g", 4, out, sizeof out), -1, "a NUL");
	cr_expect_eq(text_unbase64url("Zm9v", 4, out, 3), 3);
	cr_expect_eq(text_unbase64url("Zm9v", 4, out, 2), -1, "longer than its buffer");
}

/* Of all two-digit texts exactly the 256 that one byte encodes to are accepted. */
Test(base_text, base64url_has_one_spelling)
{
	int accepted = 0;
	for (int a = 1; a < 256; a++) {
		for (int b = 1; b < 256; b++) {
			char text[2] = {(char)a, (char)b}, out[4], again[8];
			if (text_unbase64url(text, 2, out, sizeof out) != 1)
				continue;
			text_base64url(out, 1, again);
			cr_assert_arr_eq(again, text, 2);
			accepted++;
		}
	}
	cr_assert_eq(accepted, 256);
}

Test(base_text, uuid)
{
	cr_assert(text_is_uuid("0d9c0b1e-5b1a-4a6e-9c43-8f6f2f7f3a10"));
	cr_assert(text_is_uuid("0D9C0B1E-5B1A-4A6E-9C43-8F6F2F7F3A10"));
	static const char *const wrong[] = {
		"",
		"0d9c0b1e-5b1a-4a6e-9c43-8f6f2f7f3a1",
		"0d9c0b1e-5b1a-4a6e-9c43-8f6f2f7f3a100",
		"0d9c0b1e5b1a4a6e9c438f6f2f7f3a10",
		"0d9c0b1e-5b1a-4a6e-9c43-8f6f2f7f3a1g",
		"0d9c0b1-e5b1a-4a6e-9c43-8f6f2f7f3a10",
		"{d9c0b1e-5b1a-4a6e-9c43-8f6f2f7f3a1}",
		"0d9c0b1e-5b1a-4a6e-9c43-8f6f2f7f3a10 ",
	};
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		cr_expect_not(text_is_uuid(wrong[i]), "%s", wrong[i]);
}

Test(base_text, to_int64)
{
	int64_t n = 0;
	cr_assert(text_to_int64("9223372036854775807", INT64_MIN, INT64_MAX, &n));
	cr_assert_eq(n, INT64_MAX);
	cr_assert(text_to_int64("-9223372036854775808", INT64_MIN, INT64_MAX, &n));
	cr_assert_eq(n, INT64_MIN);
	cr_assert(text_to_int64("5", 5, 5, &n));
	n = 77;
	static const char *const wrong[] = {"",    "-",   "+1",  " 1",  "1 ",
					    "1.0", "1e3", "0x1", "--1", "9223372036854775808",
					    "4",   "6",   "-5",  "- 5"};
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		cr_expect_not(text_to_int64(wrong[i], 5, 5, &n), "\"%s\"", wrong[i]);
	cr_expect_not(text_to_int64("9223372036854775808", INT64_MIN, INT64_MAX, &n));
	cr_expect_not(text_to_int64("-9223372036854775809", INT64_MIN, INT64_MAX, &n));
	cr_expect_eq(n, 77, "a refused number leaves *out alone");
}

Test(base_text, equal_nocase)
{
	cr_assert(text_equal_nocase("Content-TYPE", "content-type"));
	cr_assert(text_equal_nocase("", ""));
	cr_assert_not(text_equal_nocase("a", "ab"));
	cr_assert_not(text_equal_nocase("ab", "a"));
	cr_assert_not(text_equal_nocase("[", "{"), "only letters have a case");
	cr_assert_not(text_equal_nocase("\xc3\x84", "\xc3\xa4"), "ASCII only");
}

Test(base_text, percent_decode)
{
	static const struct {
		const char *text;
		bool plus;
		const char *expected; /* NULL: refused */
	} cases[] = {
		{"", false, ""},      {"a+b%20c", false, "a+b c"},   {"a+b%20c", true, "a b c"},
		{"%2B", true, "+"},   {"%c3%A9", false, "\xc3\xa9"}, {"%25", false, "%"},
		{"%", false, NULL},   {"%2", false, NULL},           {"abc%2", false, NULL},
		{"%zz", false, NULL}, {"%2g", false, NULL},          {"% 2", false, NULL},
		{"%00", false, NULL}, {"a%00b", true, NULL},         {"%%41", false, NULL},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char out[32];
		long n = text_percent_decode(cases[i].text, strlen(cases[i].text), cases[i].plus,
					     out);
		cr_expect_eq(n, cases[i].expected ? (long)strlen(cases[i].expected) : -1, "%s",
			     cases[i].text);
		if (n >= 0)
			cr_expect_str_eq(out, cases[i].expected);
	}
	char out[8];
	cr_expect_eq(text_percent_decode("a\0b", 3, false, out), -1, "a raw NUL");
	cr_expect_eq(text_percent_decode("%41", 2, false, out), -1, "an escape beyond the end");
}

Test(base_text, ends_with)
{
	cr_expect(text_ends_with("GB_ZERO", "_ZERO"));
	cr_expect(text_ends_with("_ZERO", "_ZERO"));
	cr_expect(text_ends_with("x", ""));
	cr_expect_not(text_ends_with("ZERO", "_ZERO"));
	cr_expect_not(text_ends_with("GB_ZERO_OLD", "_ZERO"));
}
