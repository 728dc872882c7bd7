#include "common/server.h"

#include <errno.h>
#include <fcgiapp.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
	LISTEN_FD = 0,
	THREADS_MAX = 256,
	BODY_MAX = 4 * 1024 * 1024,
	PATH_MAX_LEN = 8192,
	PARAM_NAME_MAX = 128,
};

static sb_handler serve_handler;
static atomic_bool stopping;
static atomic_bool failed;
static atomic_llong clock_offset;

static const struct {
	int status;
	const char *phrase;
} phrases[] = {
	{200, "OK"},
	{201, "Created"},
	{202, "Accepted"},
	{204, "No Content"},
	{302, "Found"},
	{400, "Bad Request"},
	{401, "Unauthorized"},
	{403, "Forbidden"},
	{404, "Not Found"},
	{405, "Method Not Allowed"},
	{409, "Conflict"},
	{413, "Content Too Large"},
	{415, "Unsupported Media Type"},
	{422, "Unprocessable Content"},
	{429, "Too Many Requests"},
	{500, "Internal Server Error"},
	{502, "Bad Gateway"},
	{503, "Service Unavailable"},
	{504, "Gateway Timeout"},
};

static const char *phrase_of(int status)
{
	for (size_t i = 0; i < sizeof(phrases) / sizeof(phrases[0]); i++)
		if (phrases[i].status == status)
			return phrases[i].phrase;
	return "Status";
}

