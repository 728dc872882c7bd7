/* Tokens: what is asked for, what is taken, and that nothing of them leaks. */
#include "base/clock.h"
#include "sage/oauth.h"
#include "sage_script.h"

#include <criterion/criterion.h>

#define PAIR                                                                                       \
	"{\"access_token\":\"new-access\",\"scope\":\"full_access\",\"token_type\":\"bearer\","    \
	"\"expires_in\":300,\"refresh_token\":\"new-refresh\","                                    \
	"\"refresh_token_expires_in\":2678400,\"requested_by_id\":\"user-1\"}"

static bool is(const struct secret *secret, const char *text)
{
	return secret->len == strlen(text) && memcmp(secret->bytes, text, secret->len) == 0;
}

static struct sage_app app_of(struct fixture *f)
{
	return (struct sage_app){.http = f->sage.http,
				 .token_url = f->url,
				 .client_id = "id",
				 .client_secret = "s&cret",
				 .calls = &f->calls};
}

static enum led_err refresh(struct fixture *f, struct sage_tokens *tokens)
{
	struct secret old = {0};
	cr_assert(secret_set(&old, "old/refresh", 11));
	struct sage_app app = app_of(f);
	enum led_err err = sage_oauth_refresh(&app, &old, tokens, &f->error);
	secret_release(&old);
	return err;
}

Test(sage_oauth, a_refresh)
{
	static const struct step steps[] = {{"200 OK", JSON, PAIR}};
	struct fixture f;
	struct sage_tokens tokens;
	BEGIN(&f, steps);
	int64_t before = clock_now();
	cr_assert_eq(refresh(&f, &tokens), LED_OK, "%s", f.error.message);
	cr_assert(is(&tokens.access, "new-access"));
	cr_assert(is(&tokens.refresh, "new-refresh"));
	cr_assert_str_eq(tokens.user_id, "user-1");
	cr_assert(tokens.access_expires_at >= before + 300 &&
		  tokens.access_expires_at <= clock_now() + 300);
	cr_assert_eq(tokens.refresh_expires_at - tokens.access_expires_at, 2678400 - 300);
	sage_tokens_release(&tokens);
	cr_assert_null(tokens.access.bytes);
	end(&f);
	cr_assert_not_null(
		strstr(requests[0], "\r\nContent-Type: application/x-www-form-urlencoded\r\n"));
	cr_assert_not_null(strstr(requests[0], "\r\nAccept: application/json\r\n"));
	cr_assert_null(strstr(requests[0], "Authorization"));
	cr_assert_str_eq(strstr(requests[0], "\r\n\r\n") + 4,
			 "grant_type=refresh_token&client_id=id&client_secret=s%26cret"
			 "&refresh_token=old%2Frefresh");
}

Test(sage_oauth, an_exchange)
{
	static const struct step steps[] = {{"200 OK", JSON, PAIR}};
	struct fixture f;
	struct sage_tokens tokens;
	BEGIN(&f, steps);
	struct sage_app app = app_of(&f);
	cr_assert_eq(sage_oauth_exchange(&app, "GB/12abc", "https://l.example/oauth/sage/callback",
					 "verifier", &tokens, &f.error),
		     LED_OK);
	sage_tokens_release(&tokens);
	end(&f);
	cr_assert_str_eq(strstr(requests[0], "\r\n\r\n") + 4,
			 "grant_type=authorization_code&client_id=id&client_secret=s%26cret"
			 "&code=GB%2F12abc"
			 "&redirect_uri=https%3A%2F%2Fl.example%2Foauth%2Fsage%2Fcallback"
			 "&code_verifier=verifier");
}

static const struct {
	struct step step;
	enum led_err class;
	const char *code;
} REFUSALS[] = {
	{{"400 Bad Request", JSON, "{\"error\":\"invalid_grant\"}"}, LED_AUTH, "invalid_grant"},
	{{"401 Unauthorized", JSON, "{\"error\":\"invalid_client\"}"},
	 LED_AUTH,
	 "sage_client_refused"},
	{{"400 Bad Request", JSON, "{\"error\":\"unauthorized_client\"}"},
	 LED_AUTH,
	 "sage_client_refused"},
	{{"400 Bad Request", JSON, "{\"error\":\"invalid_request\"}"},
	 LED_INTERNAL,
	 "sage_oauth_refused"},
	{{"400 Bad Request", JSON, "{\"error\":\"unsupported_grant_type\"}"},
	 LED_INTERNAL,
	 "sage_oauth_refused"},
	{{"400 Bad Request", JSON, "{\"error\":\"new_thing\"}"},
	 LED_AUTH,
	 "sage_authorization_refused"},
	{{"401 Unauthorized", "Content-Type: text/html\r\n", "<html>"},
	 LED_AUTH,
	 "sage_authorization_refused"},
	{{"429 Too Many Requests", JSON, ""}, LED_RATE_LIMITED, "sage_rate_limited"},
	{{"500 Internal Server Error", JSON, ""}, LED_HTTP, "sage_failed"},
	{{"503 Service Unavailable", "Content-Type: text/html\r\n", "<html>"},
	 LED_HTTP,
	 "sage_failed"},
	{{"200 OK", JSON, "{\"access_token\":\"new-access\",\"expires_in\":300}"},
	 LED_SERDE,
	 "sage_answer_invalid"},
	{{"200 OK", JSON,
	  "{\"access_token\":\"new-access\",\"refresh_token\":\"new-refresh\",\"expires_in\":"
	  "\"300\"}"},
	 LED_SERDE,
	 "sage_answer_invalid"},
	{{"200 OK", JSON,
	  "{\"access_token\":\"new\\r\\nX: "
	  "y\",\"refresh_token\":\"new-refresh\",\"expires_in\":300}"},
	 LED_SERDE,
	 "sage_answer_invalid"},
	{{"200 OK", JSON,
	  "{\"access_token\":\"\",\"refresh_token\":\"new-refresh\",\"expires_in\":300}"},
	 LED_SERDE,
	 "sage_answer_invalid"},
	{{"200 OK", "Content-Type: text/html\r\n", PAIR}, LED_SERDE, "sage_answer_invalid"},
};

