/* A shop of a few scripted answers, for the tests of lib/magento. */
#ifndef TESTS_SHOP_SCRIPT_H
#define TESTS_SHOP_SCRIPT_H

#include "base/secret.h"
#include "magento/client.h"
#include "tcp_server.h"

#define SCRIPT_MAX 4
#define TENANT     "0d9c0b1e-5b1a-4a6e-9c43-8f6f2f7f3a10"
#define JSON       "Content-Type: application/json; charset=utf-8\r\n"
#define HTML       "Content-Type: text/html; charset=UTF-8\r\n"
#define PAGE       "<!doctype html><html><h1>404</h1></html>"
#define NO_ROUTE   "{\"message\":\"Request does not match any route.\"}"
#define REFUSED                                                                                    \
	"{\"message\":\"The consumer isn't authorized to access %resources.\","                    \
	"\"parameters\":{\"resources\":\"Byte8_Client::byte8_webapi\"}}"
#define PONG "[true,\"" TENANT "\",\"2026-11-20T20:29:25+00:00\"]"

struct step {
	const char *status; /* NULL: the connection is closed without an answer */
	const char *headers;
	const char *body;
};

static const struct step *script; /* one step a connection */
static char authorizations[SCRIPT_MAX][TCP_REQUEST_MAX];
static char requests[SCRIPT_MAX][TCP_REQUEST_MAX];

static inline void serve_script(struct tcp_server *server, int fd, int n)
{
	if (n > SCRIPT_MAX || !tcp_server_read(server, fd))
		return;
	memcpy(requests[n - 1], server->last, TCP_REQUEST_MAX);
	const char *auth = strstr(server->last, "Authorization: Bearer ");
	if (auth)
		snprintf(authorizations[n - 1], TCP_REQUEST_MAX, "%.*s", (int)strcspn(auth, "\r"),
			 auth);
	const struct step *step = &script[n - 1];
	if (!step->status)
		return;
	tcp_server_answer(fd, step->status, step->headers, step->body);
	/* Whether a second request would come on this connection. */
	cr_assert_not(tcp_server_read(server, fd), "one connection, one request");
}

struct fixture {
	struct tcp_server server;
	struct secret key;
	struct call_log calls;
	struct magento_shop shop;
	struct led_error error;
	char base_url[64];
};

static inline void begin(struct fixture *f, const struct step *steps)
{
	*f = (struct fixture){0};
	script = steps;
	tcp_server_start(&f->server, serve_script);
	cr_assert(secret_set(&f->key, "0123456789abcdef0123456789abcdef", 32));
	snprintf(f->base_url, sizeof f->base_url, "http://127.0.0.1:%d/shop", f->server.port);
	f->shop = (struct magento_shop){
		.http = http_client_new(&(struct http_client_options){.allow_http_loopback = true}),
		.base_url = f->base_url,
		.tenant_id = TENANT,
		.inbound_key = &f->key,
		.calls = &f->calls};
}

static inline void end(struct fixture *f)
{
	http_client_free(f->shop.http);
	tcp_server_stop(&f->server);
	secret_release(&f->key);
}

/* The body of request `n` (from 0). */
static inline const char *body_of(size_t n)
{
	const char *end = strstr(requests[n], "\r\n\r\n");
	return end ? end + 4 : "";
}

/* Whether request `n` (from 0) began so: "GET /shop/rest/V1/byte8/ping". */
static inline bool asked(size_t n, const char *start)
{
	return strncmp(requests[n], start, strlen(start)) == 0 && requests[n][strlen(start)] == ' ';
}

#endif
