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

/* Zeroed, it is empty. */
struct call_log {
	struct call_record records[CALL_LOG_MAX];
	size_t count;
	size_t lost; /* calls beyond CALL_LOG_MAX */
};

/* Remembers a call. `log` may be NULL: then nobody asked. */
void call_log_add(struct call_log *log, const char *method, const char *path,
		  const struct http_answer *answer);

#endif
