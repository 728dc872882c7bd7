/* The accept loop, driven over a real socket by a small FastCGI client. */
#include "http/serve.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- the program under test ---- */

static int gate = -1; /* a pipe that the slow handler waits on */

static enum led_err echo(void *program, struct http_request *request,
			 struct http_response *response, struct led_error *error)
{
	(void)program;
	(void)error;
	http_response_json(response, 202, request->body, request->body_len);
	http_response_add(response, "X-Who", http_request_capture(request, "who"));
	return LED_OK;
}

static enum led_err broken(void *program, struct http_request *request,
			   struct http_response *response, struct led_error *error)
{
	(void)program;
	(void)request;
	http_response_json(response, 200, "half", 4);
	return led_fail(error, LED_DATABASE, "db_down", "secret detail");
}

static enum led_err splitting(void *program, struct http_request *request,
			      struct http_response *response, struct led_error *error)
{
	(void)program;
	(void)error;
	http_response_json(response, 200, "{}", 2);
	http_response_add(response, "X-Who", http_request_capture(request, "who"));
	return LED_OK;
}

/* Tells that it has begun, then waits until it may go on. */
static enum led_err slow(void *program, struct http_request *request,
			 struct http_response *response, struct led_error *error)
{
	int began = *(int *)program;
	(void)request;
	char byte = 'b';
	if (write(began, &byte, 1) != 1 || read(gate, &byte, 1) != 1)
		return led_fail(error, LED_INTERNAL, "gate", "the gate broke");
	http_response_json(response, 200, "\"done\"", 6);
	return LED_OK;
}

static enum led_err large(void *program, struct http_request *request,
			  struct http_response *response, struct led_error *error)
{
	(void)program;
	(void)request;
	(void)error;
	http_response_html(response, 200);
	for (int i = 0; i < 30000; i++)
		buf_add_str(&response->body, "0123456789");
	return LED_OK;
}

/* Answers that wait for each other: each tells how many were made together. */
static struct http_response *later[4];
static size_t later_count;

static enum led_err leave(void *program, struct http_request *request,
			  struct http_response *response, struct led_error *error)
{
	(void)program;
	(void)request;
	(void)error;
	response->open = true;
	later[later_count++] = response;
	return LED_OK;
}

/* The third is left without an answer. */
static enum led_err settle(void *program, struct led_error *error)
{
	(void)program;
	size_t count = later_count;
	later_count = 0;
	for (size_t i = 0; i < count; i++) {
		if (i == 2)
			continue;
		http_response_json(later[i], 202, "", 0);
		buf_add_int(&later[i]->body, (int64_t)count);
	}
	return count > 2 ? led_fail(error, LED_DATABASE, "db_down", "secret detail") : LED_OK;
}

static const struct http_route ROUTES[] = {
	{HTTP_METHOD_GET, "/later", leave, 0, 0},
	{HTTP_METHOD_POST, "/echo/{who}", echo, 0, 65536},
	{HTTP_METHOD_GET, "/broken", broken, 0, 0},
	{HTTP_METHOD_GET, "/split/{who}", splitting, 0, 0},
	{HTTP_METHOD_GET, "/slow", slow, 0, 0},
	{HTTP_METHOD_GET, "/large", large, 0, 0},
};

static int serve(int began)
{
	const struct http_program program = {.routes = ROUTES,
					     .route_count = sizeof ROUTES / sizeof ROUTES[0],
					     .state = &began,
					     .prefix = "/base",
					     .arena_cap = 262144,
					     .body_cap = 1048576,
					     .failure_status = 503,
					     .fail = http_fail_json,
					     .settle = settle,
					     .together_max = 4};
	return http_serve(&program);
}

/* ---- a server process ---- */

struct server {
	pid_t pid;
	char path[108];
	int began; /* a byte comes when the slow handler has begun */
	int gate;  /* a byte lets it go on */
};

