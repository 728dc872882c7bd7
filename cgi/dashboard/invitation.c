/* /login/invitation: a mailed link makes a member. */
#include "dashboard.h"

#include "crypto/password.h"
#include "store/invitation.h"

#include <string.h>

static enum led_err show_void(const struct site *site, struct http_request *request,
			      struct http_response *response, struct led_error *error)
{
	return page_message(
		site, request, response, 404, "This invitation no longer stands",
		"It was accepted before, withdrawn, replaced by a newer one, or is older "
		"than seven days. Ask whoever invited you for a new one.",
		error);
}

static enum led_err show_form(const struct site *site, struct http_request *request,
			      struct http_response *response, int status,
			      const struct invitation *invitation, const char *token,
			      const char *problem, struct led_error *error)
{
	struct page page;

	page_begin(&page, site, request, "Join", NULL);
	page_text(&page, page.data, "company", invitation->account_name);
	page_text(&page, page.data, "email", invitation->email);
	page_text(&page, page.data, "role", member_role_name(invitation->role));
	page_text(&page, page.data, "token", token);
	page_text(&page, page.data, "problem", problem);
	return page_send(&page, response, status, "invitation", error);
}

enum led_err invitation_form(void *program, struct http_request *request,
			     struct http_response *response, struct led_error *error)
{
	const struct site *site = program;
	struct http_form query = page_query(request);
	const char *token = http_form_get(&query, "token");
	struct invitation *invitation;
	enum led_err err = invitation_find(site->db, request->arena, token, &invitation, error);

	if (err)
		return err;
	if (!invitation)
		return show_void(site, request, response, error);
	return show_form(site, request, response, 200, invitation, token, NULL, error);
}

enum led_err invitation_submit(void *program, struct http_request *request,
			       struct http_response *response, struct led_error *error)
{
	const struct dashboard *dashboard = program;
	const struct site *site = &dashboard->site;
	struct http_form form = page_form(request);
	const char *token = http_form_get(&form, "token"), *problem;
	char hash[PASSWORD_HASH_MAX];
	struct invitation *invitation;
	struct member member;
	enum led_err err = invitation_find(site->db, request->arena, token, &invitation, error);

	if (err)
		return err;
	if (!invitation)
		return show_void(site, request, response, error);
	err = new_password_hash(dashboard, http_form_get(&form, "password"), invitation->email,
				hash, &problem, error);
	if (err)
		return err;
	if (problem)
		return show_form(site, request, response, 422, invitation, token, problem, error);
	err = invitation_accept(site->db, invitation, hash, request->client_address, &member,
				error);
	if (err == LED_NOT_FOUND)
		return show_void(site, request, response, error);
	if (err == LED_VALIDATION)
		return show_form(site, request, response, 422, invitation, token,
				 "This address has a sign-in for another account already, and one "
				 "address belongs to one account. Ask to be invited at another "
				 "address.",
				 error);
	return err ? err : login_enter(site, request, response, &member, NULL, error);
}
