/*
 * A preview runs a job's own function and changes nothing: what would be written to Sage is
 * recorded and answered as if it were made, what would be written to the database is not.
 * Reading goes on as ever.
 */
#ifndef WORKER_PREVIEW_H
#define WORKER_PREVIEW_H

#include "access.h"
#include "worker.h"

#define PREVIEW_MAX 16 /* requests of one event */

/* The id of a record that is only previewed. */
#define PREVIEW_ID "00000000000000000000000000000000"

struct preview_request {
	const char *method;       /* POST or PUT */
	const char *path;         /* in the job's arena */
	struct json_object *body; /* owned by the preview */
	size_t reasons_end;       /* its reasons are those from the request before up to here */
};

struct preview {
	struct preview_request request[PREVIEW_MAX];
	size_t count;
	struct books_reasons reasons; /* as the event's own function noted them */
};

/* Records a POST or PUT, or answers a GET of a record that is only previewed; *handled is
 * false for any other call, which is to be made. The caller owns *out. */
enum led_err preview_call(struct task *task, const struct access_call *call, bool *handled,
			  struct json_object **out, struct led_error *error)
	__attribute__((warn_unused_result));

void preview_release(struct preview *preview);

#endif
