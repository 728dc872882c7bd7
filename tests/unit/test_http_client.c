/* Calls to other servers: limits, refusals, what is never sent twice. */
#include "http/client.h"
#include "tcp_server.h"

#include <criterion/criterion.h>
#include <poll.h>

struct fixture {
	struct tcp_server server;
	struct http_client *client;
	struct http_answer answer;
	struct led_error error;
	char url[128];
};

static void begin(struct fixture *f, void (*serve)(struct tcp_server *, int, int))
{
	*f = (struct fixture){0};
	tcp_server_start(&f->server, serve);
	f->client = http_client_new(&(struct http_client_options){.allow_http_loopback = true});
	cr_assert_not_null(f->client);
	http_answer_init(&f->answer);
	snprintf(f->url, sizeof f->url, "http://127.0.0.1:%d/path?query", f->server.port);
}

static void end(struct fixture *f)
{
	http_client_free(f->client); /* first: the server may wait for our end to close */
	tcp_server_stop(&f->server);
	http_answer_release(&f->answer);
}

static enum led_err get(struct fixture *f, bool fresh)
{
	struct http_call call = {.method = "GET", .url = f->url, .fresh = fresh};
	return http_client_call(f->client, &call, &f->answer, &f->error);
}

static enum led_err post(struct fixture *f)
{
	struct http_call call = {.method = "POST",
				 .url = f->url,
				 .body = "{\"a\":1}",
				 .body_len = 7,
				 .content_type = "application/json"};
	return http_client_call(f->client, &call, &f->answer, &f->error);
}

/* Answers every request of every connection. */
static void serve_ok(struct tcp_server *server, int fd, int n)
{
	(void)n;
	while (tcp_server_read(server, fd))
		tcp_server_answer(fd, "200 OK",
				  "Content-Type: application/json;charset=utf-8\r\n"
				  "X-Request-Id: r-1\r\nx-business:  b-1 \r\nRetry-After: 7\r\n"
				  "Set-Cookie: PHPSESSID=x\r\n",
				  "[]");
}

Test(http_client, a_whole_exchange)
{
	struct fixture f;
	begin(&f, serve_ok);
	struct http_call call = {.method = "PUT",
				 .url = f.url,
				 .bearer = "tok.en",
				 .bearer_len = 6,
				 .headers = {{"X-Business", "b-1"}},
				 .body = "{\"a\":1}",
				 .body_len = 7,
				 .content_type = "application/json"};
	cr_assert_eq(http_client_call(f.client, &call, &f.answer, &f.error), LED_OK, "%s",
		     f.error.message);
	cr_assert_eq(f.answer.status, 200);
	cr_assert_str_eq(buf_str(&f.answer.body), "[]");
	cr_assert(http_answer_is_json(&f.answer));
	cr_assert_str_eq(f.answer.request_id, "r-1");
	cr_assert_str_eq(f.answer.business, "b-1");
	cr_assert_eq(f.answer.retry_after, 7);
	cr_assert(f.answer.maybe_received);
	cr_assert_eq(get(&f, false), LED_OK);
	end(&f);
	cr_assert_eq(f.server.connections, 1, "the connection is kept");
	cr_assert_null(strstr(f.server.last, "Cookie"), "cookies are not sent back");
	cr_assert_null(strstr(f.server.last, "Authorization"), "nothing is inherited");
	cr_assert_null(strstr(f.server.last, "X-Business"));
}

Test(http_client, what_is_sent)
{
	struct fixture f;
	begin(&f, serve_ok);
	struct http_call call = {.method = "PUT",
				 .url = f.url,
				 .bearer = "tok.en-and-more",
				 .bearer_len = 6,
				 .headers = {{"X-Business", "b-1"}},
				 .body = "{\"a\":1}",
				 .body_len = 7,
				 .content_type = "application/json"};
	cr_assert_eq(http_client_call(f.client, &call, &f.answer, &f.error), LED_OK);
	end(&f);
	static const char *const parts[] = {
		"PUT /path?query HTTP/1.1\r\n",     "\r\nUser-Agent: Ledger\r\n",
		"\r\nAccept: application/json\r\n", "\r\nAuthorization: Bearer tok.en\r\n",
		"\r\nX-Business: b-1\r\n",          "\r\nContent-Type: application/json\r\n",
		"\r\nContent-Length: 7\r\n",        "\r\n\r\n{\"a\":1}",
	};
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
		cr_assert_not_null(strstr(f.server.last, parts[i]), "%s in %s", parts[i],
				   f.server.last);
	cr_assert_null(strcasestr(f.server.last, "expect:"));
	cr_assert_null(strcasestr(f.server.last, "accept-encoding:"));
}