const char *sb_header(const struct sb_request *req, const char *name)
{
	/* CGI gives these two without the HTTP_ in front. */
	char key[PARAM_NAME_MAX] = "HTTP_";
	size_t len = strlen(key);

	if (strcasecmp(name, "Content-Type") == 0 || strcasecmp(name, "Content-Length") == 0)
		len = 0;
	for (; *name != '\0' && len + 1 < sizeof(key); name++) {
		char c = *name;

		if (c >= 'a' && c <= 'z')
			c = (char)(c - 'a' + 'A');
		key[len++] = c == '-' ? '_' : c;
	}
	key[len] = '\0';
	return FCGX_GetParam(key, req->envp);
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

size_t sb_decode(char *text, bool form)
{
	char *to = text;

	for (const char *from = text; *from != '\0'; from++) {
		int high = *from == '%' ? hex_value(from[1]) : -1;
		int low = high >= 0 ? hex_value(from[2]) : -1;

		if (low >= 0) {
			*to++ = (char)(high * 16 + low);
			from += 2;
		} else {
			*to++ = form && *from == '+' ? ' ' : *from;
		}
	}
	*to = '\0';
	return (size_t)(to - text);
}

char *sb_param(const char *encoded, const char *name)
{
	while (encoded != NULL && *encoded != '\0') {
		size_t len = strcspn(encoded, "&");
		char *pair = strndup(encoded, len);
		char *value;
		bool found;

		if (pair == NULL)
			return NULL;
		value = strchr(pair, '=');
		if (value != NULL)
			*value++ = '\0';
		sb_decode(pair, true);
		found = strcmp(pair, name) == 0;
		if (found) {
			char *copy = strdup(value != NULL ? value : "");

			free(pair);
			if (copy != NULL)
				sb_decode(copy, true);
			return copy;
		}
		free(pair);
		encoded += len + (encoded[len] == '&');
	}
	return NULL;
}

void sb_reply_header(struct sb_reply *reply, const char *name, const char *value)
{
	size_t used = strlen(reply->headers);
	size_t room = sizeof(reply->headers) - used;
	int n = snprintf(reply->headers + used, room, "%s: %s\r\n", name, value);

	/* A header cut in the middle would join the next one: leave it out instead. */
	if (n < 0 || (size_t)n >= room) {
		reply->headers[used] = '\0';
		fprintf(stderr, "sandbox: no room for reply header %s\n", name);
	}
}

void sb_reply_text(struct sb_reply *reply, int status, const char *content_type, const char *text)
{
	free(reply->body);
	reply->status = status;
	reply->content_type = content_type;
	reply->body = strdup(text);
	reply->body_len = reply->body != NULL ? strlen(text) : 0;
}

void sb_reply_json(struct sb_reply *reply, int status, struct json_object *value)
{
	sb_reply_text(reply, status, NULL,
		      json_object_to_json_string_ext(
			      value, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(value);
}

/* The whole body, NUL-terminated; NULL with `*status` set when it cannot be had. */
static char *read_body(FCGX_Request *fcgi, size_t *len, int *status)
{
	size_t room = 4096;
	char *body = malloc(room);
	int n;

	*len = 0;
	*status = 500;
	while (body != NULL &&
	       (n = FCGX_GetStr(body + *len, (int)(room - *len - 1), fcgi->in)) > 0) {
		*len += (size_t)n;
		if (*len > BODY_MAX) {
			free(body);
			*status = 413;
			return NULL;
		}
		if (*len + 1 == room) {
			char *bigger = realloc(body, room * 2);

			if (bigger == NULL)
				free(body);
			body = bigger;
			room *= 2;
		}
	}
	if (body != NULL)
		body[*len] = '\0';
	return body;
}

static void write_reply(FCGX_Request *fcgi, const struct sb_reply *reply)
{
	int status = reply->status != 0 ? reply->status : 200;
	const char *type = reply->content_type != NULL ? reply->content_type : "application/json";
	size_t left = reply->body != NULL ? reply->body_len : 0;
	const char *at = reply->body;

	if (reply->cut) {
		/* nginx answers its internal /_cut with 444: the connection is closed. */
		FCGX_FPrintF(fcgi->out, "X-Accel-Redirect: /_cut\r\n\r\n");
		return;
	}
	FCGX_FPrintF(fcgi->out, "Status: %d %s\r\n", status, phrase_of(status));
	if (status != 204)
		FCGX_FPrintF(fcgi->out, "Content-Type: %s\r\n", type);
	FCGX_FPrintF(fcgi->out, "%s\r\n", reply->headers);
	while (left > 0 && status != 204) {
		int n = left > 65536 ? 65536 : (int)left;

		if (FCGX_PutStr(at, n, fcgi->out) != n)
			return; /* the client has gone */
		at += n;
		left -= (size_t)n;
	}
}

static void serve_one(FCGX_Request *fcgi)
{
	struct sb_reply reply = {0};
	struct sb_request req = {0};
	char path[PATH_MAX_LEN];
	const char *uri = FCGX_GetParam("REQUEST_URI", fcgi->envp);
	const char *query = FCGX_GetParam("QUERY_STRING", fcgi->envp);
	const char *method = FCGX_GetParam("REQUEST_METHOD", fcgi->envp);
	size_t path_len;
	char *body;
	int status;

	if (uri == NULL)
		uri = FCGX_GetParam("DOCUMENT_URI", fcgi->envp);
	path_len = uri != NULL ? strcspn(uri, "?") : 0;
	if (path_len == 0 || path_len >= sizeof(path)) {
		sb_reply_text(&reply, 400, "text/plain", "sandbox: no usable request path\n");
		goto out;
	}
	memcpy(path, uri, path_len);
	path[path_len] = '\0';
	body = read_body(fcgi, &req.body_len, &status);
	if (body == NULL) {
		sb_reply_text(&reply, status, "text/plain", "sandbox: body not read\n");
		goto out;
	}
	req.method = method != NULL ? method : "";
	req.path = path;
	req.query = query != NULL ? query : "";
	req.body = body;
	req.envp = fcgi->envp;
	serve_handler(&req, &reply);
	free(body);
out:
	write_reply(fcgi, &reply);
	free(reply.body);
}

static void *serve_thread(void *unused)
{
	FCGX_Request fcgi;

	(void)unused;
	if (FCGX_InitRequest(&fcgi, LISTEN_FD, 0) != 0) {
		atomic_store(&failed, true);
		kill(getpid(), SIGTERM);
		return NULL;
	}
	while (!atomic_load(&stopping)) {
		if (FCGX_Accept_r(&fcgi) < 0) {
			if (!atomic_load(&stopping)) {
				fprintf(stderr, "sandbox: accept: %s\n", strerror(errno));
				atomic_store(&failed, true);
				kill(getpid(), SIGTERM);
			}
			break;
		}
		serve_one(&fcgi);
		FCGX_Finish_r(&fcgi);
	}
	FCGX_Free(&fcgi, 1);
	return NULL;
}

int sb_serve(unsigned threads, sb_handler handler)
{
	pthread_t ids[THREADS_MAX];
	unsigned started = 0;
	sigset_t stop;
	int sig;

	/* Blocked before the first thread, so that only sigwait below sees it. */
	sigemptyset(&stop);
	sigaddset(&stop, SIGTERM);
	sigaddset(&stop, SIGINT);
	pthread_sigmask(SIG_BLOCK, &stop, NULL);
	signal(SIGPIPE, SIG_IGN);
	if (FCGX_Init() != 0 || FCGX_IsCGI()) {
		fprintf(stderr, "sandbox: fd 0 is not a listening socket; start with spawn-fcgi\n");
		return 1;
	}
	serve_handler = handler;
	for (unsigned i = 0; i < threads && i < THREADS_MAX; i++)
		if (pthread_create(&ids[started], NULL, serve_thread, NULL) == 0)
			started++;
	if (started == 0)
		return 1;
	sigwait(&stop, &sig);
	atomic_store(&stopping, true);
	/* Wakes every thread that waits in accept; a closed fd would not. */
	shutdown(LISTEN_FD, SHUT_RDWR);
	for (unsigned i = 0; i < started; i++)
		pthread_join(ids[i], NULL);
	return atomic_load(&failed) ? 1 : 0;
}

long long sb_now(void)
{
	return (long long)time(NULL) + atomic_load(&clock_offset);
}

void sb_clock_shift(long long seconds)
{
	atomic_store(&clock_offset, seconds);
}

void sb_random_hex(char *out, size_t n)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		unsigned char byte;

		while (getrandom(&byte, 1, 0) != 1)
			; /* only an early signal makes one byte fail */
		out[2 * i] = digits[byte >> 4];
		out[2 * i + 1] = digits[byte & 15];
	}
	out[2 * n] = '\0';
}
