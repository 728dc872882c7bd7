/*
 * /embed/{binding}: one binding's health and newest events, for the frame in its shop's
 * admin. Nothing here is secret from a member of the account, and nothing is shown to
 * anybody else:
 *
 *   signed in, one's own binding   health and history
 *   signed in, any other id        404, the same bytes for a foreign one and for none
 *   not signed in                  a card that leads to the sign-in, the same for every id
 *
 * The session's cookie is SameSite=Lax: a frame on another site gets none, so there the
 * card is what people see, and it opens Ledger in a tab of its own. The shop's token is of no
 * use here; it belongs to the shop, not to the person in front of it.
 *
 * The frame may be in that shop's origin alone. Without a session too, or the card could not
 * be shown; so whoever knows a binding's id (random, 122 bits) can learn its shop's origin.
 */
#include "dashboard.h"
#include "run_view.h"

#include "base/text.h"
#include "store/connection.h"
#include "store/health.h"

#include <string.h>

#define RUNS_SHOWN 20

static void add_state(struct page *page, const char *key, const char *label, const char *word,
		      bool good)
{
	struct json_object *state = page_object(page, page->data, key);

	page_text(page, state, "label", label);
	page_text(page, state, "state", good ? "synced" : "failed");
	page_text(page, state, "symbol", good ? "✓" : "✗");
	page_text(page, state, "word", word);
}

static const struct {
	const char *status, *word;
} WORDS[] = {
	{"active", "connected"},
	{"pending", "not connected yet"},
	{"token_revoked", "refuses Ledger: pair it again"},
	{"reconnect_needed", "sign in to Sage again"},
	{"no_subscription", "the Sage subscription has ended"},
	{"access_denied", "the Sage user has lost access"},
};

static const char *word_for(const char *status)
{
	for (size_t i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); i++)
		if (strcmp(WORDS[i].status, status) == 0)
			return WORDS[i].word;
	return status;
}

static void add_health(struct page *page, const struct connection *connection,
		       const struct health *health)
{
	bool revoked = strcmp(connection->status, "revoked") == 0;
	const char *magento = connection->magento_status, *sage = connection->sage_status;

	page_text(page, page->data, "shop", connection->shop_url);
	page_text(page, page->data, "business", connection->business_name);
	add_state(page, "magento", "Magento", revoked ? "disconnected" : word_for(magento),
		  !revoked && strcmp(magento, "active") == 0);
	add_state(page, "sage", "Sage", revoked ? "disconnected" : word_for(sage),
		  !revoked && strcmp(sage, "active") == 0);
	page_number(page, page->data, "waiting", health->waiting);
	page_number(page, page->data, "failed", health->failed);
	page_time(page, page->data, "last", health->last_at);
}

static enum led_err add_runs(struct page *page, const char *binding, struct led_error *error)
{
	const struct history_filter filter = {.state = -1, .binding_id = binding};
	int64_t account = visitor_of(page->request)->session->account_id;
	struct json_object *runs = page_list(page, page->data, "runs");
	struct history_page history;
	enum led_err err = history_list(page->site->db, page->request->arena, account, &filter,
					RUNS_SHOWN, &history, error);

	for (size_t i = 0; !err && i < history.count; i++)
		run_view_add(page, page_item(page, runs), &history.runs[i]);
	if (!err)
		page_flag(page, page->data, "any", history.count > 0);
	return err;
}

/* The binding's health if it is the session's account's; *own says so. */
static enum led_err fill(struct page *page, const char *binding, bool *own, struct led_error *error)
{
	int64_t account = visitor_of(page->request)->session->account_id;
	struct connection *connection;
	struct health health;
	enum led_err err = connection_get(page->site->db, page->request->arena, account, binding,
					  &connection, error);

	*own = !err && connection;
	if (*own)
		err = health_get(page->site->db, page->request->arena, account, binding, &health,
				 error);
	if (err || !*own)
		return err;
	add_health(page, connection, &health);
	return add_runs(page, binding, error);
}

static enum led_err allow_frame(const struct site *site, const struct http_request *request,
				struct http_response *response, const char *binding,
				struct led_error *error)
{
	struct db_rows rows;
	enum led_err err = db_query(site->db, request->arena, SQL_EMBED_SHOP,
				    DB_ARGS(DB_S(binding)), &rows, error);

	if (!err && rows.count == 1)
		headers_allow_frame(response, request->arena, db_at_text(&rows, 0, 0));
	return err;
}

/* The bar's links would leave the frame's page for pages that no frame may hold. */
static void begin(struct page *page, const struct site *site, const struct http_request *request,
		  const char *title, const char *binding)
{
	page_begin(page, site, request, title, NULL);
	json_object_object_del(page->data, "user");
	page_text(page, page->data, "binding", binding);
}

enum led_err embed_page(void *program, struct http_request *request, struct http_response *response,
			struct led_error *error)
{
	const struct site *site = program;
	const char *binding = http_request_capture(request, "binding");
	bool known_form = text_is_uuid(binding), own = false;
	struct page page;
	enum led_err err = LED_OK;

	if (!visitor_of(request)->session) {
		begin(&page, site, request, "Sign in", known_form ? binding : NULL);
		if (known_form)
			err = allow_frame(site, request, response, binding, error);
		if (!err)
			return page_send(&page, response, 200, "embed_card", error);
		page_drop(&page);
		return err;
	}
	begin(&page, site, request, "Sync history", binding);
	if (known_form)
		err = fill(&page, binding, &own, error);
	if (!err && own)
		err = allow_frame(site, request, response, binding, error);
	if (!err && own)
		return page_send(&page, response, 200, "embed", error);
	page_drop(&page);
	return err ? err
		   : page_message(site, request, response, 404, "Not found",
				  "There is nothing at this address.", error);
}