static void serve_redirect(struct tcp_server *server, int fd, int n)
{
	(void)n;
	char location[64];
	snprintf(location, sizeof location, "Location: http://127.0.0.1:%d/other\r\n",
		 server->port);
	if (tcp_server_read(server, fd))
		tcp_server_answer(fd, "302 Found", location, "");
}

Test(http_client, redirects_are_not_followed)
{
	struct fixture f;
	begin(&f, serve_redirect);
	cr_assert_eq(get(&f, false), LED_OK);
	cr_assert_eq(f.answer.status, 302);
	end(&f);
	cr_assert_eq(f.server.requests, 1);
}

static void serve_announced_huge(struct tcp_server *server, int fd, int n)
{
	(void)n;
	static const char head[] = "HTTP/1.1 200 OK\r\nContent-Length: 2097153\r\n\r\n";
	if (tcp_server_read(server, fd))
		tcp_server_send(fd, head, sizeof head - 1);
}

/* Sends `text` until the client goes away. */
static void flood(struct tcp_server *server, int fd, const char *head, const char *text)
{
	if (!tcp_server_read(server, fd) || !tcp_server_send(fd, head, strlen(head)))
		return;
	while (tcp_server_send(fd, text, strlen(text)))
		;
}

static void serve_endless_body(struct tcp_server *server, int fd, int n)
{
	(void)n;
	flood(server, fd, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", "0123456789abcdef");
}

static void serve_endless_headers(struct tcp_server *server, int fd, int n)
{
	(void)n;
	flood(server, fd, "HTTP/1.1 200 OK\r\n", "X-Filler: 0123456789abcdef\r\n");
}

static void serve_endless_header(struct tcp_server *server, int fd, int n)
{
	(void)n;
	flood(server, fd, "HTTP/1.1 200 OK\r\nX-Filler: ", "0123456789abcdef");
}

/* A byte now and then, so that no pause is ever long. */
static void serve_drip(struct tcp_server *server, int fd, int n)
{
	(void)n;
	static const char head[] = "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n";
	bool open = tcp_server_read(server, fd) && tcp_server_send(fd, head, sizeof head - 1);
	while (open) {
		struct pollfd gone = {.fd = fd, .events = POLLIN};
		open = poll(&gone, 1, 20) == 0 && tcp_server_send(fd, " ", 1);
	}
}

/* Reads, and answers nothing until the client hangs up. */
static void serve_silence(struct tcp_server *server, int fd, int n)
{
	(void)n;
	while (tcp_server_read(server, fd))
		;
}

static void serve_cut_at_once(struct tcp_server *server, int fd, int n)
{
	(void)n;
	tcp_server_read(server, fd);
}

static void serve_cut_answer(struct tcp_server *server, int fd, int n)
{
	(void)n;
	static const char part[] = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"half";
	if (tcp_server_read(server, fd))
		tcp_server_send(fd, part, sizeof part - 1);
}

static void serve_not_http(struct tcp_server *server, int fd, int n)
{
	(void)n;
	if (tcp_server_read(server, fd))
		tcp_server_send(fd, "220 mail ready\r\n", 16);
}

Test(http_client, bad_servers)
{
	static const struct {
		void (*serve)(struct tcp_server *, int, int);
		const char *code;
	} cases[] = {
		{serve_announced_huge, "too_large"},  {serve_endless_body, "too_large"},
		{serve_endless_headers, "too_large"}, {serve_endless_header, "too_large"},
		{serve_silence, "timed_out"},         {serve_drip, "timed_out"},
		{serve_cut_at_once, "cut_off"},       {serve_cut_answer, "cut_off"},
		{serve_not_http, "malformed_answer"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct fixture f;
		begin(&f, cases[i].serve);
		struct http_call call = {.method = "GET", .url = f.url, .total_ms = 2000};
		if (strcmp(cases[i].code, "timed_out") == 0)
			call.total_ms = 150;
		cr_assert_eq(http_client_call(f.client, &call, &f.answer, &f.error), LED_HTTP,
			     "case %zu", i);
		cr_assert_str_eq(f.error.code, cases[i].code, "case %zu", i);
		cr_assert(f.answer.maybe_received);
		cr_assert_eq(f.answer.status, 0);
		cr_assert_leq(f.answer.body.len, (size_t)HTTP_CLIENT_BODY_MAX);
		cr_assert_null(strstr(f.error.message, "path"), "no path in messages");
		end(&f);
	}
}

Test(http_client, a_body_at_its_cap_passes)
{
	struct fixture f;
	begin(&f, serve_ok);
	struct http_call call = {.method = "GET", .url = f.url, .body_max = 2};
	cr_assert_eq(http_client_call(f.client, &call, &f.answer, &f.error), LED_OK);
	call.body_max = 1;
	cr_assert_eq(http_client_call(f.client, &call, &f.answer, &f.error), LED_HTTP);
	cr_assert_str_eq(f.error.code, "too_large");
	end(&f);
}

Test(http_client, nobody_listens)
{
	struct fixture f;
	begin(&f, serve_ok);
	tcp_server_stop(&f.server);
	cr_assert_eq(get(&f, false), LED_HTTP);
	cr_assert_str_eq(f.error.code, "connect_failed");
	cr_assert_not(f.answer.maybe_received);
	http_client_free(f.client);
	http_answer_release(&f.answer);
}

/* The first connection answers one request and closes after reading the second. */
static void serve_then_die(struct tcp_server *server, int fd, int n)
{
	if (!tcp_server_read(server, fd))
		return;
	tcp_server_answer(fd, "200 OK", "", "[]");
	if (n == 1)
		tcp_server_read(server, fd);
	else
		serve_ok(server, fd, n);
}

Test(http_client, libcurl_resends_a_get_on_a_dead_kept_connection)
{
	struct fixture f;
	begin(&f, serve_then_die);
	cr_assert_eq(get(&f, false), LED_OK);
	cr_assert_eq(get(&f, false), LED_OK);
	end(&f);
	cr_assert_eq(f.server.requests, 3, "two calls, three requests: why `fresh` exists");
}

Test(http_client, a_body_is_never_sent_twice)
{
	struct fixture f;
	begin(&f, serve_then_die);
	cr_assert_eq(post(&f), LED_OK);
	cr_assert_eq(post(&f), LED_HTTP);
	cr_assert_str_eq(f.error.code, "cut_off");
	cr_assert(f.answer.maybe_received);
	end(&f);
	cr_assert_eq(f.server.requests, 2);
}

Test(http_client, fresh_means_one_request_and_its_own_connection)
{
	struct fixture f;
	begin(&f, serve_cut_at_once);
	cr_assert_eq(get(&f, true), LED_HTTP);
	cr_assert_eq(get(&f, true), LED_HTTP);
	end(&f);
	cr_assert_eq(f.server.requests, 2);
	begin(&f, serve_ok);
	cr_assert_eq(get(&f, true), LED_OK);
	cr_assert_eq(get(&f, true), LED_OK);
	cr_assert_eq(get(&f, false), LED_OK);
	end(&f);
	cr_assert_eq(f.server.connections, 3);
}

Test(http_client, urls_that_are_never_called)
{
	static const char *const urls[] = {
		"",
		"/relative",
		"ftp://127.0.0.1/",
		"file:///etc/passwd",
		"gopher://127.0.0.1:70/",
		"https://user:pass@127.0.0.1/",
		"https://user@127.0.0.1/",
		"https://",
		"javascript:alert(1)",
	};
	struct http_client *client =
		http_client_new(&(struct http_client_options){.allow_http_loopback = true});
	struct http_answer answer;
	http_answer_init(&answer);
	for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
		struct led_error error = {0};
		struct http_call call = {.method = "GET", .url = urls[i]};
		cr_assert_eq(http_client_call(client, &call, &answer, &error), LED_VALIDATION, "%s",
			     urls[i]);
		cr_assert_str_eq(error.code, "bad_url");
		cr_assert_not(answer.maybe_received);
	}
	http_answer_release(&answer);
	http_client_free(client);
}

static void expect_failure(struct http_client *client, const char *url, enum led_err class,
			   const char *code)
{
	struct http_answer answer;
	struct led_error error = {0};
	http_answer_init(&answer);
	struct http_call call = {.method = "GET", .url = url, .total_ms = 2000};
	cr_assert_eq(http_client_call(client, &call, &answer, &error), class, "%s", url);
	cr_assert_str_eq(error.code, code, "%s", url);
	http_answer_release(&answer);
}

Test(http_client, the_connected_address_is_guarded)
{
	struct fixture f;
	char url[128];
	begin(&f, serve_ok);
	struct http_client *strict = http_client_new(&(struct http_client_options){0});
	expect_failure(strict, f.url, LED_VALIDATION, "bad_url");
	static const char *const spellings[] = {"127.0.0.1", "2130706433",         "0x7f.1",
						"[::1]",     "[::ffff:127.0.0.1]", "localhost",
						"127.1"};
	for (size_t i = 0; i < sizeof spellings / sizeof spellings[0]; i++) {
		snprintf(url, sizeof url, "https://%s:%d/", spellings[i], f.server.port);
		expect_failure(strict, url, LED_HTTP, "address_refused");
	}
	/* With the switch, plain http still reaches loopback only. */
	expect_failure(f.client, "http://192.0.2.1/", LED_HTTP, "address_refused");
	expect_failure(f.client, "http://10.0.0.1/", LED_HTTP, "address_refused");
	expect_failure(f.client, "http://93.184.216.34/", LED_HTTP, "address_refused");
	http_client_free(strict);
	end(&f);
	cr_assert_eq(f.server.connections, 0);
}

static void serve_no_tls(struct tcp_server *server, int fd, int n)
{
	(void)server;
	(void)n;
	char hello[4096];
	if (recv(fd, hello, sizeof hello, 0) > 0)
		tcp_server_send(fd, "HTTP/1.1 400 Bad Request\r\n\r\n", 28);
}

Test(http_client, a_server_without_tls)
{
	struct fixture f;
	begin(&f, serve_no_tls);
	snprintf(f.url, sizeof f.url, "https://127.0.0.1:%d/", f.server.port);
	cr_assert_eq(get(&f, false), LED_HTTP);
	cr_assert_str_eq(f.error.code, "tls_failed");
	cr_assert_not(f.answer.maybe_received);
	end(&f);
}

Test(http_client, the_environment_has_no_say)
{
	setenv("http_proxy", "http://127.0.0.1:1", 1);
	setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
	struct fixture f;
	begin(&f, serve_ok);
	cr_assert_eq(get(&f, false), LED_OK);
	end(&f);
}

Test(http_client, headers_cannot_be_split)
{
	struct fixture f;
	begin(&f, serve_ok);
	struct http_call call = {
		.method = "GET", .url = f.url, .headers = {{"X-Business", "b\r\nX-Evil: 1"}}};
	cr_assert_eq(http_client_call(f.client, &call, &f.answer, &f.error), LED_INTERNAL);
	cr_assert_str_eq(f.error.code, "bad_header");
	end(&f);
	cr_assert_eq(f.server.requests, 0);
}

Test(http_client, retry_after)
{
	static const int64_t now = 1795225400; /* Sat, 21 Nov 2026 01:43:20 GMT */
	static const struct {
		const char *value;
		int seconds;
	} cases[] = {
		{"0", 0},
		{"5", 5},
		{"86401", 86400},
		{"99999999999", 86400},
		{"Sat, 21 Nov 2026 01:44:20 GMT", 60},
		{"Saturday, 21-Nov-26 01:44:20 GMT", 60},
		{"Sat Nov 21 01:44:20 2026", 60},
		{"Sat, 21 Nov 2026 01:00:00 GMT", 0},
		{"-1", -1},
		{"soon", -1},
		{"", -1},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		cr_expect_eq(http_retry_after(cases[i].value, now), cases[i].seconds, "%s",
			     cases[i].value);
}
