/* The shop client: what is sent, how answers are told apart, what is asked twice. */
#include "base/json.h"
#include "base/text.h"
#include "magento/answer.h"
#include "magento/client.h"
#include "shop_script.h"

#include <criterion/criterion.h>

/* ---- answers, judged without a network ---- */

static enum led_err judge(int status, const char *type, const char *body, bool of_entity,
			  struct led_error *error)
{
	struct http_answer answer;
	struct json_object *out;
	http_answer_init(&answer);
	answer.status = status;
	snprintf(answer.content_type, sizeof answer.content_type, "%s", type);
	buf_init(&answer.body, 65536);
	buf_add_str(&answer.body, body);
	*error = (struct led_error){0};
	enum led_err err = magento_answer_judge(&answer, of_entity, &out, error);
	json_object_put(out);
	http_answer_release(&answer);
	return err;
}

#define APP_JSON  "application/json; charset=utf-8"
#define TEXT_HTML "text/html; charset=UTF-8"

static const struct {
	int status;
	const char *type;
	const char *body;
	bool of_entity;
	enum led_err class;
	const char *code;
} ANSWERS[] = {
	{200, APP_JSON, "{}", true, LED_OK, ""},
	{200, APP_JSON, "[]", false, LED_OK, ""},
	{200, TEXT_HTML, "<html>maintenance</html>", true, LED_SERDE, "shop_answer_not_json"},
	{200, APP_JSON, "{\"a\":1,}", true, LED_SERDE, "shop_answer_not_json"},
	{200, APP_JSON, "", true, LED_SERDE, "shop_answer_not_json"},
	{302, TEXT_HTML, "", true, LED_HTTP, "shop_redirects"},
	{400, APP_JSON, "{\"message\":\"Decoding error.\"}", true, LED_INTERNAL,
	 "shop_refused_request"},
	{400, APP_JSON,
	 "{\"message\":\"One or more input exceptions have occurred.\",\"errors\":[{\"message\":"
	 "\"\\\"%fieldName\\\" is required.\",\"parameters\":{\"fieldName\":\"provider\"}}]}",
	 false, LED_INTERNAL, "shop_refused_request"},
	{301, TEXT_HTML, "", true, LED_HTTP, "shop_redirects"},
	{304, TEXT_HTML, "", true, LED_HTTP, "shop_redirects"},
	{401, APP_JSON, REFUSED, true, LED_AUTH, "shop_refused_token"},
	{403, TEXT_HTML, "<html>WAF</html>", true, LED_AUTH, "shop_forbidden"},
	{404, APP_JSON,
	 "{\"message\":\"The entity that was requested doesn't exist. Verify the entity and try "
	 "again.\"}",
	 true, LED_NOT_FOUND, "shop_entity_not_found"},
	{404, APP_JSON,
	 "{\"message\":\"No such entity with %fieldName = "
	 "%fieldValue\",\"parameters\":{\"fieldName\":"
	 "\"customerId\",\"fieldValue\":7}}",
	 true, LED_NOT_FOUND, "shop_entity_not_found"},
	{404, APP_JSON,
	 "{\"message\":\"The product that was requested doesn't exist. Verify the product and try "
	 "again.\"}",
	 true, LED_NOT_FOUND, "shop_entity_not_found"},
	{404, APP_JSON, "{\"message\":\"No such entity.\",\"parameters\":[]}", true, LED_NOT_FOUND,
	 "shop_entity_not_found"},
	{404, APP_JSON, "{\"message\":\"Die Entit\u00e4t existiert nicht.\"}", true, LED_HTTP,
	 "shop_not_found_unclear"},
	{404, APP_JSON, "{\"message\":\"Not Found\",\"parameters\":[\"x\"]}", true, LED_HTTP,
	 "shop_not_found_unclear"},
	{404, APP_JSON, "{\"message\":\"Not Found\"}", false, LED_HTTP, "module_not_installed"},
	{404, APP_JSON, "{\"message\":7}", true, LED_HTTP, "shop_not_found_page"},
	{404, APP_JSON, "[]", true, LED_HTTP, "shop_not_found_page"},
	{401, TEXT_HTML, "<html>password</html>", true, LED_AUTH, "shop_forbidden"},
	{404, APP_JSON, NO_ROUTE, true, LED_HTTP, "module_not_installed"},
	{404, APP_JSON, NO_ROUTE, false, LED_HTTP, "module_not_installed"},
	{404, TEXT_HTML, "<html>404</html>", true, LED_HTTP, "shop_not_found_page"},
	{405, TEXT_HTML, "", true, LED_HTTP, "shop_unexpected_status"},
	{429, TEXT_HTML, "", true, LED_RATE_LIMITED, "shop_rate_limited"},
	{500, APP_JSON, "{\"message\":\"Internal Error.\"}", true, LED_HTTP, "shop_failed"},
	{503, TEXT_HTML, "<html>maintenance</html>", true, LED_HTTP, "shop_failed"},
};

