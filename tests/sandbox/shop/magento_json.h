/*
 * JSON as PHP's json_encode prints it, and Magento's XML for the one client
 * that asks for it by mistake.
 */
#ifndef SHOP_MAGENTO_JSON_H
#define SHOP_MAGENTO_JSON_H

#include <json-c/json.h>
#include <stddef.h>

enum magento_json_flags {
	MAGENTO_JSON_PLAIN = 0,
	MAGENTO_JSON_BARE_SLASHES = 1, /* JSON_UNESCAPED_SLASHES, as in the token's claims */
};

/* malloc'd text; members in insertion order, numbers as they were given. */
char *magento_json(struct json_object *value, enum magento_json_flags flags);
char *magento_xml(struct json_object *value);

/* Adds the member unless `value` is NULL: Magento leaves out what is null. */
void magento_json_add(struct json_object *object, const char *name, struct json_object *value);
void magento_json_add_text(struct json_object *object, const char *name, const char *text);
void magento_json_add_int(struct json_object *object, const char *name, long long number);

/* Reading: NULL or the default when the member is absent or null. */
struct json_object *magento_json_get(struct json_object *object, const char *name);
const char *magento_json_text(struct json_object *object, const char *name);
long long magento_json_int(struct json_object *object, const char *name, long long otherwise);
int magento_json_bool(struct json_object *object, const char *name, int otherwise);
size_t magento_json_length(struct json_object *list); /* 0 for what is not a list */

/* A strict parse of the whole text; NULL when it is not JSON. */
struct json_object *magento_json_parse(const char *text, size_t len);

#endif
