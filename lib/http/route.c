#include "http/route.h"

#include <string.h>

/* Matches one pattern segment of `len` bytes; a `{name}` is added to the captures. */
static bool match_segment(struct http_request *request, const char *pattern, size_t len,
			  const char *segment)
{
	if (pattern[0] != '{')
		return strlen(segment) == len && strncmp(pattern, segment, len) == 0;
	if (segment[0] == '\0' || request->capture_count == HTTP_CAPTURES_MAX)
		return false;
	request->captures[request->capture_count++] =
		(struct http_capture){.name = pattern + 1, .name_len = len - 2, .value = segment};
	return true;
}

static bool match_pattern(struct http_request *request, const char *pattern)
{
	request->capture_count = 0;
	size_t matched = 0;
	while (*pattern == '/' && pattern[1]) {
		pattern++;
		size_t len = strcspn(pattern, "/");
		if (matched == request->segment_count ||
		    !match_segment(request, pattern, len, request->segments[matched]))
			return false;
		matched++;
		pattern += len;
	}
	return matched == request->segment_count;
}

static unsigned methods_of(const struct http_route *route)
{
	unsigned methods = (unsigned)route->method;
	return methods & HTTP_METHOD_GET ? methods | HTTP_METHOD_HEAD : methods;
}

enum http_route_result http_route_find(const struct http_route *routes, size_t count,
				       struct http_request *request, unsigned *allowed)
{
	*allowed = 0;
	for (size_t i = 0; i < count; i++) {
		if (!match_pattern(request, routes[i].pattern))
			continue;
		if (methods_of(&routes[i]) & (unsigned)request->method) {
			request->route = &routes[i];
			return HTTP_ROUTE_FOUND;
		}
		*allowed |= methods_of(&routes[i]);
	}
	request->capture_count = 0;
	return *allowed ? HTTP_ROUTE_NO_METHOD : HTTP_ROUTE_NO_PATH;
}

const char *http_route_allow(unsigned methods, char *out, size_t size)
{
	size_t len = 0;
	out[0] = '\0';
	for (unsigned bit = HTTP_METHOD_GET; bit < HTTP_METHOD_OTHER; bit <<= 1) {
		const char *name = http_method_name((enum http_method)bit);
		if (!(methods & bit) || len + strlen(name) + 3 > size)
			continue;
		len += (size_t)snprintf(out + len, size - len, "%s%s", len ? ", " : "", name);
	}
	return out;
}
