/* Requests as FastCGI gives them, and the routes they take. */
#include "http/request.h"
#include "http/route.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ID "0123456789abcdef0123456789abcdef"

static struct arena *arena;
static struct led_error error;

static void set_up(void)
{
	arena = arena_new(65536);
	error = (struct led_error){0};
}

static void tear_down(void)
{
	arena_free(arena);
}

TestSuite(http_request, .init = set_up, .fini = tear_down);

/* A request for `uri` with four parameters at most beside it. */
static enum led_err make(struct http_request *request, const char *method, const char *uri,
			 const char *prefix, const char *const extra[4])
{
	static char text[2][8192];
	static char *params[8];
	size_t n = 0;
	snprintf(text[0], sizeof text[0], "REQUEST_METHOD=%s", method);
	snprintf(text[1], sizeof text[1], "REQUEST_URI=%s", uri);
	params[n++] = text[0];
	params[n++] = text[1];
	for (size_t i = 0; extra && i < 4 && extra[i]; i++)
		params[n++] = (char *)(uintptr_t)extra[i];
	params[n] = NULL;
	return http_request_init(request, arena, params, prefix, &error);
}

Test(http_request, parts)
{
	static const char *const extra[4] = {"REMOTE_ADDR=192.0.2.1", ("REQUEST_ID=" ID),
					     "HTTP_IDEMPOTENCY_KEY=k", "CONTENT_TYPE=text/x"};
	struct http_request request;
	cr_assert_eq(make(&request, "GET", "/a%2Fb/%C3%A9?x=1&y=/?", "", extra), LED_OK);
	cr_assert_eq(request.method, HTTP_METHOD_GET);
	cr_assert_str_eq(request.path, "/a%2Fb/%C3%A9");
	cr_assert_eq(request.segment_count, 2);
	cr_assert_str_eq(request.segments[0], "a/b");
	cr_assert_str_eq(request.segments[1], "\xc3\xa9");
	cr_assert_str_eq(request.query, "x=1&y=/?");
	cr_assert_str_eq(request.client_address, "192.0.2.1");
	cr_assert_str_eq(request.id, ID);
	cr_assert_str_eq(http_request_header(&request, "idempotency-KEY"), "k");
	cr_assert_str_eq(http_request_header(&request, "Content-Type"), "text/x");
	cr_assert_null(http_request_header(&request, "Idempotency"));
	cr_assert_null(http_request_header(&request, "X-Absent"));
}

Test(http_request, paths)
{
	static const struct {
		const char *uri;
		int segments; /* -1 = refused */
		const char *last;
	} cases[] = {
		{"/", 0, ""},
		{"/?q", 0, ""},
		{"/a", 1, "a"},
		{"/a/", 2, ""},
		{"//a", 2, "a"},
		{"/a+b", 1, "a+b"},
		{"/a%20b", 1, "a b"},
		{"/%2e%2e", -1, NULL},
		{"/..", -1, NULL},
		{"/a/./b", -1, NULL},
		{"/%", -1, NULL},
		{"/%4", -1, NULL},
		{"/%zz", -1, NULL},
		{"/a%00b", -1, NULL},
		{"/%ff", -1, NULL},
		{"/%c0%af", -1, NULL},
		{"", 0, ""},
		{"relative", -1, NULL},
		{"*", -1, NULL},
		{"/...", 1, "..."},
		{"/1/2/3/4/5/6/7/8/9/a/b/c/d/e/f/g", 16, "g"},
		{"/1/2/3/4/5/6/7/8/9/a/b/c/d/e/f/g/h", -1, NULL},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct http_request request;
		enum led_err err = make(&request, "GET", cases[i].uri, "", NULL);
		cr_expect_eq(err, cases[i].segments < 0 ? LED_VALIDATION : LED_OK, "%s",
			     cases[i].uri);
		if (err || cases[i].segments <= 0)
			continue;
		cr_expect_eq(request.segment_count, (size_t)cases[i].segments, "%s", cases[i].uri);
		cr_expect_str_eq(request.segments[request.segment_count - 1], cases[i].last);
	}
}

Test(http_request, a_path_that_is_too_long)
{
	static char uri[HTTP_PATH_MAX + 2];
	struct http_request request;
	memset(uri, 'a', sizeof uri - 1);
	uri[0] = '/';
	cr_assert_eq(make(&request, "GET", uri, "", NULL), LED_VALIDATION);
	uri[HTTP_PATH_MAX] = '\0';
	cr_assert_eq(make(&request, "GET", uri, "", NULL), LED_OK);
}

