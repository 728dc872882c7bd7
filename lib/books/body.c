#include "books/body.h"
#include "base/json.h"

#define BODY_MAX (16 * 1024 * 1024 - 1) /* bytes: what an intent's column holds */

static void enter(struct body *body, char bracket)
{
	buf_add_char(&body->text, bracket);
	body->is_empty = true;
}

static void leave(struct body *body, char bracket)
{
	buf_add_char(&body->text, bracket);
	body->is_empty = false;
}

/* What stands before a value. */
static void precede(struct body *body, const char *key)
{
	if (!body->is_empty)
		buf_add_char(&body->text, ',');
	body->is_empty = false;
	if (key) {
		json_quote(&body->text, key);
		buf_add_char(&body->text, ':');
	}
}

void body_init(struct body *body)
{
	*body = (struct body){0};
	buf_init(&body->text, BODY_MAX);
	enter(body, '{');
}

enum led_err body_finish(struct body *body, struct arena *arena, const char **out,
			 struct led_error *error)
{
	leave(body, '}');
	bool failed = body->failed || body->text.failed;
	*out = failed ? NULL : arena_strndup(arena, body->text.data, body->text.len);
	buf_release(&body->text);
	return *out ? LED_OK
		    : led_fail(error, LED_INTERNAL, "out_of_memory", "No memory for a body.");
}

void body_object(struct body *body, const char *key)
{
	precede(body, key);
	enter(body, '{');
}

void body_end_object(struct body *body)
{
	leave(body, '}');
}

void body_list(struct body *body, const char *key)
{
	precede(body, key);
	enter(body, '[');
}

void body_end_list(struct body *body)
{
	leave(body, ']');
}

void body_tag(struct body *body, const char *key, const char *text)
{
	body_list(body, key);
	body_text(body, NULL, text);
	body_end_list(body);
}

void body_text(struct body *body, const char *key, const char *text)
{
	if (!text)
		return;
	precede(body, key);
	json_quote(&body->text, text);
}

/* A value that is no text, as it stands in JSON. */
static void add_bare(struct body *body, const char *key, const char *value)
{
	precede(body, key);
	buf_add_str(&body->text, value);
}

void body_null(struct body *body, const char *key)
{
	add_bare(body, key, "null");
}

void body_flag(struct body *body, const char *key, bool value)
{
	add_bare(body, key, value ? "true" : "false");
}

void body_int(struct body *body, const char *key, int64_t value)
{
	precede(body, key);
	buf_add_int(&body->text, value);
}

void body_decimal(struct body *body, const char *key, struct decimal value)
{
	char digits[DECIMAL_TEXT_MAX];
	add_bare(body, key, decimal_print(value, digits));
}

void body_quantity(struct body *body, const char *key, struct decimal value)
{
	char digits[DECIMAL_TEXT_MAX];
	add_bare(body, key, decimal_print_short(value, digits));
}

void body_money(struct body *body, const char *key, int64_t minor)
{
	body_decimal(body, key, money_of(minor));
}
