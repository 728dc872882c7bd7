#include "shop/magento_json.h"

#include "shop/mem.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* One code point of UTF-8; a broken byte is U+FFFD. Returns the bytes taken. */
static size_t utf8_read(const unsigned char *at, size_t left, unsigned *code)
{
	static const unsigned char first[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
	size_t len = at[0] < 0x80    ? 1
		     : at[0] >= 0xf0 ? 4
		     : at[0] >= 0xe0 ? 3
		     : at[0] >= 0xc0 ? 2
				     : 0;

	*code = 0xfffd;
	if (len == 0 || len > left)
		return 1;
	for (size_t i = 1; i < len; i++)
		if ((at[i] & 0xc0) != 0x80)
			return 1;
	*code = at[0] & first[len];
	for (size_t i = 1; i < len; i++)
		*code = *code << 6 | (at[i] & 0x3fU);
	return len;
}

static void add_unicode(struct text *out, unsigned code)
{
	char escape[16];

	if (code >= 0x10000) {
		code -= 0x10000;
		snprintf(escape, sizeof(escape), "\\u%04x", 0xd800U + (code >> 10));
		text_puts(out, escape);
		code = 0xdc00U + (code & 0x3ffU);
	}
	snprintf(escape, sizeof(escape), "\\u%04x", code);
	text_puts(out, escape);
}

static void add_string(struct text *out, const char *string, size_t len, bool bare_slashes)
{
	static const char special[] = "\"\\\b\f\n\r\t/";
	static const char escaped[] = "\"\\bfnrt/";

	text_puts(out, "\"");
	for (size_t i = 0; i < len;) {
		const char *found = string[i] != '\0' ? strchr(special, string[i]) : NULL;
		unsigned code;
		size_t taken = utf8_read((const unsigned char *)string + i, len - i, &code);

		if (found != NULL && !(string[i] == '/' && bare_slashes)) {
			text_puts(out, "\\");
			text_add(out, &escaped[found - special], 1);
		} else if (code >= 0x80 || code < 0x20) {
			add_unicode(out, code);
		} else {
			text_add(out, string + i, 1);
		}
		i += taken;
	}
	text_puts(out, "\"");
}

static void add_value(struct text *out, struct json_object *value, bool bare_slashes)
{
	const char *separator = "";

	switch (json_object_get_type(value)) {
	case json_type_object: {
		text_puts(out, "{");
		json_object_object_foreach(value, name, member)
		{
			text_puts(out, separator);
			add_string(out, name, strlen(name), bare_slashes);
			text_puts(out, ":");
			add_value(out, member, bare_slashes);
			separator = ",";
		}
		text_puts(out, "}");
		break;
	}
	case json_type_array:
		text_puts(out, "[");
		for (size_t i = 0; i < magento_json_length(value); i++) {
			text_puts(out, separator);
			add_value(out, json_object_array_get_idx(value, i), bare_slashes);
			separator = ",";
		}
		text_puts(out, "]");
		break;
	case json_type_string:
		add_string(out, json_object_get_string(value),
			   (size_t)json_object_get_string_len(value), bare_slashes);
		break;
	default:
		text_puts(out, json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN));
	}
}

char *magento_json(struct json_object *value, enum magento_json_flags flags)
{
	struct text out = {0};

	add_value(&out, value, (flags & MAGENTO_JSON_BARE_SLASHES) != 0);
	return out.at;
}

static void add_xml_text(struct text *out, const char *string)
{
	for (; *string != '\0'; string++)
		switch (*string) {
		case '<':
			text_puts(out, "&lt;");
			break;
		case '>':
			text_puts(out, "&gt;");
			break;
		case '&':
			text_puts(out, "&amp;");
			break;
		default:
			text_add(out, string, 1);
		}
}

static void add_xml(struct text *out, const char *name, struct json_object *value)
{
	text_puts(out, "<");
	text_puts(out, name);
	text_puts(out, ">");
	if (json_object_is_type(value, json_type_object)) {
		json_object_object_foreach(value, key, member) add_xml(out, key, member);
	} else if (json_object_is_type(value, json_type_array)) {
		for (size_t i = 0; i < magento_json_length(value); i++)
			add_xml(out, "item", json_object_array_get_idx(value, i));
	} else if (value != NULL) {
		add_xml_text(out, json_object_get_string(value));
	}
	text_puts(out, "</");
	text_puts(out, name);
	text_puts(out, ">");
}

char *magento_xml(struct json_object *value)
{
	struct text out = {0};

	text_puts(&out, "<?xml version=\"1.0\"?>\n");
	add_xml(&out, "response", value);
	text_puts(&out, "\n");
	return out.at;
}

void magento_json_add(struct json_object *object, const char *name, struct json_object *value)
{
	if (value != NULL)
		json_object_object_add(object, name, value);
}

void magento_json_add_text(struct json_object *object, const char *name, const char *text)
{
	if (text != NULL)
		json_object_object_add(object, name, json_object_new_string(text));
}

void magento_json_add_int(struct json_object *object, const char *name, long long number)
{
	json_object_object_add(object, name, json_object_new_int64(number));
}

struct json_object *magento_json_get(struct json_object *object, const char *name)
{
	struct json_object *value = NULL;

	if (!json_object_is_type(object, json_type_object))
		return NULL;
	json_object_object_get_ex(object, name, &value);
	return value;
}

const char *magento_json_text(struct json_object *object, const char *name)
{
	struct json_object *value = magento_json_get(object, name);

	return value != NULL ? json_object_get_string(value) : NULL;
}

long long magento_json_int(struct json_object *object, const char *name, long long otherwise)
{
	struct json_object *value = magento_json_get(object, name);

	return value != NULL ? json_object_get_int64(value) : otherwise;
}

int magento_json_bool(struct json_object *object, const char *name, int otherwise)
{
	struct json_object *value = magento_json_get(object, name);

	return value != NULL ? json_object_get_boolean(value) : otherwise;
}

size_t magento_json_length(struct json_object *list)
{
	/* json-c would end the process over another type. */
	return json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;
}

struct json_object *magento_json_parse(const char *text, size_t len)
{
	struct json_tokener *tokener = json_tokener_new();
	struct json_object *value;

	if (tokener == NULL || len > 16 * 1024 * 1024) {
		json_tokener_free(tokener);
		return NULL;
	}
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	/* The NUL behind the text ends a bare number, too. */
	value = json_tokener_parse_ex(tokener, text, (int)len + 1);
	if (json_tokener_get_error(tokener) != json_tokener_success ||
	    json_tokener_get_parse_end(tokener) < len) {
		json_object_put(value);
		value = NULL;
	}
	json_tokener_free(tokener);
	return value;
}
