#include "magento/client.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "crypto/token.h"
#include "magento/answer.h"
#include "magento/provider.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define PATH_MAX_BYTES 128
#define STATE_BODY_MAX 4096

static const char *const KIND_NAMES[] = {
	[MAGENTO_INVOICE] = "invoice",       [MAGENTO_CUSTOMER] = "customer",
	[MAGENTO_CREDITMEMO] = "creditmemo", [MAGENTO_PRODUCT] = "product",
	[MAGENTO_PAYMENT] = "payment",
};

static const char *const STATUS_NAMES[] = {
	[MAGENTO_SYNCED] = "synced",
	[MAGENTO_SKIPPED] = "skipped",
	[MAGENTO_FAILED] = "failed",
};

const char *magento_kind_name(enum magento_kind kind)
{
	return KIND_NAMES[kind];
}

struct shop_call {
	const char *path;       /* behind /rest/V1 */
	const struct buf *body; /* NULL = GET */
	bool of_entity;
};

/* One attempt, with a token of its own. */
static enum led_err attempt(const struct magento_shop *shop, const struct shop_call *call,
			    enum magento_way way, struct http_answer *answer,
			    struct led_error *error)
{
	char url[MAGENTO_REST_URL_SIZE], token[TOKEN_MAX];
	if (!magento_rest_url(shop->base_url, way, call->path, url))
		return led_fail(error, LED_VALIDATION, "bad_url",
				"The shop's address is too long.");
	enum led_err err =
		token_sign(shop->inbound_key, shop->tenant_id, clock_now(), token, error);
	if (err)
		return err;
	const char *method = call->body ? "POST" : "GET";
	struct http_call http = {
		.method = method,
		.url = url,
		.bearer = token,
		.bearer_len = strlen(token),
		.body = call->body ? buf_str(call->body) : NULL,
		.body_len = call->body ? call->body->len : 0,
		.content_type = "application/json",
		.fresh = true, /* the token is good for one request only */
	};
	err = http_client_call(shop->http, &http, answer, error);
	call_log_add(shop->calls, method, call->path, answer);
	explicit_bzero(token, sizeof token);
	return err;
}

/* Keeps the class and the code of a call that failed, and says what a merchant can do. */
static enum led_err explain(enum led_err err, struct led_error *error)
{
	if (err != LED_HTTP || !error)
		return err;
	struct led_error cause = *error;
	return led_fail(error, err, cause.code,
			"The shop could not be reached (%s). Ledger will try again; check that the "
			"shop is up and open to the internet.",
			cause.message);
}

static enum led_err call_shop(const struct magento_shop *shop, const struct shop_call *call,
			      struct json_object **out, struct led_error *error)
{
	struct http_answer answer;
	enum magento_way way = MAGENTO_REWRITTEN;
	http_answer_init(&answer);
	*out = NULL;
	enum led_err err = attempt(shop, call, way, &answer, error);
	if (!err && magento_answer_is_elsewhere(&answer))
		err = attempt(shop, call, way = MAGENTO_INDEX_PHP, &answer, error);
	if (!err && answer.status == 401) /* a lone 401 may be a cache's or a clock's hiccup */
		err = attempt(shop, call, way, &answer, error);
	err = err ? explain(err, error)
		  : magento_answer_judge(&answer, call->of_entity, out, error);
	http_answer_release(&answer);
	return err;
}

static enum led_err answer_invalid(struct led_error *error, const char *what)
{
	return led_fail(error, LED_SERDE, "shop_answer_invalid",
			"The shop's answer to %s is not what the Byte8 module sends. Check that "
			"byte8/module-client 1.0 is installed.",
			what);
}

enum led_err magento_get(const struct magento_shop *shop, enum magento_kind kind, int64_t id,
			 struct json_object **out, struct led_error *error)
{
	char path[PATH_MAX_BYTES];
	*out = NULL;
	if (id <= 0)
		return led_fail(error, LED_INTERNAL, "bad_entity_id",
				"No %s can have the id %" PRId64, KIND_NAMES[kind], id);
	snprintf(path, sizeof path, "/byte8/%s/%" PRId64, KIND_NAMES[kind], id);
	const struct shop_call call = {.path = path, .of_entity = true};
	enum led_err err = call_shop(shop, &call, out, error);
	/* Magento may speak the shop's language. Where the module answers, the route was there,
	 * so it is the record that is not. */
	if (err == LED_HTTP && error && strcmp(error->code, "shop_not_found_unclear") == 0 &&
	    magento_ping(shop, NULL, NULL) == LED_OK)
		err = magento_entity_missing(error);
	if (!err && !json_object_is_type(*out, json_type_object)) {
		json_object_put(*out);
		*out = NULL;
		err = answer_invalid(error, KIND_NAMES[kind]);
	}
	return err;
}

