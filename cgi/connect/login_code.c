/* /login/code: the second step of signing in. */
#include "connect.h"

#include "base/clock.h"
#include "base/log.h"
#include "crypto/totp.h"
#include "store/second_factor.h"
#include "store/throttle.h"

#include <string.h>

#define FIRST_PAGE "/dashboard"

static enum led_err show_form(const struct site *site, struct http_request *request,
			      struct http_response *response, int status,
			      const struct session *session, const struct http_form *form,
			      const char *problem, struct led_error *error)
{
	struct page page;

	page_begin(&page, site, request, "Your code", NULL);
	page_text(&page, page.data, "csrf", session->csrf_token);
	page_text(&page, page.data, "email", session->email);
	page_text(&page, page.data, "next", next_checked(request, http_form_get(form, "next")));
	page_text(&page, page.data, "problem", problem);
	return page_send(&page, response, status, "code", error);
}

/* Who has given the password; *out is NULL when nobody has, or the time is over. */
static enum led_err find(const struct site *site, struct http_request *request,
			 struct session **out, struct led_error *error)
{
	const struct visitor *visitor = visitor_of(request);

	*out = NULL;
	if (!visitor->session_id || visitor->session)
		return LED_OK;
	return session_find_awaiting(site->db, request->arena, visitor->session_id, out, error);
}

enum led_err code_form(void *program, struct http_request *request, struct http_response *response,
		       struct led_error *error)
{
	const struct site *site = program;
	struct http_form query = page_query(request);
	struct session *session;
	enum led_err err = find(site, request, &session, error);

	if (err)
		return err;
	if (session)
		return show_form(site, request, response, 200, session, &query, NULL, error);
	page_redirect(site, request, response,
		      visitor_of(request)->session ? FIRST_PAGE : "/login");
	return LED_OK;
}

/* Judges a one-time code or a recovery code and uses it up; *factor says which it was, NULL
 * when it was neither. */
static enum led_err judge(const struct connect *connect, struct http_request *request,
			  const struct session *session, const char *code, const char **factor,
			  struct led_error *error)
{
	struct db *db = connect->site.db;
	struct second_factor own = {0};
	int64_t step = 0;
	bool accepted = false;
	enum led_err err =
		second_factor_get(db, request->arena, connect->keys, session, &own, error);

	*factor = NULL;
	if (!err && own.confirmed)
		err = totp_check(&own.secret, code, clock_now(), own.last_step, &accepted, &step,
				 error);
	secret_release(&own.secret);
	if (!err && accepted)
		err = second_factor_spend(db, session, step, &accepted, error);
	if (err)
		return err;
	if (accepted) {
		*factor = "code";
		return LED_OK;
	}
	err = second_factor_recover(db, session, code, &accepted, error);
	if (!err && accepted)
		*factor = "recovery_code";
	return err;
}

static enum led_err enter(const struct site *site, struct http_request *request,
			  struct http_response *response, const struct session *session,
			  const char *factor, const char *next, struct led_error *error)
{
	char id[SESSION_ID_SIZE];
	enum led_err err = session_confirm(site->db, session, visitor_of(request)->session_id,
					   request->client_address, factor, id, error);

	if (!err) {
		next = next_checked(request, next);
		gate_set_cookie(response, id);
		page_redirect(site, request, response, next ? next : FIRST_PAGE);
	} else if (err == LED_NOT_FOUND) {
		page_redirect(site, request, response, "/login");
		err = LED_OK;
	}
	explicit_bzero(id, sizeof(id));
	return err;
}

/* Tries are counted per member, apart from those of the password. */
static enum led_err try(const struct connect *connect, struct http_request *request,
			struct http_response *response, const struct session *session,
			const struct http_form *form, struct led_error *error)
{
	const struct site *site = &connect->site;
	const char *code = http_form_get(form, "code"), *factor = NULL;
	const char *subject = arena_printf(request->arena, "code %s", session->email);
	bool allowed = false;
	enum led_err err;

	if (!subject)
		return led_fail(error, LED_INTERNAL, "out_of_memory", "A code.");
	err = throttle_try(site->db, request->arena, subject, request->client_address, &allowed,
			   error);
	if (!err && !allowed) {
		log_write(LOG_WARNING, "code_throttled", LOG_N("status", 429));
		return show_form(site, request, response, 429, session, form,
				 "Too many tries. Please wait 15 minutes and sign in again.",
				 error);
	}
	if (!err)
		err = judge(connect, request, session, code ? code : "", &factor, error);
	if (err)
		return err;
	if (!factor) {
		log_write(LOG_INFO, "code_refused", LOG_N("status", 403));
		return show_form(
			site, request, response, 403, session, form,
			"This code is not right, or was used before. Wait for the next one "
			"and try again.",
			error);
	}
	err = throttle_clear(site->db, subject, request->client_address, error);
	return err ? err
		   : enter(site, request, response, session, factor, http_form_get(form, "next"),
			   error);
}

enum led_err code_submit(void *program, struct http_request *request,
			 struct http_response *response, struct led_error *error)
{
	const struct connect *connect = program;
	const struct site *site = &connect->site;
	struct http_form form = page_form(request);
	struct session *session;
	enum led_err err = find(site, request, &session, error);

	if (err)
		return err;
	if (!session) {
		page_redirect(site, request, response, "/login");
		return LED_OK;
	}
	if (!gate_has_token(request, session))
		return page_message(
			site, request, response, 403, "Not accepted",
			"This form was not sent from Ledger's own pages. Go back, reload "
			"the page and try again.",
			error);
	if (!http_form_get(&form, "cancel"))
		return try(connect, request, response, session, &form, error);
	err = session_close(site->db, session, visitor_of(request)->session_id,
			    request->client_address, error);
	if (err)
		return err;
	gate_clear_cookie(response);
	page_redirect(site, request, response, "/login");
	return LED_OK;
}
