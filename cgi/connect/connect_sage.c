/* /dashboard/connect-sage?binding=: which country's Sage, and off to its consent. */
#include "connect.h"

#include "http/form.h"
#include "store/oauth_state.h"

#include <string.h>

#define URL_CAP 4096 /* bytes */

static const struct {
	const char *code, *name;
} REGIONS[] = {
	{"GB", "United Kingdom"}, {"US", "United States"}, {"IE", "Ireland"}, {"CA", "Canada"},
	{"FR", "France"},         {"ES", "Spain"},         {"DE", "Germany"},
};
#define REGION_COUNT (sizeof(REGIONS) / sizeof(REGIONS[0]))

/* The code of a region as posted ("UK" is people's name for GB), or NULL. */
static const char *region_of(const char *text)
{
	if (text && strcmp(text, "UK") == 0)
		text = "GB";
	for (size_t i = 0; text && i < REGION_COUNT; i++)
		if (strcmp(REGIONS[i].code, text) == 0)
			return REGIONS[i].code;
	return NULL;
}

static enum led_err not_paired(const struct connect *connect, const struct http_request *request,
			       struct http_response *response, struct led_error *error)
{
	const struct connect_answer answer = {409, "Pair the shop first",
					      "This shop is disconnected. Pair it with a new code "
					      "from Magento, then connect Sage.",
					      "/dashboard/connect-magento", "Pair the shop"};

	return connect_say(connect, request, response, &answer, error);
}

static enum led_err show_form(const struct connect *connect, const struct http_request *request,
			      struct http_response *response, const struct connection *connection,
			      const char *problem, struct led_error *error)
{
	struct page page;
	struct json_object *list;

	page_begin(&page, &connect->site, request, "Connect Sage", "bindings");
	page_text(&page, page.data, "binding", connection->id);
	page_text(&page, page.data, "shop_url", connection->shop_url);
	page_text(&page, page.data, "locked",
		  connection->business ? connection->business_name : NULL);
	page_text(&page, page.data, "problem", problem);
	list = page_list(&page, page.data, "regions");
	for (size_t i = 0; i < REGION_COUNT; i++) {
		struct json_object *item = page_item(&page, list);

		page_text(&page, item, "value", REGIONS[i].code);
		page_text(&page, item, "label", REGIONS[i].name);
		page_flag(&page, item, "chosen",
			  connection->region && strcmp(connection->region, REGIONS[i].code) == 0);
	}
	return page_send(&page, response, problem ? 422 : 200, "connect_sage", error);
}

enum led_err connect_sage_form(void *program, struct http_request *request,
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
	if (strcmp(connection->status, "active") != 0)
		return not_paired(connect, request, response, error);
	return show_form(connect, request, response, connection, NULL, error);
}

/* A page that leads on, not a redirect: browsers hold the answer to a form to the page's
 * form-action, and would stop somewhere among Sage's own redirects. */
static enum led_err lead_on(const struct connect *connect, const struct http_request *request,
			    struct http_response *response, const struct oauth_beginning *beginning,
			    struct led_error *error)
{
	const struct config *config = connect->site.config;
	const struct sage_consent consent = {
		.authorize_url = config_sage_url(config, CONFIG_SAGE_AUTHORIZE, beginning->region),
		.client_id = config->sage_client_id,
		.redirect_uri = connect_callback_url(connect, request),
		.country = beginning->region,
		.state = beginning->state,
		.verifier = beginning->verifier,
	};
	struct page page;
	struct buf url;
	enum led_err err;

	buf_init(&url, URL_CAP);
	err = consent.redirect_uri
		      ? sage_oauth_consent_url(&consent, &url, error)
		      : led_fail(error, LED_INTERNAL, "out_of_memory", "The callback's address.");
	if (!err) {
		page_begin(&page, &connect->site, request, "On to Sage", "bindings");
		page_text(&page, page.data, "go_to", buf_str(&url));
		err = page_send(&page, response, 200, "connect_continue", error);
	}
	buf_release(&url);
	return err;
}

enum led_err connect_sage_submit(void *program, struct http_request *request,
				 struct http_response *response, struct led_error *error)
{
	const struct connect *connect = program;
	const struct visitor *visitor = visitor_of(request);
	struct http_form form = {0};
	struct connection *connection;
	struct oauth_beginning beginning;
	const char *region;
	enum led_err err =
		http_form_parse(request->body, request->body_len, request->arena, &form, error);

	if (err)
		return page_message(&connect->site, request, response, 400, "Not understood",
				    "The form could not be read.", error);
	err = connect_find(connect, request, response, http_form_get(&form, "binding"), &connection,
			   error);
	if (err || !connection)
		return err;
	if (strcmp(connection->status, "active") != 0)
		return not_paired(connect, request, response, error);
	region = region_of(http_form_get(&form, "region"));
	if (!region)
		return show_form(connect, request, response, connection,
				 "Choose the country in which the Sage business is.", error);
	beginning = (struct oauth_beginning){.session_id = visitor->session_id,
					     .binding = connection->id,
					     .region = region,
					     .account = visitor->session->account_id};
	err = oauth_state_begin(connect->site.db, connect->keys, &beginning, error);
	if (!err)
		err = lead_on(connect, request, response, &beginning, error);
	explicit_bzero(&beginning, sizeof(beginning));
	connect_keep_uses(connect);
	return err;
}