enum led_err magento_ping(const struct magento_shop *shop, char server_time[40],
			  struct led_error *error)
{
	const struct shop_call call = {.path = "/byte8/ping"};
	struct json_object *body = NULL;
	enum led_err err = call_shop(shop, &call, &body, error);
	if (err)
		return err;
	if (!magento_read_ping(body, shop->tenant_id, server_time))
		err = answer_invalid(error, "ping");
	json_object_put(body);
	return err;
}

enum led_err magento_payment_methods(const struct magento_shop *shop, struct arena *arena,
				     struct magento_payment_method **methods, size_t *count,
				     struct led_error *error)
{
	const struct shop_call call = {.path = "/byte8/payment-methods"};
	struct json_object *body = NULL;
	enum led_err err = call_shop(shop, &call, &body, error);
	if (err)
		return err;
	err = magento_read_payment_methods(body, arena, methods, count);
	if (err == LED_SERDE)
		answer_invalid(error, "payment-methods");
	else if (err)
		led_fail(error, err, "no_memory", "No memory for payment methods");
	json_object_put(body);
	return err;
}

/* Appends `,"name":"value"`, or null; cut to what the shop's column holds. */
static void add_text(struct buf *out, const char *name, const char *value)
{
	char cut[MAGENTO_STATE_TEXT_MAX * 4 + 1];
	buf_addf(out, ",\"%s\":", name);
	if (!value) {
		buf_add_str(out, "null");
		return;
	}
	size_t len = text_utf8_prefix(value, strlen(value), MAGENTO_STATE_TEXT_MAX);
	snprintf(cut, sizeof cut, "%.*s", (int)len, value);
	json_quote(out, cut);
}

static void write_state(const struct magento_state *state, struct buf *out)
{
	char when[CLOCK_ISO_SIZE];
	clock_iso(state->last_sync_at, when);
	/* With a space and no zone, as the column keeps it: Magento ignores an offset. */
	buf_addf(out,
		 "{\"entity_type\":\"%s\",\"magento_entity_id\":%" PRId64
		 ",\"provider\":\"" MAGENTO_PROVIDER
		 "\",\"sync_status\":\"%s\",\"last_sync_at\":\"%.10s %.8s\"",
		 KIND_NAMES[state->kind], state->magento_id, STATUS_NAMES[state->status], when,
		 when + 11);
	add_text(out, "provider_entity_id", state->provider_entity_id);
	add_text(out, "provider_reference", state->provider_reference);
	add_text(out, "skip_reason", state->skip_reason);
	add_text(out, "error_code", state->error_code);
	buf_add_char(out, '}');
}

enum led_err magento_push_state(const struct magento_shop *shop, const struct magento_state *state,
				struct led_error *error)
{
	if (state->kind == MAGENTO_PAYMENT || state->magento_id <= 0)
		return led_fail(error, LED_INTERNAL, "bad_state",
				"The shop keeps no state of %s %" PRId64, KIND_NAMES[state->kind],
				state->magento_id);
	struct buf body;
	buf_init(&body, STATE_BODY_MAX);
	write_state(state, &body);
	struct json_object *answer = NULL;
	enum led_err err;
	if (body.failed) {
		err = led_fail(error, LED_INTERNAL, "no_memory", "No memory for a state");
	} else {
		const struct shop_call call = {.path = "/byte8/sync-state", .body = &body};
		err = call_shop(shop, &call, &answer, error);
	}
	json_object_put(answer);
	buf_release(&body);
	return err;
}

const char *magento_error_code(enum led_err class, const char *code, char *out)
{
	const size_t size = MAGENTO_STATE_TEXT_MAX + 1;
	const char *name = led_err_name(class);
	int len = snprintf(out, size, "%s%s%s", name, code && code[0] ? ":" : "", code ? code : "");
	if (len < 0 || (size_t)len >= size)
		snprintf(out, size, "%s", name);
	return out;
}
