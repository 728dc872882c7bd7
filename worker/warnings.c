#include "warnings.h"
#include "base/json.h"

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
