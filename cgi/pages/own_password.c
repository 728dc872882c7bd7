#include "pages/site.h"

#include "base/log.h"
#include "crypto/password.h"
#include "store/member.h"
#include "store/throttle.h"

enum led_err own_password_check(const struct site *site, struct http_request *request,
				const char *password, const char **problem, int *status,
				struct led_error *error)
{
	const struct session *session = visitor_of(request)->session;
	const char *hash = NULL;
	bool allowed = false;
	enum led_err err = throttle_try(site->db, request->arena, session->email,
					request->client_address, &allowed, error);

	*problem = NULL;
	if (!err && !allowed) {
		log_write(LOG_WARNING, "own_password_throttled", LOG_N("status", 429));
		*status = 429;
		*problem = "Too many tries. Please wait 15 minutes and try again.";
		return LED_OK;
	}
	if (!err)
		err = member_password(site->db, request->arena, session->account_id,
				      session->member_id, &hash, error);
	if (err)
		return err;
	if (!password || !password_matches(password, hash)) {
		*status = 422;
		*problem = "Your present password is another.";
		return LED_OK;
	}
	return throttle_clear(site->db, session->email, request->client_address, error);
}