Test(http_request, the_public_prefix)
{
	static const struct {
		const char *uri;
		enum led_err err;
		size_t segments;
	} cases[] = {
		{"/x/a", LED_OK, 1},         {"/x/", LED_OK, 0},           {"/x", LED_OK, 0},
		{"/x?q", LED_OK, 0},         {"/xa", LED_NOT_FOUND, 0},    {"/", LED_NOT_FOUND, 0},
		{"/a/x/", LED_NOT_FOUND, 0}, {"/%78/a", LED_NOT_FOUND, 0},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct http_request request;
		cr_expect_eq(make(&request, "GET", cases[i].uri, "/x", NULL), cases[i].err, "%s",
			     cases[i].uri);
		cr_expect_eq(request.segment_count, cases[i].segments, "%s", cases[i].uri);
	}
}

Test(http_request, ids_are_nginxs_or_fresh)
{
	static const char *const forged[] = {"REQUEST_ID=x", "REQUEST_ID=", ("REQUEST_ID=" ID "0"),
					     "REQUEST_ID=\"}0123456789abcdef0123456789ab"};
	struct http_request one, two;
	cr_assert_eq(make(&one, "GET", "/", "", NULL), LED_OK);
	cr_assert_eq(make(&two, "GET", "/", "", NULL), LED_OK);
	cr_assert_eq(strlen(one.id), 32);
	cr_assert_str_neq(one.id, two.id);
	for (size_t i = 0; i < sizeof forged / sizeof forged[0]; i++) {
		const char *const extra[4] = {forged[i]};
		cr_assert_eq(make(&one, "GET", "/", "", extra), LED_OK);
		cr_assert_eq(strspn(one.id, "0123456789abcdef"), 32, "%s", forged[i]);
		cr_assert_eq(strlen(one.id), 32);
	}
}

Test(http_request, bearer)
{
	static const struct {
		const char *header, *token;
	} cases[] = {
		{"HTTP_AUTHORIZATION=Bearer abc", "abc"},
		{"HTTP_AUTHORIZATION=bearer abc", "abc"},
		{"HTTP_AUTHORIZATION=BEARER  abc", "abc"},
		{"HTTP_AUTHORIZATION=Basic abc", NULL},
		{"HTTP_AUTHORIZATION=Bearer", NULL},
		{"HTTP_AUTHORIZATION=Bearer ", NULL},
		{"HTTP_AUTHORIZATION=", NULL},
		{"HTTP_X=1", NULL},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *const extra[4] = {cases[i].header};
		struct http_request request;
		cr_assert_eq(make(&request, "GET", "/", "", extra), LED_OK);
		const char *token = http_request_bearer(&request);
		if (cases[i].token)
			cr_expect_str_eq(token, cases[i].token);
		else
			cr_expect_null(token, "%s", cases[i].header);
	}
}

Test(http_request, memory_is_bounded)
{
	struct http_request request;
	char *params[] = {(char[]){"REQUEST_URI=/aaaaaaaaaaaaaaaaaaaaaaaaa"}, NULL};
	for (size_t cap = 0; cap < 90; cap++) {
		struct arena *small = arena_new(cap);
		enum led_err err = http_request_init(&request, small, params, "", &error);
		cr_assert(err == LED_INTERNAL || err == LED_OK, "cap %zu", cap);
		cr_assert(cap < 60 ? err == LED_INTERNAL : true);
		arena_free(small);
	}
}

/* ---- bodies ---- */

struct source {
	const char *text;
	bool broken;
};

static long read_source(void *stream, char *out, size_t len)
{
	struct source *source = stream;
	size_t have = strlen(source->text);
	if (source->broken)
		return -1;
	memcpy(out, source->text, have < len ? have : len);
	return (long)(have < len ? have : len);
}

