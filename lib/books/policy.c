#include "books/policy.h"
#include "base/clock.h"
#include "base/json.h"
#include "books/body.h"

#include <string.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define MAP_MAX      500 /* rows of a map or list: no merchant has more */

static const struct policy_pair EU_TYPES[] = {
	{"simple", "GOODS"},  {"configurable", "GOODS"}, {"bundle", "GOODS"},
	{"grouped", "GOODS"}, {"virtual", "SERVICES"},   {"downloadable", "SERVICES"},
};

void books_policy_defaults(struct policy *policy)
{
	*policy = (struct policy){
		.sync_unpaid_invoices = true,
		.sync_zero_value_invoices = true,
		.invoice_number_prefix = "",
		.customer_name_priority = POLICY_COMPANY_FIRST,
		.default_eu_goods_services_type = "GOODS",
		.product_type_eu_goods_map = {EU_TYPES, COUNT(EU_TYPES)},
		.b2c_consolidation = {.fallback_contact_name = "Magento Web Sales",
				      .fallback_contact_reference = "WEBSALES",
				      .always_individual_for_b2b = true},
	};
}

/* How a setting is written in JSON, and of what C type it is. */
enum kind {
	FLAG,    /* bool */
	TEXT,    /* string; const char *, NULL = unset */
	PREFIX,  /* string; const char *, never NULL */
	INSTANT, /* "YYYY-MM-DDTHH:MM:SSZ"; sync_since and its flag */
	IDS,     /* list of positive integers; struct policy_ids */
	PAIRS,   /* object of strings or nulls; struct policy_pairs */
	RATES,   /* object of percentage → id; struct policy_rates */
	MONEY,   /* number or numeric string; int64_t */
	PRIORITY /* "Company" or "Person" */
};

struct setting {
	const char *key;
	enum kind kind;
	size_t at;
};

#define AT(member) offsetof(struct policy, member)
static const struct setting SETTINGS[] = {
	{"sync_unpaid_invoices", FLAG, AT(sync_unpaid_invoices)},
	{"sync_zero_value_invoices", FLAG, AT(sync_zero_value_invoices)},
	{"sync_since", INSTANT, AT(sync_since)},
	{"website_filter", IDS, AT(website_filter)},
	{"store_filter", IDS, AT(store_filter)},
	{"sync_products", FLAG, AT(sync_products)},
	{"sync_stock", FLAG, AT(sync_stock)},
	{"default_tax_rate_id", TEXT, AT(default_tax_rate_id)},
	{"default_ledger_account_id", TEXT, AT(default_ledger_account_id)},
	{"default_bank_account_id", TEXT, AT(default_bank_account_id)},
	{"default_purchase_ledger_account_id", TEXT, AT(default_purchase_ledger_account_id)},
	{"payment_method_map", PAIRS, AT(payment_method_map)},
	{"tax_rate_map", RATES, AT(tax_rate_map)},
	{"invoice_number_prefix", PREFIX, AT(invoice_number_prefix)},
	{"customer_name_priority", PRIORITY, AT(customer_name_priority)},
	{"time_zone", TEXT, AT(time_zone)},
	{"magento_base_currency", TEXT, AT(magento_base_currency)},
	{"default_eu_goods_services_type", TEXT, AT(default_eu_goods_services_type)},
	{"product_type_eu_goods_map", PAIRS, AT(product_type_eu_goods_map)},
};

static const struct setting CONSOLIDATION[] = {
	{"enabled", FLAG, AT(b2c_consolidation.enabled)},
	{"fallback_contact_name", TEXT, AT(b2c_consolidation.fallback_contact_name)},
	{"fallback_contact_email", TEXT, AT(b2c_consolidation.fallback_contact_email)},
	{"fallback_contact_reference", TEXT, AT(b2c_consolidation.fallback_contact_reference)},
	{"min_total_for_individual", MONEY, AT(b2c_consolidation.min_total_for_individual)},
	{"always_individual_for_b2b", FLAG, AT(b2c_consolidation.always_individual_for_b2b)},
};
#undef AT

