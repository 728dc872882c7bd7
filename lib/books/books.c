#include "books/books.h"
#include "base/json.h"
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void books_warn(struct books_warnings *warnings, const char *code, const char *format, ...)
{
	for (size_t i = 0; i < warnings->count; i++)
		if (strcmp(warnings->item[i].code, code) == 0)
			return;
	/* There are fewer codes of warnings than room for them. */
	if (warnings->count == BOOKS_WARNINGS_MAX)
		return;
	struct books_warning *warning = &warnings->item[warnings->count++];
	va_list args;
	va_start(args, format);
	vsnprintf(warning->detail, sizeof warning->detail, format, args);
	va_end(args);
	text_utf8_mend(warning->detail);
	warning->code = code;
}

const char *books_with_idempotency_id(struct arena *arena, const char *body, const char *id)
{
	/* The resource, which is never empty, is the body's one member: both end together. */
	return arena_printf(arena, "%.*s,\"idempotency_id\":\"%s\"}}", (int)strlen(body) - 2, body,
			    id);
}

enum led_err books_body_digest(const char *body, unsigned char out[DIGEST_SIZE],
			       struct led_error *error)
{
	if (digest_sha256(body, strlen(body), out) == LED_OK)
		return LED_OK;
	return led_fail(error, LED_INTERNAL, "digest_failed",
			"The SHA-256 of a request body could not be computed.");
}

enum led_err books_compare_total(int64_t expected, struct json_object *total_amount,
				 struct books_warnings *warnings, struct led_error *error)
{
	char ours[DECIMAL_TEXT_MAX], theirs[DECIMAL_TEXT_MAX];
	struct decimal total;
	if (!json_decimal(total_amount, MONEY_SCALE, &total))
		return led_fail(error, LED_SERDE, "sage_answer_invalid",
				"Sage's answer has no total_amount.");
	if (total.units != expected)
		books_warn(warnings, "total_mismatch", "Magento %s, Sage %s",
			   decimal_print(money_of(expected), ours), decimal_print(total, theirs));
	return LED_OK;
}
