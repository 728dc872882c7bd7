/*
 * Writing a request body: JSON as text, member after member, in the order they are to have.
 * Who opens an object or list ends it. The first addition that fails for want of memory makes
 * the body failed and every later one a no-op; the writer learns of it at the end.
 */
#ifndef BOOKS_BODY_H
#define BOOKS_BODY_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/decimal.h"
#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

struct body {
	struct buf text;
	bool is_empty; /* nothing stands yet in the object or list that was opened last */
	bool failed;   /* memory was short, for the body or for a text on its way into it */
};

/* Opens the outermost object. */
void body_init(struct body *body);

/* Ends it. *out is in the arena, and nothing is left to release. LED_INTERNAL,
 * "out_of_memory", when the body failed. */
enum led_err body_finish(struct body *body, struct arena *arena, const char **out,
			 struct led_error *error) __attribute__((warn_unused_result));

/* In all below `key` is a member's name, NULL for an element of a list. */
void body_object(struct body *body, const char *key);
void body_end_object(struct body *body);
void body_list(struct body *body, const char *key);
void body_end_list(struct body *body);

/* A list of one text. */
void body_tag(struct body *body, const char *key, const char *text);

/* NULL is left out: Sage takes an absent member as unchanged, an empty one as cleared. */
void body_text(struct body *body, const char *key, const char *text);
void body_null(struct body *body, const char *key);
void body_flag(struct body *body, const char *key, bool value);
void body_int(struct body *body, const char *key, int64_t value);

/* A JSON number with exactly the decimal's digits: 12.50. */
void body_decimal(struct body *body, const char *key, struct decimal value);
void body_quantity(struct body *body, const char *key,
		   struct decimal value); /* without trailing zeros: 3 */
void body_money(struct body *body, const char *key, int64_t minor);

#endif
