/*
 * The data of one page, put together member by member and then rendered. Like a buffer it
 * notes the first failure and is checked once, when it is sent.
 */
#ifndef PAGES_PAGE_H
#define PAGES_PAGE_H

#include "http/form.h"
#include "pages/site.h"

#include <json-c/json.h>

struct page {
	const struct site *site;
	const struct http_request *request;
	struct json_object *data; /* the root */
	int64_t now;              /* one clock reading for all relative times */
	bool failed;              /* memory was short */
};

/* A page with its title, and when someone is signed in: who, the CSRF token and the
 * navigation, of which the entry `section` ("sync") is the current one. */
void page_begin(struct page *page, const struct site *site, const struct http_request *request,
		const char *title, const char *section);

/* Members of `parent` (page->data, or what these returned). Absent values (NULL, 0 for a
 * time) are left out. Borrowed, like everything in the page. */
struct json_object *page_object(struct page *page, struct json_object *parent, const char *key);
struct json_object *page_list(struct page *page, struct json_object *parent, const char *key);
struct json_object *page_item(struct page *page, struct json_object *list);
void page_text(struct page *page, struct json_object *parent, const char *key, const char *text);
void page_number(struct page *page, struct json_object *parent, const char *key, int64_t number);
void page_flag(struct page *page, struct json_object *parent, const char *key, bool flag);
void page_time(struct page *page, struct json_object *parent, const char *key, int64_t then);

/* Renders `template` into the response and releases the page, also when it fails. */
enum led_err page_send(struct page *page, struct http_response *response, int status,
		       const char *template, struct led_error *error)
	__attribute__((warn_unused_result));

/* Releases a page that is not sent. */
void page_drop(struct page *page);

/* A page with a heading and a sentence: errors. */
enum led_err page_message(const struct site *site, const struct http_request *request,
			  struct http_response *response, int status, const char *title,
			  const char *message, struct led_error *error)
	__attribute__((warn_unused_result));

/* "Not found": also for what belongs to another account, so that nothing can be learnt. */
enum led_err page_not_found(const struct site *site, const struct http_request *request,
			    struct http_response *response, struct led_error *error)
	__attribute__((warn_unused_result));

/* The fields of a posted form, and of a query. A malformed one has none: the gate refuses such
 * a form already where it needs the session's token. */
struct http_form page_form(struct http_request *request);
struct http_form page_query(struct http_request *request);

/* A redirect to one of our own paths, given without the public prefix. A NULL path (memory was
 * short when it was made) fails the response. */
void page_redirect(const struct site *site, const struct http_request *request,
		   struct http_response *response, const char *path);

#endif
