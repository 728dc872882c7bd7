/* From a request to its answer: the route, the body, the handler, and what a failure becomes. */
#include "http/dispatch.h"
#include "base/log.h"

#include <stdint.h>
#include <string.h>

static const struct {
	int status;
	const char *code;
	const char *message;
} FAILURES[] = {
	{400, "malformed_request", "This request is malformed."},
	{404, "not_found", "There is nothing here."},
	{405, "method_not_allowed", "This address does not answer that method."},
	{413, "body_too_large", "The body of this request is too large."},
	{503, "unavailable", "Temporarily unavailable. Please try again later."},
};

void http_fail_json(void *program, struct http_request *request, struct http_response *response,
		    int status, const struct led_error *error)
{
	(void)program;
	(void)request;
	(void)error;
	const char *code = "internal", *message = "Something went wrong on our side.";
	for (size_t i = 0; i < sizeof FAILURES / sizeof FAILURES[0]; i++) {
		if (FAILURES[i].status == status) {
			code = FAILURES[i].code;
			message = FAILURES[i].message;
		}
	}
	http_response_error(response, status, code, message);
}

/* 0 when the body is in the request, else the status to answer. */
static int read_body(const struct http_program *program, struct http_request *request,
		     const struct http_body_source *source, struct led_error *error)
{
	switch (http_request_read_body(request, source, request->route->body_max)) {
	case HTTP_BODY_OK:
		return 0;
	case HTTP_BODY_TOO_LARGE:
		led_fail(error, LED_VALIDATION, "body_too_large", "More than %zu bytes",
			 request->route->body_max);
		return 413;
	case HTTP_BODY_SHORT:
		led_fail(error, LED_HTTP, "body_short", "The body ended early");
		break;
	case HTTP_BODY_UNREADABLE:
		led_fail(error, LED_HTTP, "body_unreadable", "The body could not be read");
		break;
	case HTTP_BODY_NO_MEMORY:
		led_fail(error, LED_INTERNAL, "no_memory", "No memory for the body");
		break;
	}
	return program->failure_status;
}

/* 0 when the response has been made or is left open, else the status of the failure to answer. */
static int answer(const struct http_program *program, struct http_request *request,
		  const struct http_body_source *source, struct http_response *response,
		  unsigned *allowed, struct led_error *error)
{
	switch (http_route_find(program->routes, program->route_count, request, allowed)) {
	case HTTP_ROUTE_NO_PATH:
		led_fail(error, LED_NOT_FOUND, "not_found", "No such path");
		return 404;
	case HTTP_ROUTE_NO_METHOD:
		led_fail(error, LED_VALIDATION, "method_not_allowed", "No such method");
		return 405;
	case HTTP_ROUTE_FOUND:
		break;
	}
	int status = read_body(program, request, source, error);
	if (status)
		return status;
	enum led_err err = LED_OK;
	if (program->before)
		err = program->before(program->state, request, response, error);
	if (!err && response->status == 0)
		err = request->route->handler(program->state, request, response, error);
	return err ? program->failure_status : 0;
}

static int failed_init_status(const struct http_program *program, enum led_err err)
{
	switch (err) {
	case LED_OK:
		return 0;
	case LED_VALIDATION:
		return 400;
	case LED_NOT_FOUND:
		return 404;
	default:
		return program->failure_status;
	}
}

/* Makes the answer to send: the handler's, or the failure's. `failed` is 0 or its status. */
static void conclude(const struct http_program *program, struct http_request *request,
		     struct http_response *response, int failed, struct led_error *error)
{
	if (!failed && (response->status == 0 || response->failed || response->body.failed)) {
		led_fail(error, LED_INTERNAL, "bad_response", "%s made no valid answer (status %d)",
			 request->route ? request->route->pattern : "-", response->status);
		failed = program->failure_status;
	}
	if (failed) {
		if (failed >= 500)
			log_error("request_failed", error);
		http_response_reset(response, request->arena);
		program->fail(program->state, request, response, failed, error);
	}
}

bool http_dispatch(const struct http_program *program, struct http_request *request,
		   const struct http_body_source *source, struct http_response *response,
		   enum led_err initialised, struct led_error *error)
{
	unsigned allowed = 0;
	int failed = failed_init_status(program, initialised);
	if (!failed)
		failed = answer(program, request, source, response, &allowed, error);
	if (!failed && response->open)
		return false;
	conclude(program, request, response, failed, error);
	if (failed == 405) {
		char allow[64];
		http_response_set(response, "Allow",
				  http_route_allow(allowed, allow, sizeof allow));
	}
	if (program->after)
		program->after(program->state, request, response);
	return true;
}

void http_settle(const struct http_program *program, struct http_request *request,
		 struct http_response *response, enum led_err err, struct led_error *error)
{
	conclude(program, request, response,
		 err && response->status == 0 ? program->failure_status : 0, error);
	if (program->after)
		program->after(program->state, request, response);
}
