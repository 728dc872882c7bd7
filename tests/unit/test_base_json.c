/* JSON: what strict means, and that numbers never pass through a double. */
#include "base/json.h"
#include "base/text.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static enum led_err parse(const char *text, size_t len)
{
	struct json_object *value;
	struct led_error error = {0};
	enum led_err err = json_parse(text, len, &value, &error);
	if (err) {
		cr_expect_null(value);
		cr_expect_str_eq(error.code, "invalid_json");
	}
	json_object_put(value);
	return err;
}

Test(base_json, accepted)
{
	static const char *const cases[] = {
		"{}",
		"[]",
		"null",
		"true",
		"0",
		"-0",
		"1.5e-3",
		"\"\"",
		" \t\r\n{ \"a\" : [ 1 , 2 ] } \n",
		"{\"a\":{\"a\":1},\"b\":{\"a\":1}}",
		"{\"a\":\"x:y\",\"b:c\":\"\\\":\\\"\"}",
		"{\"\":1}",
		"\"\\u00e9\\/\\uD83D\\uDE00\"",
		"{\"n\":null}",
		"9223372036854775806",
		"-9223372036854775807",
		"[0, -0, 0.01, 100, 1e05, 1E-00, 10.0e+007]",
		"\"\\\\u0000\"", /* a backslash, and then the text u0000 */
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		cr_expect_eq(parse(cases[i], strlen(cases[i])), LED_OK, "%s", cases[i]);
}

Test(base_json, refused)
{
	static const char *const cases[] = {
		"",
		" ",
		"{",
		"[1",
		"\"abc",
		"{\"a\"}",
		"{\"a\":}",
		"{\"a\":1,}",
		"[1,]",
		"[,1]",
		"{a:1}",
		"{'a':1}",
		"'a'",
		"{} {}",
		"1 2",
		"{}x",
		"tru",
		"True",
		"NaN",
		"Infinity",
		"-Infinity",
		"01",
		"00",
		"-01",
		"[-00]",
		"{\"a\":00.5}",
		"+1",
		".5",
		"5.",
		"1e",
		"1.e5",
		"1e5.",
		"1e5.5",
		"-.5",
		"--1",
		"1-2",
		"1e+-3",
		"[1.]",
		"{\"a\":5.}",
		"nul",
		"nan",
		"\f1",
		"1\v",
		"-",
		"0x10",
		"/* c */ 1",
		"1 // c",
		"\"\\x\"",
		"\"\\u12\"",
		"\"a\nb\"",
		"\"a\tb\"",
		"\"a\x01\"",
		/* keys that stand twice */
		"{\"a\":1,\"a\":1}",
		"{\"a\":1,\"a\":null}",
		"{\"x\":{\"a\":1,\"b\":2,\"a\":3}}",
		"[{\"a\":{\"b\":1},\"a\":2}]",
		"{\"a\":1,\"\\u0061\":2}",
		/* NULs */
		"\"\\u0000\"",
		"{\"a\":\"b\\u0000c\"}",
		"{\"a\\u0000b\":1}",
		"{\"alg\\u0000\":\"x\"}",
		/* integers beyond int64 */
		"9223372036854775808",
		"-9223372036854775809",
		"{\"a\":[123456789012345678901234567890]}",
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		cr_expect_eq(parse(cases[i], strlen(cases[i])), LED_SERDE, "%s", cases[i]);
}

Test(base_json, bytes_that_are_not_utf8)
{
	cr_expect_eq(parse("\"\xc3\xa9\"", 4), LED_OK);
	cr_expect_eq(parse("\"\xc3\"", 3), LED_SERDE);
	cr_expect_eq(parse("\"\xc0\x80\"", 4), LED_SERDE, "overlong");
	cr_expect_eq(parse("\"\xed\xa0\x80\"", 5), LED_SERDE, "surrogate");
	cr_expect_eq(parse("{\"\xff\":1}", 7), LED_SERDE, "in a key");
	cr_expect_eq(parse("1\0", 2), LED_SERDE, "a NUL behind the value");
	cr_expect_eq(parse("\"a\0b\"", 5), LED_SERDE, "a NUL in a string");
}

/* `levels` containers in each other around `core`. */
static enum led_err parse_nested(int levels, bool objects, const char *core)
{
	struct buf text;
	buf_init(&text, 1 << 20);
	for (int i = 0; i < levels; i++)
		buf_add_str(&text, objects ? "{\"a\":" : "[");
	buf_add_str(&text, core);
	for (int i = 0; i < levels; i++)
		buf_add_char(&text, objects ? '}' : ']');
	enum led_err err = parse(buf_str(&text), text.len);
	buf_release(&text);
	return err;
}

Test(base_json, depth)
{
	for (int objects = 0; objects < 2; objects++) {
		cr_expect_eq(parse_nested(JSON_DEPTH_MAX, objects, "1"), LED_OK);
		cr_expect_eq(parse_nested(JSON_DEPTH_MAX + 1, objects, "1"), LED_SERDE);
		cr_expect_eq(parse_nested(JSON_DEPTH_MAX - 1, objects, "[]"), LED_OK);
		cr_expect_eq(parse_nested(JSON_DEPTH_MAX, objects, "[]"), LED_SERDE);
		cr_expect_eq(parse_nested(10000, objects, "1"), LED_SERDE);
	}
	cr_expect_eq(parse_nested(10000, false, ""), LED_SERDE);
	cr_expect_eq(parse_nested(1, false, "\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\""), LED_OK,
		     "brackets in a string nest nothing");
}

static struct json_object *parsed(const char *text)
{
	struct json_object *value;
	cr_assert_eq(json_parse(text, strlen(text), &value, NULL), LED_OK, "%s", text);
	return value;
}

Test(base_json, members)
{
	struct json_object *object =
		parsed("{\"s\":\"x\",\"n\":null,\"i\":7,\"d\":7.0,\"b\":true,\"neg\":-1}");
	int64_t n = 0;
	cr_expect_str_eq(json_string(object, "s"), "x");
	cr_expect_null(json_string(object, "i"));
	cr_expect_null(json_string(object, "none"));
	cr_expect_null(json_string(NULL, "s"));
	cr_expect_null(json_member(object, "n"));
	cr_expect_null(json_member(json_member(object, "i"), "s"), "not an object");
	cr_expect(json_int(object, "i", 0, 7, &n));
	cr_expect_eq(n, 7);
	cr_expect_not(json_int(object, "i", 0, 6, &n));
	cr_expect_not(json_int(object, "neg", 0, 6, &n));
	cr_expect_not(json_int(object, "d", 0, 10, &n), "7.0 is no integer");
	cr_expect_not(json_int(object, "b", 0, 10, &n));
	cr_expect_not(json_int(object, "s", 0, 10, &n));
	cr_expect_not(json_int(object, "none", 0, 10, &n));
	json_object_put(object);
}

Test(base_json, decimals_keep_their_digits)
{
	static const struct {
		const char *json;
		int scale;
		const char *expected; /* NULL: refused */
	} cases[] = {
		{"50", 2, "50.00"},
		{"50.5", 2, "50.50"},
		{"\"19.99\"", 2, "19.99"},
		{"1.0e-5", 10, "0.0000100000"},
		{"2.675", 2, "2.68"}, /* 2.67 through a double */
		{"1.005", 2, "1.01"}, /* 1.00 through a double */
		{"9007199254740993.5", 1, "9007199254740993.5"},
		{"-0.00", 2, "0.00"},
		{"true", 2, NULL},
		{"null", 2, NULL},
		{"[]", 2, NULL},
		{"\"\"", 2, NULL},
		{"\"1,5\"", 2, NULL},
		{"1e30", 2, NULL},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct json_object *value = parsed(cases[i].json);
		struct decimal decimal;
		char text[DECIMAL_TEXT_MAX];
		bool ok = json_decimal(value, cases[i].scale, &decimal);
		cr_expect_eq(ok, cases[i].expected != NULL, "%s", cases[i].json);
		if (ok && cases[i].expected)
			cr_expect_str_eq(decimal_print(decimal, text), cases[i].expected);
		json_object_put(value);
	}
}

/* The bytes of what is posted, and digests of them, hang on these. */
Test(base_json, quote_escapes)
{
	struct buf out;
	buf_init(&out, 4096);
	json_quote(&out, "\x01\b\t\n\x0b\f\r\x1f\"\\/\x7f");
	cr_expect_str_eq(buf_str(&out), "\"\\u0001\\b\\t\\n\\u000b\\f\\r\\u001f\\\"\\\\/\x7f\"");
	buf_release(&out);
}

/* What is quoted parses back to itself, whatever bytes it has. */
Test(base_json, quote)
{
	char text[256], encoded[4];
	size_t len = 0;
	for (int c = 1; c < 128; c++)
		text[len++] = (char)c;
	size_t n = text_utf8_encode(0x20ac, encoded);
	memcpy(text + len, encoded, n);
	text[len + n] = '\0';
	struct buf out;
	buf_init(&out, 4096);
	json_quote(&out, text);
	struct json_object *value = parsed(buf_str(&out));
	cr_assert_str_eq(json_object_get_string(value), text);
	json_object_put(value);
	buf_release(&out);
}
