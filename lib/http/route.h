/*
 * Routes: a program's whole surface is one constant table, which tests walk too.
 *
 *	static const struct http_route ROUTES[] = {
 *		{HTTP_METHOD_POST, "/webhooks/magento/{tenant}/{event}", webhook, 0, 262144},
 *		{HTTP_METHOD_GET, "/v1/tile/health", health, 0, 0},
 *	};
 *
 * A pattern segment is a literal or a whole `{name}`. The first match wins. A route for
 * GET also answers HEAD.
 */
#ifndef HTTP_ROUTE_H
#define HTTP_ROUTE_H

#include "http/request.h"
#include "http/response.h"

/* Fills `response` and returns LED_OK (an answer of 4xx is an answer too), or fails
 * with `error`, which the accept loop logs and turns into the program's error answer. */
typedef enum led_err http_handler(void *program, struct http_request *request,
				  struct http_response *response, struct led_error *error);

struct http_route {
	enum http_method method;
	const char *pattern;
	http_handler *handler;
	unsigned flags;  /* the program's own bits: needs a session, needs a role … */
	size_t body_max; /* bytes; a larger body is answered 413 before the handler is asked */
};

enum http_route_result { HTTP_ROUTE_FOUND, HTTP_ROUTE_NO_PATH, HTTP_ROUTE_NO_METHOD };

/* Finds the route and fills request->route and the captures. With NO_METHOD `allowed`
 * gets the sum of the methods that the path does have. */
enum http_route_result http_route_find(const struct http_route *routes, size_t count,
				       struct http_request *request, unsigned *allowed);

/* The value of Allow for a set of methods: "GET, HEAD, POST". `size` >= 40. Returns `out`. */
const char *http_route_allow(unsigned methods, char *out, size_t size);

#endif
