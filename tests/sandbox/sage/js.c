#include "sage/js.h"

#include <stdio.h>

struct json_object *js_get(struct json_object *object, const char *key)
{
	struct json_object *value = NULL;

	if (!json_object_is_type(object, json_type_object))
		return NULL;
	json_object_object_get_ex(object, key, &value);
	return value;
}

const char *js_str(struct json_object *object, const char *key)
{
	struct json_object *value = js_get(object, key);

	return json_object_is_type(value, json_type_string) ? json_object_get_string(value) : NULL;
}

bool js_bool(struct json_object *object, const char *key, bool otherwise)
{
	struct json_object *value = js_get(object, key);

	return json_object_is_type(value, json_type_boolean) ? json_object_get_boolean(value)
							     : otherwise;
}

long long js_int(struct json_object *object, const char *key, long long otherwise)
{
	struct json_object *value = js_get(object, key);

	return json_object_is_type(value, json_type_int) ? json_object_get_int64(value) : otherwise;
}

void js_put(struct json_object *object, const char *key, struct json_object *value)
{
	json_object_object_add(object, key, value);
}

void js_put_str(struct json_object *object, const char *key, const char *value)
{
	js_put(object, key, value != NULL ? json_object_new_string(value) : NULL);
}

void js_put_bool(struct json_object *object, const char *key, bool value)
{
	js_put(object, key, json_object_new_boolean(value));
}

void js_put_int(struct json_object *object, const char *key, long long value)
{
	js_put(object, key, json_object_new_int64(value));
}

void js_share(struct json_object *to, struct json_object *from, const char *key)
{
	js_put(to, key, json_object_get(js_get(from, key)));
}

struct json_object *js_base(const char *collection, const char *id, const char *displayed_as)
{
	struct json_object *base = json_object_new_object();
	char path[160];

	snprintf(path, sizeof(path), "/%s/%s", collection, id);
	js_put_str(base, "id", id);
	js_put_str(base, "displayed_as", displayed_as);
	js_put_str(base, "$path", path);
	return base;
}

struct json_object *js_base_of(struct json_object *full)
{
	struct json_object *base;

	if (full == NULL)
		return NULL;
	base = json_object_new_object();
	if (js_get(full, "id") != NULL) /* exchange rates have none */
		js_share(base, full, "id");
	js_share(base, full, "displayed_as");
	js_share(base, full, "$path");
	return base;
}

void js_merge(struct json_object *into, struct json_object *changes)
{
	json_object_object_foreach(changes, key, value)
	{
		struct json_object *old = js_get(into, key);

		if (json_object_is_type(old, json_type_object) &&
		    json_object_is_type(value, json_type_object))
			js_merge(old, value);
		else
			js_put(into, key, json_object_get(value));
	}
}
