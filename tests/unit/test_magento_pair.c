/* Pairing: what the shop is sent, and which of three outcomes an answer is. */
#include "base/json.h"
#include "magento/pair.h"
#include "shop_script.h"

#include <criterion/criterion.h>

#define CODE    "0123456789abcdef0123456789abcdef"
#define API_KEY "000102030405060708090a0b0c0d0e0f000102030405060708090a0b0c0d0e0f"

static enum magento_pairing pair(struct fixture *f, const struct step *steps, const char *code,
				 const char *ledger_url)
{
	struct secret api_key = {0};
	begin(f, steps);
	cr_assert(secret_set(&api_key, API_KEY, strlen(API_KEY)));
	const struct magento_pairing_offer offer = {
		.shop = &f->shop, .code = code, .api_key = &api_key, .ledger_url = ledger_url};
	enum magento_pairing outcome = magento_pair(&offer, &f->error);
	secret_release(&api_key);
	end(f);
	return outcome;
}

Test(magento_pair, what_is_sent)
{
	static const struct step steps[] = {{"200 OK", JSON, "[]"}};
	struct fixture f;
	cr_assert_eq(pair(&f, steps, " \t" CODE "\r\n", "https://ledger.example/x"),
		     MAGENTO_PAIRED);
	cr_assert(asked(0, "POST /shop/rest/V1/byte8/setup/pair"));
	cr_assert_not_null(strstr(requests[0], "\r\nAccept: application/json\r\n"));
	cr_assert_not_null(strstr(requests[0], "\r\nContent-Type: application/json\r\n"));
	cr_assert_null(strstr(requests[0], "Authorization"), "the code is the only proof");
	cr_assert_str_eq(body_of(0), "{\"pairing_code\":\"" CODE "\",\"tenant_id\":\"" TENANT
				     "\",\"byte8_api_key\":\"" API_KEY
				     "\",\"ledger_base_url\":\"https://ledger.example/x\"}");
	cr_assert_eq(f.calls.count, 1);
}

/* Whatever a merchant types goes as it is: capitals, hyphens, blanks within, quotes. */
Test(magento_pair, the_code_is_sent_verbatim)
{
	static const struct step steps[] = {{"200 OK", JSON, "[]"}};
	static const char *const codes[] = {"J3K7-XQ9F-RP2M", "ABCDEF", "a b", "é\"\\", "0"};
	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
		struct fixture f;
		struct json_object *body;
		cr_expect_eq(pair(&f, steps, codes[i], "https://l.example"), MAGENTO_PAIRED);
		cr_assert_eq(json_parse(body_of(0), strlen(body_of(0)), &body, NULL), LED_OK);
		cr_expect_str_eq(json_string(body, "pairing_code"), codes[i]);
		json_object_put(body);
	}
}

static const char LOST[] = "";

