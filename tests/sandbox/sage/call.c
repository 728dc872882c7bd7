#include "sage/call.h"

#include "sage/js.h"

#include <stdlib.h>
#include <string.h>

static const char API_PREFIX[] = "/v3.1/";

/* Takes one path part; false when it is too long. */
static bool take_part(const char **path, char part[CALL_PART])
{
	size_t len = strcspn(*path, "/");

	if (len >= CALL_PART)
		return false;
	memcpy(part, *path, len);
	part[len] = '\0';
	*path += len + ((*path)[len] == '/');
	return true;
}

static struct json_object *parse_query(const char *query)
{
	struct json_object *params = json_object_new_object();
	char *copy = strdup(query);
	char *rest = copy;
	char *pair;

	while (copy != NULL && (pair = strsep(&rest, "&")) != NULL) {
		char *value = strchr(pair, '=');

		if (value != NULL)
			*value++ = '\0';
		sb_decode(pair, true);
		if (value != NULL)
			sb_decode(value, true);
		if (*pair != '\0' && js_get(params, pair) == NULL)
			js_put_str(params, pair, value != NULL ? value : "");
	}
	free(copy);
	return params;
}

bool call_init(struct call *call, const struct sb_request *req, struct sb_reply *reply)
{
	const char *path = req->path;

	memset(call, 0, sizeof(*call));
	call->req = req;
	call->reply = reply;
	call->query = parse_query(req->query);
	call->errors = json_object_new_array();
	if (strncmp(path, API_PREFIX, strlen(API_PREFIX)) != 0)
		return false;
	path += strlen(API_PREFIX);
	return take_part(&path, call->collection) && take_part(&path, call->key) &&
	       take_part(&path, call->action) && *path == '\0';
}

void call_release(struct call *call)
{
	json_object_put(call->query);
	json_object_put(call->body);
	json_object_put(call->errors);
}

const char *call_query(const struct call *call, const char *name)
{
	return js_str(call->query, name);
}

static struct json_object *error_entry(const char *code, const char *message, const char *source)
{
	struct json_object *entry = json_object_new_object();

	js_put_str(entry, "$severity", "error");
	js_put_str(entry, "$dataCode", code);
	js_put_str(entry, "$message", message);
	js_put_str(entry, "$source", source);
	return entry;
}

void call_error(struct sb_reply *reply, int status, const char *code, const char *message,
		const char *source)
{
	struct json_object *list = json_object_new_array();

	json_object_array_add(list, error_entry(code, message, source));
	sb_reply_json(reply, status, list);
}

void call_not_found(struct call *call)
{
	call_error(call->reply, 404, "RecordNotFound", "The requested record could not be found.",
		   "");
}

void call_invalid(struct call *call, const char *source, const char *message)
{
	json_object_array_add(call->errors, error_entry("RecordInvalid", message, source));
}

bool call_refused(struct call *call)
{
	if (json_object_array_length(call->errors) == 0)
		return false;
	sb_reply_json(call->reply, 422, json_object_get(call->errors));
	return true;
}
