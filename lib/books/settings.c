#include "books/settings.h"
#include "base/json.h"
#include "base/text.h"
#include "books/zone.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define PREFIX_MAX    6 /* characters, as Sage's own number prefixes */
#define REFERENCE_MAX 9 /* of the fallback contact: the tenth is the currency's letter */
#define ZONE_ARENA    (256 * 1024)

struct check {
	const struct settings_input *input;
	struct settings_faults *faults;
};

static void __attribute__((format(printf, 3, 4)))
fault(const struct check *check, const char *code, const char *field, ...)
{
	struct settings_faults *faults = check->faults;
	va_list args;
	if (faults->count < SETTINGS_FAULTS_MAX) {
		struct settings_fault *item = &faults->item[faults->count];
		va_start(args, field);
		vsnprintf(item->field, sizeof item->field, field, args);
		va_end(args);
		text_utf8_mend(item->field);
		item->code = code;
	}
	faults->count++;
}

static const struct reference_item *find(const struct check *check, const char *kind,
					 const char *id)
{
	for (size_t i = 0; i < check->input->item_count; i++) {
		const struct reference_item *item = &check->input->items[i];
		if (strcmp(item->kind, kind) == 0 && strcmp(item->id, id) == 0)
			return item;
	}
	return NULL;
}

static bool has_kind(const struct check *check, const char *kind)
{
	for (size_t i = 0; i < check->input->item_count; i++)
		if (strcmp(check->input->items[i].kind, kind) == 0)
			return true;
	return false;
}

/* Whether the cache offers the item, and (`flag` not NULL) says yes to the flag. */
static bool offers(const struct check *check, const char *kind, const char *id, const char *flag)
{
	const struct reference_item *item = find(check, kind, id);
	struct json_object *body;
	if (!item || !flag)
		return item != NULL;
	if (json_parse(item->body, strlen(item->body), &body, NULL))
		return false;
	bool yes = json_object_get_boolean(json_member(body, flag));
	json_object_put(body);
	return yes;
}

/* The settings that are one id. */
static void check_ids(const struct check *check)
{
	const struct policy *policy = check->input->policy;
	const struct {
		const char *field, *id, *kind, *flag;
	} rows[] = {
		{"default_tax_rate_id", policy->default_tax_rate_id, "tax_rate", "on_sales"},
		{"default_ledger_account_id", policy->default_ledger_account_id, "ledger_account",
		 "in_sales"},
		{"default_bank_account_id", policy->default_bank_account_id, "bank_account",
		 "active"},
		{"default_purchase_ledger_account_id", policy->default_purchase_ledger_account_id,
		 "ledger_account", "in_expenses"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].id && !offers(check, rows[i].kind, rows[i].id, rows[i].flag))
			fault(check, "not_in_reference", "%s", rows[i].field);
}

/* A shop too old to list its methods leaves the left side free. */
static void check_methods(const struct check *check)
{
	const struct policy_pairs *map = &check->input->policy->payment_method_map;
	bool listed = has_kind(check, "shop_payment_method");
	for (size_t i = 0; i < map->count; i++) {
		const struct policy_pair *pair = &map->item[i];
		if ((listed && !find(check, "shop_payment_method", pair->from)) ||
		    (pair->to && !offers(check, "bank_account", pair->to, "active")))
			fault(check, "not_in_reference", "payment_method_map[%s]", pair->from);
	}
}

static void check_rates(const struct check *check)
{
	const struct policy_rates *map = &check->input->policy->tax_rate_map;
	char key[DECIMAL_TEXT_MAX];
	for (size_t i = 0; i < map->count; i++) {
		const struct policy_rate *rate = &map->item[i];
		books_percentage_print(rate->percentage, key);
		for (size_t j = 0; j < i; j++)
			if (decimal_compare(map->item[j].percentage, rate->percentage) == 0)
				fault(check, "duplicate", "tax_rate_map[%s]", key);
		if (!offers(check, "tax_rate", rate->tax_rate_id, "on_sales"))
			fault(check, "not_in_reference", "tax_rate_map[%s]", key);
	}
}

static void check_filters(const struct check *check)
{
	const struct policy *policy = check->input->policy;
	const struct {
		const char *field;
		const struct policy_ids *ids;
	} rows[] = {{"website_filter", &policy->website_filter},
		    {"store_filter", &policy->store_filter}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		for (size_t j = 0; j < rows[i].ids->count; j++)
			if (rows[i].ids->item[j] <= 0)
				fault(check, "invalid_format", "%s", rows[i].field);
	}
}

