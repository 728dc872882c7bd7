/* What shops and Sage answer, and the shop's address that a merchant types. */
#include "base/json.h"
#include "magento/answer.h"
#include "magento/url.h"
#include "sage/errors.h"
#include "targets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TENANT     "0d9c0b1e-5b1a-4a6e-9c43-8f6f2f7f3a10"
#define ARENA_CAP  (4 * 1024 * 1024)
#define ANSWER_MAX (1024 * 1024)

/* What is taken is an https URL in normal form: taken again, it is the same. */
void fuzz_url(const uint8_t *data, size_t size)
{
	const struct magento_url_rules rules = {.ports = "8444"};
	char out[MAGENTO_URL_MAX + 1], again[MAGENTO_URL_MAX + 1], host[MAGENTO_URL_MAX + 1];
	struct led_error error = {0};
	char *text = fuzz_text(data, size);
	enum led_err err = magento_url_parse(text, &rules, out, &error);
	free(text);
	if (err) {
		fuzz_promise(err == LED_VALIDATION && *error.message, "a refusal says why");
		return;
	}
	fuzz_promise(strncmp(out, "https://", 8) == 0, "only https is taken");
	fuzz_promise(!strpbrk(out, "?#\\ "), "nothing but host, port and path");
	fuzz_promise(!magento_url_parse(out, &rules, again, NULL), "the normal form is taken");
	fuzz_promise(strcmp(out, again) == 0, "and is the same");
	magento_url_host(out, host);
	fuzz_promise(!strpbrk(host, "@%:[]"), "a host has its characters");
	size_t last = strlen(host);
	while (last && host[last - 1] != '.')
		last--;
	fuzz_promise(last > 0 && strspn(host + last, "0123456789") < strlen(host + last),
		     "a host is a name");
}

/* The input's first byte chooses the status and the type, the rest is the body. */
static struct http_answer answer_of(const uint8_t *data, size_t size)
{
	static const int statuses[] = {200, 201, 204, 301, 400, 401, 403, 404,
				       408, 409, 422, 429, 500, 503, 200, 200};
	struct http_answer answer;
	http_answer_init(&answer);
	buf_init(&answer.body, ANSWER_MAX);
	answer.status = statuses[size ? data[0] & 15 : 0];
	answer.retry_after = size && data[0] & 32 ? data[0] : -1;
	snprintf(answer.content_type, sizeof answer.content_type, "%s",
		 size && data[0] & 16 ? "text/html" : "application/json");
	if (size)
		buf_add(&answer.body, data + 1, size - 1);
	return answer;
}

static void check(enum led_err err, const struct json_object *out, const struct led_error *error)
{
	if (!err)
		return;
	fuzz_promise(!out, "a refusal hands nothing out");
	fuzz_promise(error->class == err && *error->code && *error->message,
		     "a refusal says its class, code and message");
}

void fuzz_shop(const uint8_t *data, size_t size)
{
	struct http_answer answer = answer_of(data, size);
	struct json_object *out;
	struct led_error error = {0};
	struct magento_payment_method *methods;
	size_t count = 0;
	char when[40];
	enum led_err err = magento_answer_judge(&answer, true, &out, &error);
	check(err, out, &error);
	json_object_put(out);
	err = magento_answer_judge(&answer, false, &out, &error);
	check(err, out, &error);
	struct arena *arena = arena_new(ARENA_CAP);
	fuzz_promise(arena != NULL, "memory");
	if (!err && magento_read_ping(out, TENANT, when))
		fuzz_promise(memchr(when, '\0', sizeof when) != NULL, "the shop's time ends");
	if (!err && !magento_read_payment_methods(out, arena, &methods, &count))
		for (size_t i = 0; i < count; i++)
			fuzz_promise(methods[i].code != NULL, "a method has its code");
	json_object_put(out);
	arena_free(arena);
	http_answer_release(&answer);
}

void fuzz_sage(const uint8_t *data, size_t size)
{
	struct http_answer answer = answer_of(data, size);
	struct json_object *out;
	struct led_error error = {0};
	enum led_err err = sage_judge(&answer, &out, &error);
	check(err, out, &error);
	int wait = sage_retry_after(&answer);
	fuzz_promise(wait >= 0 && wait <= SAGE_RETRY_AFTER_MAX, "a wait is within its bounds");
	json_object_put(out);
	http_answer_release(&answer);
}
