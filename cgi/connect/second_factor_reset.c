/*
 * /dashboard/members/second-factor/{member}: an owner takes away the second factor of a member
 * who has lost telephone and recovery codes. The owner's own password is asked for again.
 */
#include "connect.h"

#include "base/text.h"
#include "store/second_factor.h"

#include <string.h>

#define OWN_PAGE "/dashboard/members/second-factor"

static bool take_member(const struct http_request *request, int64_t *member)
{
	return text_to_int64(http_request_capture(request, "member"), 1, INT64_MAX, member);
}

static enum led_err show(const struct connect *connect, struct http_request *request,
			 struct http_response *response, int status, int64_t member,
			 const char *problem, struct led_error *error)
{
	const struct site *site = &connect->site;
	const char *email = NULL;
	bool on = false;
	struct page page;
	enum led_err err = second_factor_of(site->db, request->arena, visitor_of(request)->session,
					    member, &email, &on, error);

	if (err == LED_NOT_FOUND)
		return page_not_found(site, request, response, error);
	if (err)
		return err;
	page_begin(&page, site, request, "Remove a second factor", "members");
	page_number(&page, page.data, "member", member);
	page_text(&page, page.data, "of", email);
	page_flag(&page, page.data, "on", on);
	page_text(&page, page.data, "problem", problem);
	return page_send(&page, response, status, "second_factor_reset", error);
}

enum led_err second_factor_reset_form(void *program, struct http_request *request,
				      struct http_response *response, struct led_error *error)
{
	const struct connect *connect = program;
	int64_t member = 0;

	if (!take_member(request, &member))
		return page_not_found(&connect->site, request, response, error);
	if (member == visitor_of(request)->session->member_id) {
		page_redirect(&connect->site, request, response, OWN_PAGE);
		return LED_OK;
	}
	return show(connect, request, response, 200, member, NULL, error);
}

static enum led_err remove_it(const struct site *site, struct http_request *request, int64_t member,
			      struct led_error *error)
{
	const char *link =
		arena_printf(request->arena, "%s/login/forgot", site->config->public_url);

	return second_factor_reset(site->db, request->arena, visitor_of(request)->session,
				   request->client_address, member, link, error);
}

enum led_err second_factor_reset_submit(void *program, struct http_request *request,
					struct http_response *response, struct led_error *error)
{
	const struct connect *connect = program;
	const struct site *site = &connect->site;
	struct http_form form = page_form(request);
	const char *problem = NULL, *email;
	bool on = false;
	int64_t member = 0;
	int status = 0;
	enum led_err err;

	if (!take_member(request, &member) || member == visitor_of(request)->session->member_id)
		return page_not_found(site, request, response, error);
	err = second_factor_of(site->db, request->arena, visitor_of(request)->session, member,
			       &email, &on, error);
	if (!err)
		err = own_password_check(site, request, http_form_get(&form, "password"), &problem,
					 &status, error);
	if (!err && problem)
		return show(connect, request, response, status, member, problem, error);
	if (!err)
		err = remove_it(site, request, member, error);
	if (err == LED_NOT_FOUND)
		return page_not_found(site, request, response, error);
	if (err == LED_VALIDATION)
		return show(connect, request, response, 409, member, NULL, error);
	if (err)
		return err;
	page_redirect(site, request, response, "/dashboard/members?done=second-factor-reset");
	return LED_OK;
}