static void server_start(struct server *server)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	snprintf(server->path, sizeof server->path, "/tmp/test_http_serve.%d", (int)getpid());
	snprintf(address.sun_path, sizeof address.sun_path, "%s", server->path);
	unlink(server->path);
	int listener = socket(AF_UNIX, SOCK_STREAM, 0), began[2], gates[2];
	cr_assert_eq(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
	cr_assert_eq(listen(listener, 16), 0);
	cr_assert_eq(pipe(began), 0);
	cr_assert_eq(pipe(gates), 0);
	server->pid = fork();
	if (server->pid == 0) {
		dup2(listener, STDIN_FILENO);
		int quiet = open("/dev/null", O_WRONLY);
		dup2(quiet, STDERR_FILENO);
		gate = gates[0];
		_exit(serve(began[1]));
	}
	close(listener);
	server->began = began[0];
	server->gate = gates[1];
}

static int server_wait(struct server *server)
{
	int status = -1;
	cr_assert_eq(waitpid(server->pid, &status, 0), server->pid);
	unlink(server->path);
	return status;
}

static void server_stop(struct server *server)
{
	kill(server->pid, SIGTERM);
	int status = server_wait(server);
	cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %d", status);
}

/* ---- a FastCGI client ---- */

static void send_record(int fd, int type, const char *data, size_t len)
{
	unsigned char head[8] = {1, (unsigned char)type,       0,
				 1, (unsigned char)(len >> 8), (unsigned char)len};
	cr_assert_eq(send(fd, head, sizeof head, MSG_NOSIGNAL), (ssize_t)sizeof head);
	if (len)
		cr_assert_eq(send(fd, data, len, MSG_NOSIGNAL), (ssize_t)len);
}

static void add_param(char *out, size_t *at, const char *name, const char *value)
{
	size_t n = strlen(name), v = strlen(value);
	cr_assert(n < 128 && v < 128);
	out[(*at)++] = (char)n;
	out[(*at)++] = (char)v;
	memcpy(out + *at, name, n);
	memcpy(out + *at + n, value, v);
	*at += n + v;
}

/* Sends a request; `announced` is the Content-Length, which may be a lie. */
static int ask(struct server *server, const char *method, const char *uri, const char *body,
	       size_t body_len, const char *announced)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	snprintf(address.sun_path, sizeof address.sun_path, "%s", server->path);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	cr_assert_eq(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
	static const char begin[8] = {0, 1, 0};
	char params[1024];
	size_t len = 0;
	add_param(params, &len, "REQUEST_METHOD", method);
	add_param(params, &len, "REQUEST_URI", uri);
	add_param(params, &len, "CONTENT_LENGTH", announced);
	send_record(fd, 1, begin, sizeof begin);
	send_record(fd, 4, params, len);
	send_record(fd, 4, NULL, 0);
	for (size_t at = 0; at < body_len; at += 32768)
		send_record(fd, 5, body + at, body_len - at < 32768 ? body_len - at : 32768);
	send_record(fd, 5, NULL, 0);
	return fd;
}

static bool recv_all(int fd, void *out, size_t len)
{
	for (size_t got = 0; got < len;) {
		ssize_t n = recv(fd, (char *)out + got, len - got, 0);
		if (n <= 0)
			return false;
		got += (size_t)n;
	}
	return true;
}

/* Reads to the end of the request; the CGI answer, to be freed. */
static char *answer(int fd, size_t *len)
{
	char *text = calloc(1, 1 << 20);
	*len = 0;
	unsigned char head[8];
	while (recv_all(fd, head, sizeof head)) {
		size_t content = (size_t)head[4] << 8 | head[5];
		char data[65536 + 256];
		cr_assert(recv_all(fd, data, content + head[6]));
		if (head[1] == 6) {
			memcpy(text + *len, data, content);
			*len += content;
		}
		if (head[1] == 3)
			break;
	}
	close(fd);
	return text;
}

static char *exchange(struct server *server, const char *method, const char *uri, const char *body)
{
	char announced[24];
	size_t len;
	snprintf(announced, sizeof announced, "%zu", strlen(body));
	return answer(ask(server, method, uri, body, strlen(body), announced), &len);
}

static void expect(struct server *server, const char *method, const char *uri, const char *status,
		   const char *part)
{
	char *text = exchange(server, method, uri, "");
	char line[64];
	snprintf(line, sizeof line, "Status: %s ", status);
	cr_expect(strncmp(text, line, strlen(line)) == 0, "%s %s: %s", method, uri, text);
	cr_expect(strstr(text, part), "%s %s: no %s in %s", method, uri, part, text);
	free(text);
}

/* ---- the tests ---- */

