#include "books/text.h"
#include "base/text.h"
#include "books/entities.h"

#include <stdint.h>
#include <string.h>

#define DECODE_ROUNDS 3

/* What browsers make of &#128; … &#159;: Windows-1252, as texts pasted from Word need. */
static const uint16_t WINDOWS_1252[32] = {
	0x20AC, 0x81,   0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
	0x2039, 0x0152, 0x8D,   0x017D, 0x8F,   0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
	0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,   0x017E, 0x0178,
};

static bool is_scalar(uint32_t cp)
{
	return cp > 0 && cp <= 0x10FFFF && (cp < 0xD800 || cp > 0xDFFF);
}

static int digit_value(char c, int base)
{
	int value = base;
	if (c >= '0' && c <= '9')
		value = c - '0';
	else if (c >= 'a' && c <= 'f')
		value = c - 'a' + 10;
	else if (c >= 'A' && c <= 'F')
		value = c - 'A' + 10;
	return value < base ? value : -1;
}

/* The number between "&#" and ";", 0 when it is none. */
static uint32_t numeric_reference(const char *text, size_t len)
{
	int base = 10;
	uint32_t cp = 0;
	if (len > 0 && (*text == 'x' || *text == 'X')) {
		base = 16;
		text++;
		len--;
	}
	for (size_t i = 0; i < len; i++) {
		int value = digit_value(text[i], base);
		if (value < 0 || cp > 0x10FFFF)
			return 0;
		cp = cp * (uint32_t)base + (uint32_t)value;
	}
	if (cp >= 0x80 && cp <= 0x9F)
		cp = WINDOWS_1252[cp - 0x80];
	return is_scalar(cp) ? cp : 0;
}

/* The reference at `text` ("&amp;"): its code point and the bytes it takes, or 0. */
static uint32_t reference_at(const char *text, size_t *taken)
{
	if (*text != '&')
		return 0;
	size_t len = strcspn(text + 1, ";& ");
	if (text[1 + len] != ';')
		return 0;
	*taken = len + 2;
	return text[1] == '#' ? numeric_reference(text + 2, len - 1) : entities_find(text + 1, len);
}

/* One round. A reference is never shorter than its character in UTF-8. */
static bool decode_round(char *text)
{
	bool changed = false;
	char *out = text + strcspn(text, "&");
	for (const char *in = out; *in;) {
		size_t taken;
		uint32_t cp = reference_at(in, &taken);
		if (cp) {
			out += text_utf8_encode(cp, out);
			in += taken;
			changed = true;
		} else {
			*out++ = *in++;
		}
	}
	*out = '\0';
	return changed;
}

void books_text_decode(char *text)
{
	for (int round = 0; round < DECODE_ROUNDS && decode_round(text); round++)
		;
}

/* The character at `text` and its length in bytes; the text is known to be UTF-8. */
static uint32_t character_at(const char *text, size_t *len)
{
	const unsigned char *s = (const unsigned char *)text;
	if (s[0] < 0x80) {
		*len = 1;
		return s[0];
	}
	*len = s[0] >= 0xF0 ? 4 : s[0] >= 0xE0 ? 3 : 2;
	uint32_t cp = s[0] & (0xFFu >> (*len + 1));
	for (size_t i = 1; i < *len; i++)
		cp = cp << 6 | (s[i] & 0x3F);
	return cp;
}

static bool is_space(uint32_t cp)
{
	return cp == ' ' || (cp >= '\t' && cp <= '\r') || cp == 0x85 || cp == 0xA0 ||
	       cp == 0x1680 || (cp >= 0x2000 && cp <= 0x200A) || cp == 0x2028 || cp == 0x2029 ||
	       cp == 0x202F || cp == 0x205F || cp == 0x3000;
}

static bool is_control(uint32_t cp)
{
	return cp < 0x20 || (cp >= 0x7F && cp <= 0x9F);
}

void books_text_fold(char *text)
{
	char *out = text;
	bool gap = false;
	size_t len;
	for (const char *in = text; *in; in += len) {
		uint32_t cp = character_at(in, &len);
		if (is_space(cp)) {
			gap = true;
			continue;
		}
		if (is_control(cp))
			continue;
		if (gap && out > text)
			*out++ = ' ';
		gap = false;
		for (size_t i = 0; i < len; i++)
			*out++ = in[i];
	}
	*out = '\0';
}

/* The first `max_chars` characters, without a space left hanging. */
static void cut(char *text, size_t max_chars)
{
	size_t len = text_utf8_prefix(text, strlen(text), max_chars);
	while (len > 0 && text[len - 1] == ' ')
		len--;
	text[len] = '\0';
}

const char *books_text_field(struct arena *arena, const char *text, size_t max_chars,
			     bool *short_of_memory)
{
	if (!text)
		return NULL;
	char *field = arena_strdup(arena, text);
	if (!field) {
		*short_of_memory = true;
		return NULL;
	}
	books_text_fold(field);
	cut(field, max_chars);
	return *field ? field : NULL;
}

const char *books_text_name(struct arena *arena, const char *name, const char *sku,
			    size_t max_chars)
{
	bool short_of_memory = false;
	char *decoded = arena_strdup(arena, name);
	if (!decoded)
		return NULL;
	books_text_decode(decoded);
	const char *text = books_text_field(arena, decoded, max_chars, &short_of_memory);
	if (!text)
		text = books_text_field(arena, sku, max_chars, &short_of_memory);
	if (short_of_memory)
		return NULL;
	return text ? text : "Item";
}
