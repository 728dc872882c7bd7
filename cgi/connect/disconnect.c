/* POST /dashboard/bindings/{binding}/disconnect: letting go from our side. */
#include "connect.h"

#include "base/log.h"
#include "store/sage_grant.h"

#include <string.h>

#define GONE                                                                                       \
	"The shop's events are refused from now on, and Ledger's keys and Sage tokens are "        \
	"deleted. History, settings and cross-references stay for a later reconnection. In "       \
	"Magento, press Disconnect as well, so that the shop stops sending."

#define SAGE_GONE                                                                                  \
	"Ledger's Sage tokens are deleted. History, settings and cross-references stay for a "     \
	"later reconnection; everything already posted stays in Sage."
#define NOT_TOLD " Sage could not be told: remove Ledger there too, under Settings, Connected apps."

/* Our side is done already; a Sage that cannot be told is no reason to stay connected. */
static bool revoke(const struct connect *connect, const struct connection *connection,
		   const struct secret *refresh)
{
	struct sage_app app = connect_app(connect, connection->region);
	struct led_error error;

	if (!refresh->len || sage_oauth_revoke(&app, refresh, &error) == LED_OK)
		return true;
	log_error("sage_revoke_failed", &error);
	return false;
}

static const char *message(bool had_shop, bool told)
{
	if (had_shop)
		return told ? GONE : GONE NOT_TOLD;
	return told ? SAGE_GONE : SAGE_GONE NOT_TOLD;
}

enum led_err disconnect_submit(void *program, struct http_request *request,
			       struct http_response *response, struct led_error *error)
{
	const struct connect *connect = program;
	struct connect_answer answer = {200, "Disconnected", NULL, "/dashboard/bindings",
					"To the bindings"};
	struct secret refresh = {0};
	struct connection *connection;
	struct audit_entry audit;
	enum led_err err =
		connect_find(connect, request, response, http_request_capture(request, "binding"),
			     &connection, error);

	if (err || !connection)
		return err;
	bool had_shop = strcmp(connection->status, "active") == 0;

	audit = connect_audit(request, had_shop ? "binding_disconnected" : "sage_disconnected");
	audit.facts[0] = (struct audit_fact){"binding", connection->id};
	audit.facts[1] = (struct audit_fact){"shop", connection->shop_url};
	err = sage_grant_end(connect->site.db, request->arena, connect->keys,
			     visitor_of(request)->session->account_id, connection->id, &audit,
			     &refresh, error);
	if (err == LED_NOT_FOUND) {
		answer.message = "This binding was disconnected before.";
		return connect_say(connect, request, response, &answer, error);
	}
	if (err)
		return err;
	answer.message = message(had_shop, revoke(connect, connection, &refresh));
	secret_release(&refresh);
	return connect_say(connect, request, response, &answer, error);
}
