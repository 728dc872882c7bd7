/* Short names for what the sandbox does to JSON all the time. */
#ifndef SAGE_JS_H
#define SAGE_JS_H

#include <json-c/json.h>
#include <stdbool.h>

/* A member, or NULL when it is absent or null. Borrowed. */
struct json_object *js_get(struct json_object *object, const char *key);
/* A string member, or NULL when it is absent or of another type. Borrowed. */
const char *js_str(struct json_object *object, const char *key);
bool js_bool(struct json_object *object, const char *key, bool otherwise);
long long js_int(struct json_object *object, const char *key, long long otherwise);

/* Setters; `value` NULL becomes null. */
void js_put(struct json_object *object, const char *key, struct json_object *value);
void js_put_str(struct json_object *object, const char *key, const char *value);
void js_put_bool(struct json_object *object, const char *key, bool value);
void js_put_int(struct json_object *object, const char *key, long long value);
/* A reference to a member of `from` under the same name, null when absent. */
void js_share(struct json_object *to, struct json_object *from, const char *key);

/* {"id", "displayed_as", "$path": "/<collection>/<id>"} */
struct json_object *js_base(const char *collection, const char *id, const char *displayed_as);
/* The base form of an object that has those three; NULL gives NULL. */
struct json_object *js_base_of(struct json_object *full);

/* Members of `changes` put over `into`; objects are merged, all else replaced. */
void js_merge(struct json_object *into, struct json_object *changes);

#endif
