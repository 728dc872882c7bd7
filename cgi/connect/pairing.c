/*
 * Pairing a shop. The keys are stored before the shop is called, so that whatever happens in
 * between nothing is half connected: an outcome that was not learnt is settled by a ping, here,
 * at the next try, or by the worker.
 */
#include "connect.h"

#include "base/log.h"
#include "magento/pair.h"
#include "magento/url.h"
#include "store/pairing.h"
#include "store/throttle.h"

#include <string.h>

#define CODE_MAX 128 /* bytes; Magento's has 32 */

static struct magento_shop shop_of(const struct connect *connect, const struct pairing *pairing,
				   const struct secret *inbound_key)
{
	return (struct magento_shop){
		.http = connect->http,
		.base_url = pairing->shop_url,
		.tenant_id = pairing->binding,
		.inbound_key = inbound_key,
	};
}

/* Writes what became of the attempt. */
static enum led_err settle(const struct connect *connect, struct http_request *request,
			   const struct pairing *pairing, enum magento_pairing outcome,
			   struct led_error *error)
{
	struct audit_entry audit = connect_audit(request, "shop_paired");
	bool accepted;

	audit.facts[0] = (struct audit_fact){"binding", pairing->binding};
	audit.facts[1] = (struct audit_fact){"shop", pairing->shop_url};
	switch (outcome) {
	case MAGENTO_PAIRED:
		return pairing_accept(connect->site.db, request->arena, pairing, &audit, &accepted,
				      error);
	case MAGENTO_NOT_PAIRED:
		return pairing_refuse(connect->site.db, pairing, error);
	case MAGENTO_PAIRING_UNKNOWN:
		break;
	}
	return LED_OK; /* stays pending */
}

/* An attempt that was left behind is settled first: its key may be the one that the shop
 * holds. */
static enum led_err settle_former(const struct connect *connect, struct http_request *request,
				  const char *shop_url, bool *settled, struct led_error *why,
				  struct led_error *error)
{
	int64_t account = visitor_of(request)->session->account_id;
	struct pairing *former;
	size_t count;
	enum led_err err = pairing_unsettled(connect->site.db, request->arena, account, shop_url,
					     &former, &count, error);

	*settled = true;
	for (size_t i = 0; !err && i < count; i++) {
		struct secret key = {0};
		enum magento_pairing outcome;

		err = pairing_open_key(connect->keys, &former[i], &key, error);
		if (err)
			break;
		struct magento_shop shop = shop_of(connect, &former[i], &key);
		outcome = magento_pair_probe(&shop, why);
		secret_release(&key);
		*settled &= outcome != MAGENTO_PAIRING_UNKNOWN;
		err = settle(connect, request, &former[i], outcome, error);
	}
	return err;
}

static enum led_err refuse(struct connect_pairing *pairing, const char *code, const char *message)
{
	pairing->outcome = CONNECT_REFUSED;
	led_fail(&pairing->why, LED_VALIDATION, code, "%s", message);
	return LED_OK;
}

static enum led_err check_tries(const struct connect *connect, struct http_request *request,
				const char *shop_url, bool *allowed, struct led_error *error)
{
	char host[MAGENTO_URL_MAX + 1];
	enum led_err err = throttle_pairing(connect->site.db, request->arena,
					    visitor_of(request)->session->member_id,
					    magento_url_host(shop_url, host), allowed, error);

	if (!err && !*allowed)
		log_write(LOG_WARNING, "pairing_throttled", LOG_N("status", 429));
	return err;
}

static enum led_err offer(const struct connect *connect, struct http_request *request,
			  const char *shop_url, struct connect_pairing *result,
			  struct led_error *error)
{
	int64_t account = visitor_of(request)->session->account_id;
	struct pairing pairing;
	struct pairing_secrets secrets;
	enum led_err err = pairing_begin(connect->site.db, request->arena, connect->keys, account,
					 shop_url, &pairing, &secrets, error);

	if (err == LED_VALIDATION) {
		result->outcome = CONNECT_REFUSED;
		result->why = *error;
		err = LED_OK;
	} else if (!err) {
		struct magento_shop shop = shop_of(connect, &pairing, &secrets.inbound_key);
		const struct magento_pairing_offer what = {
			.shop = &shop,
			.code = result->code,
			.api_key = &secrets.api_key,
			.ledger_url = connect->site.config->public_url,
		};
		enum magento_pairing outcome = magento_pair(&what, &result->why);

		log_write(
			LOG_INFO, "pairing_tried", LOG_S("binding", pairing.binding),
			LOG_S("outcome", outcome == MAGENTO_PAIRED ? "paired" : result->why.code));
		result->outcome = outcome == MAGENTO_PAIRED       ? CONNECT_PAIRED
				  : outcome == MAGENTO_NOT_PAIRED ? CONNECT_REFUSED
								  : CONNECT_UNKNOWN;
		memcpy(result->binding, pairing.binding, sizeof(result->binding));
		err = settle(connect, request, &pairing, outcome, error);
	}
	secret_release(&secrets.api_key);
	secret_release(&secrets.inbound_key);
	return err;
}

enum led_err connect_pair(const struct connect *connect, struct http_request *request,
			  struct connect_pairing *pairing, struct led_error *error)
{
	const struct magento_url_rules rules = {
		.http_loopback = connect->site.config->allow_http_loopback,
		.ports = connect->site.config->shop_ports,
	};
	char shop_url[MAGENTO_URL_MAX + 1];
	bool allowed, settled;
	enum led_err err;

	pairing->outcome = CONNECT_REFUSED;
	if (!pairing->url)
		return refuse(pairing, "url_malformed", "Enter the shop's base URL.");
	err = magento_url_parse(pairing->url, &rules, shop_url, &pairing->why);
	if (err == LED_VALIDATION)
		return LED_OK;
	if (err) {
		*error = pairing->why;
		return err;
	}
	if (!pairing->code || strspn(pairing->code, " \t\r\n") == strlen(pairing->code) ||
	    strlen(pairing->code) > CODE_MAX)
		return refuse(pairing, "pairing_code_missing",
			      "Enter the pairing code that Magento shows after Generate.");
	err = check_tries(connect, request, shop_url, &allowed, error);
	if (!err && !allowed) {
		pairing->throttled = true;
		return refuse(pairing, "too_many_tries",
			      "Too many tries. Please wait 15 minutes, then use a new code.");
	}
	if (!err)
		err = settle_former(connect, request, shop_url, &settled, &pairing->why, error);
	if (!err && !settled) {
		pairing->outcome = CONNECT_UNKNOWN;
		return LED_OK;
	}
	if (!err)
		err = offer(connect, request, shop_url, pairing, error);
	connect_keep_uses(connect);
	return err;
}
