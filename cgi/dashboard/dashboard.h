/*
 * ledger-dashboard: every page but the connecting ones. The program holds no key and reads
 * no sealed value.
 */
#ifndef DASHBOARD_H
#define DASHBOARD_H

#include "pages/page.h"
#include "pages/site.h"
#include "store/common_password.h"

#define DASHBOARD_FIRST_PAGE "/dashboard"

struct dashboard {
	struct site site; /* first: the shared hooks are given the same pointer */
	struct common_passwords *common_passwords;
};

/* login.c: opens a session under a new id, ends what the browser had before, and leads on
 * to `next`, or to the code first when the member has a second factor. */
enum led_err login_enter(const struct site *site, struct http_request *request,
			 struct http_response *response, const struct member *member,
			 const char *next, struct led_error *error)
	__attribute__((warn_unused_result));

/* new_password.c: *problem is a sentence for the person when the password will not do, and
 * NULL when it will; its hash is then in `hash` (PASSWORD_HASH_MAX bytes). */
enum led_err new_password_hash(const struct dashboard *dashboard, const char *password,
			       const char *email, char *hash, const char **problem,
			       struct led_error *error) __attribute__((warn_unused_result));

/* signup.c: whether strangers may make an account: where there is no mail they cannot. */
bool signup_is_open(const struct config *config);

/* One file a page or a few that belong together. */
http_handler login_form, login_submit, logout_submit;
http_handler signup_form, signup_submit, signup_finish_form, signup_finish_submit;
http_handler forgot_form, forgot_submit, reset_form, reset_submit;
http_handler invitation_form, invitation_submit;
http_handler members_page, members_invite, members_set_role, members_remove,
	members_withdraw_invitation;
http_handler sessions_end_one, sessions_end_others;
http_handler password_form, password_submit;
http_handler audit_log_page, audit_log_csv;
http_handler front_door, home_page;
http_handler bindings_page, binding_page, binding_pause, binding_resume, binding_refresh;
http_handler sync_page;
http_handler sync_run_page;
http_handler embed_page;

#endif
