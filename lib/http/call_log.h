/*
 * What was called during one run, for its timeline: a list that the caller owns and
 * hands down. Paths come without their query, which may hold a name or an address.
 */
#ifndef HTTP_CALL_LOG_H
#define HTTP_CALL_LOG_H

#include "http/client.h"

#include <stddef.h>
#include <stdint.h>

#define CALL_LOG_MAX 48 /* calls remembered of one run */

struct call_record {
	char method[8];
	char path[160]; /* cut when longer */
	int status;     /* 0 = no answer */
	int64_t ms;
	char request_id[64]; /* the other side's, "" when it gave none */
};

#define CALL_LOG_REQUEST 8192 /* bytes with the NUL of a refused request */
#define CALL_LOG_ANSWER  4096 /* and of its answer */

/* Zeroed, it is empty. */
struct call_log {
	struct call_record records[CALL_LOG_MAX];
	size_t count;
	size_t lost; /* calls beyond CALL_LOG_MAX */
	/* The last call, when it was refused: masked JSON; "" when it was not. */
	char request[CALL_LOG_REQUEST];
	char answer[CALL_LOG_ANSWER];
};

/* Remembers a call. `log` may be NULL: then nobody asked. */
void call_log_add(struct call_log *log, const char *method, const char *path,
		  const struct http_answer *answer);

/* Behind call_log_add: that call was refused. The texts are masked already, and shorter than
 * their places. `log` may be NULL. */
void call_log_refused(struct call_log *log, const char *request, const char *answer);

/* Adds the calls of another log, made elsewhere for the same run. */
void call_log_join(struct call_log *log, const struct call_log *other);

#endif