Test(magento_client, answers)
{
	for (size_t i = 0; i < sizeof ANSWERS / sizeof ANSWERS[0]; i++) {
		struct led_error error;
		cr_expect_eq(judge(ANSWERS[i].status, ANSWERS[i].type, ANSWERS[i].body,
				   ANSWERS[i].of_entity, &error),
			     ANSWERS[i].class, "row %zu", i);
		cr_expect_str_eq(error.code, ANSWERS[i].code, "row %zu", i);
		cr_expect_null(strstr(error.message, "html"), "nothing of the answer");
	}
}

/* ---- calls ---- */

Test(magento_client, get)
{
	static const struct step steps[] = {{"200 OK", JSON, "{\"magento_id\":42}"}};
	struct fixture f;
	struct json_object *out;
	begin(&f, steps);
	cr_assert_eq(magento_get(&f.shop, MAGENTO_CREDITMEMO, 42, &out, &f.error), LED_OK, "%s",
		     f.error.message);
	int64_t id = 0;
	cr_assert(json_int(out, "magento_id", 1, 100, &id) && id == 42);
	json_object_put(out);
	end(&f);
	cr_assert_not_null(strstr(requests[0], "GET /shop/rest/V1/byte8/creditmemo/42 HTTP/1.1"));
	cr_assert_not_null(strstr(requests[0], "\r\nAccept: application/json\r\n"));
	cr_assert_not_null(strstr(requests[0], "\r\nAuthorization: Bearer ey"));
	cr_assert_eq(f.calls.count, 1);
	cr_assert_str_eq(f.calls.records[0].path, "/byte8/creditmemo/42");
	cr_assert_eq(f.calls.records[0].status, 200);
}

Test(magento_client, a_lone_401_is_asked_again_with_a_new_token)
{
	static const struct step steps[] = {{"401 Unauthorized", JSON, REFUSED},
					    {"200 OK", JSON, "{\"magento_id\":42}"}};
	struct fixture f;
	struct json_object *out;
	begin(&f, steps);
	cr_assert_eq(magento_get(&f.shop, MAGENTO_INVOICE, 42, &out, &f.error), LED_OK);
	json_object_put(out);
	end(&f);
	cr_assert_eq(f.server.connections, 2);
	cr_assert_str_neq(authorizations[0], authorizations[1]);
	cr_assert_eq(f.calls.count, 2, "both attempts are remembered");
}

Test(magento_client, two_401_are_believed)
{
	static const struct step steps[] = {{"401 Unauthorized", JSON, REFUSED},
					    {"401 Unauthorized", JSON, REFUSED},
					    {"200 OK", JSON, "{}"}};
	struct fixture f;
	struct json_object *out;
	begin(&f, steps);
	cr_assert_eq(magento_get(&f.shop, MAGENTO_INVOICE, 42, &out, &f.error), LED_AUTH);
	cr_assert_str_eq(f.error.code, "shop_refused_token");
	cr_assert_null(out);
	end(&f);
	cr_assert_eq(f.server.connections, 2);
}

