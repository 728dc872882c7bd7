/*
 * JSON from outside, read strictly, over json-c. What json-c alone would let pass
 * and we do not: duplicate keys, nesting over 32, invalid UTF-8, NUL in strings,
 * bytes behind the value, and integers beyond int64.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/buf.h"
#include "base/decimal.h"
#include "base/error.h"

#include <json-c/json.h>

#define JSON_DEPTH_MAX 32

/* Parses all of `text`. The caller owns *out (json_object_put). LED_SERDE, code
 * "invalid_json", with the position, when it is not strictly JSON. */
enum led_err json_parse(const char *text, size_t len, struct json_object **out,
			struct led_error *error) __attribute__((warn_unused_result));

/* Member `key`, or NULL when absent, null, or `object` is no object. Borrowed. */
struct json_object *json_member(struct json_object *object, const char *key);

/* A string member without NUL bytes; NULL when absent or of another type. Borrowed. */
const char *json_string(struct json_object *object, const char *key);

/* An integer member within [min, max]; false when absent or anything else. */
bool json_int(struct json_object *object, const char *key, int64_t min, int64_t max, int64_t *out);

/* A JSON number or a numeric string (Sage answers decimals as strings), read from its
 * own digits, never through a double. False when absent, of another type or too large. */
bool json_decimal(struct json_object *value, int scale, struct decimal *out);

/* Appends `text` as a JSON string, quotes included. */
void json_quote(struct buf *out, const char *text);

#endif
