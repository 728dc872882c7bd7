/*
 * /dashboard/sync: the history, newest first. Every filter is in the URL; pages are found
 * by key (before=, after=), so that the last is as fast as the first.
 */
#include "dashboard.h"
#include "run_view.h"
#include "words.h"

#include "base/text.h"
#include "http/form.h"

#include <string.h>

#define RUNS_PER_PAGE 50
#define BINDINGS_MAX  200
#define SEARCH_MAX    64 /* characters: as long as any number may be */

/* The filters as the URL gave them; NULL where it did not. */
struct filters {
	const char *status, *event, *binding, *search;
	int64_t before, after;
};

/* An empty field of the filter form is no filter. */
static const char *field(const struct http_form *query, const char *name)
{
	const char *value = http_form_get(query, name);

	return value && *value ? value : NULL;
}

/* What is pasted brings blanks along that no number or address has at its ends. */
static const char *search_field(const struct http_form *query, struct arena *arena)
{
	const char *value = field(query, "q");
	size_t len;

	if (!value)
		return NULL;
	value += strspn(value, " \t\r\n");
	for (len = strlen(value); len && strchr(" \t\r\n", value[len - 1]); len--)
		;
	return len ? arena_strndup(arena, value, len) : NULL;
}

static bool read_cursor(const struct http_form *query, const char *name, int64_t *cursor)
{
	const char *value = field(query, name);

	*cursor = 0;
	return !value || text_to_int64(value, 1, INT64_MAX, cursor);
}

/* False when the URL asks for what does not exist. */
static bool read_filters(const struct http_form *query, struct arena *arena,
			 struct filters *filters, struct history_filter *out)
{
	*filters = (struct filters){
		.status = field(query, "status"),
		.event = field(query, "event"),
		.binding = field(query, "binding"),
		.search = search_field(query, arena),
	};
	if (!read_cursor(query, "before", &filters->before) ||
	    !read_cursor(query, "after", &filters->after))
		return false;
	*out = (struct history_filter){
		.state = -1,
		.event = filters->event,
		.binding_id = filters->binding,
		.search = filters->search,
		.before = filters->before,
		.after = filters->after,
	};
	for (int i = 0; i < HISTORY_STATES; i++)
		if (filters->status && strcmp(filters->status, WORDS_STATES[i].name) == 0)
			out->state = i;
	return (!filters->status || out->state >= 0) &&
	       (!filters->event || strcmp(words_event(filters->event), filters->event) != 0) &&
	       (!filters->binding || text_is_uuid(filters->binding)) &&
	       (!filters->search ||
		text_utf8_length(filters->search, strlen(filters->search)) <= SEARCH_MAX);
}

static void add_parameter(struct buf *out, const char *name, const char *value)
{
	static const char hex[] = "0123456789ABCDEF";

	if (!value)
		return;
	buf_add_char(out, out->len ? '&' : '?');
	buf_add_str(out, name);
	buf_add_char(out, '=');
	for (; *value; value++) {
		unsigned char c = (unsigned char)*value;

		if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
		    strchr("-._~", c)) {
			buf_add_char(out, (char)c);
		} else {
			buf_add_char(out, '%');
			buf_add_char(out, hex[c >> 4]);
			buf_add_char(out, hex[c & 15]);
		}
	}
}

/* Adds the query string of this page with another status or another cursor. */
static void add_link(struct page *page, struct json_object *parent, const char *key,
		     const struct filters *f, const char *status, const char *cursor,
		     int64_t cursor_id)
{
	const char *id =
		cursor ? arena_printf(page->request->arena, "%lld", (long long)cursor_id) : NULL;
	struct buf out;

	buf_init(&out, SITE_PATH_MAX);
	add_parameter(&out, "status", status);
	add_parameter(&out, "event", f->event);
	add_parameter(&out, "binding", f->binding);
	add_parameter(&out, "q", f->search);
	if (cursor)
		add_parameter(&out, cursor, id);
	if (out.failed || (cursor && !id))
		page->failed = true;
	else
		page_text(page, parent, key, buf_str(&out));
	buf_release(&out);
}

