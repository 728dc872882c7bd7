#include "warnings.h"
#include "base/json.h"

#include <string.h>

#define WARNINGS_TEXT_MAX 4096

enum led_err warnings_print(struct arena *arena, const struct books_warnings *warnings,
			    const char **text, struct led_error *error)
{
	struct buf out;
	*text = NULL;
	if (warnings->count == 0)
		return LED_OK;
	buf_init(&out, WARNINGS_TEXT_MAX);
	for (size_t i = 0; i < warnings->count; i++) {
		buf_add_str(&out, i ? ",{\"code\":" : "[{\"code\":");
		json_quote(&out, warnings->item[i].code);
		buf_add_str(&out, ",\"detail\":");
		json_quote(&out, warnings->item[i].detail);
		buf_add_char(&out, '}');
	}
	buf_add_char(&out, ']');
	*text = out.failed ? NULL : arena_strndup(arena, out.data, out.len);
	buf_release(&out);
	if (!*text)
		return led_fail(error, LED_INTERNAL, "out_of_memory", "No memory for warnings.");
	return LED_OK;
}

enum led_err warnings_read(struct arena *arena, const char *text, struct books_warnings *warnings,
			   struct led_error *error)
{
	struct json_object *list = NULL;
	enum led_err err = text ? json_parse(text, strlen(text), &list, error) : LED_OK;
	size_t count = err || !list ? 0 : json_object_array_length(list);
	for (size_t i = 0; i < count; i++) {
		struct json_object *item = json_object_array_get_idx(list, i);
		const char *code = json_string(item, "code");
		const char *detail = json_string(item, "detail");
		const char *kept = code ? arena_strdup(arena, code) : NULL;
		if (kept)
			books_warn(warnings, kept, "%s", detail ? detail : "");
	}
	json_object_put(list);
	return err;
}