/* Where the web server rewrites nothing, /rest/V1 is a page. */
Test(magento_client, index_php_is_the_other_way)
{
	static const struct step steps[] = {{"404 Not Found", HTML, PAGE},
					    {"401 Unauthorized", JSON, REFUSED},
					    {"200 OK", JSON, "{\"magento_id\":42}"}};
	struct fixture f;
	struct json_object *out;
	begin(&f, steps);
	cr_assert_eq(magento_get(&f.shop, MAGENTO_INVOICE, 42, &out, &f.error), LED_OK, "%s",
		     f.error.message);
	json_object_put(out);
	end(&f);
	cr_assert_eq(f.server.connections, 3);
	cr_assert(asked(0, "GET /shop/rest/V1/byte8/invoice/42"));
	cr_assert(asked(1, "GET /shop/index.php/rest/V1/byte8/invoice/42"));
	cr_assert(asked(2, "GET /shop/index.php/rest/V1/byte8/invoice/42"));
	cr_assert_str_neq(authorizations[0], authorizations[1], "each with its own token");
	cr_assert_str_neq(authorizations[1], authorizations[2]);
}

Test(magento_client, a_page_both_ways_is_no_magento)
{
	static const struct step steps[] = {{"404 Not Found", HTML, PAGE},
					    {"404 Not Found", HTML, PAGE},
					    {"200 OK", JSON, "{}"}};
	struct fixture f;
	struct json_object *out;
	begin(&f, steps);
	cr_assert_eq(magento_get(&f.shop, MAGENTO_INVOICE, 42, &out, &f.error), LED_HTTP);
	cr_assert_str_eq(f.error.code, "shop_not_found_page");
	end(&f);
	cr_assert_eq(f.server.connections, 2);
}

/* Magento says it in the language of the shop's default view. */
static void not_found_in_words_of_its_own(const struct step *steps, enum led_err class,
					  const char *code)
{
	struct fixture f;
	struct json_object *out;
	begin(&f, steps);
	cr_expect_eq(magento_get(&f.shop, MAGENTO_INVOICE, 42, &out, &f.error), class);
	cr_expect_str_eq(f.error.code, code);
	cr_expect_null(out);
	end(&f);
	cr_expect(asked(1, "GET /shop/rest/V1/byte8/ping"));
}

#define GERMAN "{\"message\":\"Die angeforderte Einheit existiert nicht.\"}"

Test(magento_client, a_record_is_missing_where_the_module_answers)
{
	static const struct step gone[] = {{"404 Not Found", JSON, GERMAN}, {"200 OK", JSON, PONG}};
	static const struct step no_module[] = {{"404 Not Found", JSON, GERMAN},
						{"404 Not Found", JSON, GERMAN}};
	static const struct step away[] = {{"404 Not Found", JSON, GERMAN},
					   {"503 Service Unavailable", HTML, PAGE}};
	not_found_in_words_of_its_own(gone, LED_NOT_FOUND, "shop_entity_not_found");
	not_found_in_words_of_its_own(no_module, LED_HTTP, "shop_not_found_unclear");
	not_found_in_words_of_its_own(away, LED_HTTP, "shop_not_found_unclear");
}

Test(magento_client, nothing_is_asked_twice_but_a_401)
{
	static const char *const statuses[] = {"400 Bad Request", "403 Forbidden",
					       "500 Internal Server Error", "302 Found", NULL};
	for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
		const struct step steps[] = {
			{statuses[i], JSON "Set-Cookie: PHPSESSID=x\r\nLocation: /\r\n", "{}"},
			{"200 OK", JSON, "{}"}};
		struct fixture f;
		struct json_object *out;
		begin(&f, steps);
		cr_expect_neq(magento_get(&f.shop, MAGENTO_INVOICE, 42, &out, &f.error), LED_OK);
		end(&f);
		cr_expect_eq(f.server.connections, 1, "%s", statuses[i] ? statuses[i] : "cut");
	}
}

Test(magento_client, an_entity_is_an_object)
{
	static const struct step steps[] = {{"200 OK", JSON, "[1]"}};
	struct fixture f;
	struct json_object *out;
	begin(&f, steps);
	cr_assert_eq(magento_get(&f.shop, MAGENTO_INVOICE, 42, &out, &f.error), LED_SERDE);
	cr_assert_str_eq(f.error.code, "shop_answer_invalid");
	cr_assert_null(out);
	end(&f);
}

