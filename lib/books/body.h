/*
 * Building a request body over json-c. The first addition that fails for want of memory
 * makes the body failed and every later one a no-op; the writer asks once, at the end.
 */
#ifndef BOOKS_BODY_H
#define BOOKS_BODY_H

#include "base/decimal.h"

#include <json-c/json.h>

#include <stdbool.h>
#include <stdint.h>

struct body {
	struct json_object *root; /* owned; NULL when failed from the start */
	bool failed;
};

void body_init(struct body *body);
void body_release(struct body *body);

/* A new object or list under `key`. Borrowed; NULL when failed, which all below accept. */
struct json_object *body_object(struct body *body, struct json_object *parent, const char *key);
struct json_object *body_list(struct body *body, struct json_object *parent, const char *key);

/* A new object at the end of a list. Borrowed. */
struct json_object *body_append(struct body *body, struct json_object *list);

/* A list of one text. */
void body_tag(struct body *body, struct json_object *parent, const char *key, const char *text);

/* NULL is left out: Sage takes an absent member as unchanged, an empty one as cleared. */
void body_text(struct body *body, struct json_object *parent, const char *key, const char *text);
void body_flag(struct body *body, struct json_object *parent, const char *key, bool value);

/* A JSON number with exactly the decimal's digits: 12.50. */
void body_decimal(struct body *body, struct json_object *parent, const char *key,
		  struct decimal value);
void body_quantity(struct body *body, struct json_object *parent, const char *key,
		   struct decimal value); /* without trailing zeros: 3 */
void body_money(struct body *body, struct json_object *parent, const char *key, int64_t minor);

#endif
