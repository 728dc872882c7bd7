#include "http/serve.h"
#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <fcgiapp.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#define HEAD_CAP 16384 /* bytes of an answer's head */

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

bool http_public_prefix(const char *public_url, char *out, size_t size)
{
	const char *host = strstr(public_url, "://");
	const char *path = host ? strchr(host + 3, '/') : NULL;
	size_t len = path ? strlen(path) : 0;
	while (len > 0 && path[len - 1] == '/')
		len--;
	if (len >= size)
		return false;
	if (len)
		memcpy(out, path, len);
	out[len] = '\0';
	return true;
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

/* 0 when the response has been made, else the status of the failure to answer. */
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
	if (!err && (response->status == 0 || response->failed || response->body.failed))
		err = led_fail(error, LED_INTERNAL, "bad_response",
			       "%s made no valid answer (status %d)", request->route->pattern,
			       response->status);
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

void http_dispatch(const struct http_program *program, struct http_request *request,
		   const struct http_body_source *source, struct http_response *response,
		   enum led_err initialised, struct led_error *error)
{
	unsigned allowed = 0;
	int status = failed_init_status(program, initialised);
	if (!status)
		status = answer(program, request, source, response, &allowed, error);
	if (status) {
		if (status >= 500)
			log_error("request_failed", error);
		http_response_reset(response, request->arena);
		program->fail(program->state, request, response, status, error);
	}
	if (status == 405) {
		char allow[64];
		http_response_set(response, "Allow",
				  http_route_allow(allowed, allow, sizeof allow));
	}
	if (program->after)
		program->after(program->state, request, response);
}

static long read_fcgi(void *stream, char *out, size_t len)
{
	int want = len > INT32_MAX ? INT32_MAX : (int)len;
	int got = FCGX_GetStr(out, want, stream);
	return got < want && FCGX_GetError(stream) ? -1 : got;
}

static void log_access(const struct http_request *request, const struct http_response *response,
		       int64_t started)
{
	log_write(LOG_INFO, "request", LOG_S("method", http_method_name(request->method)),
		  LOG_S("route", request->route ? request->route->pattern : "-"),
		  LOG_N("status", response->status), LOG_N("bytes", response->body.len),
		  LOG_N("ms", clock_monotonic_ms() - started));
}

/* The last resort: an answer that the program's own could not become. */
static void write_bare(int status, struct buf *head)
{
	buf_clear(head);
	buf_addf(head, "Status: %d\r\nRetry-After: %d\r\nContent-Length: 0\r\n\r\n", status,
		 HTTP_RETRY_AFTER);
}

static void serve_one(const struct http_program *program, FCGX_Request *fcgi, struct arena *arena,
		      struct http_response *response, struct buf *head)
{
	int64_t started = clock_monotonic_ms();
	struct led_error error = {0};
	struct http_request request;
	enum led_err err = http_request_init(&request, arena, fcgi->envp, program->prefix, &error);
	log_context(request.id);
	http_response_reset(response, arena);
	buf_clear(head);
	const struct http_body_source source = {.read = read_fcgi, .stream = fcgi->in};
	http_dispatch(program, &request, &source, response, err, &error);
	if (!http_response_head(response, head)) {
		log_write(LOG_ERROR, "answer_unusable", LOG_N("status", response->status));
		http_response_reset(response, arena);
		response->status = program->failure_status;
		write_bare(response->status, head);
	}
	FCGX_PutStr(buf_str(head), (int)head->len, fcgi->out);
	if (response->body.len && request.method != HTTP_METHOD_HEAD)
		FCGX_PutStr(buf_str(&response->body), (int)response->body.len, fcgi->out);
	FCGX_Finish_r(fcgi);
	log_access(&request, response, started);
	log_context("");
}

static volatile sig_atomic_t stopping;
static int null_fd = -1;

/* libfcgi's own way to stop (FCGX_ShutdownPending) also fails the reads and writes of the
 * request in hand. Instead descriptor 0 stops being a listening socket: an accept that
 * waits is restarted and fails, one about to start fails too, so no signal falls between
 * a check and the wait. dup2 is async-signal-safe (POSIX 2.4.3). */
static void on_stop(int signal_number)
{
	(void)signal_number;
	int saved = errno;
	stopping = 1;
	dup2(null_fd, STDIN_FILENO);
	errno = saved;
}

static bool install_signals(void)
{
	null_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	struct sigaction stop = {.sa_handler = on_stop, .sa_flags = SA_RESTART};
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	/* SIGUSR1 is what multiwatch sends unless told otherwise, and libfcgi's own handler
	 * for it would cut the request in hand. */
	return null_fd >= 0 && sigaction(SIGTERM, &stop, NULL) == 0 &&
	       sigaction(SIGUSR1, &stop, NULL) == 0 && sigaction(SIGPIPE, &ignore, NULL) == 0;
}

int http_serve(const struct http_program *program)
{
	int result = 1;
	FCGX_Request fcgi;
	struct http_response response;
	struct buf head;
	http_response_init(&response, program->body_cap);
	buf_init(&head, HEAD_CAP);
	struct arena *arena = arena_new(program->arena_cap);
	if (!arena || !install_signals() || FCGX_Init() != 0 ||
	    FCGX_InitRequest(&fcgi, STDIN_FILENO, 0) != 0) {
		log_write(LOG_ERROR, "serve_not_started");
		goto out;
	}
	while (!stopping && FCGX_Accept_r(&fcgi) == 0) {
		serve_one(program, &fcgi, arena, &response, &head);
		arena_reset(arena);
	}
	if (stopping)
		result = 0;
	else
		log_write(LOG_ERROR, "accept_failed", LOG_N("errno", errno));
out:
	arena_free(arena);
	buf_release(&head);
	http_response_release(&response);
	return result;
}
