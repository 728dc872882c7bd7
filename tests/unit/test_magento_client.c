/* The shop client: what is sent, how answers are told apart, what is asked twice. */
#include "base/json.h"
#include "base/secret.h"
#include "magento/answer.h"
#include "magento/client.h"
#include "tcp_server.h"

#include <criterion/criterion.h>

#define TENANT   "0d9c0b1e-5b1a-4a6e-9c43-8f6f2f7f3a10"
#define JSON     "Content-Type: application/json; charset=utf-8\r\n"
#define NO_ROUTE "{\"message\":\"Request does not match any route.\"}"
#define REFUSED                                                                                    \
	"{\"message\":\"The consumer isn't authorized to access %resources.\","                    \
	"\"parameters\":{\"resources\":\"Byte8_Client::byte8_webapi\"}}"

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

struct step {
	const char *status;
	const char *headers;
	const char *body;
};

static const struct step *script; /* one step a connection; the last one repeats */
static char authorizations[4][TCP_REQUEST_MAX];
static char requests[4][TCP_REQUEST_MAX];

static void serve_script(struct tcp_server *server, int fd, int n)
{
	if (n > 4 || !tcp_server_read(server, fd))
		return;
	memcpy(requests[n - 1], server->last, TCP_REQUEST_MAX);
	const char *auth = strstr(server->last, "Authorization: Bearer ");
	if (auth)
		snprintf(authorizations[n - 1], TCP_REQUEST_MAX, "%.*s", (int)strcspn(auth, "\r"),
			 auth);
	const struct step *step = &script[n - 1];
	tcp_server_answer(fd, step->status, step->headers, step->body);
	/* Whether a second request would come on this connection. */
	cr_assert_not(tcp_server_read(server, fd), "one connection, one request");
}

struct fixture {
	struct tcp_server server;
	struct secret key;
	struct call_log calls;
	struct magento_shop shop;
	struct led_error error;
	char base_url[64];
};

static void begin(struct fixture *f, const struct step *steps)
{
	*f = (struct fixture){0};
	script = steps;
	tcp_server_start(&f->server, serve_script);
	cr_assert(secret_set(&f->key, "0123456789abcdef0123456789abcdef", 32));
	snprintf(f->base_url, sizeof f->base_url, "http://127.0.0.1:%d/shop", f->server.port);
	f->shop = (struct magento_shop){
		.http = http_client_new(&(struct http_client_options){.allow_http_loopback = true}),
		.base_url = f->base_url,
		.tenant_id = TENANT,
		.inbound_key = &f->key,
		.calls = &f->calls};
}

static void end(struct fixture *f)
{
	http_client_free(f->shop.http);
	tcp_server_stop(&f->server);
	secret_release(&f->key);
}

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
