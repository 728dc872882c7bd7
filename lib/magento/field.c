#include "magento/field.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "magento/entity.h"

#include <stdio.h>
#include <string.h>

#define PATH_SIZE 64 /* bytes with the NUL: twice what "customer.addresses[99]." needs */

/* "customer.addresses[0].", and "" for the entity itself. */
static void print_path(const struct field_place *place, char out[PATH_SIZE])
{
	out[0] = '\0';
	if (!place->outer)
		return;
	print_path(place->outer, out);
	size_t len = strlen(out);
	if (place->index == SIZE_MAX)
		snprintf(out + len, PATH_SIZE - len, "%s.", place->name);
	else
		snprintf(out + len, PATH_SIZE - len, "%s[%zu].", place->name, place->index);
}

enum led_err field_invalid(const struct field_place *place, const char *key, const char *what)
{
	char path[PATH_SIZE];
	print_path(place, path);
	return led_fail(place->error, LED_SERDE, "shop_answer_invalid",
			"The shop's answer is not as agreed: %s%s %s.", path, key, what);
}

enum led_err field_out_of_memory(const struct field_place *place)
{
	return led_fail(place->error, LED_INTERNAL, "out_of_memory",
			"The shop's answer does not fit the memory set aside for it.");
}

struct field_place field_inside(const struct field_place *outer, const char *name, size_t index)
{
	return (struct field_place){
		.arena = outer->arena,
		.error = outer->error,
		.outer = outer,
		.name = name,
		.index = index,
	};
}

static bool is_capitals(const char *text, size_t count)
{
	return strlen(text) == count && strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == count;
}

enum led_err field_text(const struct field_place *place, const struct field *field,
			struct json_object *value, const char **out)
{
	if (!json_object_is_type(value, json_type_string))
		return field_invalid(place, field->key, "is no text");
	const char *text = json_object_get_string(value);
	if (field->kind == FIELD_COUNTRY && !is_capitals(text, 2))
		return field_invalid(place, field->key, "is no country code");
	if (field->kind == FIELD_CURRENCY && !is_capitals(text, 3))
		return field_invalid(place, field->key, "is no currency code");
	*out = arena_strdup(place->arena, text);
	return *out ? LED_OK : field_out_of_memory(place);
}

static enum led_err take_number(const struct field_place *place, const struct field *field,
				struct json_object *value, int scale, struct decimal *out)
{
	/* A string is read like a number: PHP hands on what a database column held. */
	bool is_text = json_object_is_type(value, json_type_string);
	bool is_number = json_object_is_type(value, json_type_int) ||
			 json_object_is_type(value, json_type_double);
	if ((is_text || is_number) && json_decimal(value, scale, out))
		return LED_OK;
	return field_invalid(place, field->key, is_number ? "is too large" : "is no number");
}

bool field_id(struct json_object *value, int64_t *out)
{
	if (json_object_is_type(value, json_type_string))
		return text_to_int64(json_object_get_string(value), 0, INT64_MAX, out);
	*out = json_object_get_int64(value);
	return json_object_is_type(value, json_type_int) && *out >= 0;
}

static enum led_err take_money(const struct field_place *place, const struct field *field,
			       struct json_object *value, int64_t *out)
{
	struct decimal money = {0};
	enum led_err err = take_number(place, field, value, MONEY_SCALE, &money);
	if (err)
		return err;
	if (money.units > MAGENTO_MONEY_MAX || money.units < -MAGENTO_MONEY_MAX)
		return field_invalid(place, field->key, "is too large");
	*out = money.units;
	return LED_OK;
}

static enum led_err take_instant(const struct field_place *place, const struct field *field,
				 struct json_object *value, bool *has, int64_t *out)
{
	if (!json_object_is_type(value, json_type_string))
		return field_invalid(place, field->key, "is no text");
	const char *text = json_object_get_string(value);
	if (!*text && has) {
		*has = false;
		return LED_OK;
	}
	if (!clock_parse_iso(text, out))
		return field_invalid(place, field->key, "is no instant in UTC");
	return LED_OK;
}

static enum led_err take_field(const struct field_place *place, const struct field *field,
			       struct json_object *json, char *entity)
{
	struct json_object *value = json_member(json, field->key);
	void *out = entity + field->at;
	bool *has = field->flag_at ? (bool *)(void *)(entity + field->flag_at) : NULL;
	if (!value)
		return field->optional ? LED_OK : field_invalid(place, field->key, "is missing");
	if (has)
		*has = true;
	switch (field->kind) {
	case FIELD_ID:
		if (!field_id(value, out))
			return field_invalid(place, field->key, "is no whole number of 0 or more");
		return LED_OK;
	case FIELD_TEXT:
	case FIELD_COUNTRY:
	case FIELD_CURRENCY:
		return field_text(place, field, value, out);
	case FIELD_MONEY:
		return take_money(place, field, value, out);
	case FIELD_UNIT:
		return take_number(place, field, value, MAGENTO_UNIT_SCALE, out);
	case FIELD_RATE:
		return take_number(place, field, value, RATE_SCALE, out);
	case FIELD_INSTANT:
		return take_instant(place, field, value, has, out);
	case FIELD_FLAG:
		if (!json_object_is_type(value, json_type_boolean))
			return field_invalid(place, field->key, "is neither true nor false");
		*(bool *)out = json_object_get_boolean(value);
		return LED_OK;
	}
	return field_invalid(place, field->key,
			     "has no rule"); /* unreachable: every kind is above */
}

enum led_err fields_take(const struct field_place *place, const struct field *fields, size_t count,
			 struct json_object *json, void *entity)
{
	for (size_t i = 0; i < count; i++) {
		enum led_err err = take_field(place, &fields[i], json, entity);
		if (err)
			return err;
	}
	return LED_OK;
}

enum led_err field_array(const struct field_place *place, struct json_object *json, const char *key,
			 size_t max, size_t item_size, struct json_object **array, void *items,
			 size_t *count)
{
	*array = json_member(json, key);
	if (!*array)
		return field_invalid(place, key, "is missing");
	if (!json_object_is_type(*array, json_type_array))
		return field_invalid(place, key, "is no list");
	*count = json_object_array_length(*array);
	if (*count > max)
		return field_invalid(place, key, "is too long");
	void *room = arena_alloc(place->arena, *count * item_size + 1);
	memcpy(items, &room, sizeof room);
	return room ? LED_OK : field_out_of_memory(place);
}
