/*
 * /signup: an account with its owner, where the installation lets strangers in. The form is
 * answered the same whoever has the address, after the same work: one letter is queued. The
 * mailed link leads to /signup/finish, where the password is chosen.
 */
#include "dashboard.h"

#include "base/text.h"
#include "crypto/password.h"
#include "store/sign_up.h"
#include "store/throttle.h"

#include <string.h>

bool signup_is_open(const struct config *config)
{
	return config->signup && config->smtp_url[0];
}

static enum led_err show_form(const struct site *site, struct http_request *request,
			      struct http_response *response, int status,
			      const struct http_form *form, const char *problem, bool sent,
			      struct led_error *error)
{
	struct page page;

	page_begin(&page, site, request, sent ? "Look at your mail" : "Create an account", NULL);
	page_text(&page, page.data, "company", http_form_get(form, "company"));
	page_text(&page, page.data, "email", http_form_get(form, "email"));
	page_text(&page, page.data, "problem", problem);
	page_flag(&page, page.data, "sent", sent);
	return page_send(&page, response, status, "signup", error);
}

static enum led_err closed(const struct site *site, struct http_request *request,
			   struct http_response *response, struct led_error *error)
{
	return page_message(site, request, response, 404, "No sign-up here",
			    "Accounts of this installation are made by its operator. If your "
			    "company has one, ask its owner for an invitation.",
			    error);
}

enum led_err signup_form(void *program, struct http_request *request,
			 struct http_response *response, struct led_error *error)
{
	const struct site *site = program;
	const struct http_form none = {0};

	if (!signup_is_open(site->config))
		return closed(site, request, response, error);
	return show_form(site, request, response, 200, &none, NULL, false, error);
}

/* The name between its blanks; NULL when it is none. */
static const char *take_company(struct arena *arena, const char *name)
{
	size_t len;

	if (!name)
		return NULL;
	name += strspn(name, " ");
	len = strlen(name);
	while (len && name[len - 1] == ' ')
		len--;
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)name[i] < ' ' || name[i] == 0x7f)
			return NULL;
	if (!len || text_utf8_length(name, len) > SIGN_UP_COMPANY_MAX)
		return NULL;
	return arena_strndup(arena, name, len);
}

#define NO_COMPANY "Please enter your company's name, of at most 100 characters."

/* Counts the try, apart from signing in, which it must keep nobody from, and asks for the mail. */
static enum led_err ask(const struct site *site, struct http_request *request, const char *company,
			const char *email, bool *allowed, struct led_error *error)
{
	const char *subject = arena_printf(request->arena, "sign-up %s", email);
	const char *link =
		arena_printf(request->arena, "%s/signup/finish", site->config->public_url);
	enum led_err err;

	if (!subject || !link)
		return led_fail(error, LED_INTERNAL, "out_of_memory", "Signing up.");
	err = throttle_try(site->db, request->arena, subject, request->client_address, allowed,
			   error);
	if (err || !*allowed)
		return err;
	return sign_up_request(site->db, company, email, request->client_address, link, error);
}

enum led_err signup_submit(void *program, struct http_request *request,
			   struct http_response *response, struct led_error *error)
{
	const struct site *site = program;
	struct http_form form = page_form(request);
	const char *company, *email = http_form_get(&form, "email"), *problem = NULL;
	bool allowed = false;
	enum led_err err;

	if (!signup_is_open(site->config))
		return closed(site, request, response, error);
	company = take_company(request->arena, http_form_get(&form, "company"));
	email = email ? member_email_fold(request->arena, email) : NULL;
	if (!company)
		problem = NO_COMPANY;
	else if (!email || !member_email_valid(email))
		problem = "Please enter an e-mail address that mail can be sent to.";
	if (problem)
		return show_form(site, request, response, 422, &form, problem, false, error);
	err = ask(site, request, company, email, &allowed, error);
	if (err)
		return err;
	if (!allowed)
		return show_form(site, request, response, 429, &form,
				 "Too many tries. Please wait 15 minutes and try again.", false,
				 error);
	return show_form(site, request, response, 200, &form, NULL, true, error);
}

static enum led_err show_void(const struct site *site, struct http_request *request,
			      struct http_response *response, struct led_error *error)
{
	return page_message(site, request, response, 404, "This link no longer works",
			    "It was used before, replaced by a newer one, or is older than a day. "
			    "Sign in, or sign up once more.",
			    error);
}

static enum led_err show_finish(const struct site *site, struct http_request *request,
				struct http_response *response, int status,
				const struct sign_up *sign_up, const char *token,
				const char *problem, struct led_error *error)
{
	struct page page;

	page_begin(&page, site, request, "Choose a password", NULL);
	page_text(&page, page.data, "company", sign_up->company);
	page_text(&page, page.data, "email", sign_up->email);
	page_text(&page, page.data, "token", token);
	page_text(&page, page.data, "problem", problem);
	return page_send(&page, response, status, "signup_finish", error);
}

enum led_err signup_finish_form(void *program, struct http_request *request,
				struct http_response *response, struct led_error *error)
{
	const struct site *site = program;
	struct http_form query = page_query(request);
	const char *token = http_form_get(&query, "token");
	struct sign_up *sign_up;
	enum led_err err = sign_up_find(site->db, request->arena, token, &sign_up, error);

	if (err)
		return err;
	if (!sign_up)
		return show_void(site, request, response, error);
	return show_finish(site, request, response, 200, sign_up, token, NULL, error);
}

/* What the store refused, for people: only who holds the mailbox is told. */
static const char *refusal(const struct led_error *error)
{
	if (strcmp(error->code, "company_taken") == 0)
		return "There is an account of this name. If it is your company's, ask its owner "
		       "for an invitation; if not, add your town to the name.";
	return "This address has a sign-in already: sign in, or ask for a new password.";
}

enum led_err signup_finish_submit(void *program, struct http_request *request,
				  struct http_response *response, struct led_error *error)
{
	const struct dashboard *dashboard = program;
	const struct site *site = &dashboard->site;
	struct http_form form = page_form(request);
	const char *token = http_form_get(&form, "token"), *company, *problem;
	char hash[PASSWORD_HASH_MAX];
	struct sign_up *sign_up;
	struct member owner;
	enum led_err err = sign_up_find(site->db, request->arena, token, &sign_up, error);

	if (err)
		return err;
	if (!sign_up)
		return show_void(site, request, response, error);
	company = take_company(request->arena, http_form_get(&form, "company"));
	if (!company)
		return show_finish(site, request, response, 422, sign_up, token, NO_COMPANY, error);
	sign_up->company = company;
	err = new_password_hash(dashboard, http_form_get(&form, "password"), sign_up->email, hash,
				&problem, error);
	if (err)
		return err;
	if (problem)
		return show_finish(site, request, response, 422, sign_up, token, problem, error);
	err = sign_up_finish(site->db, sign_up, token, hash, request->client_address, &owner,
			     error);
	if (err == LED_NOT_FOUND)
		return show_void(site, request, response, error);
	if (err == LED_VALIDATION)
		return show_finish(site, request, response, 422, sign_up, token, refusal(error),
				   error);
	return err ? err : login_enter(site, request, response, &owner, NULL, error);
}