Test(http_serve, answers)
{
	struct server server;
	server_start(&server);
	char *text = exchange(&server, "POST", "/base/echo/a%2Fb%20c?x=1", "{\"n\":1}");
	cr_assert_str_eq(text, "Status: 202 Accepted\r\nContent-Type: application/json\r\n"
			       "Cache-Control: no-store\r\nX-Who: a/b c\r\n"
			       "Content-Length: 7\r\n\r\n{\"n\":1}");
	free(text);
	expect(&server, "GET", "/base/nothing", "404", "{\"error\":\"not_found\"");
	expect(&server, "GET", "/elsewhere", "404", "{\"error\":\"not_found\"");
	expect(&server, "GET", "/base/echo/x", "405", "Allow: POST\r\n");
	expect(&server, "DELETE", "/base/broken", "405", "Allow: GET, HEAD\r\n");
	expect(&server, "BREW", "/base/broken", "405", "\"method_not_allowed\"");
	expect(&server, "GET", "/base/%zz", "400", "\"malformed_request\"");
	expect(&server, "GET", "/base/%c3%28", "400", "\"malformed_request\"");
	expect(&server, "GET", "/base/a/../b", "400", "\"malformed_request\"");
	server_stop(&server);
}

/* Holds the server at a slow request while `count` others come to wait behind it. */
static void ask_together(struct server *server, int *asked, size_t count)
{
	char byte;
	int slow_one = ask(server, "GET", "/base/slow", "", 0, "0");
	size_t len;
	cr_assert_eq(read(server->began, &byte, 1), 1);
	for (size_t i = 0; i < count; i++)
		asked[i] = ask(server, "GET", "/base/later", "", 0, "0");
	cr_assert_eq(write(server->gate, "g", 1), 1);
	free(answer(slow_one, &len));
}

Test(http_serve, requests_that_wait_are_answered_together)
{
	struct server server;
	int asked[5];
	size_t len;
	server_start(&server);
	expect(&server, "GET", "/base/later", "202", "\r\n\r\n1");
	ask_together(&server, asked, 5);
	for (size_t i = 0; i < 5; i++) {
		char *text = answer(asked[i], &len);
		/* Four a round: the slow one and three, then the two that are left. */
		const char *expected = i < 2 ? "\r\n\r\n3" : "\r\n\r\n2";
		if (i == 2) {
			cr_expect_not_null(strstr(text, "Status: 503 "));
			cr_expect_not_null(strstr(text, "Retry-After: 30\r\n"));
			cr_expect_null(strstr(text, "secret detail"));
		} else {
			cr_expect_not_null(strstr(text, expected), "%zu: %s", i, text);
		}
		free(text);
	}
	server_stop(&server);
}

Test(http_serve, a_signal_cuts_off_no_answer_that_was_left_open)
{
	struct server server;
	int asked[2];
	size_t len;
	char byte;
	server_start(&server);
	int slow_one = ask(&server, "GET", "/base/slow", "", 0, "0");
	cr_assert_eq(read(server.began, &byte, 1), 1);
	for (size_t i = 0; i < 2; i++)
		asked[i] = ask(&server, "GET", "/base/later", "", 0, "0");
	kill(server.pid, SIGTERM);
	cr_assert_eq(write(server.gate, "g", 1), 1);
	free(answer(slow_one, &len));
	for (size_t i = 0; i < 2; i++) {
		char *text = answer(asked[i], &len);
		cr_expect_not_null(strstr(text, "\r\n\r\n2"), "%s", text);
		free(text);
	}
	int status = server_wait(&server);
	cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %d", status);
}

Test(http_serve, failures_tell_nothing_and_leave_no_half_answer)
{
	struct server server;
	server_start(&server);
	char *text = exchange(&server, "GET", "/base/broken", "");
	cr_expect_not_null(strstr(text, "Status: 503 Service Unavailable\r\n"));
	cr_expect_not_null(strstr(text, "Retry-After: 30\r\n"));
	cr_expect_null(strstr(text, "half"));
	cr_expect_null(strstr(text, "secret detail"));
	free(text);
	text = exchange(&server, "GET", "/base/split/a%0d%0aX-Evil:1", "");
	cr_expect_not_null(strstr(text, "Status: 503"));
	cr_expect_null(strstr(text, "X-Evil"));
	free(text);
	server_stop(&server);
}

