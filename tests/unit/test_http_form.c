/* Forms, cookies and answers: what is taken, what is refused. */
#include "http/cookie.h"
#include "http/form.h"
#include "http/response.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static struct arena *arena;
static struct led_error error;
static struct http_response response;

static void set_up(void)
{
	arena = arena_new(262144);
	error = (struct led_error){0};
	http_response_init(&response, 65536);
	http_response_reset(&response, arena);
}

static void tear_down(void)
{
	http_response_release(&response);
	arena_free(arena);
}

TestSuite(http_form, .init = set_up, .fini = tear_down);

static enum led_err parse(const char *text, struct http_form *form)
{
	return http_form_parse(text, strlen(text), arena, form, &error);
}

Test(http_form, fields)
{
	struct http_form form;
	cr_assert_eq(parse("a=1&b=x+y%20z&a=2&&c&=v&d=%C3%A9=%26", &form), LED_OK);
	cr_assert_eq(form.count, 6);
	cr_assert_str_eq(http_form_get(&form, "a"), "1");
	cr_assert_str_eq(http_form_get(&form, "b"), "x y z");
	cr_assert_str_eq(http_form_get(&form, "c"), "");
	cr_assert_str_eq(http_form_get(&form, ""), "v");
	cr_assert_str_eq(http_form_get(&form, "d"), "\xc3\xa9=&");
	cr_assert_null(http_form_get(&form, "e"));
	size_t at = 0;
	cr_assert_str_eq(http_form_next(&form, "a", &at), "1");
	cr_assert_str_eq(http_form_next(&form, "a", &at), "2");
	cr_assert_null(http_form_next(&form, "a", &at));
	cr_assert_eq(parse("", &form), LED_OK);
	cr_assert_eq(form.count, 0);
	cr_assert_null(http_form_get(&(struct http_form){0}, "a"));
}

Test(http_form, refused)
{
	static const char *const texts[] = {"a=%",      "a=%4",        "a=%zz",
					    "%=1",      "a=%00b",      "a=%ff",
					    "a=%c0%af", "a=%ed%a0%80", "a=1&b=\xff"};
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct http_form form;
		cr_expect_eq(parse(texts[i], &form), LED_VALIDATION, "%s", texts[i]);
		cr_expect_str_eq(error.code, "malformed_form");
		cr_expect_eq(form.count, 0, "nothing of it may be used");
	}
}

Test(http_form, limits)
{
	struct http_form form;
	char fields[2 * HTTP_FORM_FIELDS_MAX + 2];
	for (size_t i = 0; i <= HTTP_FORM_FIELDS_MAX; i++)
		memcpy(fields + 2 * i, "a&", 2);
	fields[2 * HTTP_FORM_FIELDS_MAX + 1] = '\0';
	cr_expect_eq(parse(fields, &form), LED_VALIDATION);
	cr_expect_str_eq(error.code, "form_too_large");
	fields[2 * HTTP_FORM_FIELDS_MAX - 1] = '\0';
	cr_expect_eq(parse(fields, &form), LED_OK);
	cr_expect_eq(form.count, HTTP_FORM_FIELDS_MAX);
	char *large = calloc(1, HTTP_FORM_SIZE_MAX + 2);
	memset(large, 'a', HTTP_FORM_SIZE_MAX + 1);
	cr_expect_eq(parse(large, &form), LED_VALIDATION);
	large[HTTP_FORM_SIZE_MAX] = '\0';
	cr_expect_eq(parse(large, &form), LED_OK);
	free(large);
}

/* ---- cookies ---- */

static const char *cookie_of(const char *header, const char *name)
{
	char param[512];
	snprintf(param, sizeof param, "HTTP_COOKIE=%s", header);
	char *params[] = {param, NULL};
	const struct http_request request = {.arena = arena, .params = params};
	return http_cookie_get(&request, name);
}

Test(http_form, cookies_read)
{
	static const struct {
		const char *header, *value;
	} cases[] = {
		{"s=abc", "abc"},
		{"a=1; s=abc; b=2", "abc"},
		{"a=1;s=abc", "abc"},
		{"s=", ""},
		{"s=abc; s=abc", "abc"},
		{"s=abc; s=evil", NULL},
		{"xs=abc", NULL},
		{"s", NULL},
		{"S=abc", NULL},
		{"s=\"abc\"", NULL},
		{"s=a b", NULL},
		{"s=a=b", "a=b"},
		{"", NULL},
		{";;; s=abc ", NULL},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *value = cookie_of(cases[i].header, "s");
		if (cases[i].value) {
			cr_assert_not_null(value, "%s", cases[i].header);
			cr_expect_str_eq(value, cases[i].value);
		} else {
			cr_expect_null(value, "%s", cases[i].header);
		}
	}
}

