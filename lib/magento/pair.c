#include "magento/pair.h"
#include "base/json.h"
#include "magento/answer.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define PAIR_PATH     "/byte8/setup/pair"
#define BODY_MAX      8192
#define ANSWER_MAX    65536 /* bytes */
#define PAIR_TOTAL_MS 15000 /* a person is waiting */

/* What a failed call means to somebody who is just pairing. */
static const struct {
	const char *code, *message;
} EXPLAINED[] = {
	{"pairing_code_refused",
	 "The shop does not accept this code: it is mistyped, was used already, or is older than "
	 "30 minutes. Press Generate in Magento and enter the new code."},
	{"pairing_refused_request",
	 "The shop did not accept Ledger's request. Check that byte8/module-client and "
	 "byte8/magento-sage-accounting are up to date; if they are, report this to support."},
	{"module_not_installed",
	 "The Byte8 modules do not answer in this shop. Install and enable "
	 "byte8/magento-sage-accounting, run bin/magento setup:upgrade, and try again."},
	{"shop_not_found_page",
	 "There is no Magento at this address. Use the storefront's base URL, as Magento shows it "
	 "under Stores, Configuration, Web."},
	{"not_resolved", "The shop's name is not known in the internet. Check the address."},
	{"connect_failed",
	 "The shop cannot be reached at this address. Check that it is open to the "
	 "internet and that no firewall stands before it."},
	{"address_refused",
	 "This name leads to an address inside a private network, which Ledger does "
	 "not call. Use the shop's public address."},
	{"tls_failed",
	 "The shop's TLS certificate is not valid for this address, or has expired. Have "
	 "it renewed, then try again."},
	{"timed_out", "The shop did not answer in time."},
	{"cut_off", "The connection to the shop broke before its answer came."},
	{"shop_failed", "The shop answered with an error of its own. Look at var/log in Magento."},
};

/* Keeps class and code. */
static void explain(struct led_error *error)
{
	for (size_t i = 0; i < sizeof EXPLAINED / sizeof EXPLAINED[0]; i++)
		if (strcmp(EXPLAINED[i].code, error->code) == 0)
			snprintf(error->message, sizeof error->message, "%s", EXPLAINED[i].message);
}

static void quote_len(struct buf *out, const char *text, size_t len)
{
	char copy[256];
	snprintf(copy, sizeof copy, "%.*s", (int)len, text);
	json_quote(out, copy);
	explicit_bzero(copy, sizeof copy);
}

static void write_offer(const struct magento_pairing_offer *offer, struct buf *out)
{
	const char *code = offer->code;
	while (isspace((unsigned char)*code))
		code++;
	size_t len = strlen(code);
	while (len && isspace((unsigned char)code[len - 1]))
		len--;
	buf_add_str(out, "{\"pairing_code\":");
	quote_len(out, code, len);
	buf_add_str(out, ",\"tenant_id\":");
	json_quote(out, offer->shop->tenant_id);
	buf_add_str(out, ",\"byte8_api_key\":");
	quote_len(out, (const char *)offer->api_key->bytes, offer->api_key->len);
	buf_add_str(out, ",\"ledger_base_url\":");
	json_quote(out, offer->ledger_url);
	buf_add_char(out, '}');
}

static enum magento_pairing judge(const struct http_answer *answer, struct led_error *error)
{
	struct json_object *body = NULL;
	enum led_err err = magento_answer_judge(answer, false, &body, error);
	bool list = !err && json_object_is_type(body, json_type_array);
	json_object_put(body);
	if (list)
		return MAGENTO_PAIRED;
	if (!err)
		led_fail(error, LED_SERDE, "shop_answer_invalid",
			 "The shop's answer is not what the Byte8 module sends.");
	if (answer->status == 401 && http_answer_is_json(answer))
		led_fail(error, LED_AUTH, "pairing_code_refused", "401");
	else if (answer->status == 400)
		led_fail(error, LED_VALIDATION, "pairing_refused_request", "400");
	/* A page with a 200, and any 5xx (a gateway's too), say nothing of what Magento did. */
	bool certain = answer->status >= 300 && answer->status < 500;
	return certain ? MAGENTO_NOT_PAIRED : MAGENTO_PAIRING_UNKNOWN;
}

static enum led_err post_offer(const struct magento_shop *shop, enum magento_way way,
			       const struct buf *body, struct http_answer *answer,
			       struct led_error *error)
{
	char url[MAGENTO_REST_URL_SIZE];
	if (!magento_rest_url(shop->base_url, way, PAIR_PATH, url))
		return led_fail(error, LED_VALIDATION, "bad_url", "The address is too long.");
	const struct http_call call = {
		.method = "POST",
		.url = url,
		.body = buf_str(body),
		.body_len = body->len,
		.content_type = "application/json",
		.total_ms = PAIR_TOTAL_MS,
		.body_max = ANSWER_MAX,
		.fresh = true, /* the code counts once */
	};
	enum led_err err = http_client_call(shop->http, &call, answer, error);
	call_log_add(shop->calls, "POST", PAIR_PATH, answer);
	return err;
}

static enum magento_pairing offer_key(const struct magento_pairing_offer *offer,
				      struct led_error *error)
{
	const struct magento_shop *shop = offer->shop;
	enum magento_pairing outcome = MAGENTO_NOT_PAIRED;
	enum led_err err;
	struct http_answer answer;
	struct buf body;
	buf_init(&body, BODY_MAX);
	http_answer_init(&answer);
	write_offer(offer, &body);
	if (body.failed) {
		led_fail(error, LED_INTERNAL, "out_of_memory", "No memory for pairing.");
		goto out;
	}
	err = post_offer(shop, MAGENTO_REWRITTEN, &body, &answer, error);
	if (!err && magento_answer_is_elsewhere(&answer))
		err = post_offer(shop, MAGENTO_INDEX_PHP, &body, &answer, error);
	if (!err)
		outcome = judge(&answer, error);
	else if (answer.maybe_received)
		outcome = MAGENTO_PAIRING_UNKNOWN;
out:
	if (body.data)
		explicit_bzero(body.data, body.size);
	buf_release(&body);
	http_answer_release(&answer);
	return outcome;
}

enum magento_pairing magento_pair_probe(const struct magento_shop *shop, struct led_error *error)
{
	enum led_err err = magento_ping(shop, NULL, error);
	if (!err)
		return MAGENTO_PAIRED;
	if (err == LED_AUTH && strcmp(error->code, "shop_refused_token") == 0)
		return MAGENTO_NOT_PAIRED;
	return MAGENTO_PAIRING_UNKNOWN;
}

enum magento_pairing magento_pair(const struct magento_pairing_offer *offer,
				  struct led_error *error)
{
	struct led_error unused;
	enum magento_pairing outcome = offer_key(offer, error);
	if (outcome == MAGENTO_PAIRING_UNKNOWN)
		outcome = magento_pair_probe(offer->shop, &unused);
	if (outcome != MAGENTO_PAIRED)
		explain(error);
	return outcome;
}
