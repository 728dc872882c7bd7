#include "pages/page.h"

#include "base/clock.h"
#include "view/format.h"

#include <string.h>

static const struct {
	const char *section, *path, *name;
} NAVIGATION[] = {
	{"home", "/dashboard", "Overview"},
	{"bindings", "/dashboard/bindings", "Bindings"},
	{"sync", "/dashboard/sync", "Sync history"},
	{"members", "/dashboard/members", "Members"},
	{"audit", "/dashboard/audit", "Audit log"},
};

/* Takes ownership of `value`. */
static struct json_object *put(struct page *page, struct json_object *parent, const char *key,
			       struct json_object *value)
{
	int failed = 1;

	if (parent && value)
		failed = key ? json_object_object_add(parent, key, value)
			     : json_object_array_add(parent, value);
	if (!failed)
		return value;
	json_object_put(value);
	page->failed = true;
	return NULL;
}

struct json_object *page_object(struct page *page, struct json_object *parent, const char *key)
{
	return put(page, parent, key, json_object_new_object());
}

struct json_object *page_list(struct page *page, struct json_object *parent, const char *key)
{
	return put(page, parent, key, json_object_new_array());
}

struct json_object *page_item(struct page *page, struct json_object *list)
{
	return put(page, list, NULL, json_object_new_object());
}

void page_text(struct page *page, struct json_object *parent, const char *key, const char *text)
{
	if (text)
		put(page, parent, key, json_object_new_string(text));
}

void page_number(struct page *page, struct json_object *parent, const char *key, int64_t number)
{
	put(page, parent, key, json_object_new_int64(number));
}

void page_flag(struct page *page, struct json_object *parent, const char *key, bool flag)
{
	put(page, parent, key, json_object_new_boolean(flag));
}

void page_time(struct page *page, struct json_object *parent, const char *key, int64_t then)
{
	if (then)
		put(page, parent, key, format_time(page->now, then));
}

static void add_visitor(struct page *page, const struct session *session, const char *section)
{
	struct json_object *user = page_object(page, page->data, "user"), *list;

	page_text(page, user, "email", session->email);
	page_text(page, user, "account", session->account_name);
	page_text(page, user, "role", member_role_name(session->role));
	page_text(page, user, "csrf", session->csrf_token);
	list = page_list(page, user, "navigation");
	for (size_t i = 0; i < sizeof(NAVIGATION) / sizeof(NAVIGATION[0]); i++) {
		struct json_object *entry = page_item(page, list);

		page_text(page, entry, "path", NAVIGATION[i].path);
		page_text(page, entry, "name", NAVIGATION[i].name);
		page_flag(page, entry, "current",
			  section && strcmp(section, NAVIGATION[i].section) == 0);
	}
}

void page_begin(struct page *page, const struct site *site, const struct http_request *request,
		const char *title, const char *section)
{
	const struct visitor *visitor = visitor_of(request);

	*page = (struct page){
		.site = site,
		.request = request,
		.data = json_object_new_object(),
		.now = clock_now(),
	};
	page_text(page, page->data, "title", title);
	page_text(page, page->data, "base", site->prefix);
	if (visitor && visitor->session)
		add_visitor(page, visitor->session, section);
}

enum led_err page_send(struct page *page, struct http_response *response, int status,
		       const char *template, struct led_error *error)
{
	enum led_err err;

	http_response_html(response, status);
	if (page->failed)
		err = led_fail(error, LED_INTERNAL, "out_of_memory", "The page %s.", template);
	else
		err = templates_render(page->site->templates, template, page->data, &response->body,
				       error);
	page_drop(page);
	return err;
}

void page_drop(struct page *page)
{
	json_object_put(page->data);
	page->data = NULL;
}

enum led_err page_message(const struct site *site, const struct http_request *request,
			  struct http_response *response, int status, const char *title,
			  const char *message, struct led_error *error)
{
	struct page page;

	page_begin(&page, site, request, title, NULL);
	page_text(&page, page.data, "message", message);
	page_number(&page, page.data, "status", status);
	page_text(&page, page.data, "request_id", status >= 500 ? request->id : NULL);
	return page_send(&page, response, status, "message", error);
}

enum led_err page_not_found(const struct site *site, const struct http_request *request,
			    struct http_response *response, struct led_error *error)
{
	return page_message(site, request, response, 404, "Not found",
			    "There is nothing at this address.", error);
}

static struct http_form read_form(struct http_request *request, const char *text, size_t len)
{
	struct http_form form = {0};

	if (http_form_parse(text, len, request->arena, &form, NULL))
		return (struct http_form){0};
	return form;
}

struct http_form page_form(struct http_request *request)
{
	return read_form(request, request->body, request->body_len);
}

struct http_form page_query(struct http_request *request)
{
	return read_form(request, request->query, strlen(request->query));
}

void page_redirect(const struct site *site, const struct http_request *request,
		   struct http_response *response, const char *path)
{
	const char *location =
		path ? arena_printf(request->arena, "%s%s", site->prefix, path) : NULL;

	if (location)
		http_response_redirect(response, location);
	else
		response->failed = true;
}
