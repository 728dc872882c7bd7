/* /dashboard/bindings and /dashboard/bindings/{binding}: what is joined to what, and how it is. */
#include "dashboard.h"

#include "base/log.h"
#include "store/connection.h"

#include <string.h>

/* What stands in the way, the first row that applies; the last always does. */
enum condition {
	REVOKED,
	SHOP_LOST,
	SAGE_MISSING,
	SAGE_LOST,
	NO_SUBSCRIPTION,
	ACCESS_DENIED,
	PAUSED,
	HEALTHY,
};

static const struct {
	const char *mood, *symbol;
	const char *state; /* in the list */
	const char *kind, *title, *message;
	const char *path, *label; /* what to do; the binding's id or its shop's URL is added */
} CONDITIONS[] = {
	[REVOKED] =
		{"off", "\u2717", "Disconnected", "failed", "Disconnected",
		 "The shop's events are refused. To connect it again, pair it with a new code from "
		 "Magento.",
		 "/dashboard/connect-magento?url=", "Pair again"},
	[SHOP_LOST] =
		{"bad", "\u2717", "The shop no longer accepts Ledger", "failed",
		 "The shop no longer accepts Ledger",
		 "It was disconnected in Magento, or paired with another server. Pair it again "
		 "with a new code; what waits is then posted by itself.",
		 "/dashboard/connect-magento?url=", "Pair again"},
	[SAGE_MISSING] =
		{"waiting", "\u23f3\ufe0e", "Sage not connected yet", "warning",
		 "Sage not connected yet",
		 "The shop is paired. Its events are kept and wait until a Sage business is "
		 "connected.",
		 "/dashboard/connect-sage?binding=", "Connect Sage"},
	[SAGE_LOST] =
		{"bad", "\u2717", "Sage asks for a new sign-in", "failed",
		 "Sage asks for a new sign-in",
		 "Sage's permission has ended. Sign in again; what waits is then posted by itself.",
		 "/dashboard/connect-sage?binding=", "Reconnect Sage"},
	[NO_SUBSCRIPTION] =
		{"bad", "\u2717", "No active Sage subscription", "failed",
		 "No active Sage subscription",
		 "Sage answers that this business has no active subscription. Renew it in "
		 "Sage; Ledger looks again every 15 minutes.",
		 NULL, NULL},
	[ACCESS_DENIED] =
		{"bad", "\u2717", "Sage denies access", "failed", "Sage denies access",
		 "The Sage user who connected may not do this. Give that user full access in "
		 "Sage, or sign in as somebody who has it.",
		 "/dashboard/connect-sage?binding=", "Sign in as somebody else"},
	[PAUSED] = {"waiting", "\u23f8\ufe0e", "Paused", "warning", "Paused",
		    "Nothing is posted to Sage. Events that arrive are kept.", NULL, NULL},
	[HEALTHY] = {"good", "\u2713", "Connected", NULL, NULL, NULL, NULL, NULL},
};

static bool is(const char *text, const char *word)
{
	return text && strcmp(text, word) == 0;
}

static enum condition condition_of(const struct connection *connection)
{
	if (!is(connection->status, "active"))
		return REVOKED;
	if (!is(connection->magento_status, "active"))
		return SHOP_LOST;
	if (!connection->business || is(connection->sage_status, "pending"))
		return SAGE_MISSING;
	if (is(connection->sage_status, "reconnect_needed"))
		return SAGE_LOST;
	if (is(connection->sage_status, "no_subscription"))
		return NO_SUBSCRIPTION;
	if (is(connection->sage_status, "access_denied"))
		return ACCESS_DENIED;
	return connection->paused ? PAUSED : HEALTHY;
}

static const char *host_of(const char *url)
{
	const char *host = strstr(url, "://");

	return host ? host + 3 : url;
}

/* People say UK. */
static const char *region_name(const char *region)
{
	return is(region, "GB") ? "UK" : region;
}

static void add_names(struct page *page, struct json_object *item,
		      const struct connection *connection)
{
	page_text(page, item, "id", connection->id);
	page_text(page, item, "shop", host_of(connection->shop_url));
	page_text(page, item, "shop_url", connection->shop_url);
	page_text(page, item, "business_name", connection->business_name);
	page_text(page, item, "region", region_name(connection->region));
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
	for (size_t i = 0; i < count; i++) {
		struct json_object *item = page_item(&page, list);
		enum condition condition = condition_of(&connections[i]);

		add_names(&page, item, &connections[i]);
		page_text(&page, item, "mood", CONDITIONS[condition].mood);
		page_text(&page, item, "symbol", CONDITIONS[condition].symbol);
		page_text(&page, item, "state", CONDITIONS[condition].state);
	}
	return page_send(&page, response, 200, "bindings", error);
}

static void add_notice(struct page *page, struct json_object *item,
		       const struct connection *connection)
{
	enum condition condition = condition_of(connection);
	struct json_object *notice, *action;
	const char *subject = condition == REVOKED || condition == SHOP_LOST ? connection->shop_url
									     : connection->id;

	if (!CONDITIONS[condition].title)
		return;
	notice = page_item(page, page_list(page, item, "notices"));
	page_text(page, notice, "kind", CONDITIONS[condition].kind);
	page_text(page, notice, "title", CONDITIONS[condition].title);
	page_text(page, notice, "message", CONDITIONS[condition].message);
	if (!CONDITIONS[condition].path ||
	    visitor_of(page->request)->session->role < MEMBER_OPERATOR)
		return;
	action = page_object(page, notice, "action");
	page_text(page, action, "path",
		  arena_printf(page->request->arena, "%s%s", CONDITIONS[condition].path, subject));
	page_text(page, action, "label", CONDITIONS[condition].label);
}

static const char *refresh_words(const struct connection *connection)
{
	if (!connection->refreshing)
		return NULL;
	if (connection->paused)
		return "Will be read after resuming";
	if (*connection->waiting)
		return "Waiting for Sage; it is tried again by itself";
	return "Being read from Sage now…";
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
	page_text(page, item, "refreshing", active ? refresh_words(connection) : NULL);
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
	struct json_object *item;
	struct page page;
	enum led_err err = find(site, request, &connection, error);

	if (err)
		return err;
	if (!connection)
		return not_found(site, request, response, error);
	bool may_change = is(connection->status, "active") &&
			  visitor_of(request)->session->role >= MEMBER_OPERATOR;

	page_begin(&page, site, request, host_of(connection->shop_url), "bindings");
	item = page_object(&page, page.data, "binding");
	add_names(&page, item, connection);
	add_notice(&page, item, connection);
	add_sides(&page, item, connection);
	page_flag(&page, item, "may_change", may_change);
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
