#include "http/cookie.h"

#include <stdio.h>
#include <string.h>

/* RFC 6265, 4.1.1: no controls, space, quotes, comma, semicolon or backslash. */
static bool is_cookie_value(const char *value, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)value[i];
		if (c <= ' ' || c >= 0x7f || strchr("\",;\\", c))
			return false;
	}
	return true;
}

const char *http_cookie_get(const struct http_request *request, const char *name)
{
	const char *header = http_request_header(request, "Cookie");
	size_t name_len = strlen(name);
	const char *found = NULL;
	size_t found_len = 0;
	while (header && *header) {
		header += strspn(header, "; ");
		size_t pair = strcspn(header, ";");
		if (pair > name_len && header[name_len] == '=' &&
		    strncmp(header, name, name_len) == 0) {
			const char *value = header + name_len + 1;
			size_t len = pair - name_len - 1;
			if (found && (len != found_len || strncmp(found, value, len) != 0))
				return NULL;
			found = value;
			found_len = len;
		}
		header += pair;
	}
	if (!found || !is_cookie_value(found, found_len))
		return NULL;
	return arena_strndup(request->arena, found, found_len);
}

void http_cookie_set(struct http_response *response, const struct http_cookie *cookie)
{
	bool host_only = strncmp(cookie->name, "__Host-", 7) == 0;
	bool named = cookie->name[0] && !strpbrk(cookie->name, "=;, \t\r\n\"");
	if (!named || !is_cookie_value(cookie->value, strlen(cookie->value))) {
		response->failed = true;
		return;
	}
	char age[40] = "";
	if (cookie->max_age != 0)
		snprintf(age, sizeof age, "; Max-Age=%ld",
			 cookie->max_age > 0 ? cookie->max_age : 0);
	char text[HTTP_COOKIE_MAX];
	int len = snprintf(text, sizeof text, "%s=%s; Path=/; HttpOnly; SameSite=Lax%s%s",
			   cookie->name, cookie->value,
			   cookie->secure || host_only ? "; Secure" : "", age);
	if (len < 0 || (size_t)len >= sizeof text) {
		response->failed = true;
		return;
	}
	http_response_add(response, "Set-Cookie", text);
}
