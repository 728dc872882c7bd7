/*
 * /dashboard: for each binding one line that answers "is it healthy?", and until the first
 * invoice has gone through, the way there step by step.
 */
#include "chart.h"
#include "connection_view.h"
#include "dashboard.h"

#include "store/health.h"

#include <string.h>

#define INTEGRATION "Stores, Configuration, Byte8, Sage Accounting"

/* What a step says before its turn, when it is its turn, and afterwards. */
static const struct step {
	const char *title, *turn, *done;
	const char *path, *label; /* what to press; the binding's id is added behind a '=' */
} STEPS[] = {
	{"Pair your Magento shop",
	 "In Magento's admin open " INTEGRATION
	 ", press Generate, and bring the pairing code here.",
	 "The shop is paired.", "/dashboard/connect-magento", "Pair the shop"},
	{"Connect Sage",
	 "Sign in to Sage and choose the business that the shop's invoices belong to.",
	 "The Sage business is connected.", "/dashboard/connect-sage?binding=", "Connect Sage"},
	{"Choose the settings",
	 "Ledger reads your tax rates and accounts from Sage and chooses what suits most shops. "
	 "This takes a minute at most.",
	 "Invoices are posted with what Ledger has chosen.", NULL, NULL},
	{"The first invoice",
	 "Raise an invoice in Magento. It is in Sage within a minute or two, and the shop shows "
	 "its "
	 "Sage number beside it.",
	 NULL, NULL, NULL},
};
#define STEP_COUNT (sizeof(STEPS) / sizeof(STEPS[0]))

/* A binding with what is known of it. */
struct place {
	const struct connection *connection;
	struct health health;
	struct health_settings settings;
};

/* How many steps are done. */
static size_t steps_done(const struct place *place)
{
	const struct connection *connection = place->connection;

	if (!connection || strcmp(connection->status, "active") != 0)
		return 0;
	if (!connection->business)
		return 1;
	if (!place->settings.tax_rate || !place->settings.ledger_account)
		return 2;
	return place->health.invoiced ? STEP_COUNT : STEP_COUNT - 1;
}

static void add_action(struct page *page, struct json_object *item, const struct step *step,
		       const struct place *place)
{
	struct json_object *action;
	bool of_binding = step->path && strchr(step->path, '=');
	const char *id = of_binding && place->connection ? place->connection->id : "";

	if (!step->path || visitor_of(page->request)->session->role < MEMBER_OPERATOR)
		return;
	action = page_object(page, item, "action");
	page_text(page, action, "path", arena_printf(page->request->arena, "%s%s", step->path, id));
	page_text(page, action, "label", step->label);
}

/* `place` has no connection where there is none yet. */
static void add_steps(struct page *page, const struct place *place)
{
	size_t done = steps_done(place);
	struct json_object *list = page_list(page, page->data, "steps");

	page_flag(page, page->data, "beginning", true);
	page_number(page, page->data, "left", (int64_t)(STEP_COUNT - done));
	for (size_t i = 0; i < STEP_COUNT; i++) {
		struct json_object *item = page_item(page, list);

		page_text(page, item, "title", STEPS[i].title);
		page_flag(page, item, "done", i < done);
		page_flag(page, item, "turn", i == done);
		page_text(page, item, "message", i < done ? STEPS[i].done : STEPS[i].turn);
		if (i == done)
			add_action(page, item, &STEPS[i], place);
		if (i == 2 && i < done)
			connection_view_settings(page, item, &place->settings);
		if (i == 2 && i == done)
			connection_view_refreshing(page, item, place->connection);
		if (i == 3 && i == done && place->health.failed)
			page_text(page, item, "failed", place->connection->id);
	}
}

static void add_line(struct page *page, struct json_object *item, const struct place *place)
{
	const struct health *health = &place->health;

	connection_view_add(page, item, place->connection);
	connection_view_notice(page, item, place->connection);
	page_number(page, item, "waiting", health->waiting);
	page_number(page, item, "failed", health->failed);
	page_flag(page, item, "any_failed", health->failed > 0);
	page_flag(page, item, "waiting_more", health->waiting >= HEALTH_COUNT_MAX);
	page_flag(page, item, "failed_more", health->failed >= HEALTH_COUNT_MAX);
	page_time(page, item, "oldest", health->oldest_at);
	page_time(page, item, "last", health->last_at);
}

static enum led_err look_at(struct page *page, struct place *place, struct led_error *error)
{
	const struct site *site = page->site;
	struct arena *arena = page->request->arena;
	int64_t account = visitor_of(page->request)->session->account_id;
	enum led_err err =
		health_get(site->db, arena, account, place->connection->id, &place->health, error);

	if (!err && !place->health.invoiced)
		err = health_settings_get(site->db, arena, account, place->connection->id,
					  &place->settings, error);
	return err;
}

/* The steps are those of the first binding that is connected and has not posted an invoice. */
static enum led_err fill(struct page *page, const struct connection *connections, size_t count,
			 struct led_error *error)
{
	struct json_object *list = page_list(page, page->data, "bindings");
	struct place first = {0};
	bool any_invoiced = false;

	for (size_t i = 0; i < count; i++) {
		struct place place = {.connection = &connections[i]};
		bool active = strcmp(connections[i].status, "active") == 0;
		enum led_err err = look_at(page, &place, error);

		if (err)
			return err;
		add_line(page, page_item(page, list), &place);
		any_invoiced |= place.health.invoiced;
		if (active && !place.health.invoiced && !first.connection)
			first = place;
	}
	if (first.connection || !any_invoiced)
		add_steps(page, &first);
	if (first.connection && count > 1)
		page_text(page, page->data, "steps_of", connection_view_host(first.connection));
	return LED_OK;
}

/* What people type: the host alone. */
enum led_err front_door(void *program, struct http_request *request, struct http_response *response,
			struct led_error *error)
{
	(void)error;
	page_redirect(program, request, response, DASHBOARD_FIRST_PAGE);
	return LED_OK;
}

enum led_err home_page(void *program, struct http_request *request, struct http_response *response,
		       struct led_error *error)
{
	const struct site *site = program;
	const struct session *session = visitor_of(request)->session;
	struct connection *connections;
	struct page page;
	size_t count;
	enum led_err err = connection_list(site->db, request->arena, session->account_id,
					   &connections, &count, error);

	if (err)
		return err;
	page_begin(&page, site, request, "Overview", "home");
	page_flag(&page, page.data, "any", count > 0);
	page_flag(&page, page.data, "may_connect", count > 0 && session->role >= MEMBER_OPERATOR);
	err = fill(&page, connections, count, error);
	if (!err)
		err = chart_add(&page, error);
	if (!err)
		return page_send(&page, response, 200, "home", error);
	page_drop(&page);
	return err;
}