static const struct {
	struct step steps[3];
	int calls;
	enum magento_pairing outcome;
	const char *code;
} OUTCOMES[] = {
	{{{"200 OK", JSON, "[]"}}, 1, MAGENTO_PAIRED, LOST},
	{{{"401 Unauthorized", JSON, "{\"message\":\"Invalid or expired pairing code.\"}"}},
	 1,
	 MAGENTO_NOT_PAIRED,
	 "pairing_code_refused"},
	{{{"400 Bad Request", JSON, "{\"message\":\"ledger_base_url must be an absolute URL.\"}"}},
	 1,
	 MAGENTO_NOT_PAIRED,
	 "pairing_refused_request"},
	{{{"404 Not Found", JSON, NO_ROUTE}}, 1, MAGENTO_NOT_PAIRED, "module_not_installed"},
	{{{"302 Found", HTML "Location: https://other.example/\r\n", ""}},
	 1,
	 MAGENTO_NOT_PAIRED,
	 "shop_redirects"},
	{{{"403 Forbidden", HTML, PAGE}}, 1, MAGENTO_NOT_PAIRED, "shop_forbidden"},
	{{{"429 Too Many Requests", HTML, PAGE}}, 1, MAGENTO_NOT_PAIRED, "shop_rate_limited"},
	/* A password page before the shop says nothing of the code. */
	{{{"401 Unauthorized", HTML, PAGE}}, 1, MAGENTO_NOT_PAIRED, "shop_forbidden"},
	/* Rewrites are off. */
	{{{"404 Not Found", HTML, PAGE}, {"200 OK", JSON, "[]"}}, 2, MAGENTO_PAIRED, LOST},
	{{{"404 Not Found", HTML, PAGE}, {"404 Not Found", HTML, PAGE}},
	 2,
	 MAGENTO_NOT_PAIRED,
	 "shop_not_found_page"},
	/* Not learnt: a ping under the new key settles it. */
	{{{NULL, LOST, LOST}, {"200 OK", JSON, PONG}}, 2, MAGENTO_PAIRED, LOST},
	{{{"500 Internal Server Error", JSON, "{\"message\":\"Internal Error.\"}"},
	  {"200 OK", JSON, PONG}},
	 2,
	 MAGENTO_PAIRED,
	 LOST},
	{{{"200 OK", HTML, PAGE}, {"200 OK", JSON, PONG}}, 2, MAGENTO_PAIRED, LOST},
	{{{"200 OK", JSON, "{}"}, {"200 OK", JSON, PONG}}, 2, MAGENTO_PAIRED, LOST},
	{{{"502 Bad Gateway", HTML, PAGE},
	  {"401 Unauthorized", JSON, REFUSED},
	  {"401 Unauthorized", JSON, REFUSED}},
	 3,
	 MAGENTO_NOT_PAIRED,
	 "shop_failed"},
	/* And a ping that does not tell either leaves it open. */
	{{{NULL, LOST, LOST}, {"503 Service Unavailable", HTML, PAGE}},
	 2,
	 MAGENTO_PAIRING_UNKNOWN,
	 "cut_off"},
	{{{NULL, LOST, LOST}, {"401 Unauthorized", HTML, PAGE}, {"401 Unauthorized", HTML, PAGE}},
	 3,
	 MAGENTO_PAIRING_UNKNOWN,
	 "cut_off"},
	{{{NULL, LOST, LOST}, {"404 Not Found", JSON, NO_ROUTE}},
	 2,
	 MAGENTO_PAIRING_UNKNOWN,
	 "cut_off"},
};

Test(magento_pair, outcomes)
{
	for (size_t i = 0; i < sizeof OUTCOMES / sizeof OUTCOMES[0]; i++) {
		struct fixture f;
		cr_expect_eq(pair(&f, OUTCOMES[i].steps, CODE, "https://l.example"),
			     OUTCOMES[i].outcome, "row %zu", i);
		cr_expect_eq(f.server.connections, OUTCOMES[i].calls, "row %zu: %d calls", i,
			     f.server.connections);
		if (OUTCOMES[i].outcome == MAGENTO_PAIRED)
			continue;
		cr_expect_str_eq(f.error.code, OUTCOMES[i].code, "row %zu: %s", i, f.error.code);
		cr_expect_null(strstr(f.error.message, CODE), "row %zu", i);
		cr_expect_null(strstr(f.error.message, API_KEY), "row %zu", i);
		cr_expect_null(strstr(f.error.message, "html"), "row %zu", i);
	}
}

Test(magento_pair, a_shop_that_cannot_be_reached_was_not_paired)
{
	static const struct step steps[] = {{"200 OK", JSON, "[]"}};
	struct fixture f;
	struct secret api_key = {0};
	begin(&f, steps);
	tcp_server_stop(&f.server);
	cr_assert(secret_set(&api_key, API_KEY, strlen(API_KEY)));
	const struct magento_pairing_offer offer = {.shop = &f.shop,
						    .code = CODE,
						    .api_key = &api_key,
						    .ledger_url = "https://l.example"};
	cr_assert_eq(magento_pair(&offer, &f.error), MAGENTO_NOT_PAIRED);
	cr_assert_str_eq(f.error.code, "connect_failed");
	secret_release(&api_key);
	http_client_free(f.shop.http);
	secret_release(&f.key);
}
