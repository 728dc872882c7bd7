#include "case.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/json.h"
#include "sage_sum.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define FILE_MAX (1024 * 1024)

struct json_object *case_read_json(const char *path)
{
	struct buf text;
	struct led_error error = {0};
	struct json_object *json = NULL;
	buf_init(&text, FILE_MAX);
	if (file_read(path, &text, &error) || json_parse(text.data, text.len, &json, &error))
		cr_expect_fail("%s: %s (tests run from the top of the tree)", path, error.message);
	buf_release(&text);
	return json;
}

struct json_object *case_reference(struct json_object *value)
{
	char path[256];
	if (!json_object_is_type(value, json_type_string))
		return json_object_get(value);
	snprintf(path, sizeof path, CASE_DIR "references/%s.json", json_object_get_string(value));
	return case_read_json(path);
}

static struct reference_tax_rate *read_rates(struct arena *arena, struct json_object *list)
{
	size_t count = json_object_array_length(list);
	struct reference_tax_rate *rates = arena_alloc(arena, count * sizeof *rates + 1);
	for (size_t i = 0; rates && i < count; i++) {
		struct json_object *rate = json_object_array_get_idx(list, i);
		struct json_object *on_sales = json_member(rate, "on_sales");
		rates[i].id = json_string(rate, "id");
		rates[i].name = json_string(rate, "name");
		rates[i].on_sales = !on_sales || json_object_get_boolean(on_sales);
		if (!rates[i].id || !json_decimal(json_member(rate, "percentage"), PERCENTAGE_SCALE,
						  &rates[i].percentage))
			return NULL;
	}
	return rates;
}

static struct reference_ledger_account *read_accounts(struct arena *arena, struct json_object *list)
{
	size_t count = json_object_array_length(list);
	struct reference_ledger_account *accounts =
		arena_alloc(arena, count * sizeof *accounts + 1);
	for (size_t i = 0; accounts && i < count; i++) {
		struct json_object *account = json_object_array_get_idx(list, i);
		accounts[i].id = json_string(account, "id");
		accounts[i].type = json_string(account, "type");
		accounts[i].in_sales = true;
		if (!accounts[i].id ||
		    !json_int(account, "nominal_code", 0, INT32_MAX, &accounts[i].nominal_code))
			return NULL;
	}
	return accounts;
}

static bool read_reference(struct arena *arena, struct json_object *json, struct reference *out)
{
	struct json_object *rates = json_member(json, "tax_rates");
	struct json_object *accounts = json_member(json, "ledger_accounts");
	out->country = json_string(json, "country");
	out->base_currency = json_string(json, "base_currency");
	if (!out->country || !out->base_currency || !rates || !accounts)
		return false;
	out->tax_rates = read_rates(arena, rates);
	out->tax_rate_count = json_object_array_length(rates);
	out->ledger_accounts = read_accounts(arena, accounts);
	out->ledger_account_count = json_object_array_length(accounts);
	return out->tax_rates && out->ledger_accounts;
}

bool case_set_up(struct arena *arena, struct json_object *policy, struct json_object *reference,
		 struct case_setting *out)
{
	struct led_error error = {0};
	const struct zone *zone;
	if (books_policy_parse(policy, arena, &out->policy, &error)) {
		cr_expect_fail("the case's policy: %s", error.message);
		return false;
	}
	if (!read_reference(arena, reference, &out->reference)) {
		cr_expect_fail("the case's reference data are incomplete");
		return false;
	}
	books_choose_defaults(&out->reference, &out->policy);
	const char *name = out->policy.time_zone ? out->policy.time_zone
						 : books_reference_zone(out->reference.country);
	if (zone_load(arena, name, &zone, &error)) {
		cr_expect_fail("the case's time zone: %s", error.message);
		return false;
	}
	out->context = (struct books_context){
		.policy = &out->policy,
		.reference = &out->reference,
		.zone = zone,
		.arena = arena,
	};
	return true;
}

static const char *differ(char *room, size_t size, const char *path, struct json_object *expected,
			  struct json_object *actual)
{
	snprintf(room, size, "at '%s': expected %s, got %s", path,
		 json_object_to_json_string(expected), json_object_to_json_string(actual));
	return room;
}

static const char *compare(struct json_object *expected, struct json_object *actual,
			   const char *path, char *room, size_t size);

static const char *compare_objects(struct json_object *expected, struct json_object *actual,
				   const char *path, char *room, size_t size)
{
	char inner[256];
	if (!json_object_is_type(actual, json_type_object))
		return differ(room, size, path, expected, actual);
	json_object_object_foreach(expected, key, value)
	{
		snprintf(inner, sizeof inner, "%s.%s", path, key);
		const char *found = compare(value, json_member(actual, key), inner, room, size);
		if (found)
			return found;
	}
	json_object_object_foreach(actual, other, extra)
	{
		snprintf(inner, sizeof inner, "%s.%s", path, other);
		if (!json_object_object_get_ex(expected, other, NULL))
			return differ(room, size, inner, NULL, extra);
	}
	return NULL;
}

static const char *compare_lists(struct json_object *expected, struct json_object *actual,
				 const char *path, char *room, size_t size)
{
	char inner[256];
	const char *found = NULL;
	if (!json_object_is_type(actual, json_type_array) ||
	    json_object_array_length(expected) != json_object_array_length(actual))
		return differ(room, size, path, expected, actual);
	for (size_t i = 0; !found && i < json_object_array_length(expected); i++) {
		snprintf(inner, sizeof inner, "%s[%zu]", path, i);
		found = compare(json_object_array_get_idx(expected, i),
				json_object_array_get_idx(actual, i), inner, room, size);
	}
	return found;
}

static const char *compare(struct json_object *expected, struct json_object *actual,
			   const char *path, char *room, size_t size)
{
	int64_t a, b;
	if (json_object_is_type(expected, json_type_object))
		return compare_objects(expected, actual, path, room, size);
	if (json_object_is_type(expected, json_type_array))
		return compare_lists(expected, actual, path, room, size);
	if (sage_number(expected, &a) && sage_number(actual, &b))
		return a == b ? NULL : differ(room, size, path, expected, actual);
	return json_object_equal(expected, actual) ? NULL
						   : differ(room, size, path, expected, actual);
}

const char *case_difference(struct json_object *expected, struct json_object *actual, char *room,
			    size_t size)
{
	return compare(expected, actual, "", room, size);
}
