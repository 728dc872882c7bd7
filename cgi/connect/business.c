/* /dashboard/connect-sage/business: which of several businesses this shop is joined to. */
#include "connect.h"

#include "http/form.h"
#include "store/sage_grant.h"

#include <string.h>

static enum led_err show_form(const struct connect *connect, struct http_request *request,
			      struct http_response *response, const struct connection *connection,
			      const char *problem, struct led_error *error)
{
	struct sage_choice *choices;
	struct json_object *list;
	struct page page;
	size_t count;
	enum led_err err = sage_grant_choices(connect->site.db, request->arena, connection->id,
					      &choices, &count, error);

	if (err)
		return err;
	if (!count) {
		const struct connect_answer answer = {
			409, "Nothing to choose",
			"This shop's Sage sign-in is settled, or was not begun.",
			arena_printf(request->arena, "/dashboard/bindings/%s", connection->id),
			"To the binding"};
		return connect_say(connect, request, response, &answer, error);
	}
	page_begin(&page, &connect->site, request, "Choose a Sage business", "bindings");
	page_text(&page, page.data, "binding", connection->id);
	page_text(&page, page.data, "shop_url", connection->shop_url);
	page_text(&page, page.data, "problem", problem);
	list = page_list(&page, page.data, "businesses");
	for (size_t i = 0; i < count; i++) {
		struct json_object *item = page_item(&page, list);

		page_text(&page, item, "id", choices[i].id);
		page_text(&page, item, "name", choices[i].name);
		page_flag(&page, item, "before", choices[i].before);
	}
	return page_send(&page, response, problem ? 422 : 200, "choose_business", error);
}

enum led_err business_form(void *program, struct http_request *request,
			   struct http_response *response, struct led_error *error)
{
	const struct connect *connect = program;
	struct http_form query = page_query(request);
	struct connection *connection;
	enum led_err err;

	err = connect_find(connect, request, response, http_form_get(&query, "binding"),
			   &connection, error);
	if (err || !connection)
		return err;
	return show_form(connect, request, response, connection, NULL, error);
}

static enum led_err join(const struct connect *connect, struct http_request *request,
			 const struct connection *connection, const struct sage_choice *choice,
			 struct led_error *error)
{
	struct audit_entry audit = connect_audit(request, "sage_connected");
	const struct sage_join what = {
		.account = visitor_of(request)->session->account_id,
		.binding = connection->id,
		.region = connection->region,
		.business = choice->id,
		.business_name = choice->name,
		.audit = &audit,
	};

	audit.facts[0] = (struct audit_fact){"binding", connection->id};
	audit.facts[1] = (struct audit_fact){"business", choice->name};
	return sage_grant_join(connect->site.db, request->arena, connect->keys, &what, error);
}

/* *choice is NULL when `id` is none of what there is to choose from. */
static enum led_err find_choice(const struct connect *connect, struct http_request *request,
				const char *binding, const char *id,
				const struct sage_choice **choice, struct led_error *error)
{
	struct sage_choice *list;
	size_t count;
	enum led_err err =
		sage_grant_choices(connect->site.db, request->arena, binding, &list, &count, error);

	*choice = NULL;
	for (size_t i = 0; !err && id && i < count; i++)
		if (strcmp(list[i].id, id) == 0)
			*choice = &list[i];
	return err;
}

enum led_err business_submit(void *program, struct http_request *request,
			     struct http_response *response, struct led_error *error)
{
	const struct connect *connect = program;
	struct http_form form = {0};
	struct connection *connection;
	const struct sage_choice *choice;
	struct led_error refusal;
	enum led_err err =
		http_form_parse(request->body, request->body_len, request->arena, &form, error);

	if (err)
		return page_message(&connect->site, request, response, 400, "Not understood",
				    "The form could not be read.", error);
	err = connect_find(connect, request, response, http_form_get(&form, "binding"), &connection,
			   error);
	if (err || !connection)
		return err;
	err = find_choice(connect, request, connection->id, http_form_get(&form, "business"),
			  &choice, error);
	if (err)
		return err;
	if (!choice)
		return show_form(connect, request, response, connection,
				 "Choose one of these businesses.", error);
	err = join(connect, request, connection, choice, &refusal);
	if (err == LED_VALIDATION || err == LED_NOT_FOUND)
		return show_form(connect, request, response, connection, refusal.message, error);
	if (err) {
		*error = refusal;
		return err;
	}
	page_redirect(&connect->site, request, response,
		      arena_printf(request->arena, "/dashboard/bindings/%s", connection->id));
	return LED_OK;
}
