#include "sage/faults.h"

#include "sage/call.h"
#include "sage/js.h"
#include "sage/oauth.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char unavailable_page[] =
	"<html>\r\n<head><title>503 Service Temporarily Unavailable</title></head>\r\n"
	"<body>\r\n<center><h1>503 Service Temporarily Unavailable</h1></center>\r\n"
	"</body>\r\n</html>\r\n";
static const char timeout_page[] =
	"<html>\r\n<head><title>504 Gateway Time-out</title></head>\r\n"
	"<body>\r\n<center><h1>504 Gateway Time-out</h1></center>\r\n</body>\r\n</html>\r\n";

static const char forbidden_page[] =
	"<html>\r\n<head><title>403 Forbidden</title></head>\r\n"
	"<body>\r\n<center><h1>403 Forbidden</h1></center>\r\n</body>\r\n</html>\r\n";

static const char *const names[] = {
	[FAULT_RATE_LIMITED] = "rate_limited",
	[FAULT_SERVER_ERROR] = "server_error",
	[FAULT_UNAVAILABLE] = "unavailable",
	[FAULT_GATEWAY_TIMEOUT] = "gateway_timeout",
	[FAULT_CUT_BEFORE] = "cut_before",
	[FAULT_CUT_AFTER] = "cut_after",
	[FAULT_LATENCY] = "latency",
	[FAULT_LOST_REFRESH] = "lost_refresh",
	[FAULT_NO_SUBSCRIPTION] = "no_subscription",
	[FAULT_ACCESS_DENIED] = "access_denied",
	[FAULT_FORBIDDEN] = "forbidden",
	[FAULT_FORBIDDEN_PAGE] = "forbidden_page",
	[FAULT_REFUSED] = "refused",
	[FAULT_EXPIRED_TOKEN] = "expired_token",
	[FAULT_MALFORMED_JSON] = "malformed_json",
};
enum { KINDS = sizeof(names) / sizeof(names[0]) };

struct armed {
	struct fault fault;
	long count; /* -1: until deleted */
	long after; /* this many fitting requests pass first */
	char *method;
	char *path;
	char *business;
	struct armed *next;
};

static struct armed *first;

static void free_armed(struct armed *armed)
{
	free(armed->method);
	free(armed->path);
	free(armed->business);
	free(armed);
}

static char *copy_of(struct json_object *spec, const char *key)
{
	const char *text = js_str(spec, key);

	return text != NULL ? strdup(text) : NULL;
}

const char *faults_arm(struct json_object *spec)
{
	static const char *const known[] = {"kind", "count",    "after",       "method",
					    "path", "business", "retry_after", "ms"};
	const char *kind = js_str(spec, "kind");
	struct armed **end = &first;
	struct armed *armed;
	size_t index = 1;

	if (!json_object_is_type(spec, json_type_object))
		return "a fault is an object";
	json_object_object_foreach(spec, key, unused)
	{
		size_t i = 0;

		(void)unused;
		while (i < sizeof(known) / sizeof(known[0]) && strcmp(known[i], key) != 0)
			i++;
		if (i == sizeof(known) / sizeof(known[0]))
			return "unknown member in a fault";
	}
	while (kind != NULL && index < KINDS && strcmp(names[index], kind) != 0)
		index++;
	if (kind == NULL || index == KINDS)
		return "unknown kind of fault";
	armed = calloc(1, sizeof(*armed));
	armed->fault.kind = (enum fault_kind)index;
	armed->fault.retry_after = (long)js_int(spec, "retry_after", -1);
	armed->fault.ms = (long)js_int(spec, "ms", 0);
	armed->count = (long)js_int(spec, "count", 1);
	armed->after = (long)js_int(spec, "after", 0);
	armed->method = copy_of(spec, "method");
	armed->path = copy_of(spec, "path");
	armed->business = copy_of(spec, "business");
	while (*end != NULL)
		end = &(*end)->next;
	*end = armed;
	return NULL;
}

static bool fits(const struct armed *armed, const struct sb_request *req, const char *business)
{
	char *grant;
	bool refresh;

	if (armed->method != NULL && strcmp(armed->method, req->method) != 0)
		return false;
	if (armed->path != NULL && strncmp(armed->path, req->path, strlen(armed->path)) != 0)
		return false;
	if (armed->business != NULL && (business == NULL || strcmp(armed->business, business) != 0))
		return false;
	if (armed->fault.kind != FAULT_LOST_REFRESH)
		return true;
	grant = sb_param(req->body, "grant_type");
	refresh = strcmp(req->path, "/token") == 0 && grant != NULL &&
		  strcmp(grant, "refresh_token") == 0;
	free(grant);
	return refresh;
}

