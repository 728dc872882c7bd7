/* /dashboard/bindings and /dashboard/bindings/{binding}: what is joined to what, and how it is. */
#include "connection_view.h"
#include "dashboard.h"

#include "base/log.h"
#include "store/health.h"

#include <string.h>

static bool is(const char *text, const char *word)
{
	return text && strcmp(text, word) == 0;
}

enum led_err bindings_page(void *program, struct http_request *request,
			   struct http_response *response, struct led_error *error)
{
	const struct site *site = program;
	const struct session *session = visitor_of(request)->session;
	struct connection *connections;
	struct json_object *list;
	struct page page;
	size_t count;
	enum led_err err = connection_list(site->db, request->arena, session->account_id,
					   &connections, &count, error);

	if (err)
		return err;
	page_begin(&page, site, request, "Bindings", "bindings");
	page_flag(&page, page.data, "any", count > 0);
	page_flag(&page, page.data, "may_connect", session->role >= MEMBER_OPERATOR);
	list = page_list(&page, page.data, "bindings");
	for (size_t i = 0; i < count; i++)
		connection_view_add(&page, page_item(&page, list), &connections[i]);
	return page_send(&page, response, 200, "bindings", error);
}

static void add_sides(struct page *page, struct json_object *item,
		      const struct connection *connection)
{
	static const struct {
		const char *status, *words;
	} sage[] = {
		{"pending", "not connected yet"},
		{"active", "connected"},
		{"reconnect_needed", "asks for a new sign-in"},
		{"no_subscription", "no active subscription"},
		{"access_denied", "denies access"},
	};
	bool active = is(connection->status, "active");

	page_text(page, item, "magento_state",
		  !active               ? "disconnected"
		  : connection->pairing ? "connected, a new pairing is under way"
		  : is(connection->magento_status, "active") ? "connected"
							     : "no longer accepts Ledger");
	for (size_t i = 0; i < sizeof(sage) / sizeof(sage[0]); i++)
		if (is(connection->sage_status, sage[i].status))
			page_text(page, item, "sage_state", sage[i].words);
	page_time(page, item, "paired", connection->paired_at);
	page_time(page, item, "pinged", connection->pinged_at);
	page_time(page, item, "sage_connected", connection->sage_connected_at);
	page_time(page, item, "reference", connection->reference_at);
	connection_view_refreshing(page, item, connection);
	page_flag(page, item, "paused", connection->paused);
}

static enum led_err not_found(const struct site *site, const struct http_request *request,
			      struct http_response *response, struct led_error *error)
{
	return page_message(site, request, response, 404, "Not found",
			    "There is no such binding in this account.", error);
}

static enum led_err find(const struct site *site, struct http_request *request,
			 struct connection **connection, struct led_error *error)
{
	return connection_get(site->db, request->arena, visitor_of(request)->session->account_id,
			      http_request_capture(request, "binding"), connection, error);
}

enum led_err binding_page(void *program, struct http_request *request,
			  struct http_response *response, struct led_error *error)
{
	const struct site *site = program;
	struct connection *connection;
	struct health_settings settings;
	struct json_object *item;
	struct page page;
	enum led_err err = find(site, request, &connection, error);

	if (err)
		return err;
	if (!connection)
		return not_found(site, request, response, error);
	err = health_settings_get(site->db, request->arena,
				  visitor_of(request)->session->account_id, connection->id,
				  &settings, error);
	if (err)
		return err;
	bool operates = visitor_of(request)->session->role >= MEMBER_OPERATOR;
	bool may_change = operates && is(connection->status, "active");
	/* The shop let go, and Sage's permission was kept for pairing it again. */
	bool may_end_sage = operates && is(connection->status, "revoked") && connection->business &&
			    !is(connection->sage_status, "pending");

	page_begin(&page, site, request, connection_view_host(connection), "bindings");
	item = page_object(&page, page.data, "binding");
	connection_view_add(&page, item, connection);
	connection_view_notice(&page, item, connection);
	add_sides(&page, item, connection);
	connection_view_settings(&page, item, &settings);
	page_flag(&page, item, "may_change", may_change);
	page_flag(&page, item, "may_end_sage", may_end_sage);
	page_flag(&page, item, "may_refresh", may_change && connection->business);
	page_text(&page, item, "may_sign_in",
		  !may_change            ? NULL
		  : connection->business ? "Sign in to Sage again"
					 : "Connect Sage");
	return page_send(&page, response, 200, "binding", error);
}

/* Back to the binding's page, which shows what has changed. */
static void show_again(const struct site *site, const struct http_request *request,
		       struct http_response *response, const struct connection *connection)
{
	page_redirect(site, request, response,
		      arena_printf(request->arena, "/dashboard/bindings/%s", connection->id));
}

static struct audit_entry audit_of(const struct http_request *request,
				   const struct connection *connection, const char *action)
{
	const struct session *session = visitor_of(request)->session;

	return (struct audit_entry){
		.account_id = session->account_id,
		.actor = session->email,
		.address = request->client_address,
		.action = action,
		.facts = {{"binding", connection->id}, {"shop", connection->shop_url}},
	};
}

static enum led_err set_paused(const struct site *site, struct http_request *request,
			       struct http_response *response, bool paused, struct led_error *error)
{
	struct connection *connection;
	bool changed;
	enum led_err err = find(site, request, &connection, error);

	if (err)
		return err;
	if (!connection)
		return not_found(site, request, response, error);
	struct audit_entry audit =
		audit_of(request, connection, paused ? "binding_paused" : "binding_resumed");

	err = connection_pause(site->db, audit.account_id, connection->id, paused, &audit, &changed,
			       error);
	if (!err)
		show_again(site, request, response, connection);
	return err;
}

enum led_err binding_pause(void *program, struct http_request *request,
			   struct http_response *response, struct led_error *error)
{
	return set_paused(program, request, response, true, error);
}

enum led_err binding_resume(void *program, struct http_request *request,
			    struct http_response *response, struct led_error *error)
{
	return set_paused(program, request, response, false, error);
}

enum led_err binding_refresh(void *program, struct http_request *request,
			     struct http_response *response, struct led_error *error)
{
	const struct site *site = program;
	struct connection *connection;
	enum led_err err = find(site, request, &connection, error);

	if (err)
		return err;
	if (!connection || !connection->business)
		return not_found(site, request, response, error);
	err = connection_refresh(site->db, connection, error);
	if (!err)
		show_again(site, request, response, connection);
	return err;
}
