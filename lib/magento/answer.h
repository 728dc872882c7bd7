/* Where a shop's REST is, and what its answers mean. Pure; used by magento/client.c and
 * pair.c, apart for its tests. */
#ifndef MAGENTO_ANSWER_H
#define MAGENTO_ANSWER_H

#include "base/error.h"
#include "http/client.h"
#include "magento/client.h"

#include <json-c/json.h>
#include <stdbool.h>

#define MAGENTO_REST_URL_SIZE 1024 /* bytes with the NUL */

/* `<base>/rest/V1`; where the web server rewrites nothing, `<base>/index.php/rest/V1`. */
enum magento_way { MAGENTO_REWRITTEN, MAGENTO_INDEX_PHP, MAGENTO_WAYS };

/* The URL of `path` ("/byte8/ping") in `out`, MAGENTO_REST_URL_SIZE bytes; false when it does
 * not fit. */
bool magento_rest_url(const char *base_url, enum magento_way way, const char *path, char *out)
	__attribute__((warn_unused_result));

/* A 404 that Magento's REST did not make: it may be at the other way. */
bool magento_answer_is_elsewhere(const struct http_answer *answer);

/* LED_NOT_FOUND "shop_entity_not_found". */
enum led_err magento_entity_missing(struct led_error *error);

/* Judges a complete answer by the table of magento/client.h. With LED_OK the caller owns
 * *out. `of_entity`: an entity was asked for, so a 404 may be about it. */
enum led_err magento_answer_judge(const struct http_answer *answer, bool of_entity,
				  struct json_object **out, struct led_error *error)
	__attribute__((warn_unused_result));

/* ping's answer, a list without keys or an object with them. False when it is not of this
 * tenant. `server_time` may be NULL; "" when the shop did not say. */
bool magento_read_ping(struct json_object *body, const char *tenant_id, char server_time[40])
	__attribute__((warn_unused_result));

/* The list of magento_payment_methods, in `arena`. LED_SERDE when it is not one. */
enum led_err magento_read_payment_methods(struct json_object *body, struct arena *arena,
					  struct magento_payment_method **methods, size_t *count)
	__attribute__((warn_unused_result));

#endif
