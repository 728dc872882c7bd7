/* POST /dashboard/bindings/{binding}/disconnect: letting go from our side. */
#include "connect.h"

#include "base/log.h"
#include "store/sage_grant.h"

#define GONE                                                                                       \
	"The shop's events are refused from now on, and Ledger's keys and Sage tokens are "        \
	"deleted. History, settings and cross-references stay for a later reconnection. In "       \
	"Magento, press Disconnect as well, so that the shop stops sending."

/* Our side is done already; a Sage that cannot be told is no reason to stay connected. */
static const char *revoke(const struct connect *connect, const struct connection *connection,
			  const struct secret *refresh)
{
	struct sage_app app = connect_app(connect, connection->region);
	struct led_error error;

	if (!refresh->len || sage_oauth_revoke(&app, refresh, &error) == LED_OK)
		return GONE;
	log_error("sage_revoke_failed", &error);
	return GONE " Sage could not be told: remove Ledger there too, under Settings, "
		    "Connected apps.";
}

enum led_err disconnect_submit(void *program, struct http_request *request,
			       struct http_response *response, struct led_error *error)
{
	const struct connect *connect = program;
	struct audit_entry audit = connect_audit(request, "binding_disconnected");
	struct connect_answer answer = {200, "Disconnected", NULL, "/dashboard/bindings",
					"To the bindings"};
	struct secret refresh = {0};
	struct connection *connection;
	enum led_err err =
		connect_find(connect, request, response, http_request_capture(request, "binding"),
			     &connection, error);

	if (err || !connection)
		return err;
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
	answer.message = revoke(connect, connection, &refresh);
	secret_release(&refresh);
	return connect_say(connect, request, response, &answer, error);
}
