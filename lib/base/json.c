#include "base/json.h"
#include "base/text.h"

#include <string.h>

/* Members counted in the text: a ':' outside a string stands behind each key. */
static size_t count_colons(const char *text, size_t len)
{
	size_t colons = 0;
	bool in_string = false;
	for (size_t i = 0; i < len; i++) {
		if (in_string && text[i] == '\\')
			i++;
		else if (text[i] == '"')
			in_string = !in_string;
		else if (!in_string && text[i] == ':')
			colons++;
	}
	return colons;
}

struct tally {
	size_t members;
	bool unfit; /* a NUL in a string, or an integer beyond int64 */
};

static void tally_value(struct json_object *value, struct tally *tally);

static bool text_has_nul(const char *text, size_t len)
{
	return memchr(text, '\0', len) != NULL;
}

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
	case json_type_string:
		tally->unfit |= text_has_nul(json_object_get_string(value),
					     (size_t)json_object_get_string_len(value));
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

/* What must hold of the whole and json-c does not check. */
static const char *fault_in(const char *text, size_t len, struct json_object *value)
{
	struct tally tally = {0};
	tally_value(value, &tally);
	/* A duplicate key stands twice in the text and once in the tree. An escaped NUL
	 * in a key shortens it: the key could then hide what a reader would see. */
	if (tally.members != count_colons(text, len))
		return "a key stands twice";
	return tally.unfit ? "a value is out of range" : NULL;
}

enum led_err json_parse(const char *text, size_t len, struct json_object **out,
			struct led_error *error)
{
	*out = NULL;
	if (len > INT32_MAX - 1 || !text_utf8_valid(text, len) || text_has_nul(text, len))
		return led_fail(error, LED_SERDE, "invalid_json", "The text is not UTF-8.");
	struct json_tokener *tokener = json_tokener_new_ex(JSON_DEPTH_MAX);
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
	const char *fault = NULL;
	if (parse != json_tokener_success)
		fault = json_tokener_error_desc(parse);
	else
		fault = fault_in(text, len, value);
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
	switch (json_object_get_type(value)) {
	case json_type_int:
	case json_type_double: /* a parsed double keeps and prints its source digits */
	case json_type_string:
		break;
	default:
		return false;
	}
	const char *text = json_object_get_string(value);
	return decimal_parse(text, strlen(text), scale, out) == LED_OK;
}

void json_quote(struct buf *out, const char *text)
{
	buf_add_char(out, '"');
	for (const unsigned char *s = (const unsigned char *)text; *s; s++) {
		if (*s == '"' || *s == '\\')
			buf_addf(out, "\\%c", *s);
		else if (*s < 0x20)
			buf_addf(out, "\\u%04x", *s);
		else
			buf_add_char(out, (char)*s);
	}
	buf_add_char(out, '"');
}
