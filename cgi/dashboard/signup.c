/* /signup: an account with its owner, where the installation lets strangers in. */
#include "dashboard.h"

#include "base/log.h"
#include "base/text.h"
#include "crypto/password.h"
#include "store/people.h"
#include "store/throttle.h"

#include <string.h>

static enum led_err show_form(const struct site *site, struct http_request *request,
			      struct http_response *response, int status,
			      const struct http_form *form, const char *problem,
			      struct led_error *error)
{
	struct page page;

	page_begin(&page, site, request, "Create an account", NULL);
	page_text(&page, page.data, "company", http_form_get(form, "company"));
	page_text(&page, page.data, "email", http_form_get(form, "email"));
	page_text(&page, page.data, "problem", problem);
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

	if (!site->config->signup)
		return closed(site, request, response, error);
	return show_form(site, request, response, 200, &none, NULL, error);
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
	if (!len || text_utf8_length(name, len) > PEOPLE_COMPANY_MAX)
		return NULL;
	return arena_strndup(arena, name, len);
}

/* What the store refused, for people. */
static const char *refusal(const struct led_error *error)
{
	if (strcmp(error->code, "company_taken") == 0)
		return "There is an account of this name. If it is your company's, ask its owner "
		       "for an invitation; if not, add your town to the name.";
	return "This address cannot be used for a new account. If you have signed up before, "
	       "sign in or ask for a new password.";
}

enum led_err signup_submit(void *program, struct http_request *request,
			   struct http_response *response, struct led_error *error)
{
	const struct dashboard *dashboard = program;
	const struct site *site = &dashboard->site;
	struct http_form form = page_form(request);
	const char *email = http_form_get(&form, "email"), *problem = NULL, *subject;
	char hash[PASSWORD_HASH_MAX];
	struct people_sign_up new = {.password_hash = hash, .address = request->client_address};
	struct member owner;
	bool allowed = false;
	enum led_err err;

	if (!site->config->signup)
		return closed(site, request, response, error);
	new.company = take_company(request->arena, http_form_get(&form, "company"));
	new.email = email ? member_email_fold(request->arena, email) : NULL;
	if (!new.company)
		problem = "Please enter your company's name, of at most 100 characters.";
	else if (!new.email || !member_email_valid(new.email))
		problem = "Please enter an e-mail address that mail can be sent to.";
	if (problem)
		return show_form(site, request, response, 422, &form, problem, error);
	/* Counted apart from signing in, which it must keep nobody from. */
	subject = arena_printf(request->arena, "sign-up %s", new.email);
	if (!subject)
		return led_fail(error, LED_INTERNAL, "out_of_memory", "Signing up.");
	err = throttle_try(site->db, request->arena, subject, request->client_address, &allowed,
			   error);
	if (err)
		return err;
	if (!allowed)
		return show_form(site, request, response, 429, &form,
				 "Too many tries. Please wait 15 minutes and try again.", error);
	err = new_password_hash(dashboard, http_form_get(&form, "password"), new.email, hash,
				&problem, error);
	if (err)
		return err;
	if (problem)
		return show_form(site, request, response, 422, &form, problem, error);
	err = people_sign_up(site->db, &new, &owner, error);
	if (err == LED_VALIDATION)
		return show_form(site, request, response, 422, &form, refusal(error), error);
	return err ? err : login_enter(site, request, response, &owner, NULL, error);
}
