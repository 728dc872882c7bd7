/* /login/forgot and /login/reset: a new password by a mailed link. */
#include "dashboard.h"

#include "crypto/password.h"
#include "store/member.h"
#include "store/reset.h"
#include "store/throttle.h"

#include <string.h>

static enum led_err show_forgot(const struct site *site, struct http_request *request,
				struct http_response *response, int status,
				const struct http_form *form, const char *problem, bool sent,
				struct led_error *error)
{
	struct page page;

	page_begin(&page, site, request, "Forgotten password", NULL);
	page_text(&page, page.data, "email", http_form_get(form, "email"));
	page_text(&page, page.data, "problem", problem);
	page_flag(&page, page.data, "sent", sent);
	return page_send(&page, response, status, "forgot", error);
}

/* A link that nobody could be sent is not asked for, and no address kept for it. */
static enum led_err show_no_mail(const struct site *site, struct http_request *request,
				 struct http_response *response, struct led_error *error)
{
	return page_message(site, request, response, 404, "No mail from here",
			    "This installation sends no mail. Ask its operator for a new password.",
			    error);
}

enum led_err forgot_form(void *program, struct http_request *request,
			 struct http_response *response, struct led_error *error)
{
	const struct site *site = program;
	const struct http_form none = {0};

	if (!site->config->smtp_url[0])
		return show_no_mail(site, request, response, error);
	return show_forgot(program, request, response, 200, &none, NULL, false, error);
}

/* The same answer after the same work whether anybody has the address; the same answer when
 * there were too many tries. */
enum led_err forgot_submit(void *program, struct http_request *request,
			   struct http_response *response, struct led_error *error)
{
	const struct site *site = program;
	struct http_form form = page_form(request);
	const char *email = http_form_get(&form, "email"), *subject, *link;
	bool allowed = false;
	enum led_err err;

	if (!site->config->smtp_url[0])
		return show_no_mail(site, request, response, error);
	email = email ? member_email_fold(request->arena, email) : NULL;
	if (!email || !member_email_valid(email))
		return show_forgot(site, request, response, 422, &form,
				   "Please enter your e-mail address.", false, error);
	/* Counted apart from signing in: asking for links must not keep anybody out. */
	subject = arena_printf(request->arena, "forgot %s", email);
	link = arena_printf(request->arena, "%s/login/reset", site->config->public_url);
	if (!subject || !link)
		return led_fail(error, LED_INTERNAL, "out_of_memory", "A forgotten password.");
	err = throttle_try(site->db, request->arena, subject, request->client_address, &allowed,
			   error);
	if (!err && allowed)
		err = reset_request(site->db, email, request->client_address, link, error);
	if (err)
		return err;
	return show_forgot(site, request, response, 200, &form, NULL, true, error);
}

static enum led_err show_void(const struct site *site, struct http_request *request,
			      struct http_response *response, struct led_error *error)
{
	return page_message(site, request, response, 404, "This link no longer works",
			    "It was used before, replaced by a newer one, or is older than an "
			    "hour. Ask for a new one on the sign-in page.",
			    error);
}

static enum led_err show_reset(const struct site *site, struct http_request *request,
			       struct http_response *response, int status,
			       const struct reset *reset, const char *token, const char *problem,
			       struct led_error *error)
{
	struct page page;

	page_begin(&page, site, request, "Set a new password", NULL);
	page_text(&page, page.data, "email", reset->email);
	page_text(&page, page.data, "token", token);
	page_text(&page, page.data, "problem", problem);
	return page_send(&page, response, status, "reset", error);
}

enum led_err reset_form(void *program, struct http_request *request, struct http_response *response,
			struct led_error *error)
{
	const struct site *site = program;
	struct http_form query = page_query(request);
	const char *token = http_form_get(&query, "token");
	struct reset *reset;
	enum led_err err = reset_find(site->db, request->arena, token, &reset, error);

	if (err)
		return err;
	if (!reset)
		return show_void(site, request, response, error);
	return show_reset(site, request, response, 200, reset, token, NULL, error);
}

enum led_err reset_submit(void *program, struct http_request *request,
			  struct http_response *response, struct led_error *error)
{
	const struct dashboard *dashboard = program;
	const struct site *site = &dashboard->site;
	struct http_form form = page_form(request);
	const char *token = http_form_get(&form, "token"), *problem, *link;
	char hash[PASSWORD_HASH_MAX];
	struct reset *reset;
	enum led_err err = reset_find(site->db, request->arena, token, &reset, error);

	if (err)
		return err;
	if (!reset)
		return show_void(site, request, response, error);
	err = new_password_hash(dashboard, http_form_get(&form, "password"), reset->email, hash,
				&problem, error);
	if (err)
		return err;
	if (problem)
		return show_reset(site, request, response, 422, reset, token, problem, error);
	link = arena_printf(request->arena, "%s/login/forgot", site->config->public_url);
	err = reset_use(site->db, reset, token, hash, request->client_address, link, error);
	if (err == LED_NOT_FOUND)
		return show_void(site, request, response, error);
	if (err)
		return err;
	/* Whoever holds the link holds the mailbox, not yet the second factor: sign in. */
	gate_clear_cookie(response);
	page_redirect(site, request, response, "/login?done=password");
	return LED_OK;
}