Test(http_form, cookies_set)
{
	struct http_cookie cookie = {.name = "__Host-session", .value = "abc"};
	http_cookie_set(&response, &cookie);
	cr_assert_str_eq(http_response_header(&response, "set-cookie"),
			 "__Host-session=abc; Path=/; HttpOnly; SameSite=Lax; Secure");
	http_response_reset(&response, arena);
	cookie = (struct http_cookie){.name = "s", .value = "abc", .max_age = 60};
	http_cookie_set(&response, &cookie);
	cr_assert_str_eq(http_response_header(&response, "Set-Cookie"),
			 "s=abc; Path=/; HttpOnly; SameSite=Lax; Max-Age=60");
	http_response_reset(&response, arena);
	cookie = (struct http_cookie){.name = "s", .value = "", .max_age = -1, .secure = true};
	http_cookie_set(&response, &cookie);
	cr_assert_str_eq(http_response_header(&response, "Set-Cookie"),
			 "s=; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=0");
	cr_assert_not(response.failed);
}

Test(http_form, cookies_that_cannot_be_set)
{
	static const char *const values[] = {"a;b", "a b", "a\r\nX: y", "a,b", "a\"b", "\xc3\xa9"};
	for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
		http_response_reset(&response, arena);
		http_cookie_set(&response, &(struct http_cookie){.name = "s", .value = values[i]});
		cr_expect(response.failed, "%s", values[i]);
	}
	http_response_reset(&response, arena);
	http_cookie_set(&response, &(struct http_cookie){.name = "s=t", .value = "a"});
	cr_expect(response.failed);
}

/* ---- answers ---- */

static const char *head(void)
{
	static struct buf out;
	buf_release(&out);
	buf_init(&out, 16384);
	return http_response_head(&response, &out) ? buf_str(&out) : NULL;
}

Test(http_form, an_error)
{
	http_response_error(&response, 503, "busy", "Say \"when\"");
	cr_assert_str_eq(buf_str(&response.body),
			 "{\"error\":\"busy\",\"message\":\"Say \\\"when\\\"\"}");
	cr_assert_not_null(strstr(head(), "\r\nRetry-After: 30\r\n"));
	http_response_reset(&response, arena);
	http_response_error(&response, 404, "not_found", "No.");
	cr_assert_null(strstr(head(), "Retry-After"));
	cr_assert_not_null(strstr(head(), "Status: 404 Not Found\r\n"));
}

Test(http_form, a_redirect)
{
	http_response_redirect(&response, "/runs?after=%20");
	cr_assert_str_eq(head(), "Status: 303 See Other\r\nLocation: /runs?after=%20\r\n"
				 "Content-Length: 0\r\n\r\n");
	static const char *const bad[] = {"/a\r\nX: y", "/a b", "/\xc3\xa9"};
	for (size_t i = 0; i < 3; i++) {
		http_response_reset(&response, arena);
		http_response_redirect(&response, bad[i]);
		cr_expect_null(head(), "%s", bad[i]);
	}
}

Test(http_form, headers)
{
	http_response_html(&response, 200);
	http_response_add(&response, "X-A", "1");
	http_response_set(&response, "x-a", "2");
	http_response_add(&response, "X-B", "tab\tand \xc3\xa9");
	cr_assert_str_eq(head(), "Status: 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"
				 "x-a: 2\r\nX-B: tab\tand \xc3\xa9\r\nContent-Length: 0\r\n\r\n");
	static const struct {
		const char *name, *value;
	} bad[] = {{"X A", "1"},    {"", "1"},        {"X:A", "1"},       {"X-A", "a\rb"},
		   {"X-A", "a\nb"}, {"X-A", "a\x7f"}, {"X-\xc3\xa9", "1"}};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		http_response_reset(&response, arena);
		http_response_html(&response, 200);
		http_response_add(&response, bad[i].name, bad[i].value);
		cr_expect_null(head(), "%zu", i);
	}
}

Test(http_form, an_answer_that_is_none)
{
	cr_assert_null(head(), "no status");
	http_response_html(&response, 200);
	for (int i = 0; i < 70000; i++)
		buf_add_char(&response.body, 'x');
	cr_assert_null(head(), "over its cap");
	http_response_reset(&response, arena);
	http_response_html(&response, 200);
	for (int i = 0; i < HTTP_RESPONSE_HEADERS_MAX; i++)
		http_response_add(&response, "X-A", "1");
	cr_assert_null(head(), "too many headers");
}
