#include "books/entities.h"
#include "books/text.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define ARENA_CAP (1024 * 1024)
#define TEXT_MAX  64

Test(books_text, entities)
{
	static const struct {
		const char *name;
		uint32_t code_point;
	} known[] = {{"amp", '&'},     {"AElig", 0xC6},    {"zwnj", 0x200C},  {"thetasym", 0x3D1},
		     {"apos", '\''},   {"there4", 0x2234}, {"nbsp", 0xA0},    {"frac34", 0xBE},
		     {"eacute", 0xE9}, {"Eacute", 0xC9},   {"hearts", 0x2665}};
	static const char *const unknown[] = {"", "am", "ampx", "AMp", "thetasymb", "zzzzzzzzzzzz"};
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		cr_expect_eq(entities_find(known[i].name, strlen(known[i].name)),
			     known[i].code_point, "%s", known[i].name);
	for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++)
		cr_expect_eq(entities_find(unknown[i], strlen(unknown[i])), 0, "%s", unknown[i]);
}

Test(books_text, decode)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{"", ""},
		{"&", "&"},
		{"&&amp;&", "&&&"},
		{"&amp", "&amp"},
		{"&#65;&#x42;&#X43;", "ABC"},
		{"&#x1F600;", "😀"},
		{"&#;&#x;&#12a;&#x110000;&#99999999999;", "&#;&#x;&#12a;&#x110000;&#99999999999;"},
		{"&#146;&#128;", "’€"},
		{"&amp;eacute;", "é"},
		{"&amp;amp;amp;amp;", "&amp;"},
		{"a & b; c", "a & b; c"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char text[TEXT_MAX];
		snprintf(text, sizeof text, "%s", cases[i].in);
		books_text_decode(text);
		cr_expect_str_eq(text, cases[i].out);
	}
}

Test(books_text, fold)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{"", ""},
		{"   ", ""},
		{" a  b\t\r\nc ", "a b c"},
		{"\x01\x1F\x7F", ""},
		{"a\xC2\x80"
		 "b\xC2\x9F"
		 "c",
		 "abc"},
		{"a\xC2\x85"
		 "b",
		 "a b"},
		{"a\u00A0\u2003\u3000b", "a b"},
		{"Zoë \u200D\U0001FAD6", "Zoë \u200D\U0001FAD6"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char text[TEXT_MAX];
		snprintf(text, sizeof text, "%s", cases[i].in);
		books_text_fold(text);
		cr_expect_str_eq(text, cases[i].out, "case %zu", i);
	}
}

Test(books_text, field)
{
	bool short_of_memory = false;
	struct arena *arena = arena_new(ARENA_CAP);
	cr_expect_str_eq(books_text_field(arena, "ééé", 2, &short_of_memory), "éé");
	cr_expect_str_eq(books_text_field(arena, "ab cd", 3, &short_of_memory), "ab");
	cr_expect_str_eq(books_text_field(arena, "ab", 10, &short_of_memory), "ab");
	cr_expect_null(books_text_field(arena, NULL, 10, &short_of_memory));
	cr_expect_null(books_text_field(arena, " \t ", 10, &short_of_memory));
	cr_expect_str_eq(books_text_field(arena, "  a  b  ", 3, &short_of_memory), "a b");
	cr_expect_not(short_of_memory);
	arena_free(arena);
}

Test(books_text, says_when_memory_is_short)
{
	bool short_of_memory = false;
	struct arena *arena = arena_new(4);
	cr_expect_null(books_text_name(arena, "too long for it", "SKU", 50));
	cr_expect_null(books_text_name(arena, "", "too long for it", 50));
	cr_expect_null(books_text_field(arena, "too long for it", 50, &short_of_memory));
	cr_expect(short_of_memory);
	arena_free(arena);
}
