#include "base/json.h"
#include "base/text.h"

#include <string.h>

/* What the text itself shows, before json-c makes a tree of it. */
struct scan {
	size_t colons; /* outside strings: one stands behind each key */
	int depth, deepest;
	bool nul;     /* "\u0000" in a string; a key would end there, unseen */
	bool control; /* a raw control character in a string */
	bool foreign; /* outside strings: what JSON has no use for */
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* What may stand outside strings: a set, for each byte of a body is asked. */
static const bool alphabet[256] = {
	[' '] = true, ['\t'] = true, ['\r'] = true, ['\n'] = true, ['{'] = true, ['}'] = true,
	['['] = true, [']'] = true,  [':'] = true,  [','] = true,  ['0'] = true, ['1'] = true,
	['2'] = true, ['3'] = true,  ['4'] = true,  ['5'] = true,  ['6'] = true, ['7'] = true,
	['8'] = true, ['9'] = true,  ['+'] = true,  ['-'] = true,  ['e'] = true, ['E'] = true,
	['t'] = true, ['r'] = true,  ['u'] = true,  ['f'] = true,  ['a'] = true, ['l'] = true,
	['s'] = true, ['n'] = true,
};

/* A zero at the beginning of a number, with a digit behind it. An exponent may have one. */
static bool is_leading_zero(const char *text, size_t at, size_t len)
{
	if (text[at] != '0' || at + 1 == len || !is_digit(text[at + 1]))
		return false;
	if (at && (text[at - 1] == '-' || text[at - 1] == '+'))
		at--;
	return at == 0 || !(is_digit(text[at - 1]) || strchr(".eE", text[at - 1]));
}

/* json-c takes NaN, Infinity, 'keys', "5.", "00" and "-01" even when strict. */
static bool is_foreign(const char *text, size_t at, size_t len)
{
	if (is_leading_zero(text, at, len))
		return true;
	if (text[at] == '.')
		return at == 0 || !is_digit(text[at - 1]) || at + 1 == len ||
		       !is_digit(text[at + 1]);
	return !alphabet[(unsigned char)text[at]];
}

static void scan_outside(char c, struct scan *scan)
{
	if (c == ':')
		scan->colons++;
	else if ((c == '{' || c == '[') && ++scan->depth > scan->deepest)
		scan->deepest = scan->depth;
	else if (c == '}' || c == ']')
		scan->depth--;
}

static struct scan scan_text(const char *text, size_t len)
{
	struct scan scan = {0};
	bool in_string = false;
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '"')
			in_string = !in_string;
		else if (!in_string) {
			scan_outside(text[i], &scan);
			scan.foreign |= is_foreign(text, i, len);
		} else if ((unsigned char)text[i] < 0x20)
			scan.control = true;
		else if (text[i] == '\\') {
			scan.nul |= len - i >= 6 && strncmp(text + i, "\\u0000", 6) == 0;
			i++;
		}
	}
	return scan;
}

struct tally {
	size_t members;
	bool unfit; /* an integer beyond int64 */
};

static void tally_value(struct json_object *value, struct tally *tally);

static void tally_object(struct json_object *object, struct tally *tally)
{
	json_object_object_foreach(object, key, member)
	{
		(void)key;
		tally->members++;
		tally_value(member, tally);
	}
}

static void tally_value(struct json_object *value, struct tally *tally)
{
	int64_t n;
	switch (json_object_get_type(value)) {
	case json_type_object:
		tally_object(value, tally);
		break;
	case json_type_array:
		for (size_t i = 0; i < json_object_array_length(value); i++)
			tally_value(json_object_array_get_idx(value, i), tally);
		break;
	case json_type_int:
		/* json-c saturates silently; the two ends are given up to see it. */
		n = json_object_get_int64(value);
		tally->unfit |= n == INT64_MAX || n == INT64_MIN;
		break;
	default:
		break;
	}
}

/* What json-c lets pass and the text alone shows. */
static const char *fault_in_text(const struct scan *scan)
{
	if (scan->deepest > JSON_DEPTH_MAX)
		return "nested too deeply";
	if (scan->foreign)
		return "a character that JSON has no use for";
	return scan->nul || scan->control ? "a control character" : NULL;
}

