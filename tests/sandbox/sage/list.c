#include "sage/list.h"

#include "sage/dates.h"
#include "sage/js.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PER_PAGE_DEFAULT = 20, PER_PAGE_MAX = 200, LINK_MAX = 2048 };

/* A contact's address and person answer in base form unless nested_attributes
 * asks for more; the addresses of a sales document always answer whole. */
static const char *const nested_fields[] = {"main_address", "delivery_address",
					    "main_contact_person"};

/* Whether a comma-separated list names `name`, or "all". */
static bool names(const char *list, const char *name)
{
	size_t want = strlen(name);

	while (list != NULL && *list != '\0') {
		size_t len = strcspn(list, ",:");

		if ((len == want && strncmp(list, name, len) == 0) ||
		    (len == 3 && strncmp(list, "all", len) == 0))
			return true;
		list += strcspn(list, ",");
		list += *list == ',';
	}
	return false;
}

static void nest(const struct call *call, struct json_object *full)
{
	const char *wanted = call_query(call, "nested_attributes");

	if (strcmp(call->collection, "contacts") != 0)
		return;
	for (size_t i = 0; i < sizeof(nested_fields) / sizeof(nested_fields[0]); i++) {
		struct json_object *nested = js_get(full, nested_fields[i]);

		if (nested != NULL && !names(wanted, nested_fields[i]))
			js_put(full, nested_fields[i], js_base_of(nested));
	}
}

/* The base form plus what `attributes` names. Takes ownership of `full`. */
static struct json_object *narrow(struct json_object *full, const char *attributes)
{
	struct json_object *out;

	if (names(attributes, "all"))
		return full;
	out = js_base_of(full);
	if (attributes != NULL && *attributes != '\0') {
		json_object_object_foreach(full, key, value)
		{
			/* A recorded list with attributes=date also held created_at. */
			if (strcmp(key, "created_at") == 0 || names(attributes, key))
				js_put(out, key, json_object_get(value));
		}
	}
	json_object_put(full);
	return out;
}

/* "/sales_invoices?page=2&items_per_page=1&<the other parameters, as sent>" */
static struct json_object *page_link(const struct call *call, long page, long per_page)
{
	const char *rest = call->req->query;
	char link[LINK_MAX];
	int len = snprintf(link, sizeof(link), "/%s?page=%ld&items_per_page=%ld", call->collection,
			   page, per_page);

	while (*rest != '\0') {
		size_t part = strcspn(rest, "&");

		if (part > 0 && strncmp(rest, "page=", 5) != 0 &&
		    strncmp(rest, "items_per_page=", 15) != 0 &&
		    (size_t)len + part + 2 < sizeof(link))
			len += snprintf(link + len, sizeof(link) - (size_t)len, "&%.*s", (int)part,
					rest);
		rest += part + (rest[part] == '&');
	}
	return json_object_new_string(link);
}

/* A whole number parameter in its range; otherwise a 422 is noted. */
static long number_param(struct call *call, const char *name, long otherwise, long max)
{
	const char *text = call_query(call, name);
	char *end;
	long value;

	if (text == NULL || *text == '\0')
		return otherwise;
	value = strtol(text, &end, 10);
	if (*end == '\0' && value >= 1 && value <= max)
		return value;
	call_invalid(call, name, "This value is out of range.");
	return otherwise;
}

static struct json_object *render_json(const struct business *business, const void *item)
{
	struct json_object *copy = NULL;

	(void)business;
	/* json-c's getters take no const; the item is not changed. */
	json_object_deep_copy((struct json_object *)(uintptr_t)item, &copy, NULL);
	return copy;
}

void list_reply(struct call *call, void *const *items, size_t count, list_render render)
{
	const char *attributes = call_query(call, "attributes");
	long per_page = number_param(call, "items_per_page", PER_PAGE_DEFAULT, PER_PAGE_MAX);
	long page = number_param(call, "page", 1, 1000000);
	size_t first = (size_t)((page - 1) * per_page);
	size_t last = first + (size_t)per_page;
	struct json_object *out;
	struct json_object *list;

	if (call_refused(call))
		return;
	out = json_object_new_object();
	list = json_object_new_array();
	js_put_int(out, "$total", (long long)count);
	js_put_int(out, "$page", page);
	js_put(out, "$next", last < count ? page_link(call, page + 1, per_page) : NULL);
	js_put(out, "$back", page > 1 ? page_link(call, page - 1, per_page) : NULL);
	js_put_int(out, "$itemsPerPage", per_page);
	for (size_t i = first; i < last && i < count; i++) {
		struct json_object *full = render(call->business, items[i]);

		nest(call, full);
		json_object_array_add(list, narrow(full, attributes));
	}
	js_put(out, "$items", list);
	sb_reply_json(call->reply, 200, out);
}

void list_reply_json(struct call *call, void *const *items, size_t count)
{
	list_reply(call, items, count, render_json);
}

void list_reply_one(struct call *call, int status, struct json_object *full)
{
	const char *attributes = call_query(call, "attributes");

	nest(call, full);
	if (attributes != NULL && *attributes != '\0')
		full = narrow(full, attributes);
	sb_reply_json(call->reply, status, full);
}

bool list_since(const struct call *call, long long updated)
{
	const char *since = call_query(call, "updated_or_created_since");
	long long when;

	return since == NULL || !time_parse(since, &when) || updated >= when;
}

bool list_contains(const char *text, const char *part)
{
	return text != NULL && strcasestr(text, part) != NULL;
}
