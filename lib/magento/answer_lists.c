/* The two answers that are lists: ping's and that of the payment methods. */
#include "base/json.h"
#include "magento/answer.h"

#include <stdio.h>
#include <string.h>

#define PAYMENT_METHODS_MAX 1000

/* Magento makes a list of the answer; a later module might keep its keys. */
static const char *ping_part(struct json_object *body, size_t index, const char *key)
{
	if (json_object_is_type(body, json_type_object))
		return json_string(body, key);
	if (!json_object_is_type(body, json_type_array))
		return NULL;
	struct json_object *part = json_object_array_get_idx(body, index);
	return json_object_is_type(part, json_type_string) ? json_object_get_string(part) : NULL;
}

bool magento_read_ping(struct json_object *body, const char *tenant_id, char server_time[40])
{
	const char *tenant = ping_part(body, 1, "tenant_id");
	const char *time = ping_part(body, 2, "server_time");
	if (!tenant || strcmp(tenant, tenant_id) != 0)
		return false;
	if (server_time)
		snprintf(server_time, 40, "%s", time ? time : "");
	return true;
}

static enum led_err copy_method(struct json_object *row, struct arena *arena,
				struct magento_payment_method *method)
{
	const char *code = json_string(row, "code"), *label = json_string(row, "label");
	struct json_object *active = json_member(row, "is_active");
	if (!code || !json_object_is_type(active, json_type_boolean))
		return LED_SERDE;
	method->code = arena_strdup(arena, code);
	method->label = label ? arena_strdup(arena, label) : NULL;
	method->active = json_object_get_boolean(active);
	return method->code && (!label || method->label) ? LED_OK : LED_INTERNAL;
}

enum led_err magento_read_payment_methods(struct json_object *body, struct arena *arena,
					  struct magento_payment_method **methods, size_t *count)
{
	enum led_err err = LED_OK;
	if (!json_object_is_type(body, json_type_array))
		return LED_SERDE;
	size_t rows = json_object_array_length(body);
	if (rows > PAYMENT_METHODS_MAX)
		return LED_SERDE;
	*methods = arena_alloc(arena, (rows + 1) * sizeof **methods);
	if (!*methods)
		return LED_INTERNAL;
	for (size_t i = 0; !err && i < rows; i++)
		err = copy_method(json_object_array_get_idx(body, i), arena, &(*methods)[i]);
	*count = err ? 0 : rows;
	return err;
}
