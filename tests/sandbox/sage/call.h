/* One API request on its way through the sandbox, and the usual answers to it. */
#ifndef SAGE_CALL_H
#define SAGE_CALL_H

#include "common/server.h"
#include "sage/store.h"

enum { CALL_PART = 64 };

struct call {
	const struct sb_request *req;
	struct sb_reply *reply;
	struct business *business;
	struct user *user;
	bool readonly;              /* the grant's scope */
	char collection[CALL_PART]; /* "sales_invoices" */
	char key[CALL_PART];        /* the id in the path, "" when none */
	char action[CALL_PART];     /* "release", "" when none */
	struct json_object *query;  /* decoded parameters, all strings */
	struct json_object *body;   /* parsed, NULL when none was sent */
	struct json_object *errors; /* array, see call_invalid */
};

/* Splits "/v3.1/collection[/key[/action]]"; false: no such path can exist. */
bool call_init(struct call *call, const struct sb_request *req, struct sb_reply *reply);
void call_release(struct call *call);

/* A query parameter, or NULL. Borrowed. */
const char *call_query(const struct call *call, const char *name);

/* Sage's error form: an array with one entry. */
void call_error(struct sb_reply *reply, int status, const char *code, const char *message,
		const char *source);
void call_not_found(struct call *call);

/* Collects a 422 entry; `source` is a dotted path such as "line_items.tax_rate_id". */
void call_invalid(struct call *call, const char *source, const char *message);
/* Answers 422 with all that was collected; false when there was nothing. */
bool call_refused(struct call *call);

#endif
