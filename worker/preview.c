#include "preview.h"
#include "base/json.h"

#include <string.h>

/* What Sage would answer of a record that was just made, as far as a pipeline reads it. The
 * total is left out: there is none to compare. */
static enum led_err answer(struct json_object **out, struct led_error *error)
{
	static const char text[] = "{\"id\":\"" PREVIEW_ID "\",\"displayed_as\":\"(new)\","
				   "\"name\":\"(new)\",\"quantity_in_stock\":\"0\"}";
	return json_parse(text, sizeof text - 1, out, error);
}

enum led_err preview_call(struct task *task, const struct access_call *call, bool *handled,
			  struct json_object **out, struct led_error *error)
{
	struct preview *preview = task->preview;
	bool writes = call->verb == ACCESS_POST || call->verb == ACCESS_PUT;
	*handled = writes || strstr(call->path, PREVIEW_ID);
	if (!*handled || !writes)
		return *handled ? answer(out, error) : LED_OK;
	if (preview->count == PREVIEW_MAX)
		return led_fail(error, LED_INTERNAL, "preview_too_long",
				"The event makes more than %d requests.", PREVIEW_MAX);
	struct preview_request *request = &preview->request[preview->count];
	request->method = call->verb == ACCESS_POST ? "POST" : "PUT";
	request->path = arena_strdup(task->job_arena, call->path);
	request->reasons_end = preview->reasons.count;
	enum led_err err = json_parse(call->body, strlen(call->body), &request->body, error);
	if (err)
		return err;
	preview->count++;
	return answer(out, error);
}

void preview_release(struct preview *preview)
{
	for (size_t i = 0; i < preview->count; i++)
		json_object_put(preview->request[i].body);
	preview->count = 0;
}
