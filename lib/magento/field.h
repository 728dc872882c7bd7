/*
 * Reading an entity's fields from the shop's JSON, by tables: where a field is on the
 * wire, of what kind it is, and where it goes. Strict as entity.h says, but that a number
 * may also come as text ("50.0000").
 */
#ifndef MAGENTO_FIELD_H
#define MAGENTO_FIELD_H

#include "base/arena.h"
#include "base/error.h"

#include <json-c/json.h>

#include <stdbool.h>
#include <stddef.h>

enum field_kind {
	FIELD_ID,       /* integer >= 0 → int64_t */
	FIELD_TEXT,     /* string → const char * */
	FIELD_COUNTRY,  /* two capital letters → const char * */
	FIELD_CURRENCY, /* three capital letters → const char * */
	FIELD_MONEY,    /* number → int64_t, minor units */
	FIELD_UNIT,     /* number → struct decimal, scale 4 */
	FIELD_RATE,     /* number → struct decimal, scale 10 */
	FIELD_INSTANT,  /* "YYYY-MM-DDTHH:MM:SSZ" or "" → int64_t and its flag */
	FIELD_FLAG,     /* true or false → bool */
};

struct field {
	const char *key;
	enum field_kind kind;
	bool optional;
	size_t at;
	size_t flag_at; /* its has_ flag; 0 = has none (offset 0 is never a flag) */
};

/* Where a reader stands; its messages name the whole way: "lines[3].sku". */
struct field_place {
	struct arena *arena;
	struct led_error *error;
	const struct field_place *outer; /* NULL: the entity itself */
	const char *name;                /* within the outer one */
	size_t index;                    /* SIZE_MAX: it is no list */
};

/* The place inside `name`, or inside its element `index`. `outer` and `name` are borrowed. */
struct field_place field_inside(const struct field_place *outer, const char *name, size_t index);

/* LED_SERDE, "shop_answer_invalid": "The shop's answer is not as agreed: lines[3].sku is
 * missing." */
enum led_err field_invalid(const struct field_place *place, const char *key, const char *what);
enum led_err field_out_of_memory(const struct field_place *place);

/* Reads every field of the table into `entity`. A null counts as absent. */
enum led_err fields_take(const struct field_place *place, const struct field *fields, size_t count,
			 struct json_object *json, void *entity)
	__attribute__((warn_unused_result));

/* An id: a whole number of 0 or more, or its digits as text. */
bool field_id(struct json_object *value, int64_t *out) __attribute__((warn_unused_result));

/* One text that is not a member of an object. */
enum led_err field_text(const struct field_place *place, const struct field *field,
			struct json_object *value, const char **out)
	__attribute__((warn_unused_result));

/* The array member `key` of at most `max` elements. Its room, zeroed, goes into the pointer
 * at `items`. */
enum led_err field_array(const struct field_place *place, struct json_object *json, const char *key,
			 size_t max, size_t item_size, struct json_object **array, void *items,
			 size_t *count) __attribute__((warn_unused_result));

#endif