Test(http_serve, bodies)
{
	struct server server;
	server_start(&server);
	static char body[65537];
	memset(body, 'x', sizeof body);
	size_t len;
	char *text = answer(ask(&server, "POST", "/base/echo/x", body, 65536, "65536"), &len);
	cr_expect(strncmp(text, "Status: 202", 11) == 0);
	cr_expect_eq(strspn(strstr(text, "\r\n\r\n") + 4, "x"), 65536);
	free(text);
	text = answer(ask(&server, "POST", "/base/echo/x", body, 65537, "65537"), &len);
	cr_expect(strncmp(text, "Status: 413", 11) == 0, "%.60s", text);
	free(text);
	text = answer(ask(&server, "POST", "/base/echo/x", body, 100, "200"), &len);
	cr_expect(strncmp(text, "Status: 503", 11) == 0, "a body cut short is no 4xx: %.60s", text);
	free(text);
	text = answer(ask(&server, "POST", "/base/echo/x", body, 100, "1e2"), &len);
	cr_expect(strncmp(text, "Status: 503", 11) == 0, "%.60s", text);
	free(text);
	server_stop(&server);
}

Test(http_serve, head_and_large_answers)
{
	struct server server;
	server_start(&server);
	size_t len;
	char *text = answer(ask(&server, "GET", "/base/large", "", 0, ""), &len);
	cr_expect_eq(len, (size_t)(strstr(text, "\r\n\r\n") + 4 - text) + 300000);
	free(text);
	text = answer(ask(&server, "HEAD", "/base/large", "", 0, ""), &len);
	cr_expect_not_null(strstr(text, "Content-Length: 300000\r\n"));
	cr_expect_eq(len, (size_t)(strstr(text, "\r\n\r\n") + 4 - text));
	free(text);
	server_stop(&server);
}

Test(http_serve, a_client_that_goes_away_harms_nobody)
{
	struct server server;
	server_start(&server);
	for (int i = 0; i < 20; i++)
		close(ask(&server, "GET", "/base/large", "", 0, ""));
	expect(&server, "GET", "/base/nothing", "404", "not_found");
	server_stop(&server);
}

static void stop_with_a_request_in_hand(int signal_number)
{
	struct server server;
	server_start(&server);
	int fd = ask(&server, "GET", "/base/slow", "", 0, "");
	char byte;
	cr_assert_eq(read(server.began, &byte, 1), 1);
	kill(server.pid, signal_number);
	cr_assert_eq(write(server.gate, "g", 1), 1);
	size_t len;
	char *text = answer(fd, &len);
	cr_expect_not_null(strstr(text, "\"done\""), "signal %d: %s", signal_number, text);
	free(text);
	int status = server_wait(&server);
	cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0, "signal %d", signal_number);
}

Test(http_serve, sigterm_finishes_the_request_in_hand)
{
	stop_with_a_request_in_hand(SIGTERM);
}

Test(http_serve, sigusr1_finishes_the_request_in_hand)
{
	stop_with_a_request_in_hand(SIGUSR1);
}

/* The signal may fall anywhere: before the accept, in it, or while answering. */
Test(http_serve, sigterm_at_any_moment, .timeout = 60)
{
	for (int i = 0; i < 200; i++) {
		struct server server;
		server_start(&server);
		if (i % 2)
			expect(&server, "GET", "/base/nothing", "404", "not_found");
		else
			close(ask(&server, "GET", "/base/large", "", 0, ""));
		kill(server.pid, SIGTERM);
		int status = server_wait(&server);
		/* Before the handler is installed the signal simply kills. */
		bool early = WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM && i % 2 == 0;
		cr_assert(early || (WIFEXITED(status) && WEXITSTATUS(status) == 0), "status %d",
			  status);
		close(server.began);
		close(server.gate);
	}
}

Test(http_serve, public_prefix)
{
	static const struct {
		const char *url, *prefix;
	} cases[] = {
		{"https://host", ""},      {"https://host/", ""},     {"https://host:8443/x", "/x"},
		{"https://host/x/", "/x"}, {"https://h/x/y", "/x/y"},
	};
	char out[8];
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		cr_assert(http_public_prefix(cases[i].url, out, sizeof out));
		cr_assert_str_eq(out, cases[i].prefix);
	}
	cr_assert_not(http_public_prefix("https://host/12345678", out, sizeof out));
}
