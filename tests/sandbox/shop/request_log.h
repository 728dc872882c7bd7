/* The REST calls a shop received, the last 2000, and how often each verdict and
 * status was given since the reset. Wants the shop's lock. */
#ifndef SHOP_REQUEST_LOG_H
#define SHOP_REQUEST_LOG_H

#include <json-c/json.h>
#include <stddef.h>

enum { REQUEST_LOG_MAX = 2000, REQUEST_LOG_COUNTS = 64 };

struct request_entry {
	long seq;            /* from 1 */
	long long at;        /* the shop's clock */
	char *method, *path; /* path behind the shop's name, with the query */
	int status;          /* 0 = the connection was cut */
	const char *verdict; /* static: "accepted", a reason; NULL = no token asked for */
	const char *fault;   /* static: name of the fault, or NULL */
	char *user_agent;
	char *body; /* of sync-state calls, cut at 2048 bytes; else NULL */
};

struct request_log {
	struct request_entry entries[REQUEST_LOG_MAX]; /* a ring, by seq */
	long last_seq;
	struct {
		const char *verdict;
		long n;
	} verdicts[REQUEST_LOG_COUNTS];
	struct {
		int status;
		long n;
	} statuses[REQUEST_LOG_COUNTS];
};

void request_log_clear(struct request_log *log);
/* Takes over the entry's texts and numbers it. */
void request_log_add(struct request_log *log, struct request_entry entry);
/* {"total","verdicts":{…},"statuses":{…},"requests":[…]}, the last `limit` of them. */
struct json_object *request_log_json(const struct request_log *log, long limit);

#endif
