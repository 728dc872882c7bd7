/* ledger-dashboard: every page but the connecting ones (FastCGI on descriptor 0). */
#include "dashboard.h"

#include "base/log.h"

#define FORM_MAX 16384 /* bytes of a posted form */
#define STATEMENTS                                                                                 \
	(DB_SET_MEMBER | DB_SET_THROTTLE | DB_SET_HISTORY | DB_SET_AUDIT | DB_SET_AUDIT_LOG |      \
	 DB_SET_PEOPLE | DB_SET_MAIL | DB_SET_CONNECTION | DB_SET_EMBED | DB_SET_HEALTH)
#define SIGNED_IN PAGE_SIGNED_IN
#define OPERATOR  (PAGE_SIGNED_IN | PAGE_OPERATOR)
#define OWNER     (PAGE_SIGNED_IN | PAGE_OWNER)
#define GET       HTTP_METHOD_GET
#define POST      HTTP_METHOD_POST

static const struct http_route ROUTES[] = {
	{GET, "/", front_door, 0, 0},
	{GET, "/login", login_form, 0, 0},
	{POST, "/login", login_submit, 0, FORM_MAX},
	{GET, "/login/forgot", forgot_form, 0, 0},
	{POST, "/login/forgot", forgot_submit, 0, FORM_MAX},
	{GET, "/login/reset", reset_form, 0, 0},
	{POST, "/login/reset", reset_submit, 0, FORM_MAX},
	{GET, "/login/invitation", invitation_form, 0, 0},
	{POST, "/login/invitation", invitation_submit, 0, FORM_MAX},
	{GET, "/signup", signup_form, 0, 0},
	{POST, "/signup", signup_submit, 0, FORM_MAX},
	{GET, "/signup/finish", signup_finish_form, 0, 0},
	{POST, "/signup/finish", signup_finish_submit, 0, FORM_MAX},
	{POST, "/logout", logout_submit, SIGNED_IN, FORM_MAX},
	{GET, "/dashboard", home_page, SIGNED_IN, 0},
	{GET, "/dashboard/bindings", bindings_page, SIGNED_IN, 0},
	{GET, "/dashboard/bindings/{binding}", binding_page, SIGNED_IN, 0},
	{POST, "/dashboard/bindings/{binding}/pause", binding_pause, OPERATOR, FORM_MAX},
	{POST, "/dashboard/bindings/{binding}/resume", binding_resume, OPERATOR, FORM_MAX},
	{POST, "/dashboard/bindings/{binding}/refresh", binding_refresh, OPERATOR, FORM_MAX},
	{GET, "/dashboard/sync", sync_page, SIGNED_IN, 0},
	{GET, "/dashboard/sync/{run}", sync_run_page, SIGNED_IN, 0},
	{GET, "/embed/{binding}", embed_page, 0, 0},
	{GET, "/dashboard/members", members_page, SIGNED_IN, 0},
	{POST, "/dashboard/members/invite", members_invite, OWNER, FORM_MAX},
	{POST, "/dashboard/members/{member}/role", members_set_role, OWNER, FORM_MAX},
	{POST, "/dashboard/members/{member}/remove", members_remove, OWNER, FORM_MAX},
	{POST, "/dashboard/invitations/{invitation}/withdraw", members_withdraw_invitation, OWNER,
	 FORM_MAX},
	{GET, "/dashboard/members/password", password_form, SIGNED_IN, 0},
	{POST, "/dashboard/members/password", password_submit, SIGNED_IN, FORM_MAX},
	{POST, "/dashboard/sessions/end", sessions_end_others, SIGNED_IN, FORM_MAX},
	{POST, "/dashboard/sessions/{session}/end", sessions_end_one, SIGNED_IN, FORM_MAX},
	{GET, "/dashboard/audit", audit_log_page, SIGNED_IN, 0},
	{GET, "/dashboard/audit.csv", audit_log_csv, SIGNED_IN, 0},
};

static enum led_err open_dashboard(void *state, struct led_error *error)
{
	struct dashboard *dashboard = state;
	const struct config *config = dashboard->site.config;

	if (config->signup && !signup_is_open(config))
		log_write(LOG_WARNING, "signup_closed_without_smtp_url");
	return common_passwords_load(config->share_dir, &dashboard->common_passwords, error);
}

static void close_dashboard(void *state)
{
	struct dashboard *dashboard = state;

	common_passwords_free(dashboard->common_passwords);
}

int main(int argc, char **argv)
{
	static struct dashboard dashboard = {
		.site = {.routes = ROUTES, .route_count = sizeof(ROUTES) / sizeof(ROUTES[0])},
	};
	const struct site_program program = {
		.name = "ledger-dashboard",
		.sets = STATEMENTS,
		.state = &dashboard,
		.open = open_dashboard,
		.close = close_dashboard,
	};

	return site_main(argc, argv, &program);
}
