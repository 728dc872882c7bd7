/* /dashboard/members/second-factor: setting one up, its recovery codes, switching it off. */
#include "connect.h"

#include "base/clock.h"
#include "base/text.h"
#include "crypto/totp.h"
#include "store/second_factor.h"
#include "view/qr.h"

#include <string.h>

#define HERE         "/dashboard/members/second-factor"
#define QR_MAX_BYTES (64 * 1024) /* of a QR code's path */

/* The address of an authenticator app ("Key Uri Format"), and the secret as text. */
static void add_secret(struct page *page, struct http_request *request, const struct secret *secret)
{
	char text[TEXT_BASE32_SIZE(TOTP_SECRET_SIZE)];
	const char *email = next_encoded(request->arena, visitor_of(request)->session->email);
	const char *uri;
	struct buf path;
	int size = 0;

	text_base32(secret->bytes, secret->len, text);
	uri = arena_printf(request->arena, "otpauth://totp/Ledger:%s?secret=%s&issuer=Ledger",
			   email, text);
	buf_init(&path, QR_MAX_BYTES);
	if (!uri || qr_path(uri, &path, &size, NULL))
		page->failed = true;
	page_text(page, page->data, "secret", text);
	page_text(page, page->data, "uri", uri);
	page_text(page, page->data, "qr", buf_str(&path));
	page_number(page, page->data, "qr_size", size);
	buf_release(&path);
	explicit_bzero(text, sizeof(text));
}

static enum led_err show(const struct connect *connect, struct http_request *request,
			 struct http_response *response, int status, const char *problem,
			 struct led_error *error)
{
	const struct site *site = &connect->site;
	const struct session *session = visitor_of(request)->session;
	struct second_factor own;
	int64_t left = 0;
	struct page page;
	enum led_err err =
		second_factor_get(site->db, request->arena, connect->keys, session, &own, error);

	if (!err && own.confirmed)
		err = second_factor_codes_left(site->db, request->arena, session, &left, error);
	if (!err) {
		page_begin(&page, site, request, "Second factor", "members");
		page_text(&page, page.data, "problem", problem);
		page_flag(&page, page.data, "on", own.confirmed);
		page_flag(&page, page.data, "begun", !own.confirmed && own.secret.len);
		page_flag(&page, page.data, "off", !own.confirmed && !own.secret.len);
		page_number(&page, page.data, "left", left);
		if (!own.confirmed && own.secret.len)
			add_secret(&page, request, &own.secret);
		err = page_send(&page, response, status, "second_factor", error);
	}
	secret_release(&own.secret);
	return err;
}

enum led_err second_factor_page(void *program, struct http_request *request,
				struct http_response *response, struct led_error *error)
{
	return show(program, request, response, 200, NULL, error);
}

enum led_err second_factor_start(void *program, struct http_request *request,
				 struct http_response *response, struct led_error *error)
{
	const struct connect *connect = program;
	struct secret secret = {0};
	enum led_err err = second_factor_begin(connect->site.db, connect->keys,
					       visitor_of(request)->session, &secret, error);

	secret_release(&secret);
	if (err && err != LED_VALIDATION)
		return err;
	page_redirect(&connect->site, request, response, HERE);
	return LED_OK;
}

/* The codes are shown in the answer to the form: this once and never again. */
static enum led_err show_codes(const struct site *site, struct http_request *request,
			       struct http_response *response,
			       char codes[SECOND_FACTOR_CODES][SECOND_FACTOR_CODE_SIZE],
			       struct led_error *error)
{
	struct page page;
	struct json_object *list;

	page_begin(&page, site, request, "Recovery codes", "members");
	list = page_list(&page, page.data, "codes");
	for (int i = 0; i < SECOND_FACTOR_CODES; i++)
		page_text(&page, page_item(&page, list), "code", codes[i]);
	return page_send(&page, response, 200, "recovery_codes", error);
}

/* The password, and for what touches a factor in use a code of it as well, is asked for
 * again: a found session must not be able to take over the sign-in. */
static enum led_err check(const struct connect *connect, struct http_request *request, bool in_use,
			  int64_t *step, const char **problem, int *status, struct led_error *error)
{
	const struct site *site = &connect->site;
	struct http_form form = page_form(request);
	const char *code = http_form_get(&form, "code");
	struct second_factor own = {0};
	bool accepted = false;
	enum led_err err = own_password_check(site, request, http_form_get(&form, "password"),
					      problem, status, error);

	if (err || *problem)
		return err;
	err = second_factor_get(site->db, request->arena, connect->keys,
				visitor_of(request)->session, &own, error);
	if (!err && own.confirmed == in_use && own.secret.len)
		err = totp_check(&own.secret, code ? code : "", clock_now(), own.last_step,
				 &accepted, step, error);
	if (!err && in_use && accepted)
		err = second_factor_spend(site->db, visitor_of(request)->session, *step, &accepted,
					  error);
	if (!err && !accepted) {
		*status = 422;
		*problem = "This code is not right, or was used before. Wait for the next one, and "
			   "check that the clock of your telephone is right.";
	}
	secret_release(&own.secret);
	return err;
}

enum led_err second_factor_finish(void *program, struct http_request *request,
				  struct http_response *response, struct led_error *error)
{
	const struct connect *connect = program;
	const struct visitor *visitor = visitor_of(request);
	char codes[SECOND_FACTOR_CODES][SECOND_FACTOR_CODE_SIZE];
	const char *problem = NULL;
	int status = 0;
	int64_t step = 0;
	enum led_err err = check(connect, request, false, &step, &problem, &status, error);

	if (!err && problem)
		return show(connect, request, response, status, problem, error);
	if (!err)
		err = second_factor_confirm(connect->site.db, visitor->session,
					    request->client_address, step, visitor->session_id,
					    codes, error);
	if (err == LED_VALIDATION) {
		page_redirect(&connect->site, request, response, HERE);
		return LED_OK;
	}
	if (!err)
		err = show_codes(&connect->site, request, response, codes, error);
	explicit_bzero(codes, sizeof(codes));
	return err;
}

enum led_err second_factor_codes(void *program, struct http_request *request,
				 struct http_response *response, struct led_error *error)
{
	const struct connect *connect = program;
	char codes[SECOND_FACTOR_CODES][SECOND_FACTOR_CODE_SIZE];
	const char *problem = NULL;
	int status = 0;
	int64_t step = 0;
	enum led_err err = check(connect, request, true, &step, &problem, &status, error);

	if (!err && problem)
		return show(connect, request, response, status, problem, error);
	if (!err)
		err = second_factor_renew_codes(connect->site.db, visitor_of(request)->session,
						request->client_address, codes, error);
	if (!err)
		err = show_codes(&connect->site, request, response, codes, error);
	explicit_bzero(codes, sizeof(codes));
	return err;
}

enum led_err second_factor_off(void *program, struct http_request *request,
			       struct http_response *response, struct led_error *error)
{
	const struct connect *connect = program;
	const char *problem = NULL;
	int status = 0;
	int64_t step = 0;
	enum led_err err = check(connect, request, true, &step, &problem, &status, error);

	if (!err && problem)
		return show(connect, request, response, status, problem, error);
	if (!err)
		err = second_factor_remove(connect->site.db, visitor_of(request)->session,
					   request->client_address, error);
	if (err)
		return err;
	page_redirect(&connect->site, request, response,
		      "/dashboard/members?done=second-factor-off");
	return LED_OK;
}