/* What json-c lets pass and the tree shows. A duplicate key stands twice in the text and
 * once in the tree. */
static const char *fault_in_tree(const struct scan *scan, struct json_object *value)
{
	struct tally tally = {0};
	tally_value(value, &tally);
	if (tally.members != scan->colons)
		return "a key stands twice";
	return tally.unfit ? "a value is out of range" : NULL;
}

enum led_err json_parse(const char *text, size_t len, struct json_object **out,
			struct led_error *error)
{
	*out = NULL;
	if (len > INT32_MAX - 1 || !text_utf8_valid(text, len) || memchr(text, '\0', len))
		return led_fail(error, LED_SERDE, "invalid_json", "The text is not UTF-8.");
	struct scan scan = scan_text(text, len);
	const char *fault = fault_in_text(&scan);
	if (fault)
		return led_fail(error, LED_SERDE, "invalid_json", "Not valid JSON: %s.", fault);
	/* One level more: json-c counts the innermost scalar as one. */
	struct json_tokener *tokener = json_tokener_new_ex(JSON_DEPTH_MAX + 1);
	if (!tokener)
		return led_fail(error, LED_INTERNAL, "out_of_memory", "No memory for a parser.");
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	struct json_object *value = json_tokener_parse_ex(tokener, text, (int)len);
	enum json_tokener_error parse = json_tokener_get_error(tokener);
	if (parse == json_tokener_continue) {
		/* A bare number or a cut text: only the end of input decides. */
		value = json_tokener_parse_ex(tokener, "", 1);
		parse = json_tokener_get_error(tokener);
	}
	size_t end = json_tokener_get_parse_end(tokener);
	json_tokener_free(tokener);
	if (parse != json_tokener_success)
		fault = json_tokener_error_desc(parse);
	else
		fault = fault_in_tree(&scan, value);
	if (fault) {
		json_object_put(value);
		return led_fail(error, LED_SERDE, "invalid_json", "Not valid JSON at byte %zu: %s.",
				end, fault);
	}
	*out = value;
	return LED_OK;
}

struct json_object *json_member(struct json_object *object, const char *key)
{
	struct json_object *member = NULL;
	if (!json_object_is_type(object, json_type_object))
		return NULL;
	json_object_object_get_ex(object, key, &member);
	return member;
}

const char *json_string(struct json_object *object, const char *key)
{
	struct json_object *member = json_member(object, key);
	return json_object_is_type(member, json_type_string) ? json_object_get_string(member)
							     : NULL;
}

bool json_int(struct json_object *object, const char *key, int64_t min, int64_t max, int64_t *out)
{
	struct json_object *member = json_member(object, key);
	if (!json_object_is_type(member, json_type_int))
		return false;
	*out = json_object_get_int64(member);
	return *out >= min && *out <= max;
}

bool json_decimal(struct json_object *value, int scale, struct decimal *out)
{
	const char *text;
	switch (json_object_get_type(value)) {
	case json_type_int:
		return decimal_rescale(decimal_of(json_object_get_int64(value), 0), scale, out) ==
		       LED_OK;
	case json_type_double: /* a parsed double keeps and prints its source digits */
	case json_type_string:
		text = json_object_get_string(value);
		return decimal_parse(text, strlen(text), scale, out) == LED_OK;
	default:
		return false;
	}
}

/* What stands behind the backslash of a character that cannot stand for itself; 'u': its number.
 * The NUL is among them, so a run of plain characters ends with the text. */
static const char escapes[256] = {
	/* all control characters */
	'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'b', 't', 'n', 'u', 'f', 'r', 'u', 'u', 'u', 'u',
	'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u',
	/* and two more */
	['"'] = '"', ['\\'] = '\\'};

void json_quote(struct buf *out, const char *text)
{
	buf_add_char(out, '"');
	for (;;) {
		size_t plain = 0;
		while (!escapes[(unsigned char)text[plain]])
			plain++;
		buf_add(out, text, plain);
		text += plain;
		if (!*text)
			break;
		unsigned char c = (unsigned char)*text++;
		bool numbered = escapes[c] == 'u';
		buf_addf(out, numbered ? "\\u%04x" : "\\%c", numbered ? c : escapes[c]);
	}
	buf_add_char(out, '"');
}
