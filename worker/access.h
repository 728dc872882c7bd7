/*
 * Access to Sage for one lane: the token is refreshed by the lane's holder alone, ahead
 * of its end, and the new pair is committed before it is used.
 */
#ifndef WORKER_ACCESS_H
#define WORKER_ACCESS_H

#include "sage/client.h"
#include "worker.h"

/* Calls `work` with the business and a token that has at least a minute left; once more
 * with a new one when Sage refuses it. Every kind of LED_AUTH pauses the lane (retry.c). */
typedef enum led_err access_work(const struct sage *sage, void *context, struct led_error *error);
enum led_err access_with_sage(struct task *task, access_work work, void *context,
			      struct led_error *error) __attribute__((warn_unused_result));

/* One call. The caller owns *out. */
struct access_call {
	enum { ACCESS_GET, ACCESS_POST, ACCESS_PUT, ACCESS_LIST } verb;
	const char *path;
	const char *body; /* POST and PUT: complete JSON */
};

enum led_err access_sage(struct task *task, const struct access_call *call,
			 struct json_object **out, struct led_error *error)
	__attribute__((warn_unused_result));

#endif