/* A setting's place in a policy, as its C type. */
#define FIELD(type, policy, setting) ((type *)(void *)((char *)(policy) + (setting)->at))

struct reader {
	struct arena *arena;
	struct policy *policy;
	struct led_error *error;
};

static enum led_err invalid(const struct reader *reader, const char *key)
{
	return led_fail(reader->error, LED_VALIDATION, "invalid_format",
			"The setting %s has a value that is not of its kind.", key);
}

static enum led_err out_of_memory(const struct reader *reader)
{
	return led_fail(reader->error, LED_INTERNAL, "out_of_memory",
			"The policy does not fit the memory set aside for it.");
}

static enum led_err read_text(const struct reader *reader, const struct setting *setting,
			      struct json_object *value)
{
	const char **out = FIELD(const char *, reader->policy, setting);
	if (!json_object_is_type(value, json_type_string))
		return invalid(reader, setting->key);
	const char *text = json_object_get_string(value);
	if (!*text && setting->kind == TEXT)
		return LED_OK; /* an emptied field is an unset one */
	*out = arena_strdup(reader->arena, text);
	return *out ? LED_OK : out_of_memory(reader);
}

static enum led_err read_ids(const struct reader *reader, const struct setting *setting,
			     struct json_object *value)
{
	struct policy_ids *out = FIELD(struct policy_ids, reader->policy, setting);
	if (!json_object_is_type(value, json_type_array) ||
	    json_object_array_length(value) > MAP_MAX)
		return invalid(reader, setting->key);
	size_t count = json_object_array_length(value);
	int64_t *item = arena_alloc(reader->arena, count * sizeof *item + 1);
	if (!item)
		return out_of_memory(reader);
	for (size_t i = 0; i < count; i++) {
		struct json_object *id = json_object_array_get_idx(value, i);
		if (!json_object_is_type(id, json_type_int) || json_object_get_int64(id) <= 0)
			return invalid(reader, setting->key);
		item[i] = json_object_get_int64(id);
	}
	*out = (struct policy_ids){item, count};
	return LED_OK;
}

static bool is_map(struct json_object *value)
{
	return json_object_is_type(value, json_type_object) &&
	       json_object_object_length(value) <= MAP_MAX;
}

/* Room for one row per member. */
static void *map_room(const struct reader *reader, struct json_object *value, size_t row_size)
{
	return arena_alloc(reader->arena, (size_t)json_object_object_length(value) * row_size + 1);
}

static enum led_err read_pairs(const struct reader *reader, const struct setting *setting,
			       struct json_object *value)
{
	struct policy_pairs *out = FIELD(struct policy_pairs, reader->policy, setting);
	size_t count = 0;
	if (!is_map(value))
		return invalid(reader, setting->key);
	struct policy_pair *item = map_room(reader, value, sizeof *item);
	if (!item)
		return out_of_memory(reader);
	json_object_object_foreach(value, from, to)
	{
		struct policy_pair *pair = &item[count++];
		if (to && !json_object_is_type(to, json_type_string))
			return invalid(reader, setting->key);
		pair->from = arena_strdup(reader->arena, from);
		pair->to = to ? arena_strdup(reader->arena, json_object_get_string(to)) : NULL;
		if (!pair->from || (to && !pair->to))
			return out_of_memory(reader);
	}
	*out = (struct policy_pairs){item, count};
	return LED_OK;
}

static bool read_percentage(const char *text, struct decimal *out)
{
	return decimal_parse(text, strlen(text), PERCENTAGE_SCALE, out) == LED_OK &&
	       out->units >= 0 && decimal_compare(*out, decimal_of(100, 0)) <= 0;
}

