/* What shops send: tokens, JSON, paths, queries, forms, cookies. */
#include "base/buf.h"
#include "base/json.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "crypto/token.h"
#include "http/cookie.h"
#include "http/form.h"
#include "http/route.h"
#include "targets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TENANT    "0d9c0b1e-5b1a-4a6e-9c43-8f6f2f7f3a10"
#define NOW       INT64_C(1767225600)
#define SKEW      120
#define ARENA_CAP (1024 * 1024)

static const struct secret key = {.bytes = (unsigned char *)"0123456789abcdef0123456789abcdef",
				  .len = 32};

static enum led_err judge(const char *token, size_t len)
{
	struct token_claims claims = {.exp = 0};
	struct led_error error = {0};
	enum led_err err = token_verify(&key, token, len, TENANT, NOW, SKEW, &claims, &error);
	fuzz_promise(err == LED_OK || err == LED_AUTH, "a token is judged");
	if (err)
		fuzz_promise(*error.code != '\0', "a refusal has its code");
	else
		fuzz_promise(claims.jti[0] && claims.exp > NOW - SKEW &&
				     claims.exp <= NOW + SKEW + TOKEN_LIFE_MAX,
			     "what is accepted is in force");
	return err;
}

/* The input as a token; and as "header\nclaims", signed as a shop would. */
void fuzz_token(const uint8_t *data, size_t size)
{
	char subject[UUID_SIZE], encoded[2 * TOKEN_MAX], mac_text[64];
	unsigned char mac[DIGEST_SIZE];
	const char *text = (const char *)data;
	const char *line = size ? memchr(text, '\n', size) : NULL;
	fuzz_promise(judge(text, size) == LED_AUTH, "nobody guesses a signature");
	if (token_subject(text, size, subject))
		fuzz_promise(memchr(subject, '\0', sizeof subject) != NULL, "a subject ends");
	if (!line || size > TOKEN_MAX)
		return;
	size_t head = (size_t)(line - text);
	struct buf token;
	buf_init(&token, sizeof encoded);
	text_base64url(text, head, encoded);
	buf_add_str(&token, encoded);
	buf_add_char(&token, '.');
	text_base64url(line + 1, size - head - 1, encoded);
	buf_add_str(&token, encoded);
	fuzz_promise(!digest_hmac(&key, buf_str(&token), token.len, mac), "HMAC");
	text_base64url(mac, sizeof mac, mac_text);
	buf_add_char(&token, '.');
	buf_add_str(&token, mac_text);
	if (!token.failed)
		judge(buf_str(&token), token.len);
	buf_release(&token);
}

static void read_members(struct json_object *json)
{
	int64_t number;
	struct decimal decimal;
	json_object_object_foreach(json, name, value)
	{
		const char *text = json_string(json, name);
		fuzz_promise(!text || strlen(text) == (size_t)json_object_get_string_len(value),
			     "a text holds no NUL");
		if (json_int(json, name, -5, 5, &number))
			fuzz_promise(number >= -5 && number <= 5, "a number is within its bounds");
		if (json_decimal(value, 4, &decimal))
			fuzz_promise(decimal.scale == 4, "a decimal has the scale asked for");
	}
}

/* What was taken is taken again when printed, and is the same. */
void fuzz_json(const uint8_t *data, size_t size)
{
	struct json_object *json = NULL, *again = NULL;
	struct led_error error = {0};
	enum led_err err = json_parse((const char *)data, size, &json, &error);
	if (err) {
		fuzz_promise(err == LED_SERDE && !json, "a refusal is one of form");
		return;
	}
	fuzz_promise(text_utf8_valid((const char *)data, size), "only UTF-8 is taken");
	const char *text = json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN);
	fuzz_promise(!json_parse(text, strlen(text), &again, NULL), "what is printed is taken");
	fuzz_promise(json_object_equal(json, again), "and is the same");
	if (json_object_is_type(json, json_type_object))
		read_members(json);
	json_object_put(again);
	json_object_put(json);
}

void fuzz_form(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(ARENA_CAP);
	struct http_form form;
	fuzz_promise(arena != NULL, "memory");
	enum led_err err = http_form_parse((const char *)data, size, arena, &form, NULL);
	fuzz_promise(!err || (err == LED_VALIDATION && form.count == 0), "all of a form or none");
	fuzz_promise(form.count <= HTTP_FORM_FIELDS_MAX, "a form has its most fields");
	for (size_t i = 0; i < form.count; i++) {
		const struct http_field *field = &form.fields[i];
		fuzz_promise(text_utf8_valid(field->name, strlen(field->name)) &&
				     text_utf8_valid(field->value, strlen(field->value)),
			     "a field is UTF-8");
		fuzz_promise(http_form_get(&form, field->name) != NULL, "a field is found");
	}
	arena_free(arena);
}

/* A parameter "NAME=input" as FastCGI gives it. */
static char *param_of(const char *name, const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);
	size_t room = strlen(name) + strlen(text) + 2;
	char *param = malloc(room);
	fuzz_promise(param != NULL, "memory");
	snprintf(param, room, "%s=%s", name, text);
	free(text);
	return param;
}

void fuzz_cookie(const uint8_t *data, size_t size)
{
	char *param = param_of("HTTP_COOKIE", data, size);
	char *const params[] = {param, NULL};
	struct http_request request = {.arena = arena_new(ARENA_CAP), .params = params};
	fuzz_promise(request.arena != NULL, "memory");
	const char *value = http_cookie_get(&request, "__Host-ledger");
	for (const char *c = value ? value : ""; *c; c++)
		fuzz_promise(*c > ' ' && *c < 0x7f && !strchr("\",;\\", *c),
			     "a cookie has its characters");
	arena_free(request.arena);
	free(param);
}

void fuzz_path(const uint8_t *data, size_t size)
{
	static const struct http_route routes[] = {
		{HTTP_METHOD_POST, "/webhooks/magento/{tenant}/{event}", NULL, 0, 0},
		{HTTP_METHOD_GET, "/v1/status", NULL, 0, 0},
	};
	char *uri = param_of("REQUEST_URI", data, size);
	char method[] = "REQUEST_METHOD=POST";
	char *const params[] = {method, uri, NULL};
	struct http_request request;
	unsigned allowed;
	struct arena *arena = arena_new(ARENA_CAP);
	fuzz_promise(arena != NULL, "memory");
	enum led_err err = http_request_init(&request, arena, params, "", NULL);
	fuzz_promise(err == LED_OK || err == LED_VALIDATION, "a path is judged");
	for (size_t i = 0; !err && i < request.segment_count; i++)
		fuzz_promise(text_utf8_valid(request.segments[i], strlen(request.segments[i])) &&
				     strcmp(request.segments[i], "..") != 0,
			     "a segment stays where it is");
	if (!err && http_route_find(routes, 2, &request, &allowed) == HTTP_ROUTE_FOUND)
		fuzz_promise(*http_request_capture(&request, "tenant") != '\0',
			     "a capture is never empty");
	arena_free(arena);
	free(uri);
}