Test(http_request, bodies)
{
	static const struct {
		const char *length, *text;
		bool broken;
		enum http_body_result result;
	} cases[] = {
		{"CONTENT_LENGTH=5", "abcde", false, HTTP_BODY_OK},
		{"CONTENT_LENGTH=0", "", false, HTTP_BODY_OK},
		{"CONTENT_LENGTH=", "", false, HTTP_BODY_OK},
		{"HTTP_X=none", "", false, HTTP_BODY_OK},
		{"CONTENT_LENGTH=6", "abcdef", false, HTTP_BODY_TOO_LARGE},
		{"CONTENT_LENGTH=9223372036854775807", "abcdef", false, HTTP_BODY_TOO_LARGE},
		{"CONTENT_LENGTH=5", "abcd", false, HTTP_BODY_SHORT},
		{"CONTENT_LENGTH=5", "", true, HTTP_BODY_UNREADABLE},
		{"CONTENT_LENGTH=-1", "", false, HTTP_BODY_UNREADABLE},
		{"CONTENT_LENGTH=5x", "abcde", false, HTTP_BODY_UNREADABLE},
		{"CONTENT_LENGTH=99999999999999999999", "", false, HTTP_BODY_UNREADABLE},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *const extra[4] = {cases[i].length};
		struct http_request request;
		struct source source = {cases[i].text, cases[i].broken};
		const struct http_body_source body = {read_source, &source};
		cr_assert_eq(make(&request, "POST", "/", "", extra), LED_OK);
		cr_expect_eq(http_request_read_body(&request, &body, 5), cases[i].result, "%s",
			     cases[i].length);
		bool kept = cases[i].result == HTTP_BODY_OK;
		cr_expect_str_eq(request.body, kept ? cases[i].text : "");
		cr_expect_eq(request.body_len, kept ? strlen(cases[i].text) : 0);
	}
}

/* ---- routes ---- */

static enum led_err never(void *program, struct http_request *request,
			  struct http_response *response, struct led_error *why)
{
	(void)program;
	(void)request;
	(void)response;
	return led_fail(why, LED_INTERNAL, "called", "A test called a handler");
}

static const struct http_route ROUTES[] = {
	{HTTP_METHOD_GET, "/", never, 0, 0},
	{HTTP_METHOD_POST, "/webhooks/magento/{tenant}/{event}", never, 0, 0},
	{HTTP_METHOD_GET, "/runs/new", never, 0, 0},
	{HTTP_METHOD_GET, "/runs/{id}", never, 0, 0},
	{HTTP_METHOD_POST, "/runs/{id}", never, 0, 0},
};

Test(http_request, routes)
{
	static const struct {
		const char *method, *uri;
		int route; /* -1 = no path, -2 = no method */
		const char *allow;
	} cases[] = {
		{"GET", "/", 0, ""},
		{"HEAD", "/", 0, ""},
		{"POST", "/", -2, "GET, HEAD"},
		{"POST", "/webhooks/magento/t/invoice.created", 1, ""},
		{"GET", "/webhooks/magento/t/e", -2, "POST"},
		{"POST", "/webhooks/magento/t", -1, ""},
		{"POST", "/webhooks/magento/t/", -1, ""},
		{"POST", "/webhooks/magento//e", -1, ""},
		{"POST", "/webhooks/magento/t/e/x", -1, ""},
		{"POST", "/Webhooks/magento/t/e", -1, ""},
		{"GET", "/runs/new", 2, ""},
		{"GET", "/runs/new%2F", 3, ""},
		{"GET", "/runs/n", 3, ""},
		{"POST", "/runs/new", 4, ""},
		{"PUT", "/runs/7", -2, "GET, HEAD, POST"},
		{"get", "/runs/7", -2, "GET, HEAD, POST"},
		{"GET", "/runs", -1, ""},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct http_request request;
		unsigned allowed;
		char allow[64];
		cr_assert_eq(make(&request, cases[i].method, cases[i].uri, "", NULL), LED_OK);
		enum http_route_result result = http_route_find(
			ROUTES, sizeof ROUTES / sizeof ROUTES[0], &request, &allowed);
		enum http_route_result expected = cases[i].route == -1   ? HTTP_ROUTE_NO_PATH
						  : cases[i].route == -2 ? HTTP_ROUTE_NO_METHOD
									 : HTTP_ROUTE_FOUND;
		cr_expect_eq(result, expected, "%s", cases[i].uri);
		if (cases[i].route >= 0)
			cr_expect_eq(request.route, &ROUTES[cases[i].route], "%s", cases[i].uri);
		else
			cr_expect_null(request.route);
		if (cases[i].route == -2)
			cr_expect_str_eq(http_route_allow(allowed, allow, sizeof allow),
					 cases[i].allow);
	}
}

Test(http_request, captures)
{
	struct http_request request;
	unsigned allowed;
	cr_assert_eq(make(&request, "POST", "/webhooks/magento/a%2Fb/x%20y", "", NULL), LED_OK);
	cr_assert_eq(http_route_find(ROUTES, sizeof ROUTES / sizeof ROUTES[0], &request, &allowed),
		     HTTP_ROUTE_FOUND);
	cr_assert_str_eq(http_request_capture(&request, "tenant"), "a/b");
	cr_assert_str_eq(http_request_capture(&request, "event"), "x y");
	cr_assert_null(http_request_capture(&request, "even"));
	cr_assert_null(http_request_capture(&request, "events"));
}
