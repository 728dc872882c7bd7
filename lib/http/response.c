#include "http/response.h"
#include "base/json.h"

#include <stdio.h>
#include <string.h>

#define ERROR_BODY_MAX 2048 /* bytes of {"error":…,"message":…} */

static const struct {
	int status;
	const char *reason;
} REASONS[] = {
	{200, "OK"},
	{201, "Created"},
	{202, "Accepted"},
	{204, "No Content"},
	{302, "Found"},
	{303, "See Other"},
	{304, "Not Modified"},
	{400, "Bad Request"},
	{401, "Unauthorized"},
	{403, "Forbidden"},
	{404, "Not Found"},
	{405, "Method Not Allowed"},
	{409, "Conflict"},
	{413, "Content Too Large"},
	{422, "Unprocessable Content"},
	{429, "Too Many Requests"},
	{500, "Internal Server Error"},
	{503, "Service Unavailable"},
};

static const char *reason_of(int status)
{
	for (size_t i = 0; i < sizeof REASONS / sizeof REASONS[0]; i++)
		if (REASONS[i].status == status)
			return REASONS[i].reason;
	return "Status";
}

void http_response_init(struct http_response *response, size_t body_cap)
{
	*response = (struct http_response){0};
	buf_init(&response->body, body_cap);
}

void http_response_release(struct http_response *response)
{
	buf_release(&response->body);
}

void http_response_reset(struct http_response *response, struct arena *arena)
{
	buf_clear(&response->body);
	response->status = 0;
	response->arena = arena;
	response->header_count = 0;
	response->failed = false;
	response->open = false;
}

/* RFC 9110, 5.6.2 */
static bool is_token(const char *name)
{
	static const char allowed[] = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	return name[0] && name[strspn(name, allowed)] == '\0';
}

static bool is_field_value(const char *value)
{
	for (; *value; value++)
		if (((unsigned char)*value < 0x20 && *value != '\t') || *value == 0x7f)
			return false;
	return true;
}

static size_t find_header(const struct http_response *response, const char *name)
{
	size_t i = 0;
	while (i < response->header_count && strcasecmp(response->headers[i].name, name) != 0)
		i++;
	return i;
}

static void put_header(struct http_response *response, size_t at, const char *name,
		       const char *value)
{
	bool fits = at < HTTP_RESPONSE_HEADERS_MAX && is_token(name) && is_field_value(value);
	char *name_copy = fits ? arena_strdup(response->arena, name) : NULL;
	char *value_copy = fits ? arena_strdup(response->arena, value) : NULL;
	if (!name_copy || !value_copy) {
		response->failed = true;
		return;
	}
	response->headers[at].name = name_copy;
	response->headers[at].value = value_copy;
	if (at == response->header_count)
		response->header_count++;
}

void http_response_add(struct http_response *response, const char *name, const char *value)
{
	put_header(response, response->header_count, name, value);
}

void http_response_set(struct http_response *response, const char *name, const char *value)
{
	put_header(response, find_header(response, name), name, value);
}

const char *http_response_header(const struct http_response *response, const char *name)
{
	size_t at = find_header(response, name);
	return at < response->header_count ? response->headers[at].value : NULL;
}

void http_response_json(struct http_response *response, int status, const char *text, size_t len)
{
	response->status = status;
	http_response_set(response, "Content-Type", "application/json");
	http_response_set(response, "Cache-Control", "no-store");
	buf_clear(&response->body);
	buf_add(&response->body, text, len);
}

void http_response_error(struct http_response *response, int status, const char *code,
			 const char *message)
{
	struct buf text;
	buf_init(&text, ERROR_BODY_MAX);
	buf_add_str(&text, "{\"error\":");
	json_quote(&text, code);
	buf_add_str(&text, ",\"message\":");
	json_quote(&text, message);
	buf_add_str(&text, "}");
	if (text.failed)
		response->failed = true;
	http_response_json(response, status, buf_str(&text), text.len);
	buf_release(&text);
	if (status == 503 || status == 429) {
		char seconds[16];
		snprintf(seconds, sizeof seconds, "%d", HTTP_RETRY_AFTER);
		http_response_set(response, "Retry-After", seconds);
	}
}

void http_response_html(struct http_response *response, int status)
{
	response->status = status;
	http_response_set(response, "Content-Type", "text/html; charset=utf-8");
}

void http_response_redirect(struct http_response *response, const char *location)
{
	for (const char *c = location; *c; c++) {
		if ((unsigned char)*c <= ' ' || (unsigned char)*c >= 0x7f) {
			response->failed = true;
			return;
		}
	}
	response->status = 303;
	http_response_set(response, "Location", location);
	buf_clear(&response->body);
}

static void add_field(struct buf *out, const char *separator, const char *value)
{
	buf_add_str(out, separator);
	buf_add_str(out, value);
	buf_add_str(out, "\r\n");
}

bool http_response_head(const struct http_response *response, struct buf *out)
{
	if (response->failed || response->body.failed || response->status == 0)
		return false;
	buf_add_str(out, "Status: ");
	buf_add_int(out, response->status);
	add_field(out, " ", reason_of(response->status));
	for (size_t i = 0; i < response->header_count; i++) {
		buf_add_str(out, response->headers[i].name);
		add_field(out, ": ", response->headers[i].value);
	}
	if (response->status != 204 && response->status != 304) {
		buf_add_str(out, "Content-Length: ");
		buf_add_int(out, (int64_t)response->body.len);
		buf_add_str(out, "\r\n");
	}
	buf_add_str(out, "\r\n");
	return !out->failed;
}
