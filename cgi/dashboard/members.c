/* /dashboard/members: who belongs to the account, invitations, one's own sessions. */
#include "dashboard.h"

#include "base/text.h"
#include "crypto/digest.h"
#include "store/invitation.h"
#include "store/people.h"

#include <string.h>

#define HERE "/dashboard/members"
#define NO_MAIL                                                                                    \
	"This installation sends no mail, so it can invite nobody. Its operator adds people, "     \
	"with `ledgerctl user add`."

/* What "?done=" says. */
static const struct {
	const char *word, *sentence;
} DONE[] = {
	{"second-factor-reset", "The second factor was removed; a mail tells the member."},
	{"invited", "The invitation is on its way."},
	{"withdrawn", "The invitation was withdrawn; its link no longer works."},
	{"role", "The role was changed. The member has to sign in again."},
	{"removed", "The member was removed and can no longer sign in."},
	{"password", "Your password was changed, and your other sessions were ended."},
	{"session", "The session was ended."},
	{"sessions", "Your other sessions were ended."},
	{"second-factor-off", "Signing in takes your password alone again."},
};

static const char *done_sentence(const char *word)
{
	for (size_t i = 0; word && i < sizeof(DONE) / sizeof(DONE[0]); i++)
		if (strcmp(DONE[i].word, word) == 0)
			return DONE[i].sentence;
	return NULL;
}

static void add_roles(struct page *page, struct json_object *parent, enum member_role chosen)
{
	struct json_object *list = page_list(page, parent, "roles");

	for (enum member_role role = MEMBER_VIEWER; role <= MEMBER_OWNER; role++) {
		struct json_object *item = page_item(page, list);

		page_text(page, item, "value", member_role_name(role));
		page_flag(page, item, "chosen", role == chosen);
	}
}

static enum led_err add_members(struct page *page, const struct site *site,
				struct http_request *request, struct led_error *error)
{
	const struct session *session = visitor_of(request)->session;
	struct people_member *members;
	struct json_object *list = page_list(page, page->data, "members");
	size_t count;
	enum led_err err =
		people_list(site->db, request->arena, session->account_id, &members, &count, error);

	for (size_t i = 0; !err && i < count; i++) {
		struct json_object *item = page_item(page, list);

		page_number(page, item, "id", members[i].id);
		page_text(page, item, "email", members[i].email);
		page_text(page, item, "role", member_role_name(members[i].role));
		page_flag(page, item, "second_factor", members[i].second_factor);
		page_flag(page, item, "self", members[i].id == session->member_id);
		page_time(page, item, "since", members[i].since);
		add_roles(page, item, members[i].role);
		if (members[i].id == session->member_id)
			page_flag(page, page->data, "own_second_factor", members[i].second_factor);
	}
	return err;
}

static enum led_err add_invitations(struct page *page, const struct site *site,
				    struct http_request *request, struct led_error *error)
{
	struct invitation *invitations;
	struct json_object *list = page_list(page, page->data, "invitations");
	size_t count;
	enum led_err err =
		invitation_list(site->db, request->arena, visitor_of(request)->session->account_id,
				&invitations, &count, error);

	for (size_t i = 0; !err && i < count; i++) {
		struct json_object *item = page_item(page, list);

		page_number(page, item, "id", invitations[i].id);
		page_text(page, item, "email", invitations[i].email);
		page_text(page, item, "role", member_role_name(invitations[i].role));
		page_flag(page, item, "expired", invitations[i].expired);
		page_time(page, item, "expires", invitations[i].expires_at);
	}
	page_flag(page, page->data, "any_invitations", count > 0);
	return err;
}

static enum led_err add_sessions(struct page *page, const struct site *site,
				 struct http_request *request, struct led_error *error)
{
	const struct visitor *visitor = visitor_of(request);
	unsigned char hash[DIGEST_SIZE];
	char current[2 * DIGEST_SIZE + 1];
	struct people_session *sessions;
	struct json_object *list = page_list(page, page->data, "sessions");
	size_t count = 0;
	enum led_err err = session_hash(visitor->session_id, hash, error);

	if (!err)
		err = people_sessions(site->db, request->arena, visitor->session, &sessions, &count,
				      error);
	if (err)
		return err;
	text_hex(hash, sizeof(hash), current);
	for (size_t i = 0; i < count; i++) {
		struct json_object *item = page_item(page, list);

		page_text(page, item, "id", sessions[i].id);
		page_text(page, item, "address", sessions[i].address);
		page_text(page, item, "agent", sessions[i].user_agent);
		page_flag(page, item, "current", strcmp(sessions[i].id, current) == 0);
		page_time(page, item, "since", sessions[i].since);
		page_time(page, item, "seen", sessions[i].seen_at);
	}
	page_flag(page, page->data, "other_sessions", count > 1);
	return LED_OK;
}

/* `email` and `problem` are what was wrong with an invitation, or NULL. */
static enum led_err show(const struct site *site, struct http_request *request,
			 struct http_response *response, int status, const char *email,
			 const char *problem, struct led_error *error)
{
	struct http_form query = page_query(request);
	struct page page;
	enum led_err err;

	page_begin(&page, site, request, "Members", "members");
	page_text(&page, page.data, "done", done_sentence(http_form_get(&query, "done")));
	page_text(&page, page.data, "problem", problem);
	page_text(&page, page.data, "invite_email", email);
	page_flag(&page, page.data, "owner", visitor_of(request)->session->role == MEMBER_OWNER);
	add_roles(&page, page.data, MEMBER_OPERATOR);
	err = add_members(&page, site, request, error);
	if (!err)
		err = add_invitations(&page, site, request, error);
	if (!err)
		err = add_sessions(&page, site, request, error);
	if (!err)
		return page_send(&page, response, status, "members", error);
	page_drop(&page);
	return err;
}

