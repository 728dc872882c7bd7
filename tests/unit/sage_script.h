/* A Sage of a few scripted answers, for the tests of lib/sage. */
#ifndef TESTS_SAGE_SCRIPT_H
#define TESTS_SAGE_SCRIPT_H

#include "base/secret.h"
#include "http/call_log.h"
#include "sage/client.h"
#include "tcp_server.h"

#define SCRIPT_MAX 8
#define JSON       "Content-Type: application/json; charset=utf-8\r\nx-request-id: r-1\r\n"
#define BUSINESS   "f5d7e2532cc9ad16bc2a41222d76f269"

struct step {
	const char *status;
	const char *headers;
	const char *body;
};

static const struct step *script; /* the n-th request's answer */
static size_t script_len;
static char requests[SCRIPT_MAX][TCP_REQUEST_MAX];

static inline void serve_script(struct tcp_server *server, int fd, int n)
{
	(void)n;
	while (tcp_server_read(server, fd)) {
		size_t at = (size_t)server->requests - 1;
		if (at >= script_len || at >= SCRIPT_MAX)
			return;
		memcpy(requests[at], server->last, TCP_REQUEST_MAX);
		tcp_server_answer(fd, script[at].status, script[at].headers, script[at].body);
	}
}

struct fixture {
	struct tcp_server server;
	struct secret token;
	struct call_log calls;
	struct sage sage;
	struct led_error error;
	char url[64];
};

static inline void begin(struct fixture *f, const struct step *steps, size_t count)
{
	*f = (struct fixture){0};
	script = steps;
	script_len = count;
	tcp_server_start(&f->server, serve_script);
	cr_assert(secret_set(&f->token, "access.token", 12));
	snprintf(f->url, sizeof f->url, "http://127.0.0.1:%d/v3.1", f->server.port);
	f->sage = (struct sage){
		.http = http_client_new(&(struct http_client_options){.allow_http_loopback = true}),
		.api_url = f->url,
		.business_id = BUSINESS,
		.access_token = &f->token,
		.calls = &f->calls};
}
#define BEGIN(f_, steps_) begin((f_), (steps_), sizeof(steps_) / sizeof(steps_)[0])

static inline void end(struct fixture *f)
{
	http_client_free(f->sage.http);
	tcp_server_stop(&f->server);
	secret_release(&f->token);
}

/* Whether request `n` (from 0) began so: "GET /v3.1/user". */
static inline bool asked(size_t n, const char *start)
{
	return strncmp(requests[n], start, strlen(start)) == 0 && requests[n][strlen(start)] == ' ';
}

#endif