Test(magento_client, ids_that_cannot_be)
{
	static const struct step steps[] = {{"200 OK", JSON, "{}"}};
	struct fixture f;
	struct json_object *out;
	begin(&f, steps);
	cr_assert_eq(magento_get(&f.shop, MAGENTO_CUSTOMER, 0, &out, &f.error), LED_INTERNAL);
	cr_assert_eq(magento_get(&f.shop, MAGENTO_CUSTOMER, -1, &out, &f.error), LED_INTERNAL);
	end(&f);
	cr_assert_eq(f.server.connections, 0, "customer 0 is a guest: never asked for");
}

static void ping_answers(const char *body, enum led_err class)
{
	const struct step steps[] = {{"200 OK", JSON, body}};
	struct fixture f;
	char time[40] = "";
	begin(&f, steps);
	cr_expect_eq(magento_ping(&f.shop, time, &f.error), class, "%s", body);
	if (class == LED_OK)
		cr_expect_str_eq(time, "2026-11-20T20:29:25+00:00");
	end(&f);
}

Test(magento_client, ping)
{
	ping_answers("[true,\"" TENANT "\",\"2026-11-20T20:29:25+00:00\"]", LED_OK);
	ping_answers("{\"ok\":true,\"tenant_id\":\"" TENANT
		     "\",\"server_time\":\"2026-11-20T20:29:25+00:00\"}",
		     LED_OK);
	ping_answers("[true,\"another\",\"2026-11-20T20:29:25+00:00\"]", LED_SERDE);
	ping_answers("[true,null,\"2026-11-20T20:29:25+00:00\"]", LED_SERDE);
	ping_answers("{\"ok\":true}", LED_SERDE);
	ping_answers("[]", LED_SERDE);
	ping_answers("\"pong\"", LED_SERDE);
}

Test(magento_client, payment_methods)
{
	static const struct step steps[] = {
		{"200 OK", JSON,
		 "[{\"code\":\"checkmo\",\"label\":\"Check\",\"is_active\":true},"
		 "{\"code\":\"free\",\"label\":null,\"is_active\":false}]"}};
	struct fixture f;
	struct arena *arena = arena_new(65536);
	struct magento_payment_method *methods;
	size_t count = 0;
	begin(&f, steps);
	cr_assert_eq(magento_payment_methods(&f.shop, arena, &methods, &count, &f.error), LED_OK);
	end(&f);
	cr_assert_eq(count, 2);
	cr_assert_str_eq(methods[0].code, "checkmo");
	cr_assert_str_eq(methods[0].label, "Check");
	cr_assert(methods[0].active);
	cr_assert_null(methods[1].label);
	cr_assert_not(methods[1].active);
	arena_free(arena);
}

Test(magento_client, push_state)
{
	static const struct step steps[] = {{"200 OK", JSON, "[]"}, {"200 OK", JSON, "[]"}};
	struct fixture f;
	begin(&f, steps);
	struct magento_state state = {.kind = MAGENTO_INVOICE,
				      .magento_id = 42,
				      .status = MAGENTO_SYNCED,
				      .provider_entity_id = "e1",
				      .provider_reference = "SI-27",
				      .last_sync_at = 1795225400};
	cr_assert_eq(magento_push_state(&f.shop, &state, &f.error), LED_OK, "%s", f.error.message);
	char reason[201];
	memset(reason, 'r', 200);
	reason[200] = '\0';
	state = (struct magento_state){.kind = MAGENTO_CREDITMEMO,
				       .magento_id = 7,
				       .status = MAGENTO_SKIPPED,
				       .skip_reason = reason,
				       .last_sync_at = 1795225400};
	cr_assert_eq(magento_push_state(&f.shop, &state, &f.error), LED_OK);
	end(&f);
	cr_assert_not_null(strstr(requests[0], "POST /shop/rest/V1/byte8/sync-state HTTP/1.1"));
	cr_assert_not_null(strstr(requests[0], "\r\nContent-Type: application/json\r\n"));
	cr_assert_str_eq(strstr(requests[0], "\r\n\r\n") + 4,
			 "{\"entity_type\":\"invoice\",\"magento_entity_id\":42,"
			 "\"provider\":\"sage_accounting\",\"sync_status\":\"synced\","
			 "\"last_sync_at\":\"2026-11-21 01:43:20\",\"provider_entity_id\":\"e1\","
			 "\"provider_reference\":\"SI-27\",\"skip_reason\":null,"
			 "\"error_code\":null}");
	reason[64] = '\0';
	char part[256];
	snprintf(part, sizeof part, "\"skip_reason\":\"%s\",", reason);
	cr_assert_not_null(strstr(requests[1], part), "cut to what the shop keeps");
}

