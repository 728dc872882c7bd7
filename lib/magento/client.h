/*
 * Calls to a shop's Byte8 modules: `<base>/rest/V1/byte8/…`, or where that is nothing but a
 * page `<base>/index.php/rest/V1/byte8/…`, each attempt with a token of its own on a
 * connection of its own. A lone 401 is asked again once with a new token before it is
 * believed.
 *
 * Errors, beyond those of http/client.h (whose codes are kept):
 *
 *   401         LED_AUTH          shop_refused_token     twice in a row
 *   403, and a  LED_AUTH          shop_forbidden         a firewall or a password page, not
 *   401's page                                           the module
 *   404         LED_NOT_FOUND     shop_entity_not_found  the module says so of the entity
 *   404         LED_HTTP          module_not_installed   no such route
 *   404         LED_HTTP          shop_not_found_unclear another sentence, and ping fails too
 *   404, page   LED_HTTP          shop_not_found_page    not Magento's REST at all
 *   400         LED_INTERNAL      shop_refused_request   we sent something wrong
 *   429         LED_RATE_LIMITED  shop_rate_limited
 *   3xx         LED_HTTP          shop_redirects
 *   5xx         LED_HTTP          shop_failed
 *   others      LED_HTTP          shop_unexpected_status
 *   2xx         LED_SERDE         shop_answer_not_json, shop_answer_invalid
 *
 * module_not_installed is LED_HTTP: the route vanishes while a merchant deploys or has the
 * module switched off, and comes back when that is mended. The event is as good as
 * before, so it waits in the retry ladder; LED_NOT_FOUND would give it up for good, and
 * LED_AUTH would ask for a pairing that is not the cure.
 *
 * Messages are for the merchant and say what to do; they carry nothing of the answer.
 */
#ifndef MAGENTO_CLIENT_H
#define MAGENTO_CLIENT_H

#include "base/arena.h"
#include "base/error.h"
#include "base/secret.h"
#include "http/call_log.h"
#include "http/client.h"

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MAGENTO_STATE_TEXT_MAX 64 /* characters of a text field of the shop's state */

/* A shop as its binding knows it; everything borrowed. */
struct magento_shop {
	struct http_client *http;
	const char *base_url; /* without a trailing slash */
	const char *tenant_id;
	const struct secret *inbound_key; /* signs our calls */
	struct call_log *calls;           /* NULL, or where calls are remembered */
};

enum magento_kind {
	MAGENTO_INVOICE,
	MAGENTO_CUSTOMER,
	MAGENTO_CREDITMEMO,
	MAGENTO_PRODUCT,
	MAGENTO_PAYMENT, /* its id is the invoice's */
};

/* The entity's name in paths and states: "creditmemo". */
const char *magento_kind_name(enum magento_kind kind);

/* The canonical entity. The caller owns *out (json_object_put); it is JSON, not yet judged. */
enum led_err magento_get(const struct magento_shop *shop, enum magento_kind kind, int64_t id,
			 struct json_object **out, struct led_error *error)
	__attribute__((warn_unused_result));

/* Whether the pairing holds. `server_time` (may be NULL) gets the shop's clock as text. */
enum led_err magento_ping(const struct magento_shop *shop, char server_time[40],
			  struct led_error *error) __attribute__((warn_unused_result));

struct magento_payment_method {
	const char *code;
	const char *label; /* NULL when the shop has none */
	bool active;
};

/* Every method installed, in the shop's order, in `arena`. */
enum led_err magento_payment_methods(const struct magento_shop *shop, struct arena *arena,
				     struct magento_payment_method **methods, size_t *count,
				     struct led_error *error) __attribute__((warn_unused_result));

enum magento_sync_status { MAGENTO_SYNCED, MAGENTO_SKIPPED, MAGENTO_FAILED };

/* What the shop shows beside an entity. Texts that do not apply are NULL: the shop then
 * clears them. Longer ones are cut to MAGENTO_STATE_TEXT_MAX characters. */
struct magento_state {
	enum magento_kind kind; /* not MAGENTO_PAYMENT: payments show on their invoice */
	int64_t magento_id;
	enum magento_sync_status status;
	const char *provider_entity_id;
	const char *provider_reference; /* SI-27 */
	const char *skip_reason;
	const char *error_code;
	int64_t last_sync_at; /* Unix seconds */
};

enum led_err magento_push_state(const struct magento_shop *shop, const struct magento_state *state,
				struct led_error *error) __attribute__((warn_unused_result));

/* The error_code that a shop is shown: "provider:RecordInvalid", or the class alone when
 * both do not fit. `out` has MAGENTO_STATE_TEXT_MAX + 1 bytes. Returns `out`. */
const char *magento_error_code(enum led_err class, const char *code, char *out);

#endif
