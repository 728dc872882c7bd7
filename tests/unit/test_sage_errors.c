/* Every row of the table of Sage's refusals. */
#include "base/json.h"
#include "sage/errors.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define ENTRY(code, message, source)                                                               \
	"{\"$severity\":\"error\",\"$dataCode\":\"" code "\",\"$message\":\"" message              \
	"\",\"$source\":\"" source "\"}"

static enum led_err judge(int status, const char *type, const char *body, int retry_after,
			  struct json_object **out, struct led_error *error)
{
	struct http_answer answer;
	http_answer_init(&answer);
	answer.status = status;
	answer.retry_after = retry_after;
	snprintf(answer.content_type, sizeof answer.content_type, "%s", type);
	buf_init(&answer.body, 65536);
	buf_add_str(&answer.body, body);
	*error = (struct led_error){0};
	enum led_err err = sage_judge(&answer, out, error);
	http_answer_release(&answer);
	return err;
}

struct row {
	int status;
	const char *type;
	const char *body;
	enum led_err class;
	const char *code;
	const char *message; /* a part of it */
};

#define JSON "application/json; charset=utf-8"
#define HTML "text/html"
#define PAGE "<html><body>Gateway trouble</body></html>"

static const struct row ROWS[] = {
	{401, JSON, "{\"error\":\"Authorization missing. Please, add an authorization token\"}",
	 LED_AUTH, "sage_token_refused", "Connect Sage again"},
	{401, JSON,
	 "[" ENTRY("AccessTokenVerificationError",
		   "Access token is invalid (JWT malformed or missing).", "Authorization") "]",
	 LED_AUTH, "sage_token_refused", "Connect Sage again"},
	{401, JSON, "[" ENTRY("AuthorizationFailure", "No active subscription. (MSE)", "") "]",
	 LED_AUTH, "no_subscription", "no active subscription"},
	{401, HTML, PAGE, LED_AUTH, "sage_token_refused", "Connect Sage again"},
	{403, JSON, "[" ENTRY("MultiUserAccessDenied", "The current user is not allowed", "") "]",
	 LED_AUTH, "sage_access_denied", "may not do this"},
	{403, JSON, "[" ENTRY("Other", "No", "") "]", LED_AUTH, "sage_forbidden", "Connect"},
	{403, HTML, PAGE, LED_HTTP, "sage_failed", "again"},
	{404, JSON, "[" ENTRY("RecordNotFound", "The requested record could not be found.", "") "]",
	 LED_NOT_FOUND, "RecordNotFound", "Sage says: The requested record could not be found."},
	{404, HTML, PAGE, LED_SERDE, "sage_answer_invalid", "status 404"},
	{408, HTML, "", LED_HTTP, "sage_failed", "try again"},
	{400, JSON, "[" ENTRY("BadRequest", "Malformed", "base") "]", LED_PROVIDER, "BadRequest",
	 "Sage says: base: Malformed"},
	{400, JSON, "{\"error\":\"other shape\"}", LED_SERDE, "sage_answer_invalid", "status 400"},
	{413, HTML, PAGE, LED_SERDE, "sage_answer_invalid", "status 413"},
	{422, JSON,
	 "[" ENTRY("RecordInvalid", "This field is required.", "line_items.tax_rate_id") "]",
	 LED_PROVIDER, "RecordInvalid", "line_items.tax_rate_id: This field is required."},
	{422, JSON,
	 "[" ENTRY("Umbrella", "This field is required.", "line_items.description") "," ENTRY(
		 "RecordInvalid", "is too long", "reference") "]",
	 LED_PROVIDER, "RecordInvalid", "Sage says: reference: is too long"},
	{422, JSON,
	 "[" ENTRY("RecordInvalid", "This field is required.", "line_items.description") "]",
	 LED_PROVIDER, "RecordInvalid", "Sage says: line_items.description: This field"},
	{422, JSON, "[]", LED_SERDE, "sage_answer_invalid", "status 422"},
	{422, JSON, "[7]", LED_SERDE, "sage_answer_invalid", "status 422"},
	{429, JSON, "", LED_RATE_LIMITED, "sage_rate_limited", "wait"},
	{500, JSON, "[" ENTRY("UnexpectedError", "An unexpected error occurred.", "") "]", LED_HTTP,
	 "sage_failed", "try again"},
	{503, HTML, PAGE, LED_HTTP, "sage_failed", "try again"},
	{504, HTML, PAGE, LED_HTTP, "sage_failed", "try again"},
	{525, HTML, PAGE, LED_HTTP, "sage_failed", "try again"},
	{302, HTML, "", LED_SERDE, "sage_answer_invalid", "status 302"},
	{200, HTML, PAGE, LED_SERDE, "sage_answer_invalid", "status 200"},
	{201, JSON, "{\"id\":\"1\"", LED_SERDE, "sage_answer_invalid", "status 201"},
	{200, "", "{}", LED_SERDE, "sage_answer_invalid", "status 200"},
	{200, JSON, "", LED_SERDE, "sage_answer_invalid", "status 200"},
};

Test(sage_errors, rows)
{
	for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
		const struct row *row = &ROWS[i];
		struct json_object *out;
		struct led_error error;
		cr_expect_eq(judge(row->status, row->type, row->body, -1, &out, &error), row->class,
			     "row %zu: %s", i, error.code);
		cr_expect_eq(error.class, row->class, "row %zu", i);
		cr_expect_str_eq(error.code, row->code, "row %zu", i);
		cr_expect_not_null(strstr(error.message, row->message), "row %zu: %s", i,
				   error.message);
		cr_expect_null(out, "row %zu", i);
	}
}

Test(sage_errors, good_answers)
{
	struct json_object *out;
	struct led_error error;
	cr_assert_eq(judge(201, JSON, "{\"id\":\"x\"}", -1, &out, &error), LED_OK);
	cr_assert_str_eq(json_string(out, "id"), "x");
	json_object_put(out);
	cr_assert_eq(judge(204, "", "", -1, &out, &error), LED_OK);
	cr_assert_null(out);
}

#define NO_RATE     ENTRY("RecordInvalid", "This field is required.", "line_items.tax_rate_id")
#define NO_DATE     ENTRY("RecordInvalid", "Required.", "date")
#define UMBRELLA_OF ENTRY("RecordInvalid", "This field is required.", "line_items.description")

Test(sage_errors, a_refusal_tells_each_fault_once)
{
	struct json_object *out;
	struct led_error error;
	judge(422, JSON, "[" NO_RATE "," NO_RATE "," NO_DATE "," UMBRELLA_OF "]", -1, &out, &error);
	cr_assert_str_eq(error.message,
			 "Sage says: line_items.tax_rate_id: This field is required.; "
			 "date: Required.");
}

Test(sage_errors, retry_after)
{
	static const struct {
		int status, given, seconds;
	} cases[] = {{429, -1, 5},    {429, 0, 1},  {429, 7, 7},   {429, 900, 900},
		     {429, 901, 900}, {503, -1, 0}, {503, 60, 60}, {503, 86400, 900}};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct json_object *out;
		struct led_error error;
		judge(cases[i].status, HTML, "", cases[i].given, &out, &error);
		cr_expect_eq(error.retry_after, cases[i].seconds, "case %zu: %d", i,
			     error.retry_after);
	}
}
