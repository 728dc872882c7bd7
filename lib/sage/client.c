#include "sage/client.h"
#include "base/json.h"
#include "sage/errors.h"
#include "sage/mask.h"

#include <stdio.h>
#include <string.h>

#define URL_MAX_BYTES 2048
#define TOTAL_MS      30000 /* Sage publishes no limit; its clients wait 10 … 30 s */

struct sage_call {
	const char *method;
	const char *path;
	const char *body; /* NULL = none */
	size_t len;
};

void sage_encode(struct buf *out, const char *text)
{
	static const char unreserved[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
					 "0123456789-._~";
	for (; *text; text++) {
		if (strchr(unreserved, *text))
			buf_add_char(out, *text);
		else
			buf_addf(out, "%%%02X", (unsigned)(unsigned char)*text);
	}
}

/* Whether it names one sales invoice or credit note: reading those has a side effect. */
static bool reading_marks_as_sent(const struct sage_call *call)
{
	static const char *const documents[] = {"/sales_invoices/", "/sales_credit_notes/"};
	if (strcmp(call->method, "GET") != 0 || strstr(call->path, "mark_as_sent="))
		return false;
	for (size_t i = 0; i < sizeof documents / sizeof documents[0]; i++)
		if (strncmp(call->path, documents[i], strlen(documents[i])) == 0)
			return true;
	return false;
}

static enum led_err build_url(const struct sage *sage, const struct sage_call *call, char *url,
			      struct led_error *error)
{
	const char *extra = "";
	if (reading_marks_as_sent(call))
		extra = strchr(call->path, '?') ? "&mark_as_sent=false" : "?mark_as_sent=false";
	int len = snprintf(url, URL_MAX_BYTES, "%s%s%s", sage->api_url, call->path, extra);
	if (len < 0 || len >= URL_MAX_BYTES)
		return led_fail(error, LED_INTERNAL, "bad_url", "An address for Sage is too long");
	return LED_OK;
}

static enum led_err check_business(const struct sage *sage, const struct http_answer *answer,
				   struct led_error *error)
{
	if (!sage->business_id || !answer->business[0] ||
	    strcmp(answer->business, sage->business_id) == 0)
		return LED_OK;
	return led_fail(
		error, LED_AUTH, "sage_wrong_business",
		"Sage answered for another business than the one that is connected. Connect "
		"Sage again and choose the right business.");
}

/* What a merchant needs to see of a refusal, without what names a person. */
static void keep_refusal(const struct sage *sage, const struct sage_call *call,
			 const struct http_answer *answer)
{
	struct buf request, told;
	buf_init(&request, CALL_LOG_REQUEST - 1);
	buf_init(&told, CALL_LOG_ANSWER - 1);
	if (call->body)
		sage_mask(call->body, call->len, &request);
	sage_mask(buf_str(&answer->body), answer->body.len, &told);
	call_log_refused(sage->calls, buf_str(&request), buf_str(&told));
	buf_release(&told);
	buf_release(&request);
}

static enum led_err perform(const struct sage *sage, const struct sage_call *call,
			    struct json_object **out, struct led_error *error)
{
	char url[URL_MAX_BYTES];
	struct http_answer answer;
	http_answer_init(&answer);
	*out = NULL;
	enum led_err err = build_url(sage, call, url, error);
	if (!err && sage->gate)
		err = sage->gate->enter(sage->gate->context, error);
	if (err)
		return err;
	const struct http_call http = {
		.method = call->method,
		.url = url,
		.bearer = (const char *)sage->access_token->bytes,
		.bearer_len = sage->access_token->len,
		.headers = {{sage->business_id ? "X-Business" : NULL, sage->business_id}},
		.body = call->body,
		.body_len = call->len,
		.content_type = "application/json",
		.total_ms = TOTAL_MS,
	};
	err = http_client_call(sage->http, &http, &answer, error);
	call_log_add(sage->calls, call->method, call->path, &answer);
	if (!err && answer.status >= 200 && answer.status <= 299)
		err = check_business(sage, &answer, error);
	if (!err)
		err = sage_judge(&answer, out, error);
	if (err && answer.status)
		keep_refusal(sage, call, &answer);
	if (sage->gate)
		sage->gate->leave(sage->gate->context, err);
	http_answer_release(&answer);
	return err;
}

enum led_err sage_get(const struct sage *sage, const char *path, struct json_object **out,
		      struct led_error *error)
{
	return perform(sage, &(struct sage_call){.method = "GET", .path = path}, out, error);
}

enum led_err sage_post(const struct sage *sage, const char *path, const char *body, size_t len,
		       struct json_object **out, struct led_error *error)
{
	const struct sage_call call = {.method = "POST", .path = path, .body = body, .len = len};
	return perform(sage, &call, out, error);
}

enum led_err sage_put(const struct sage *sage, const char *path, const char *body, size_t len,
		      struct json_object **out, struct led_error *error)
{
	const struct sage_call call = {.method = "PUT", .path = path, .body = body, .len = len};
	return perform(sage, &call, out, error);
}

/* ---- paging ---- */

#define ID_MAX 64 /* bytes of an item's id with the NUL */

/* A list on its way. */
struct paging {
	struct json_object *items;
	int64_t total;            /* as the latest page says */
	int page;                 /* the number of the latest page */
	char first_id[ID_MAX];    /* of the latest page's first item */
	char path[URL_MAX_BYTES]; /* of the next page; "" at the end */
};

static enum led_err paging_broken(struct led_error *error, const char *why)
{
	return led_fail(error, LED_SERDE, "sage_answer_invalid",
			"A list of Sage's cannot be read to its end: %s.", why);
}

/* Adds a page's items to the list. */
static enum led_err take_items(struct paging *paging, struct json_object *page,
			       struct led_error *error)
{
	size_t count = json_object_array_length(page);
	if (count == 0)
		return LED_OK;
	const char *id = json_string(json_object_array_get_idx(page, 0), "id");
	if (id && strcmp(id, paging->first_id) == 0)
		return paging_broken(error, "a page came twice");
	snprintf(paging->first_id, sizeof paging->first_id, "%s", id ? id : "");
	if (count > SAGE_ITEMS_MAX - json_object_array_length(paging->items))
		return paging_broken(error, "it has too many items");
	for (size_t i = 0; i < count; i++) {
		struct json_object *item = json_object_get(json_object_array_get_idx(page, i));
		if (json_object_array_add(paging->items, item) != 0) {
			json_object_put(item);
			return led_fail(error, LED_INTERNAL, "no_memory", "No memory for a list");
		}
	}
	return LED_OK;
}

/* Decides what comes after `envelope`, whose items have been taken. */
static enum led_err find_next(struct paging *paging, const char *path, struct json_object *envelope,
			      struct led_error *error)
{
	const char *next = json_string(envelope, "$next");
	bool more = (int64_t)json_object_array_length(paging->items) < paging->total;
	bool was_empty = json_object_array_length(json_member(envelope, "$items")) == 0;
	paging->path[0] = '\0';
	if (was_empty)
		return more ? paging_broken(error, "it ends before its total") : LED_OK;
	paging->page++;
	int len = 0;
	if (next && next[0] == '/') /* relative to the API, never another host */
		len = snprintf(paging->path, sizeof paging->path, "%s", next);
	else if (more)
		len = snprintf(paging->path, sizeof paging->path, "%s%citems_per_page=%d&page=%d",
			       path, strchr(path, '?') ? '&' : '?', SAGE_PAGE_ITEMS, paging->page);
	if (len < 0 || (size_t)len >= sizeof paging->path)
		return paging_broken(error, "the address of the next page is too long");
	return LED_OK;
}

static enum led_err take_page(const struct sage *sage, struct paging *paging, const char *path,
			      struct led_error *error)
{
	struct json_object *envelope = NULL;
	enum led_err err = sage_get(sage, paging->path, &envelope, error);
	if (err)
		return err;
	struct json_object *page = json_member(envelope, "$items");
	if (!json_object_is_type(page, json_type_array) ||
	    !json_int(envelope, "$total", 0, INT64_MAX, &paging->total))
		err = paging_broken(error, "a page is not one");
	if (!err)
		err = take_items(paging, page, error);
	if (!err)
		err = find_next(paging, path, envelope, error);
	json_object_put(envelope);
	return err;
}

enum led_err sage_list(const struct sage *sage, const char *path, struct json_object **items,
		       struct led_error *error)
{
	struct paging paging = {.items = json_object_new_array(), .page = 1};
	*items = NULL;
	if (!paging.items)
		return led_fail(error, LED_INTERNAL, "no_memory", "No memory for a list");
	snprintf(paging.path, sizeof paging.path, "%s%citems_per_page=%d", path,
		 strchr(path, '?') ? '&' : '?', SAGE_PAGE_ITEMS);
	enum led_err err = LED_OK;
	while (!err && paging.path[0])
		err = take_page(sage, &paging, path, error);
	if (err)
		json_object_put(paging.items);
	else
		*items = paging.items;
	return err;
}
