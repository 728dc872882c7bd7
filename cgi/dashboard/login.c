/* /login and /logout. */
#include "dashboard.h"

#include "base/log.h"
#include "base/text.h"
#include "crypto/password.h"
#include "http/form.h"
#include "store/member.h"
#include "store/throttle.h"

#include <string.h>

#define FIRST_PAGE "/dashboard"

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
	return page_send(&page, response, status, "login", error);
}

enum led_err login_form(void *program, struct http_request *request, struct http_response *response,
			struct led_error *error)
{
	const struct site *site = program;
	struct http_form query = {0};

	const char *next = NULL;

	if (http_form_parse(request->query, strlen(request->query), request->arena, &query, NULL))
		query = (struct http_form){0};
	if (!visitor_of(request)->session)
		return show_form(site, request, response, 200, &query, NULL, error);
	next = next_checked(request, http_form_get(&query, "next"));
	page_redirect(site, request, response, next ? next : FIRST_PAGE);
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

/* A new id at every sign-in; what the browser had before ends. */
static enum led_err sign_in(const struct site *site, struct http_request *request,
			    struct http_response *response, const struct member *member,
			    struct led_error *error)
{
	const struct visitor *visitor = visitor_of(request);
	char id[SESSION_ID_SIZE];
	enum led_err err = LED_OK;

	if (visitor->session)
		err = session_close(site->db, visitor->session, visitor->session_id,
				    request->client_address, error);
	if (!err)
		err = session_open(site->db, member, request->client_address,
				   http_request_header(request, "User-Agent"), id, error);
	if (!err)
		gate_set_cookie(response, id);
	explicit_bzero(id, sizeof(id));
	return err;
}

enum led_err login_submit(void *program, struct http_request *request,
			  struct http_response *response, struct led_error *error)
{
	const struct site *site = program;
	struct http_form form = {0};
	const char *email, *password, *next, *problem = NULL;
	struct member *member;
	int status = 0;
	enum led_err err;

	if (http_form_parse(request->body, request->body_len, request->arena, &form, error))
		return page_message(site, request, response, 400, "Not understood",
				    "The form could not be read.", error);
	email = http_form_get(&form, "email");
	password = http_form_get(&form, "password");
	email = email ? member_email_fold(request->arena, email) : NULL;
	if (!email || !*email || !password || !*password)
		return show_form(site, request, response, 422, &form,
				 "Please enter your e-mail address and your password.", error);
	err = check(site, request, email, password, &member, &problem, &status, error);
	if (err)
		return err;
	if (!member)
		return show_form(site, request, response, status, &form, problem, error);
	err = sign_in(site, request, response, member, error);
	if (err)
		return err;
	next = next_checked(request, http_form_get(&form, "next"));
	page_redirect(site, request, response, next ? next : FIRST_PAGE);
	return LED_OK;
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
