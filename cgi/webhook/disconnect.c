/* POST /v1/tenant/disconnect: the shop lets go. */
#include "gate.h"
#include "magento/provider.h"
#include "webhook.h"

#include <string.h>

enum led_err webhook_disconnect(void *program, struct http_request *request,
				struct http_response *response, struct led_error *error)
{
	struct webhook *webhook = program;
	struct gate_pass pass;
	struct db_rows rows;
	enum led_err err =
		gate_admit(webhook->gate, webhook->db, request, NULL, true, &pass, error);
	if (err == LED_AUTH)
		return webhook_unauthorized(response);
	if (err)
		return err;
	if (magento_wrong_provider(request, response))
		return LED_OK;
	err = db_query(webhook->db, request->arena, SQL_INTAKE_DISCONNECT,
		       DB_ARGS(DB_S(pass.binding), DB_I(pass.key_version),
			       DB_B(pass.token_hash, sizeof pass.token_hash),
			       DB_I(pass.expires_at)),
		       &rows, error);
	if (err)
		return err;
	if (rows.count && strcmp(db_at_text(&rows, 0, 0), "accepted") == 0)
		response->status = 204;
	else
		return webhook_unauthorized(response);
	return LED_OK;
}