enum led_err members_page(void *program, struct http_request *request,
			  struct http_response *response, struct led_error *error)
{
	return show(program, request, response, 200, NULL, NULL, error);
}

/* What the store refused, for people; NULL for a failure of another kind. */
static const char *refusal(enum led_err err, const struct led_error *error)
{
	static const struct {
		const char *code, *sentence;
	} refusals[] = {
		{"last_owner", "The account needs an owner: make another member owner first."},
		{"already_member", "This address belongs to a member of the account already."},
		{"too_many_invitations", "50 invitations are open. Withdraw those that are no "
					 "longer wanted first."},
	};

	for (size_t i = 0; err == LED_VALIDATION && i < sizeof(refusals) / sizeof(refusals[0]); i++)
		if (strcmp(refusals[i].code, error->code) == 0)
			return refusals[i].sentence;
	return NULL;
}

/* How every action here ends: back to the page, with a sentence or a refusal. */
static enum led_err finish(const struct site *site, struct http_request *request,
			   struct http_response *response, enum led_err err, const char *done,
			   const char *email, struct led_error *error)
{
	const char *problem = refusal(err, error);

	if (problem)
		return show(site, request, response, 422, email, problem, error);
	if (err == LED_NOT_FOUND)
		return page_not_found(site, request, response, error);
	if (err)
		return err;
	page_redirect(site, request, response, done);
	return LED_OK;
}

static bool take_id(const struct http_request *request, const char *name, int64_t *id)
{
	return text_to_int64(http_request_capture(request, name), 1, INT64_MAX, id);
}

enum led_err members_invite(void *program, struct http_request *request,
			    struct http_response *response, struct led_error *error)
{
	const struct site *site = program;
	struct http_form form = page_form(request);
	const char *email = http_form_get(&form, "email"), *link, *problem = NULL;
	enum member_role role;
	enum led_err err;

	email = email ? member_email_fold(request->arena, email) : NULL;
	if (!site->config->smtp_url[0])
		problem = NO_MAIL;
	else if (!email || !member_email_valid(email))
		problem = "Please enter an e-mail address that mail can be sent to.";
	else if (member_role_parse(http_form_get(&form, "role"), &role, NULL))
		problem = "Please choose a role.";
	if (problem)
		return show(site, request, response, 422, http_form_get(&form, "email"), problem,
			    error);
	link = arena_printf(request->arena, "%s/login/invitation", site->config->public_url);
	if (!link)
		return led_fail(error, LED_INTERNAL, "out_of_memory", "An invitation.");
	err = invitation_add(site->db, request->arena, visitor_of(request)->session,
			     request->client_address, email, role, link, error);
	return finish(site, request, response, err, HERE "?done=invited", email, error);
}

enum led_err members_withdraw_invitation(void *program, struct http_request *request,
					 struct http_response *response, struct led_error *error)
{
	const struct site *site = program;
	int64_t id = 0;
	enum led_err err;

	if (!take_id(request, "invitation", &id))
		return page_not_found(site, request, response, error);
	err = invitation_withdraw(site->db, request->arena, visitor_of(request)->session,
				  request->client_address, id, error);
	return finish(site, request, response, err, HERE "?done=withdrawn", NULL, error);
}

enum led_err members_set_role(void *program, struct http_request *request,
			      struct http_response *response, struct led_error *error)
{
	const struct site *site = program;
	const struct visitor *visitor = visitor_of(request);
	struct http_form form = page_form(request);
	char id[SESSION_ID_SIZE] = "";
	int64_t member = 0;
	enum member_role role;
	bool self;
	enum led_err err;

	if (!take_id(request, "member", &member))
		return page_not_found(site, request, response, error);
	if (member_role_parse(http_form_get(&form, "role"), &role, NULL))
		return show(site, request, response, 422, NULL, "Please choose a role.", error);
	self = member == visitor->session->member_id;
	err = people_set_role(site->db, request->arena, visitor->session, request->client_address,
			      member, role, self ? visitor->session_id : NULL, error);
	if (!err && self)
		err = session_renew(site->db, visitor->session_id, id, error);
	if (!err && self)
		gate_set_cookie(response, id);
	explicit_bzero(id, sizeof(id));
	return finish(site, request, response, err, HERE "?done=role", NULL, error);
}

enum led_err members_remove(void *program, struct http_request *request,
			    struct http_response *response, struct led_error *error)
{
	const struct site *site = program;
	const struct session *session = visitor_of(request)->session;
	int64_t member = 0;
	enum led_err err;

	if (!take_id(request, "member", &member))
		return page_not_found(site, request, response, error);
	err = people_remove(site->db, request->arena, session, request->client_address, member,
			    error);
	return finish(site, request, response, err,
		      member == session->member_id ? "/login" : HERE "?done=removed", NULL, error);
}

enum led_err sessions_end_one(void *program, struct http_request *request,
			      struct http_response *response, struct led_error *error)
{
	const struct site *site = program;
	enum led_err err =
		people_session_end(site->db, visitor_of(request)->session, request->client_address,
				   http_request_capture(request, "session"), error);

	return finish(site, request, response, err, HERE "?done=session", NULL, error);
}

enum led_err sessions_end_others(void *program, struct http_request *request,
				 struct http_response *response, struct led_error *error)
{
	const struct site *site = program;
	const struct visitor *visitor = visitor_of(request);
	enum led_err err = people_sessions_end(site->db, visitor->session, request->client_address,
					       visitor->session_id, error);

	return finish(site, request, response, err, HERE "?done=sessions", NULL, error);
}