static void add_tabs(struct page *page, const struct filters *filters)
{
	struct json_object *tabs = page_list(page, page->data, "tabs"), *tab;

	tab = page_item(page, tabs);
	page_text(page, tab, "label", "All");
	page_flag(page, tab, "current", !filters->status);
	add_link(page, tab, "query", filters, NULL, NULL, 0);
	for (int i = 0; i < HISTORY_STATES; i++) {
		const struct words_state *state = &WORDS_STATES[i];

		tab = page_item(page, tabs);
		page_text(page, tab, "state", state->name);
		page_text(page, tab, "symbol", state->symbol);
		page_text(page, tab, "label", state->label);
		page_flag(page, tab, "current",
			  filters->status && strcmp(filters->status, state->name) == 0);
		add_link(page, tab, "query", filters, state->name, NULL, 0);
	}
}

static void add_option(struct page *page, struct json_object *options, const char *value,
		       const char *label, const char *chosen)
{
	struct json_object *option = page_item(page, options);

	page_text(page, option, "value", value);
	page_text(page, option, "label", label);
	page_flag(page, option, "chosen", chosen && strcmp(chosen, value) == 0);
}

static void add_events(struct page *page, const struct filters *filters)
{
	struct json_object *options = page_list(page, page->data, "events");

	for (size_t i = 0; i < WORDS_EVENT_COUNT; i++)
		add_option(page, options, WORDS_EVENTS[i].event, WORDS_EVENTS[i].label,
			   filters->event);
}

/* *known is false when the URL names a binding that this account does not have. The filter
 * is only shown when there is something to choose. */
static enum led_err add_bindings(struct page *page, const struct filters *filters, int64_t account,
				 bool *known, struct led_error *error)
{
	struct history_binding *bindings;
	struct json_object *options, *list;
	size_t count;
	enum led_err err = history_bindings(page->site->db, page->request->arena, account,
					    BINDINGS_MAX, &bindings, &count, error);

	if (err)
		return err;
	*known = !filters->binding;
	for (size_t i = 0; i < count; i++)
		*known |= filters->binding && text_equal_nocase(filters->binding, bindings[i].id);
	page_flag(page, page->data, "no_bindings", count == 0);
	if (count < 2)
		return LED_OK;
	options = page_object(page, page->data, "bindings");
	list = page_list(page, options, "options");
	for (size_t i = 0; i < count; i++)
		add_option(page, list, bindings[i].id, bindings[i].shop_url, filters->binding);
	return LED_OK;
}

static void add_runs(struct page *page, const struct filters *filters,
		     const struct history_page *history)
{
	struct json_object *runs = page_list(page, page->data, "runs");
	bool filtered = filters->status || filters->event || filters->binding || filters->search;

	for (size_t i = 0; i < history->count; i++)
		run_view_add(page, page_item(page, runs), &history->runs[i]);
	page_flag(page, page->data, "any", history->count > 0);
	page_flag(page, page->data, "filtered", filtered || filters->before || filters->after);
	if (history->count && history->older)
		add_link(page, page->data, "older", filters, filters->status, "before",
			 history->runs[history->count - 1].id);
	if (history->count && history->newer)
		add_link(page, page->data, "newer", filters, filters->status, "after",
			 history->runs[0].id);
	if (filters->before || filters->after)
		add_link(page, page->data, "newest", filters, filters->status, NULL, 0);
}

static enum led_err fill(struct page *page, const struct filters *filters,
			 const struct history_filter *filter, bool *known, struct led_error *error)
{
	int64_t account = visitor_of(page->request)->session->account_id;
	struct history_page history;
	enum led_err err = add_bindings(page, filters, account, known, error);

	if (err || !*known)
		return err;
	err = history_list(page->site->db, page->request->arena, account, filter, RUNS_PER_PAGE,
			   &history, error);
	if (err)
		return err;
	page_text(page, page->data, "status", filters->status);
	page_text(page, page->data, "search", filters->search);
	add_tabs(page, filters);
	add_events(page, filters);
	add_runs(page, filters, &history);
	return LED_OK;
}

enum led_err sync_page(void *program, struct http_request *request, struct http_response *response,
		       struct led_error *error)
{
	const struct site *site = program;
	struct http_form query = {0};
	struct filters filters;
	struct history_filter filter;
	struct page page;
	bool known = false;
	enum led_err err = LED_OK;

	page_begin(&page, site, request, "Sync history", "sync");
	if (!http_form_parse(request->query, strlen(request->query), request->arena, &query,
			     NULL) &&
	    read_filters(&query, request->arena, &filters, &filter))
		err = fill(&page, &filters, &filter, &known, error);
	if (!err && known)
		return page_send(&page, response, 200, "sync", error);
	page_drop(&page);
	if (err)
		return err;
	return page_message(site, request, response, 404, "Not found",
			    "There is no such filter here.", error);
}
