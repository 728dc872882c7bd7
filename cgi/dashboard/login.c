/* /login and /logout. */
#include "dashboard.h"

#include "base/log.h"
#include "base/text.h"
#include "crypto/password.h"
#include "http/form.h"
#include "store/member.h"
#include "store/throttle.h"

#include <string.h>

static enum led_err show_form(const struct site *site, struct http_request *request,
			      struct http_response *response, int status,
			      const struct http_form *form, const char *problem,
			      struct led_error *error)
{
	struct page page;

	page_begin(&page, site, request, "Sign in", NULL);
	page_text(&page, page.data, "email", http_form_get(form, "email"));
	page_text(&page, page.data, "next", next_checked(request, http_form_get(form, "next")));
	page_text(&page, page.data, "problem", problem);
	page_flag(&page, page.data, "signup", signup_is_open(site->config));
	page_flag(&page, page.data, "password_set",
		  http_form_get(form, "done") && !strcmp(http_form_get(form, "done"), "password"));
	return page_send(&page, response, status, "login", error);
}

enum led_err login_form(void *program, struct http_request *request, struct http_response *response,
			struct led_error *error)
{
	const struct site *site = program;
	struct http_form query = page_query(request);
	const char *next = NULL;

	if (!visitor_of(request)->session)
		return show_form(site, request, response, 200, &query, NULL, error);
	next = next_checked(request, http_form_get(&query, "next"));
	page_redirect(site, request, response, next ? next : DASHBOARD_FIRST_PAGE);
	return LED_OK;
}

/* *member is NULL when e-mail and password do not belong together; then *problem says what
 * to tell, the same whether the e-mail exists or not, and as slowly. */
static enum led_err check(const struct site *site, struct http_request *request, const char *email,
			  const char *password, struct member **member, const char **problem,
			  int *status, struct led_error *error)
{
	bool allowed = false;
	enum led_err err = throttle_try(site->db, request->arena, email, request->client_address,
					&allowed, error);

	*member = NULL;
	if (err)
		return err;
	if (!allowed) {
		log_write(LOG_WARNING, "sign_in_throttled", LOG_N("status", 429));
		*status = 429;
		*problem = "Too many tries. Please wait 15 minutes and try again.";
		return LED_OK;
	}
	err = member_by_email(site->db, request->arena, email, member, error);
	if (err)
		return err;
	if (!password_matches(password, *member ? (*member)->password_hash : NULL)) {
		log_write(LOG_INFO, "sign_in_refused", LOG_N("status", 403));
		*member = NULL;
		*status = 403;
		*problem = "The e-mail address or the password is wrong.";
		return LED_OK;
	}
	return throttle_clear(site->db, email, request->client_address, error);
}

/* Where the second step is served, with the way on from there. */
static const char *code_step(struct http_request *request, const char *next)
{
	const char *path = next ? arena_printf(request->arena, "/login/code?next=%s",
					       next_encoded(request->arena, next))
				: NULL;

	return path ? path : "/login/code";
}

enum led_err login_enter(const struct site *site, struct http_request *request,
			 struct http_response *response, const struct member *member,
			 const char *next, struct led_error *error)
{
	const struct visitor *visitor = visitor_of(request);
	char id[SESSION_ID_SIZE];
	enum led_err err = LED_OK;

	next = next_checked(request, next);
	if (visitor->session)
		err = session_close(site->db, visitor->session, visitor->session_id,
				    request->client_address, error);
	if (!err)
		err = session_open(site->db, member, request->client_address,
				   http_request_header(request, "User-Agent"), id, error);
	if (!err) {
		gate_set_cookie(response, id);
		page_redirect(site, request, response,
			      member->second_factor ? code_step(request, next)
			      : next                ? next
						    : DASHBOARD_FIRST_PAGE);
	}
	explicit_bzero(id, sizeof(id));
	return err;
}

enum led_err login_submit(void *program, struct http_request *request,
			  struct http_response *response, struct led_error *error)
{
	const struct site *site = program;
	struct http_form form = page_form(request);
	const char *email = http_form_get(&form, "email"), *problem = NULL;
	const char *password = http_form_get(&form, "password");
	struct member *member;
	int status = 0;
	enum led_err err;

	email = email ? member_email_fold(request->arena, email) : NULL;
	if (!email || !*email || !password || !*password)
		return show_form(site, request, response, 422, &form,
				 "Please enter your e-mail address and your password.", error);
	err = check(site, request, email, password, &member, &problem, &status, error);
	if (err)
		return err;
	if (!member)
		return show_form(site, request, response, status, &form, problem, error);
	return login_enter(site, request, response, member, http_form_get(&form, "next"), error);
}

enum led_err logout_submit(void *program, struct http_request *request,
			   struct http_response *response, struct led_error *error)
{
	const struct site *site = program;
	const struct visitor *visitor = visitor_of(request);
	enum led_err err = session_close(site->db, visitor->session, visitor->session_id,
					 request->client_address, error);

	if (err)
		return err;
	gate_clear_cookie(response);
	page_redirect(site, request, response, "/login");
	return LED_OK;
}
