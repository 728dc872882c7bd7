/*
 * What an answer of Sage's means. Pure: no network, one table, tested row by row.
 *
 *   401  AuthorizationFailure        LED_AUTH          no_subscription: no refresh helps
 *   401  any other, both shapes      LED_AUTH          sage_token_refused: refresh once
 *   403  MultiUserAccessDenied       LED_AUTH          sage_access_denied
 *   403  any other body of Sage's    LED_AUTH          sage_forbidden: refresh once
 *   403  any other                   LED_HTTP          sage_failed
 *   404  Sage's own body             LED_NOT_FOUND     its $dataCode (RecordNotFound)
 *   408                              LED_HTTP          sage_failed
 *   429                              LED_RATE_LIMITED  sage_rate_limited, with seconds
 *   4xx  Sage's own body             LED_PROVIDER      its $dataCode (RecordInvalid …)
 *   5xx  any body, pages too         LED_HTTP          sage_failed
 *   2xx that is not JSON, 3xx, 4xx without Sage's body  LED_SERDE  sage_answer_invalid
 *
 * After a POST the caller treats LED_SERDE as LED_HTTP: the document may exist, and the
 * same bytes under the same idempotency_id are safe to send again.
 */
#ifndef SAGE_ERRORS_H
#define SAGE_ERRORS_H

#include "base/error.h"
#include "http/client.h"

#include <json-c/json.h>

#define SAGE_RETRY_AFTER_DEFAULT 5   /* seconds, after a 429 that does not say */
#define SAGE_RETRY_AFTER_MAX     900 /* seconds: a longer wait is not believed */

/* With LED_OK the caller owns *out, which is NULL for a 204. A refusal's message holds
 * each entry's own $source and $message ("invoice_lines.tax_rate_id: This field is
 * required."); the umbrella entry line_items.description, which Sage adds to unrelated
 * faults, is told only when it stands alone. */
enum led_err sage_judge(const struct http_answer *answer, struct json_object **out,
			struct led_error *error) __attribute__((warn_unused_result));

/* Whether a refusal (LED_PROVIDER) is about that field: one of its entries has a $source that
 * is the field's name, or ends in it ("contact.reference"). */
bool sage_refused_field(const struct led_error *error, const char *field);

/* The seconds to wait after an answer, within 0 … SAGE_RETRY_AFTER_MAX; 0 = it did not say
 * (never after a 429). */
int sage_retry_after(const struct http_answer *answer);

#endif
