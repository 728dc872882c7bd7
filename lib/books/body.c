#include "books/body.h"

#include <stdlib.h>

void body_init(struct body *body)
{
	body->root = json_object_new_object();
	body->failed = !body->root;
}

void body_release(struct body *body)
{
	json_object_put(body->root);
	body->root = NULL;
}

/* Hands `value` over to `parent`; NULL when it could not. */
static struct json_object *add(struct body *body, struct json_object *parent, const char *key,
			       struct json_object *value)
{
	if (!body->failed && parent && value && json_object_object_add(parent, key, value) == 0)
		return value;
	json_object_put(value);
	body->failed = true;
	return NULL;
}

struct json_object *body_object(struct body *body, struct json_object *parent, const char *key)
{
	return add(body, parent, key, json_object_new_object());
}

struct json_object *body_list(struct body *body, struct json_object *parent, const char *key)
{
	return add(body, parent, key, json_object_new_array());
}

static struct json_object *append(struct body *body, struct json_object *list,
				  struct json_object *value)
{
	if (!body->failed && list && value && json_object_array_add(list, value) == 0)
		return value;
	json_object_put(value);
	body->failed = true;
	return NULL;
}

struct json_object *body_append(struct body *body, struct json_object *list)
{
	return append(body, list, json_object_new_object());
}

void body_tag(struct body *body, struct json_object *parent, const char *key, const char *text)
{
	append(body, body_list(body, parent, key), json_object_new_string(text));
}

void body_text(struct body *body, struct json_object *parent, const char *key, const char *text)
{
	if (text)
		add(body, parent, key, json_object_new_string(text));
}

void body_flag(struct body *body, struct json_object *parent, const char *key, bool value)
{
	add(body, parent, key, json_object_new_boolean(value));
}

/* json-c prints the digits it is given; its double beside them is never read. */
static void add_number(struct body *body, struct json_object *parent, const char *key,
		       const char *digits)
{
	add(body, parent, key, json_object_new_double_s(strtod(digits, NULL), digits));
}

void body_decimal(struct body *body, struct json_object *parent, const char *key,
		  struct decimal value)
{
	char digits[DECIMAL_TEXT_MAX];
	add_number(body, parent, key, decimal_print(value, digits));
}

void body_quantity(struct body *body, struct json_object *parent, const char *key,
		   struct decimal value)
{
	char digits[DECIMAL_TEXT_MAX];
	add_number(body, parent, key, decimal_print_short(value, digits));
}

void body_money(struct body *body, struct json_object *parent, const char *key, int64_t minor)
{
	body_decimal(body, parent, key, money_of(minor));
}
