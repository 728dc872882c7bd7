#include "books/books.h"
#include "base/json.h"
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void books_document_release(struct books_document *document)
{
	json_object_put(document->body);
	document->body = NULL;
}

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

enum led_err books_set_idempotency_id(struct json_object *body, const char *id,
				      struct led_error *error)
{
	struct json_object *resource = NULL;
	json_object_object_foreach(body, key, value)
	{
		(void)key;
		resource = value;
	}
	struct json_object *text = json_object_new_string(id);
	if (resource && text && json_object_object_add(resource, "idempotency_id", text) == 0)
		return LED_OK;
	json_object_put(text);
	return led_fail(error, LED_INTERNAL, "out_of_memory", "No memory for the request body.");
}

enum led_err books_body_digest(struct json_object *body, unsigned char out[DIGEST_SIZE],
			       struct led_error *error)
{
	const char *text = json_object_to_json_string_ext(
		body, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
	if (text && digest_sha256(text, strlen(text), out) == LED_OK)
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
