/* /dashboard/members/password: one's own. */
#include "dashboard.h"

#include "crypto/password.h"
#include "store/people.h"

#include <string.h>

static enum led_err show_form(const struct site *site, struct http_request *request,
			      struct http_response *response, int status, const char *problem,
			      struct led_error *error)
{
	struct page page;

	page_begin(&page, site, request, "Change your password", "members");
	page_text(&page, page.data, "problem", problem);
	return page_send(&page, response, status, "password", error);
}

enum led_err password_form(void *program, struct http_request *request,
			   struct http_response *response, struct led_error *error)
{
	return show_form(program, request, response, 200, NULL, error);
}

static enum led_err change(const struct site *site, struct http_request *request,
			   struct http_response *response, const char *hash,
			   struct led_error *error)
{
	const struct visitor *visitor = visitor_of(request);
	const char *link =
		arena_printf(request->arena, "%s/login/forgot", site->config->public_url);
	char id[SESSION_ID_SIZE];
	enum led_err err = people_set_password(site->db, visitor->session, request->client_address,
					       hash, visitor->session_id, link, error);

	if (!err)
		err = session_renew(site->db, visitor->session_id, id, error);
	if (!err) {
		gate_set_cookie(response, id);
		page_redirect(site, request, response, "/dashboard/members?done=password");
	}
	explicit_bzero(id, sizeof(id));
	return err;
}

enum led_err password_submit(void *program, struct http_request *request,
			     struct http_response *response, struct led_error *error)
{
	const struct dashboard *dashboard = program;
	const struct site *site = &dashboard->site;
	struct http_form form = page_form(request);
	const char *problem = NULL;
	char hash[PASSWORD_HASH_MAX];
	int status = 422;
	enum led_err err = own_password_check(site, request, http_form_get(&form, "password"),
					      &problem, &status, error);

	if (!err && !problem)
		err = new_password_hash(dashboard, http_form_get(&form, "new_password"),
					visitor_of(request)->session->email, hash, &problem, error);
	if (err)
		return err;
	if (problem)
		return show_form(site, request, response, status, problem, error);
	return change(site, request, response, hash, error);
}