struct fault faults_take(const struct sb_request *req, const char *business)
{
	struct fault taken = {.kind = FAULT_NONE};
	struct armed **at = &first;
	long ms = 0;

	while (*at != NULL && taken.kind == FAULT_NONE) {
		struct armed *armed = *at;

		if (!fits(armed, req, business)) {
			at = &armed->next;
			continue;
		}
		if (armed->after > 0) {
			armed->after--;
			at = &armed->next;
			continue;
		}
		if (armed->fault.kind == FAULT_LATENCY)
			ms += armed->fault.ms;
		else
			taken = armed->fault;
		if (armed->count > 0 && --armed->count == 0) {
			*at = armed->next;
			free_armed(armed);
		} else {
			at = &armed->next;
		}
	}
	taken.ms = ms;
	return taken;
}

void faults_rate_limited(long retry_after, struct sb_reply *reply)
{
	char seconds[24];

	/* What Sage's body is, nobody has written down. */
	sb_reply_text(reply, 429, "text/plain", "");
	if (retry_after >= 0) {
		snprintf(seconds, sizeof(seconds), "%ld", retry_after);
		sb_reply_header(reply, "Retry-After", seconds);
	}
}

bool faults_before(const struct fault *fault, const struct sb_request *req, struct sb_reply *reply)
{
	switch (fault->kind) {
	case FAULT_RATE_LIMITED:
		faults_rate_limited(fault->retry_after, reply);
		return true;
	case FAULT_SERVER_ERROR:
		call_error(reply, 500, "UnexpectedError", "An unexpected error occurred.", "");
		return true;
	case FAULT_UNAVAILABLE:
		sb_reply_text(reply, 503, "text/html", unavailable_page);
		return true;
	case FAULT_CUT_BEFORE:
		reply->cut = true;
		return true;
	case FAULT_NO_SUBSCRIPTION:
		call_error(reply, 401, "AuthorizationFailure", "No active subscription. (MSE)", "");
		return true;
	case FAULT_ACCESS_DENIED:
		call_error(
			reply, 403, "MultiUserAccessDenied",
			"The current user is not allowed to access that resource with that method.",
			"");
		return true;
	case FAULT_FORBIDDEN:
		call_error(reply, 403, "Forbidden", "Forbidden.", "");
		return true;
	case FAULT_FORBIDDEN_PAGE:
		sb_reply_text(reply, 403, "text/html", forbidden_page);
		return true;
	case FAULT_REFUSED:
		call_error(reply, 422, "RecordInvalid", "This request is refused.", "");
		return true;
	case FAULT_EXPIRED_TOKEN:
		oauth_expire(sb_header(req, "Authorization"));
		oauth_refuse(OAUTH_EXPIRED, reply);
		return true;
	case FAULT_NONE:
	case FAULT_LATENCY:
	case FAULT_GATEWAY_TIMEOUT:
	case FAULT_CUT_AFTER:
	case FAULT_LOST_REFRESH:
	case FAULT_MALFORMED_JSON:
		break;
	}
	return false;
}

void faults_after(const struct fault *fault, struct sb_reply *reply)
{
	switch (fault->kind) {
	case FAULT_GATEWAY_TIMEOUT:
		sb_reply_text(reply, 504, "text/html", timeout_page);
		break;
	case FAULT_CUT_AFTER:
	case FAULT_LOST_REFRESH:
		reply->cut = true;
		break;
	case FAULT_MALFORMED_JSON:
		reply->body_len /= 2;
		break;
	default:
		break;
	}
}

struct json_object *faults_json(void)
{
	struct json_object *list = json_object_new_array();

	for (const struct armed *armed = first; armed != NULL; armed = armed->next) {
		struct json_object *one = json_object_new_object();

		js_put_str(one, "kind", names[armed->fault.kind]);
		js_put_int(one, "count", armed->count);
		js_put_int(one, "after", armed->after);
		js_put_str(one, "method", armed->method);
		js_put_str(one, "path", armed->path);
		js_put_str(one, "business", armed->business);
		json_object_array_add(list, one);
	}
	return list;
}

void faults_clear(void)
{
	while (first != NULL) {
		struct armed *next = first->next;

		free_armed(first);
		first = next;
	}
}
