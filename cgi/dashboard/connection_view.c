#include "connection_view.h"

#include <string.h>

/* What stands in the way, the first row that applies; the last always does. */
enum condition {
	REVOKED,
	SHOP_LOST,
	SAGE_MISSING,
	SAGE_LOST,
	NO_SUBSCRIPTION,
	ACCESS_DENIED,
	REFERENCE_MISSING,
	SETTINGS_MISSING,
	PAUSED,
	HEALTHY,
};

static const struct {
	const char *mood, *symbol, *shape; /* the symbol as text, and as the style sheet draws it */
	const char *state;                 /* in the list */
	const char *kind, *title, *message;
	const char *path, *label; /* what to do; the binding's id or its shop's URL is added */
} CONDITIONS[] = {
	[REVOKED] =
		{"off", "\u2717", "failed", "Disconnected", "failed", "Disconnected",
		 "The shop's events are refused. To connect it again, pair it with a new code from "
		 "Magento.",
		 "/dashboard/connect-magento?url=", "Pair again"},
	[SHOP_LOST] =
		{"bad", "\u2717", "failed", "The shop no longer accepts Ledger", "failed",
		 "The shop no longer accepts Ledger",
		 "It was disconnected in Magento, or paired with another server: pair it again "
		 "with a new code. If it was not, its server's clock may be wrong, for a shop "
		 "half a minute slow refuses Ledger: set it right. What waits is then posted by "
		 "itself.",
		 "/dashboard/connect-magento?url=", "Pair again"},
	[SAGE_MISSING] =
		{"waiting", "\u23f3\ufe0e", "pending", "Sage not connected yet", "warning",
		 "Sage not connected yet",
		 "The shop is paired. Its events are kept and wait until a Sage business is "
		 "connected.",
		 "/dashboard/connect-sage?binding=", "Connect Sage"},
	[SAGE_LOST] =
		{"bad", "\u2717", "failed", "Sage asks for a new sign-in", "failed",
		 "Sage asks for a new sign-in",
		 "Sage's permission has ended. Sign in again; what waits is then posted by itself.",
		 "/dashboard/connect-sage?binding=", "Reconnect Sage"},
	[NO_SUBSCRIPTION] =
		{"bad", "\u2717", "failed", "No active Sage subscription", "failed",
		 "No active Sage subscription",
		 "Sage answers that this business has no active subscription. Renew it in "
		 "Sage; Ledger looks again every 15 minutes.",
		 NULL, NULL},
	[ACCESS_DENIED] =
		{"bad", "\u2717", "failed", "Sage denies access", "failed", "Sage denies access",
		 "The Sage user who connected may not do this. Give that user full access in "
		 "Sage, or sign in as somebody who has it.",
		 "/dashboard/connect-sage?binding=", "Sign in as somebody else"},
	[REFERENCE_MISSING] =
		{"waiting", "\u23f3\ufe0e", "pending", "Sage's data could not be read yet",
		 "warning", "Sage's data could not be read yet",
		 "Nothing is posted before Ledger knows the business's tax rates and accounts. It "
		 "tries again by itself within minutes; Refresh reference data below tries at "
		 "once. Events are kept and wait.",
		 NULL, NULL},
	[SETTINGS_MISSING] =
		{"waiting", "\u23f3\ufe0e", "pending", "Settings are incomplete", "warning",
		 "Settings are incomplete",
		 "Sage offers several tax rates or sales accounts, and none that Ledger could "
		 "choose "
		 "by itself. Until the operator of this Ledger has set yours, events are kept and "
		 "wait; they are then posted by themselves.",
		 NULL, NULL},
	[PAUSED] = {"waiting", "\u23f8\ufe0e", "skipped", "Paused", "warning", "Paused",
		    "Nothing is posted to Sage. Events that arrive are kept.", NULL, NULL},
	[HEALTHY] = {"good", "\u2713", "synced", "Connected", NULL, NULL, NULL, NULL, NULL},
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
	if (!connection->reference_at && !connection->refreshing)
		return REFERENCE_MISSING;
	if (is(connection->waiting, "settings_incomplete"))
		return SETTINGS_MISSING;
	return connection->paused ? PAUSED : HEALTHY;
}

const char *connection_view_host(const struct connection *connection)
{
	const char *host = strstr(connection->shop_url, "://");

	return host ? host + 3 : connection->shop_url;
}

/* People say UK. */
static const char *region_name(const char *region)
{
	return is(region, "GB") ? "UK" : region;
}

void connection_view_add(struct page *page, struct json_object *item,
			 const struct connection *connection)
{
	enum condition condition = condition_of(connection);

	page_text(page, item, "id", connection->id);
	page_text(page, item, "shop", connection_view_host(connection));
	page_text(page, item, "shop_url", connection->shop_url);
	page_text(page, item, "business_name", connection->business_name);
	page_text(page, item, "region", region_name(connection->region));
	page_text(page, item, "mood", CONDITIONS[condition].mood);
	page_text(page, item, "symbol", CONDITIONS[condition].symbol);
	page_text(page, item, "shape", CONDITIONS[condition].shape);
	page_text(page, item, "state", CONDITIONS[condition].state);
}

void connection_view_notice(struct page *page, struct json_object *item,
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

void connection_view_refreshing(struct page *page, struct json_object *item,
				const struct connection *connection)
{
	const char *words = "Being read from Sage now…";

	if (!connection->refreshing || !is(connection->status, "active"))
		return;
	if (connection->paused)
		words = "Will be read after resuming";
	else if (*connection->waiting)
		words = "Waiting for Sage; it is tried again by itself";
	else
		page_flag(page, page->data, "reload", true);
	page_text(page, item, "refreshing", words);
}

void connection_view_settings(struct page *page, struct json_object *item,
			      const struct health_settings *settings)
{
	struct json_object *chosen;

	if (!settings->chosen)
		return;
	chosen = page_object(page, item, "settings");
	page_text(page, chosen, "tax_rate", settings->tax_rate);
	page_text(page, chosen, "ledger_account", settings->ledger_account);
	page_text(page, chosen, "bank_account", settings->bank_account);
}
