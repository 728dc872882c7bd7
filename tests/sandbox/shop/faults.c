#include "shop/faults.h"

#include "shop/magento_error.h"
#include "shop/magento_json.h"
#include "shop/mem.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BYTES_MAX = 256 * 1024 * 1024, BYTES_DEFAULT = 16 * 1024 * 1024 };

static const char *const names[] = {
	[FAULT_NONE] = "none",         [FAULT_500] = "500",
	[FAULT_503] = "503",           [FAULT_401] = "401",
	[FAULT_ROUTE] = "404",         [FAULT_CUT] = "cut",
	[FAULT_SLOW] = "slow",         [FAULT_TRUNCATED] = "truncated",
	[FAULT_HTML] = "html",         [FAULT_HUGE] = "huge",
	[FAULT_REDIRECT] = "redirect",
};

static const char page[] = "<!doctype html>\n<html><head><title>%s</title></head>"
			   "<body><h1>%s</h1></body></html>\n";

const char *fault_name(enum fault_kind kind)
{
	return names[kind];
}

void fault_release(struct fault *fault)
{
	free(fault->match);
	free(fault->location);
	*fault = (struct fault){0};
}

void faults_clear(struct fault_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		fault_release(&list->items[i]);
	free(list->items);
	*list = (struct fault_list){0};
}

bool faults_add(struct fault_list *list, struct json_object *in)
{
	const char *name = magento_json_text(in, "fault");
	size_t kind = FAULT_NONE + 1;

	while (name != NULL && kind < sizeof(names) / sizeof(names[0]) &&
	       strcmp(names[kind], name) != 0)
		kind++;
	if (name == NULL || kind == sizeof(names) / sizeof(names[0]))
		return false;
	list->items = mem_grow(list->items, (list->count + 1) * sizeof(*list->items));
	list->items[list->count++] = (struct fault){
		.kind = (enum fault_kind)kind,
		.match = mem_copy(magento_json_text(in, "match")),
		.location = mem_copy(magento_json_text(in, "location")),
		.count = (long)magento_json_int(in, "count", 1),
		.ms = (long)magento_json_int(in, "ms", 0),
		.bytes = (long)magento_json_int(in, "bytes", BYTES_DEFAULT),
		.after = magento_json_bool(in, "after", 0),
	};
	return true;
}

struct json_object *faults_json(const struct fault_list *list)
{
	struct json_object *out = json_object_new_array();

	for (size_t i = 0; i < list->count; i++) {
		const struct fault *fault = &list->items[i];
		struct json_object *one = json_object_new_object();

		magento_json_add_text(one, "fault", names[fault->kind]);
		magento_json_add_text(one, "match", fault->match);
		magento_json_add_int(one, "count", fault->count);
		magento_json_add_int(one, "ms", fault->ms);
		magento_json_add(one, "after", json_object_new_boolean(fault->after));
		json_object_array_add(out, one);
	}
	return out;
}

bool faults_take(struct fault_list *list, const char *method, const char *path, struct fault *out)
{
	char *call = mem_format("%s %s", method, path);
	size_t i;

	*out = (struct fault){0};
	for (i = 0; i < list->count; i++)
		if (list->items[i].match == NULL || strstr(call, list->items[i].match) != NULL)
			break;
	free(call);
	if (i == list->count)
		return false;
	*out = list->items[i];
	out->match = NULL;
	out->location = mem_copy(list->items[i].location);
	if (list->items[i].count > 0 && --list->items[i].count == 0) {
		fault_release(&list->items[i]);
		memmove(&list->items[i], &list->items[i + 1],
			(list->count - i - 1) * sizeof(*list->items));
		list->count--;
	}
	return true;
}

void faults_sleep(long ms)
{
	struct timespec left = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L};

	while (ms > 0 && nanosleep(&left, &left) != 0 && errno == EINTR)
		;
}

static void answer_page(struct sb_reply *reply, int status, const char *title)
{
	char *html = mem_format(page, title, title);

	sb_reply_text(reply, status, "text/html; charset=UTF-8", html);
	free(html);
}

static void answer_huge(struct sb_reply *reply, long bytes)
{
	static const char start[] = "{\"magento_id\":1,\"increment_id\":\"";
	size_t len = bytes < (long)sizeof(start) ? sizeof(start)
		     : bytes > BYTES_MAX         ? (size_t)BYTES_MAX
						 : (size_t)bytes;

	free(reply->body);
	reply->status = 200;
	reply->body = mem_zero(len);
	memset(reply->body, '0', len);
	memcpy(reply->body, start, strlen(start));
	reply->body_len = len;
}

static void answer(const struct fault *fault, struct sb_reply *reply)
{
	switch (fault->kind) {
	case FAULT_500:
		magento_error_internal(reply);
		break;
	case FAULT_503:
		answer_page(reply, 503, "Service Temporarily Unavailable");
		break;
	case FAULT_401:
		magento_error_unauthorized(reply);
		break;
	case FAULT_ROUTE:
		magento_error_route(reply);
		break;
	case FAULT_CUT:
		reply->cut = true;
		break;
	case FAULT_TRUNCATED:
		reply->body_len /= 2;
		break;
	case FAULT_HTML:
		answer_page(reply, 200, "Home Page");
		break;
	case FAULT_HUGE:
		answer_huge(reply, fault->bytes);
		break;
	case FAULT_REDIRECT:
		answer_page(reply, 302, "Found");
		sb_reply_header(reply, "Location", fault->location != NULL ? fault->location : "/");
		break;
	case FAULT_NONE:
	case FAULT_SLOW:
		break;
	}
}

bool faults_before(const struct fault *fault, struct sb_reply *reply)
{
	if (!fault->after)
		faults_sleep(fault->ms);
	if (fault->after || fault->kind == FAULT_NONE || fault->kind == FAULT_SLOW ||
	    fault->kind == FAULT_TRUNCATED)
		return false;
	answer(fault, reply);
	return true;
}

void faults_after(const struct fault *fault, struct sb_reply *reply)
{
	if (fault->after)
		faults_sleep(fault->ms);
	if (fault->after || fault->kind == FAULT_TRUNCATED)
		answer(fault, reply);
}