/* What a setting asks of the plan. */
static void check_plan(const struct check *check)
{
	const struct policy *policy = check->input->policy;
	const struct {
		const char *field;
		bool asked;
		enum plan_feature feature;
	} rows[] = {
		{"website_filter", policy->website_filter.count > 1, PLAN_SEVERAL_STORES},
		{"store_filter", policy->store_filter.count > 1, PLAN_SEVERAL_STORES},
		{"sync_products", policy->sync_products, PLAN_PRODUCTS},
		{"sync_stock", policy->sync_stock, PLAN_STOCK},
		{"default_bank_account_id", policy->default_bank_account_id, PLAN_PAYMENTS},
		{"b2c_consolidation.enabled", policy->b2c_consolidation.enabled,
		 PLAN_CONSOLIDATION},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].asked && !check->input->plan->has[rows[i].feature])
			fault(check, "tier_limit_exceeded", "%s", rows[i].field);
	for (size_t i = 0; i < policy->payment_method_map.count; i++)
		if (policy->payment_method_map.item[i].to &&
		    !check->input->plan->has[PLAN_PAYMENTS])
			fault(check, "tier_limit_exceeded", "payment_method_map[%s]",
			      policy->payment_method_map.item[i].from);
}

static void check_products(const struct check *check)
{
	const struct policy *policy = check->input->policy;
	if (policy->sync_products && !policy->default_purchase_ledger_account_id)
		fault(check, "required", "default_purchase_ledger_account_id");
	if (policy->sync_stock && !policy->sync_products)
		fault(check, "required", "sync_products");
}

static void check_prefix(const struct check *check)
{
	const char *prefix = check->input->policy->invoice_number_prefix;
	size_t len = strlen(prefix);
	if (text_utf8_length(prefix, len) > PREFIX_MAX)
		fault(check, "too_long", "invoice_number_prefix");
	if (len > 0 && strspn(prefix, "0123456789") == len)
		fault(check, "invalid_format", "invoice_number_prefix");
}

static void check_zone(const struct check *check)
{
	const char *name = check->input->policy->time_zone;
	const struct zone *zone;
	struct arena *arena = name ? arena_new(ZONE_ARENA) : NULL;
	if (arena && zone_load(arena, name, &zone, NULL))
		fault(check, "out_of_range", "time_zone");
	arena_free(arena);
}

static bool is_eu_type(const char *type)
{
	return type && (strcmp(type, "GOODS") == 0 || strcmp(type, "SERVICES") == 0);
}

static void check_currency(const struct check *check)
{
	const struct policy *policy = check->input->policy;
	const char *base = policy->magento_base_currency;
	/* The cache holds no list of currencies: the form of the code is what can be judged. */
	if (base && (strlen(base) != 3 || strspn(base, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 3))
		fault(check, "not_in_reference", "magento_base_currency");
	if (!is_eu_type(policy->default_eu_goods_services_type))
		fault(check, "out_of_range", "default_eu_goods_services_type");
	for (size_t i = 0; i < policy->product_type_eu_goods_map.count; i++) {
		const struct policy_pair *pair = &policy->product_type_eu_goods_map.item[i];
		if (!is_eu_type(pair->to))
			fault(check, "out_of_range", "product_type_eu_goods_map[%s]", pair->from);
	}
}

/* One @ with text on both sides and no blank: what Sage takes. */
static bool is_email(const char *text)
{
	const char *at = strchr(text, '@');
	return at && at > text && at[1] && !strchr(at + 1, '@') && !strpbrk(text, " \t\r\n");
}

static bool is_blank(const char *text)
{
	return !text || !*text;
}

static void check_consolidation(const struct check *check)
{
	const struct policy *policy = check->input->policy;
	const char *email = policy->b2c_consolidation.fallback_contact_email;
	const char *reference = policy->b2c_consolidation.fallback_contact_reference;
	if (!is_blank(email) && !is_email(email))
		fault(check, "invalid_format", "b2c_consolidation.fallback_contact_email");
	if (reference && text_utf8_length(reference, strlen(reference)) > REFERENCE_MAX)
		fault(check, "too_long", "b2c_consolidation.fallback_contact_reference");
	if (policy->b2c_consolidation.min_total_for_individual < 0)
		fault(check, "out_of_range", "b2c_consolidation.min_total_for_individual");
	if (!policy->b2c_consolidation.enabled)
		return;
	if (is_blank(policy->b2c_consolidation.fallback_contact_name))
		fault(check, "required", "b2c_consolidation.fallback_contact_name");
	if (is_blank(email))
		fault(check, "required", "b2c_consolidation.fallback_contact_email");
	if (is_blank(reference))
		fault(check, "required", "b2c_consolidation.fallback_contact_reference");
}

void settings_check(const struct settings_input *input, struct settings_faults *faults)
{
	static void (*const checks[])(const struct check *) = {
		check_filters, check_products, check_ids,      check_methods,       check_rates,
		check_prefix,  check_zone,     check_currency, check_consolidation, check_plan,
	};
	const struct check check = {input, faults};
	faults->count = 0;
	for (size_t i = 0; i < sizeof checks / sizeof *checks; i++)
		checks[i](&check);
}
