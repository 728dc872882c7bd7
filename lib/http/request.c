#include "http/request.h"
#include "base/text.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#define ID_BYTES 16 /* nginx's $request_id: 16 random bytes in hex */

static const struct {
	enum http_method method;
	const char *name;
} METHODS[] = {
	{HTTP_METHOD_GET, "GET"}, {HTTP_METHOD_HEAD, "HEAD"},     {HTTP_METHOD_POST, "POST"},
	{HTTP_METHOD_PUT, "PUT"}, {HTTP_METHOD_DELETE, "DELETE"},
};
#define METHOD_COUNT (sizeof METHODS / sizeof METHODS[0])

const char *http_method_name(enum http_method method)
{
	for (size_t i = 0; i < METHOD_COUNT; i++)
		if (METHODS[i].method == method)
			return METHODS[i].name;
	return "OTHER";
}

static enum http_method method_of(const char *name)
{
	for (size_t i = 0; name && i < METHOD_COUNT; i++)
		if (strcmp(METHODS[i].name, name) == 0)
			return METHODS[i].method;
	return HTTP_METHOD_OTHER;
}

const char *http_request_param(const struct http_request *request, const char *name)
{
	size_t len = strlen(name);
	for (char *const *param = request->params; *param; param++)
		if (strncmp(*param, name, len) == 0 && (*param)[len] == '=')
			return *param + len + 1;
	return NULL;
}

const char *http_request_header(const struct http_request *request, const char *name)
{
	char param[64];
	/* CGI's two exceptions (RFC 3875, 4.1.18): these are not HTTP_… */
	bool bare = text_equal_nocase(name, "Content-Type") ||
		    text_equal_nocase(name, "Content-Length");
	int len = snprintf(param, sizeof param, "%s%s", bare ? "" : "HTTP_", name);
	if (len < 0 || (size_t)len >= sizeof param)
		return NULL;
	for (char *c = param; *c; c++)
		*c = *c == '-' ? '_' : (char)toupper((unsigned char)*c);
	return http_request_param(request, param);
}

const char *http_request_bearer(const struct http_request *request)
{
	const char *value = http_request_header(request, "Authorization");
	if (!value || strncasecmp(value, "Bearer ", 7) != 0)
		return NULL;
	value += 7;
	while (*value == ' ')
		value++;
	return *value ? value : NULL;
}

const char *http_request_capture(const struct http_request *request, const char *name)
{
	size_t len = strlen(name);
	for (size_t i = 0; i < request->capture_count; i++) {
		const struct http_capture *capture = &request->captures[i];
		if (capture->name_len == len && strncmp(capture->name, name, len) == 0)
			return capture->value;
	}
	return NULL;
}

static bool id_is_ours(const char *id)
{
	unsigned char bytes[ID_BYTES];
	return id && text_unhex(id, bytes, sizeof bytes);
}

static enum led_err set_id(struct http_request *request, struct led_error *error)
{
	const char *id = http_request_param(request, "REQUEST_ID");
	if (id_is_ours(id)) {
		request->id = id;
		return LED_OK;
	}
	unsigned char random[ID_BYTES];
	char *fresh = arena_alloc(request->arena, 2 * sizeof random + 1);
	if (!fresh || getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
		return led_fail(error, LED_INTERNAL, "no_memory", "No memory for a request id");
	text_hex(random, sizeof random, fresh);
	request->id = fresh;
	return LED_OK;
}

/* Adds one decoded segment; false when it is not one that we would ever serve. */
static bool add_segment(struct http_request *request, const char *raw, size_t len, char *out)
{
	if (request->segment_count == HTTP_SEGMENTS_MAX)
		return false;
	long decoded = text_percent_decode(raw, len, false, out);
	if (decoded < 0 || !text_utf8_valid(out, (size_t)decoded))
		return false;
	if (strcmp(out, ".") == 0 || strcmp(out, "..") == 0)
		return false;
	request->segments[request->segment_count++] = out;
	return true;
}

static enum led_err split_path(struct http_request *request, size_t len, struct led_error *error)
{
	if (request->path[0] != '/' || len > HTTP_PATH_MAX)
		goto malformed;
	if (len == 1)
		return LED_OK;
	/* Decoding never lengthens, so the path's own size and one NUL a segment suffice. */
	char *out = arena_alloc(request->arena, len + HTTP_SEGMENTS_MAX + 1);
	if (!out)
		return led_fail(error, LED_INTERNAL, "no_memory", "No memory for the path");
	for (size_t at = 1; at <= len;) {
		const char *slash = memchr(request->path + at, '/', len - at);
		size_t part = slash ? (size_t)(slash - request->path) - at : len - at;
		if (!add_segment(request, request->path + at, part, out))
			goto malformed;
		out += part + 1;
		at += part + 1;
	}
	return LED_OK;
malformed:
	return led_fail(error, LED_VALIDATION, "malformed_request",
			"The address of this request is malformed.");
}

enum led_err http_request_init(struct http_request *request, struct arena *arena,
			       char *const *params, const char *prefix, struct led_error *error)
{
	*request = (struct http_request){
		.arena = arena, .params = params, .path = "/", .query = "", .body = "", .id = ""};
	request->method = method_of(http_request_param(request, "REQUEST_METHOD"));
	const char *address = http_request_param(request, "REMOTE_ADDR");
	request->client_address = address ? address : "";
	enum led_err err = set_id(request, error);
	if (err)
		return err;

	const char *uri = http_request_param(request, "REQUEST_URI");
	if (!uri)
		return led_fail(error, LED_INTERNAL, "no_request_uri",
				"The web server does not pass REQUEST_URI");
	size_t prefix_len = strlen(prefix);
	if (prefix_len && (strncmp(uri, prefix, prefix_len) != 0 || !strchr("/?", uri[prefix_len])))
		return led_fail(error, LED_NOT_FOUND, "not_found", "There is nothing here.");
	uri += prefix_len;

	size_t len = strcspn(uri, "?");
	request->query = uri[len] ? uri + len + 1 : "";
	if (len > 0) { /* else it was just the prefix, which is "/" */
		request->path = arena_strndup(arena, uri, len);
		if (!request->path)
			return led_fail(error, LED_INTERNAL, "no_memory", "No memory for the path");
	}
	return split_path(request, strlen(request->path), error);
}

enum http_body_result http_request_read_body(struct http_request *request,
					     const struct http_body_source *source, size_t max)
{
	const char *length = http_request_param(request, "CONTENT_LENGTH");
	int64_t announced = 0;
	if (length && length[0] && !text_to_int64(length, 0, INT64_MAX, &announced))
		return HTTP_BODY_UNREADABLE;
	if ((uint64_t)announced > max)
		return HTTP_BODY_TOO_LARGE;
	if (announced == 0)
		return HTTP_BODY_OK;
	size_t len = (size_t)announced;
	char *body = arena_alloc(request->arena, len + 1);
	if (!body)
		return HTTP_BODY_NO_MEMORY;
	long got = source->read(source->stream, body, len);
	if (got < 0)
		return HTTP_BODY_UNREADABLE;
	if ((size_t)got != len)
		return HTTP_BODY_SHORT;
	request->body = body;
	request->body_len = len;
	return HTTP_BODY_OK;
}