/* The shop's columns hold 64 characters, not bytes; and what is sent is JSON whatever is in it. */
Test(magento_client, push_state_cuts_characters)
{
	static const struct step steps[] = {{"200 OK", JSON, "[]"}};
	static const char *const keys[] = {"provider_entity_id", "provider_reference",
					   "skip_reason", "error_code"};
	char text[65 * 4 + 1] = "";
	struct fixture f;
	struct json_object *body;
	for (int i = 0; i < 65; i++)
		snprintf(text + strlen(text), 5, "%s", i == 3 ? "\"" : i == 4 ? "\n" : "é");
	begin(&f, steps);
	const struct magento_state state = {.kind = MAGENTO_PRODUCT,
					    .magento_id = INT64_MAX,
					    .status = MAGENTO_FAILED,
					    .provider_entity_id = text,
					    .provider_reference = text,
					    .skip_reason = text,
					    .error_code = text,
					    .last_sync_at = 0};
	cr_assert_eq(magento_push_state(&f.shop, &state, &f.error), LED_OK);
	end(&f);
	cr_assert_not_null(strstr(body_of(0), "\"magento_entity_id\":9223372036854775807,"));
	char *big = strstr(requests[0], "9223372036854775807");
	memcpy(big, "1234567890123456789", 19); /* our own parser gives up int64's two ends */
	cr_assert_eq(json_parse(body_of(0), strlen(body_of(0)), &body, NULL), LED_OK);
	cr_expect_eq(json_object_object_length(body), 9);
	cr_expect_str_eq(json_string(body, "last_sync_at"), "1970-01-01 00:00:00");
	cr_expect_str_eq(json_string(body, "sync_status"), "failed");
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		const char *sent = json_string(body, keys[i]);
		cr_expect_eq(text_utf8_length(sent, strlen(sent)), 64, "%s", keys[i]);
		cr_expect_eq(strncmp(sent, text, strlen(sent)), 0, "%s", keys[i]);
	}
	json_object_put(body);
}

Test(magento_client, payments_have_no_state_of_their_own)
{
	static const struct step steps[] = {{"200 OK", JSON, "[]"}};
	struct fixture f;
	begin(&f, steps);
	struct magento_state state = {.kind = MAGENTO_PAYMENT, .magento_id = 42};
	cr_assert_eq(magento_push_state(&f.shop, &state, &f.error), LED_INTERNAL);
	end(&f);
	cr_assert_eq(f.server.connections, 0);
}

Test(magento_client, a_shop_that_is_away)
{
	static const struct step steps[] = {{"200 OK", JSON, "[]"}};
	struct fixture f;
	struct json_object *out;
	begin(&f, steps);
	tcp_server_stop(&f.server);
	cr_assert_eq(magento_get(&f.shop, MAGENTO_INVOICE, 1, &out, &f.error), LED_HTTP);
	cr_assert_str_eq(f.error.code, "connect_failed");
	cr_assert_not_null(strstr(f.error.message, "check that the shop is up"));
	cr_assert_eq(f.calls.records[0].status, 0);
	http_client_free(f.shop.http);
	secret_release(&f.key);
}

Test(magento_client, error_codes)
{
	char out[MAGENTO_STATE_TEXT_MAX + 1], code[64];
	cr_assert_str_eq(magento_error_code(LED_PROVIDER, "RecordInvalid", out),
			 "provider:RecordInvalid");
	cr_assert_str_eq(magento_error_code(LED_HTTP, "", out), "http");
	cr_assert_str_eq(magento_error_code(LED_HTTP, NULL, out), "http");
	memset(code, 'c', 55);
	code[55] = '\0';
	magento_error_code(LED_PROVIDER, code, out);
	cr_assert_eq(strlen(out), 64);
	code[55] = 'c';
	code[56] = '\0';
	cr_assert_str_eq(magento_error_code(LED_PROVIDER, code, out), "provider");
}
