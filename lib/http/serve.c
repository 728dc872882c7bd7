#include "http/serve.h"
#include "base/clock.h"
#include "base/log.h"
#include "http/dispatch.h"

#include <errno.h>
#include <fcgiapp.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define HEAD_CAP 16384 /* bytes of an answer's head */

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

static long read_fcgi(void *stream, char *out, size_t len)
{
	int want = len > INT32_MAX ? INT32_MAX : (int)len;
	int got = FCGX_GetStr(out, want, stream);
	return got < want && FCGX_GetError(stream) ? -1 : got;
}

/* A request on its way through; its memory serves one after the other. */
struct exchange {
	FCGX_Request fcgi;
	struct arena *arena;
	struct http_request request;
	struct http_response response;
	int64_t started;
};

struct loop {
	const struct http_program *program;
	struct exchange *exchanges; /* program->together_max */
	size_t count;
	struct buf head;
	int queue; /* epoll: a connection waits, or a signal to stop */
	int signals;
};

/* What went well stands in nginx's log already, under the same id. */
static void log_access(const struct exchange *x)
{
	const struct http_request *request = &x->request;
	log_write(x->response.status < 400 ? LOG_DEBUG : LOG_INFO, "request",
		  LOG_S("method", http_method_name(request->method)),
		  LOG_S("route", request->route ? request->route->pattern : "-"),
		  LOG_N("status", x->response.status), LOG_N("bytes", x->response.body.len),
		  LOG_N("ms", clock_monotonic_ms() - x->started));
}

/* The last resort: an answer that the program's own could not become. */
static void write_bare(int status, struct buf *head)
{
	buf_clear(head);
	buf_addf(head, "Status: %d\r\nRetry-After: %d\r\nContent-Length: 0\r\n\r\n", status,
		 HTTP_RETRY_AFTER);
}

/* True when the answer is made, false when it is left open. */
static bool begin(const struct http_program *program, struct exchange *x)
{
	struct led_error error = {0};
	const struct http_body_source source = {.read = read_fcgi, .stream = x->fcgi.in};
	x->started = clock_monotonic_ms();
	arena_reset(x->arena);
	http_response_reset(&x->response, x->arena);
	enum led_err err =
		http_request_init(&x->request, x->arena, x->fcgi.envp, program->prefix, &error);
	log_context(x->request.id);
	return http_dispatch(program, &x->request, &source, &x->response, err, &error);
}

static void send_answer(struct loop *loop, struct exchange *x)
{
	struct http_response *response = &x->response;
	struct buf *head = &loop->head;
	buf_clear(head);
	if (!http_response_head(response, head)) {
		log_write(LOG_ERROR, "answer_unusable", LOG_N("status", response->status));
		http_response_reset(response, x->arena);
		response->status = loop->program->failure_status;
		write_bare(response->status, head);
	}
	FCGX_PutStr(buf_str(head), (int)head->len, x->fcgi.out);
	if (response->body.len && x->request.method != HTTP_METHOD_HEAD)
		FCGX_PutStr(buf_str(&response->body), (int)response->body.len, x->fcgi.out);
	FCGX_FClose(x->fcgi.err); /* the last of the two says that the answer is whole */
	FCGX_FClose(x->fcgi.out);
}

/* Waits until nginx has closed its side too, for a moment at most. The request's texts are
 * gone afterwards. */
static void hang_up(struct exchange *x)
{
	log_context(x->request.id);
	log_access(x);
	FCGX_Finish_r(&x->fcgi);
	log_context("");
}

static void settle(struct loop *loop, size_t open)
{
	const struct http_program *program = loop->program;
	struct led_error error = {0};
	log_context(""); /* it is the work of no single request */
	enum led_err err = program->settle(program->state, &error);
	for (size_t i = 0; i < open; i++) {
		struct exchange *x = &loop->exchanges[i];
		log_context(x->request.id);
		http_settle(program, &x->request, &x->response, err, &error);
		send_answer(loop, x);
	}
	for (size_t i = 0; i < open; i++)
		hang_up(&loop->exchanges[i]);
}

