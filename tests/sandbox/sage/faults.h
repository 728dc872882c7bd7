/*
 * Faults on demand. Each is armed with a count and may be limited to a method, a
 * path prefix and a business; the first that fits a request is used up by it.
 */
#ifndef SAGE_FAULTS_H
#define SAGE_FAULTS_H

#include "common/server.h"

enum fault_kind {
	FAULT_NONE,
	FAULT_RATE_LIMITED,    /* 429, Retry-After when `retry_after` >= 0 */
	FAULT_SERVER_ERROR,    /* 500 in Sage's form */
	FAULT_UNAVAILABLE,     /* 503 with an HTML page */
	FAULT_GATEWAY_TIMEOUT, /* 504 with an HTML page, after the work was done */
	FAULT_CUT_BEFORE,      /* connection cut, nothing was done */
	FAULT_CUT_AFTER,       /* connection cut, the work was done */
	FAULT_LATENCY,         /* `ms` before anything else, then the next fault */
	FAULT_LOST_REFRESH,    /* as cut_after, for a refresh at /token only */
	FAULT_NO_SUBSCRIPTION, /* 401 AuthorizationFailure */
	FAULT_ACCESS_DENIED,   /* 403 MultiUserAccessDenied */
	FAULT_FORBIDDEN,       /* 403 of Sage's own for any other reason */
	FAULT_FORBIDDEN_PAGE,  /* 403 with a page: something before Sage */
	FAULT_REFUSED,         /* 422 RecordInvalid, whatever was asked */
	FAULT_EXPIRED_TOKEN,   /* the access token used expires now */
	FAULT_MALFORMED_JSON,  /* half of the answer, after the work was done */
};

struct fault {
	enum fault_kind kind;
	long retry_after; /* seconds; -1: no header */
	long ms;
};

/* Takes the fault for this request, and adds up the delays in `ms` on the way. */
struct fault faults_take(const struct sb_request *req, const char *business);
/* Answers in place of the work; false: this kind of fault lets the work happen. */
bool faults_before(const struct fault *fault, const struct sb_request *req, struct sb_reply *reply);
/* Spoils the answer to work that was done. */
void faults_after(const struct fault *fault, struct sb_reply *reply);

/* The 429 of a real limit. */
void faults_rate_limited(long retry_after, struct sb_reply *reply);

/* Arms one from {"kind", "count", "after", "method", "path", "business",
 * "retry_after", "ms"}; NULL, or what is wrong with it. */
const char *faults_arm(struct json_object *spec);
struct json_object *faults_json(void); /* those still armed */
void faults_clear(void);

#endif