static enum led_err read_rates(const struct reader *reader, const struct setting *setting,
			       struct json_object *value)
{
	struct policy_rates *out = FIELD(struct policy_rates, reader->policy, setting);
	size_t count = 0;
	if (!is_map(value))
		return invalid(reader, setting->key);
	struct policy_rate *item = map_room(reader, value, sizeof *item);
	if (!item)
		return out_of_memory(reader);
	json_object_object_foreach(value, percentage, id)
	{
		struct policy_rate *rate = &item[count++];
		if (!json_object_is_type(id, json_type_string) ||
		    !read_percentage(percentage, &rate->percentage))
			return invalid(reader, setting->key);
		rate->tax_rate_id = arena_strdup(reader->arena, json_object_get_string(id));
		if (!rate->tax_rate_id)
			return out_of_memory(reader);
	}
	*out = (struct policy_rates){item, count};
	return LED_OK;
}

static enum led_err read_priority(const struct reader *reader, const struct setting *setting,
				  struct json_object *value)
{
	if (!json_object_is_type(value, json_type_string))
		return invalid(reader, setting->key);
	const char *name = json_object_get_string(value);
	if (strcmp(name, "Company") != 0 && strcmp(name, "Person") != 0)
		return led_fail(reader->error, LED_VALIDATION, "out_of_range",
				"The setting %s is neither Company nor Person.", setting->key);
	*FIELD(enum policy_name_priority, reader->policy, setting) =
		*name == 'C' ? POLICY_COMPANY_FIRST : POLICY_PERSON_FIRST;
	return LED_OK;
}

static enum led_err read_money(const struct reader *reader, const struct setting *setting,
			       struct json_object *value)
{
	struct decimal money;
	if (!json_decimal(value, MONEY_SCALE, &money))
		return invalid(reader, setting->key);
	*FIELD(int64_t, reader->policy, setting) = money.units;
	return LED_OK;
}

static enum led_err read_instant(const struct reader *reader, const struct setting *setting,
				 struct json_object *value)
{
	if (!json_object_is_type(value, json_type_string))
		return invalid(reader, setting->key);
	const char *text = json_object_get_string(value);
	reader->policy->has_sync_since = *text != '\0';
	if (*text && !clock_parse_iso(text, FIELD(int64_t, reader->policy, setting)))
		return invalid(reader, setting->key);
	return LED_OK;
}

static enum led_err read_setting(const struct reader *reader, const struct setting *setting,
				 struct json_object *value)
{
	switch (setting->kind) {
	case FLAG:
		if (!json_object_is_type(value, json_type_boolean))
			return invalid(reader, setting->key);
		*FIELD(bool, reader->policy, setting) = json_object_get_boolean(value);
		return LED_OK;
	case TEXT:
	case PREFIX:
		return read_text(reader, setting, value);
	case INSTANT:
		return read_instant(reader, setting, value);
	case IDS:
		return read_ids(reader, setting, value);
	case PAIRS:
		return read_pairs(reader, setting, value);
	case RATES:
		return read_rates(reader, setting, value);
	case MONEY:
		return read_money(reader, setting, value);
	case PRIORITY:
		return read_priority(reader, setting, value);
	}
	return invalid(reader, setting->key); /* unreachable: every kind is above */
}

static const struct setting *find(const struct setting *settings, size_t count, const char *key)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(settings[i].key, key) == 0)
			return &settings[i];
	return NULL;
}

/* A null is an unset setting: its default stays. */
static enum led_err read_settings(const struct reader *reader, struct json_object *json,
				  const struct setting *settings, size_t count)
{
	json_object_object_foreach(json, key, value)
	{
		const struct setting *setting = find(settings, count, key);
		if (settings == SETTINGS && strcmp(key, "b2c_consolidation") == 0)
			continue;
		if (!setting)
			return led_fail(reader->error, LED_VALIDATION, "unknown_setting",
					"There is no setting '%.60s'.", key);
		enum led_err err = value ? read_setting(reader, setting, value) : LED_OK;
		if (err)
			return err;
	}
	return LED_OK;
}

