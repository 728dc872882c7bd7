/*
 * A TCP server in a thread of the test, on a free loopback port. Connections are served
 * one after another by the test's own function; the test waits for nothing but the
 * server's end.
 */
#ifndef TESTS_TCP_SERVER_H
#define TESTS_TCP_SERVER_H

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define TCP_REQUEST_MAX 16384

struct tcp_server {
	int listener;
	int port;
	atomic_int connections;     /* accepted so far */
	atomic_int requests;        /* read whole so far */
	char last[TCP_REQUEST_MAX]; /* the latest request; look only after tcp_server_stop */
	/* Serves connection number `n` (from 1) and returns; the descriptor is then closed. */
	void (*serve)(struct tcp_server *server, int fd, int n);
	pthread_t thread;
};

static inline void *tcp_server_run(void *user)
{
	struct tcp_server *server = user;
	int fd;
	while ((fd = accept(server->listener, NULL, NULL)) >= 0) {
		int n = atomic_fetch_add(&server->connections, 1) + 1;
		server->serve(server, fd, n);
		close(fd);
	}
	return NULL;
}

static inline void tcp_server_start(struct tcp_server *server,
				    void (*serve)(struct tcp_server *, int, int))
{
	*server = (struct tcp_server){.serve = serve};
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof address;
	server->listener = socket(AF_INET, SOCK_STREAM, 0);
	cr_assert_geq(server->listener, 0);
	cr_assert_eq(bind(server->listener, (struct sockaddr *)&address, len), 0);
	cr_assert_eq(listen(server->listener, 16), 0);
	cr_assert_eq(getsockname(server->listener, (struct sockaddr *)&address, &len), 0);
	server->port = ntohs(address.sin_port);
	cr_assert_eq(pthread_create(&server->thread, NULL, tcp_server_run, server), 0);
}

static inline void tcp_server_stop(struct tcp_server *server)
{
	shutdown(server->listener, SHUT_RDWR);
	pthread_join(server->thread, NULL);
	close(server->listener);
}

/* Reads one request with its body into server->last; false at the connection's end. */
static inline bool tcp_server_read(struct tcp_server *server, int fd)
{
	size_t len = 0, want = 0;
	char text[TCP_REQUEST_MAX] = "";
	while (want == 0 || len < want) {
		ssize_t got = recv(fd, text + len, sizeof text - 1 - len, 0);
		if (got <= 0)
			return false;
		len += (size_t)got;
		text[len] = '\0';
		const char *end = strstr(text, "\r\n\r\n");
		const char *length = strcasestr(text, "\r\ncontent-length:");
		if (end)
			want = (size_t)(end + 4 - text) +
			       (length && length < end ? strtoul(length + 17, NULL, 10) : 0);
	}
	memcpy(server->last, text, len + 1);
	atomic_fetch_add(&server->requests, 1);
	return true;
}

static inline bool tcp_server_send(int fd, const char *text, size_t len)
{
	while (len) {
		ssize_t sent = send(fd, text, len, MSG_NOSIGNAL);
		if (sent <= 0)
			return false;
		text += sent;
		len -= (size_t)sent;
	}
	return true;
}

/* A whole answer: "200 OK", further header lines with their CRLF, and the body. */
static inline void tcp_server_answer(int fd, const char *status, const char *headers,
				     const char *body)
{
	char text[TCP_REQUEST_MAX];
	int len = snprintf(text, sizeof text, "HTTP/1.1 %s\r\n%sContent-Length: %zu\r\n\r\n%s",
			   status, headers, strlen(body), body);
	tcp_server_send(fd, text, (size_t)len);
}

#endif