/* Takes the connections that wait, as many as may be answered together; then it is time to
 * look for a signal. False when descriptor 0 cannot be served any more. */
static bool serve_waiting(struct loop *loop)
{
	size_t open = 0;
	int failed = 0;
	for (size_t taken = 0; taken < loop->count; taken++) {
		struct exchange *x = &loop->exchanges[open];
		failed = FCGX_Accept_r(&x->fcgi);
		if (failed)
			break;
		if (!begin(loop->program, x)) {
			open++;
			continue;
		}
		send_answer(loop, x);
		hang_up(x);
	}
	if (open)
		settle(loop, open);
	/* EAGAIN: nobody waits any more, or a sibling was faster. */
	if (!failed || failed == -EAGAIN)
		return true;
	log_write(LOG_ERROR, "accept_failed", LOG_N("errno", -failed));
	return false;
}

static bool watch(const struct loop *loop, int fd, uint32_t events)
{
	struct epoll_event event = {.events = events, .data.fd = fd};
	return epoll_ctl(loop->queue, EPOLL_CTL_ADD, fd, &event) == 0;
}

/* A signal to stop is read like a connection, between requests: it never cuts one off and
 * never falls between a check and the wait. SIGUSR1 is what multiwatch sends unless told
 * otherwise. The socket is shared with sibling processes: whoever comes second must not be
 * held by accept, and one connection need not wake all of them. */
static bool loop_open(struct loop *loop)
{
	sigset_t stop;
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	sigemptyset(&stop);
	sigaddset(&stop, SIGTERM);
	sigaddset(&stop, SIGUSR1);
	int flags = fcntl(STDIN_FILENO, F_GETFL);
	if (flags < 0 || fcntl(STDIN_FILENO, F_SETFL, flags | O_NONBLOCK) ||
	    sigaction(SIGPIPE, &ignore, NULL) || sigprocmask(SIG_BLOCK, &stop, NULL))
		return false;
	loop->signals = signalfd(-1, &stop, SFD_CLOEXEC | SFD_NONBLOCK);
	loop->queue = epoll_create1(EPOLL_CLOEXEC);
	if (loop->signals < 0 || loop->queue < 0 || !watch(loop, loop->signals, EPOLLIN) ||
	    !watch(loop, STDIN_FILENO, EPOLLIN | EPOLLEXCLUSIVE) || FCGX_Init())
		return false;
	loop->exchanges = calloc(loop->count, sizeof *loop->exchanges);
	for (size_t i = 0; loop->exchanges && i < loop->count; i++) {
		struct exchange *x = &loop->exchanges[i];
		http_response_init(&x->response, loop->program->body_cap);
		x->arena = arena_new(loop->program->arena_cap);
		if (!x->arena || FCGX_InitRequest(&x->fcgi, STDIN_FILENO, 0))
			return false;
	}
	return loop->exchanges != NULL;
}

static void loop_close(struct loop *loop)
{
	for (size_t i = 0; loop->exchanges && i < loop->count; i++) {
		arena_free(loop->exchanges[i].arena);
		http_response_release(&loop->exchanges[i].response);
	}
	free(loop->exchanges);
	buf_release(&loop->head);
	if (loop->signals >= 0)
		close(loop->signals);
	if (loop->queue >= 0)
		close(loop->queue);
}

/* Until a connection waits: true. False when told to stop. */
static bool wait_for_connection(const struct loop *loop)
{
	struct epoll_event events[2];
	int count = epoll_wait(loop->queue, events, 2, -1);
	for (int i = 0; i < count; i++)
		if (events[i].data.fd == loop->signals)
			return false;
	return true;
}

int http_serve(const struct http_program *program)
{
	struct loop loop = {.program = program, .queue = -1, .signals = -1};
	loop.count = program->settle ? program->together_max : 1;
	buf_init(&loop.head, HEAD_CAP);
	bool serving = loop_open(&loop);
	if (!serving)
		log_write(LOG_ERROR, "serve_not_started", LOG_N("errno", errno));
	while (serving && wait_for_connection(&loop))
		serving = serve_waiting(&loop);
	loop_close(&loop);
	return serving ? 0 : 1;
}
