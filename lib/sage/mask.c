#include "sage/mask.h"
#include "base/json.h"

#include <string.h>

#define MASK "…"

/* Members whose text is no person's. */
static const char *const IMPERSONAL[] = {
	"$dataCode",
	"$message",
	"$severity",
	"$source",
	"amount",
	"currency",
	"date",
	"details",
	"discount_amount",
	"due_date",
	"error",
	"exchange_rate",
	"id",
	"inverse_exchange_rate",
	"item_code",
	"original_invoice_date",
	"price_name",
	"quantity",
	"rate_name",
	"reference",
	"total_amount",
	"unit_price",
};

static bool ends_in_id(const char *key)
{
	size_t len = strlen(key);
	return (len > 3 && strcmp(key + len - 3, "_id") == 0) ||
	       (len > 4 && strcmp(key + len - 4, "_ids") == 0);
}

static bool is_impersonal(const char *key)
{
	for (size_t i = 0; i < sizeof IMPERSONAL / sizeof *IMPERSONAL; i++)
		if (strcmp(IMPERSONAL[i], key) == 0)
			return true;
	return ends_in_id(key);
}

static void mask_value(struct json_object *value, const char *key, struct buf *out);

static void mask_object(struct json_object *object, struct buf *out)
{
	bool first = true;
	buf_add_char(out, '{');
	json_object_object_foreach(object, key, member)
	{
		if (!first)
			buf_add_char(out, ',');
		first = false;
		json_quote(out, key);
		buf_add_char(out, ':');
		mask_value(member, key, out);
	}
	buf_add_char(out, '}');
}

static void mask_list(struct json_object *list, const char *key, struct buf *out)
{
	buf_add_char(out, '[');
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		if (i)
			buf_add_char(out, ',');
		mask_value(json_object_array_get_idx(list, i), key, out);
	}
	buf_add_char(out, ']');
}

static void mask_value(struct json_object *value, const char *key, struct buf *out)
{
	if (json_object_is_type(value, json_type_object))
		mask_object(value, out);
	else if (json_object_is_type(value, json_type_array))
		mask_list(value, key, out);
	else if (json_object_is_type(value, json_type_string))
		json_quote(out, is_impersonal(key) ? json_object_get_string(value) : MASK);
	else
		buf_add_str(out, json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN));
}

void sage_mask(const char *text, size_t len, struct buf *out)
{
	struct json_object *json;
	if (json_parse(text, len, &json, NULL)) {
		buf_addf(out, "(%zu bytes that are not JSON)", len);
		return;
	}
	mask_value(json, "", out);
	json_object_put(json);
}
