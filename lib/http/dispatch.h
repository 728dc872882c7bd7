/*
 * What the accept loop does with one request, apart from the sockets. Used by serve.c only.
 */
#ifndef HTTP_DISPATCH_H
#define HTTP_DISPATCH_H

#include "http/serve.h"

/* Routes, reads the body, calls the handler and makes the answer. `request` has been
 * initialised with result `initialised` (and `error`). False when the handler left the
 * answer open: http_settle makes it. */
bool http_dispatch(const struct http_program *program, struct http_request *request,
		   const struct http_body_source *source, struct http_response *response,
		   enum led_err initialised, struct led_error *error);

/* After the program's own settle, which ended with `err`: a response that has no status
 * yet becomes the failure's answer. */
void http_settle(const struct http_program *program, struct http_request *request,
		 struct http_response *response, enum led_err err, struct led_error *error);

#endif