Test(sage_oauth, refusals)
{
	for (size_t i = 0; i < sizeof REFUSALS / sizeof REFUSALS[0]; i++) {
		struct fixture f;
		struct sage_tokens tokens;
		begin(&f, &REFUSALS[i].step, 1);
		cr_expect_eq(refresh(&f, &tokens), REFUSALS[i].class, "row %zu: %s", i,
			     f.error.code);
		cr_expect_str_eq(f.error.code, REFUSALS[i].code, "row %zu", i);
		cr_expect_null(tokens.access.bytes, "row %zu", i);
		cr_expect_null(tokens.refresh.bytes, "row %zu", i);
		static const char *const secrets[] = {"new-", "old/refresh", "s&cret"};
		for (size_t s = 0; s < 3; s++)
			cr_expect_null(strstr(f.error.message, secrets[s]), "row %zu leaks", i);
		end(&f);
	}
}

Test(sage_oauth, the_longest_token_fits)
{
	static const struct step steps[] = {{"200 OK", JSON, PAIR}};
	struct fixture f;
	struct sage_tokens tokens;
	static char token[SECRET_MAX];
	memset(token, '/', sizeof token);
	struct secret old = {0};
	cr_assert(secret_set(&old, token, sizeof token));
	BEGIN(&f, steps);
	struct sage_app app = app_of(&f);
	cr_assert_eq(sage_oauth_refresh(&app, &old, &tokens, &f.error), LED_OK);
	sage_tokens_release(&tokens);
	end(&f);
	secret_release(&old);
}

static enum led_err give_up(struct fixture *f)
{
	struct secret token = {0};
	struct sage_app app = app_of(f);
	app.revoke_url = f->url;
	cr_assert(secret_set(&token, "old/refresh", 11));
	enum led_err err = sage_oauth_revoke(&app, &token, &f->error);
	secret_release(&token);
	return err;
}

Test(sage_oauth, a_revocation)
{
	static const struct step steps[] = {
		{"200 OK", JSON, "{\"success\":\"ok\"}"},
		{"400 Bad Request", JSON, "{\"error\":\"invalid_grant\"}"}, /* dead already */
		{"401 Unauthorized", JSON, "{\"error\":\"invalid_client\"}"},
		{"503 Service Unavailable", "text/html", "<html>"},
	};
	struct fixture f;
	BEGIN(&f, steps);
	cr_expect_eq(give_up(&f), LED_OK);
	cr_expect_eq(give_up(&f), LED_OK);
	cr_expect_eq(give_up(&f), LED_AUTH);
	cr_expect_str_eq(f.error.code, "sage_client_refused");
	cr_expect_eq(give_up(&f), LED_HTTP);
	end(&f);
	cr_assert_str_eq(strstr(requests[0], "\r\n\r\n") + 4,
			 "client_id=id&client_secret=s%26cret&token=old%2Frefresh");
}

Test(sage_oauth, where_to_consent)
{
	/* The verifier and its challenge are those of RFC 7636, appendix B. */
	const struct sage_consent consent = {
		.authorize_url = "https://sage.example/auth?filter=apiv3.1",
		.client_id = "an id",
		.redirect_uri = "https://l.example/x/oauth/sage/callback",
		.country = "GB",
		.state = "state-1",
		.verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
	};
	struct buf out;
	buf_init(&out, 1024);
	cr_assert_eq(sage_oauth_consent_url(&consent, &out, NULL), LED_OK);
	cr_expect_str_eq(buf_str(&out),
			 "https://sage.example/auth?filter=apiv3.1&client_id=an%20id"
			 "&response_type=code"
			 "&redirect_uri=https%3A%2F%2Fl.example%2Fx%2Foauth%2Fsage%2Fcallback"
			 "&scope=full_access&country=gb&state=state-1"
			 "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
			 "&code_challenge_method=S256");
	buf_release(&out);
}