enum led_err books_policy_parse(struct json_object *json, struct arena *arena, struct policy *out,
				struct led_error *error)
{
	struct reader reader = {arena, out, error};
	books_policy_defaults(out);
	if (!json_object_is_type(json, json_type_object))
		return invalid(&reader, "(the policy itself)");
	enum led_err err = read_settings(&reader, json, SETTINGS, COUNT(SETTINGS));
	struct json_object *consolidation = json_member(json, "b2c_consolidation");
	if (err || !consolidation)
		return err;
	if (!json_object_is_type(consolidation, json_type_object))
		return invalid(&reader, "b2c_consolidation");
	return read_settings(&reader, consolidation, CONSOLIDATION, COUNT(CONSOLIDATION));
}

static void print_ids(struct body *body, const char *key, const struct policy_ids *ids)
{
	body_list(body, key);
	for (size_t i = 0; i < ids->count; i++)
		body_int(body, NULL, ids->item[i]);
	body_end_list(body);
}

static void print_pairs(struct body *body, const char *key, const struct policy_pairs *pairs)
{
	body_object(body, key);
	for (size_t i = 0; i < pairs->count; i++) {
		if (pairs->item[i].to)
			body_text(body, pairs->item[i].from, pairs->item[i].to);
		else
			body_null(body, pairs->item[i].from);
	}
	body_end_object(body);
}

const char *books_percentage_print(struct decimal percentage, char *out)
{
	while (percentage.scale > 2 && percentage.units % 10 == 0)
		percentage = decimal_of(percentage.units / 10, percentage.scale - 1);
	return decimal_print(percentage, out);
}

/* Two spellings of one percentage ("20", "20.00") make one key: the last one's. */
static bool is_repeated(const struct policy_rates *rates, size_t at)
{
	for (size_t i = at + 1; i < rates->count; i++)
		if (rates->item[i].percentage.units == rates->item[at].percentage.units)
			return true;
	return false;
}

static void print_rates(struct body *body, const char *key, const struct policy_rates *rates)
{
	char percentage[DECIMAL_TEXT_MAX];
	body_object(body, key);
	for (size_t i = 0; i < rates->count; i++)
		if (!is_repeated(rates, i))
			body_text(body,
				  books_percentage_print(rates->item[i].percentage, percentage),
				  rates->item[i].tax_rate_id);
	body_end_object(body);
}

static void print_setting(struct body *body, const struct policy *policy,
			  const struct setting *setting)
{
	char iso[CLOCK_ISO_SIZE];
	switch (setting->kind) {
	case FLAG:
		body_flag(body, setting->key, *FIELD(const bool, policy, setting));
		break;
	case TEXT:
	case PREFIX:
		body_text(body, setting->key, *FIELD(const char *const, policy, setting));
		break;
	case INSTANT:
		if (policy->has_sync_since)
			body_text(body, setting->key, clock_iso(policy->sync_since, iso));
		break;
	case IDS:
		print_ids(body, setting->key, FIELD(const struct policy_ids, policy, setting));
		break;
	case PAIRS:
		print_pairs(body, setting->key, FIELD(const struct policy_pairs, policy, setting));
		break;
	case RATES:
		print_rates(body, setting->key, FIELD(const struct policy_rates, policy, setting));
		break;
	case MONEY:
		body_money(body, setting->key, *FIELD(const int64_t, policy, setting));
		break;
	case PRIORITY:
		body_text(body, setting->key,
			  policy->customer_name_priority == POLICY_COMPANY_FIRST ? "Company"
										 : "Person");
		break;
	}
}

enum led_err books_policy_print(const struct policy *policy, struct arena *arena, const char **out,
				struct led_error *error)
{
	struct body body;
	body_init(&body);
	for (size_t i = 0; i < COUNT(SETTINGS); i++)
		print_setting(&body, policy, &SETTINGS[i]);
	body_object(&body, "b2c_consolidation");
	for (size_t i = 0; i < COUNT(CONSOLIDATION); i++)
		print_setting(&body, policy, &CONSOLIDATION[i]);
	body_end_object(&body);
	return body_finish(&body, arena, out, error);
}
