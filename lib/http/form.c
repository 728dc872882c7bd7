#include "http/form.h"
#include "base/text.h"

#include <string.h>

static size_t count_pieces(const char *text, size_t len)
{
	size_t pieces = 1;
	for (size_t i = 0; i < len; i++)
		pieces += text[i] == '&';
	return pieces;
}

/* Decodes `len` bytes to *out, moving it behind the NUL; NULL when they are not allowed. */
static const char *decode(const char *text, size_t len, char **out)
{
	char *start = *out;
	long decoded = text_percent_decode(text, len, true, start);
	if (decoded < 0 || !text_utf8_valid(start, (size_t)decoded))
		return NULL;
	*out = start + decoded + 1;
	return start;
}

static enum led_err parse_pieces(const char *text, size_t len, char *out, struct http_form *form,
				 struct led_error *error)
{
	const char *end = text + len;
	while (text < end) {
		const char *amp = memchr(text, '&', (size_t)(end - text));
		const char *stop = amp ? amp : end;
		if (stop > text) {
			const char *equals = memchr(text, '=', (size_t)(stop - text));
			const char *name_end = equals ? equals : stop;
			const char *value = equals ? equals + 1 : stop;
			struct http_field *field = &form->fields[form->count];
			field->name = decode(text, (size_t)(name_end - text), &out);
			field->value = decode(value, (size_t)(stop - value), &out);
			if (!field->name || !field->value)
				return led_fail(error, LED_VALIDATION, "malformed_form",
						"Field %zu is not UTF-8 in form encoding.",
						form->count + 1);
			form->count++;
		}
		text = stop + 1;
	}
	return LED_OK;
}

enum led_err http_form_parse(const char *text, size_t len, struct arena *arena,
			     struct http_form *form, struct led_error *error)
{
	*form = (struct http_form){0};
	if (len == 0)
		return LED_OK;
	size_t pieces = len <= HTTP_FORM_SIZE_MAX ? count_pieces(text, len) : 0;
	if (pieces == 0 || pieces > HTTP_FORM_FIELDS_MAX)
		return led_fail(error, LED_VALIDATION, "form_too_large",
				"The form has more than %d fields or %d bytes.",
				HTTP_FORM_FIELDS_MAX, HTTP_FORM_SIZE_MAX);
	form->fields = arena_alloc(arena, pieces * sizeof *form->fields);
	char *out = arena_alloc(arena, len + 2 * pieces);
	if (!form->fields || !out)
		return led_fail(error, LED_INTERNAL, "no_memory", "No memory for a form");
	enum led_err err = parse_pieces(text, len, out, form, error);
	if (err) /* nothing of a refused form may be used */
		*form = (struct http_form){0};
	return err;
}

const char *http_form_get(const struct http_form *form, const char *name)
{
	size_t at = 0;
	return http_form_next(form, name, &at);
}

const char *http_form_next(const struct http_form *form, const char *name, size_t *at)
{
	while (*at < form->count) {
		const struct http_field *field = &form->fields[(*at)++];
		if (strcmp(field->name, name) == 0)
			return field->value;
	}
	return NULL;
}
