/* What the pages of ledger-connect share. */
#include "connect.h"

#include "base/log.h"
#include "store/seal_use.h"

#include <string.h>

enum led_err connect_say(const struct connect *connect, const struct http_request *request,
			 struct http_response *response, const struct connect_answer *answer,
			 struct led_error *error)
{
	struct page page;
	struct json_object *action;

	page_begin(&page, &connect->site, request, answer->title, "bindings");
	page_text(&page, page.data, "message", answer->message);
	page_flag(&page, page.data, "bad", answer->status >= 400);
	action = page_object(&page, page.data, "action");
	page_text(&page, action, "path", answer->action);
	page_text(&page, action, "label", answer->label);
	return page_send(&page, response, answer->status, "connect_answer", error);
}

enum led_err connect_find(const struct connect *connect, struct http_request *request,
			  struct http_response *response, const char *id, struct connection **out,
			  struct led_error *error)
{
	int64_t account = visitor_of(request)->session->account_id;
	enum led_err err =
		connection_get(connect->site.db, request->arena, account, id, out, error);

	if (err || *out)
		return err;
	return page_message(&connect->site, request, response, 404, "Not found",
			    "There is no such binding in this account.", error);
}

struct sage_app connect_app(const struct connect *connect, const char *region)
{
	const struct config *config = connect->site.config;

	return (struct sage_app){
		.http = connect->http,
		.token_url = config_sage_url(config, CONFIG_SAGE_TOKEN, region),
		.revoke_url = config_sage_url(config, CONFIG_SAGE_REVOKE, region),
		.client_id = config->sage_client_id,
		.client_secret = config->sage_client_secret,
	};
}

void connect_keep_uses(const struct connect *connect)
{
	struct led_error error;

	if (seal_use_keep(connect->site.db, &error))
		log_error("seal_uses_lost", &error);
}

struct audit_entry connect_audit(const struct http_request *request, const char *action)
{
	const struct session *session = visitor_of(request)->session;

	return (struct audit_entry){
		.account_id = session->account_id,
		.actor = session->email,
		.address = request->client_address,
		.action = action,
	};
}

const char *connect_callback_url(const struct connect *connect, const struct http_request *request)
{
	return arena_printf(request->arena, "%s/oauth/sage/callback",
			    connect->site.config->public_url);
}
