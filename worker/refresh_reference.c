/*
 * refresh_reference: reads what Sage offers to choose from into the cache. When nobody
 * has touched the settings yet, the defaults that suit this business become the first
 * policy version, so that a merchant who sets nothing syncs.
 */
#include "access.h"
#include "base/clock.h"
#include "base/json.h"
#include "books/zone.h"
#include "context.h"
#include "sage/reference.h"
#include "settle.h"
#include "store/policy.h"
#include "store/reference.h"
#include "worker.h"

#include <string.h>

#define ITEMS_MAX 8192
#define AUTHOR    "Ledger (chosen defaults)"

struct reading {
	struct task *task;
	char today[ZONE_DATE_SIZE];
	const char *business_name;
	struct reference_item *items;
	size_t count;
	const char *policy; /* JSON of the defaults; NULL when there are settings already */
};

static enum led_err no_memory(struct led_error *error)
{
	return led_fail(error, LED_INTERNAL, "out_of_memory", "No memory for reference data.");
}

/* Takes `body` over. */
static enum led_err add(struct reading *reading, const char *kind, const char *id, const char *name,
			struct json_object *body, struct led_error *error)
{
	struct arena *arena = reading->task->job_arena;
	struct reference_item *item = &reading->items[reading->count];
	const char *text =
		body ? json_object_to_json_string_ext(body, JSON_C_TO_STRING_PLAIN) : NULL;
	enum led_err err = LED_OK;
	if (reading->count == ITEMS_MAX)
		err = led_fail(error, LED_SERDE, "too_much_reference_data",
			       "Sage lists more than %d items.", ITEMS_MAX);
	else if (text)
		*item = (struct reference_item){kind, id, name ? name : id,
						arena_strdup(arena, text)};
	if (!err && (!text || !item->body))
		err = no_memory(error);
	else if (!err)
		reading->count++;
	json_object_put(body);
	return err;
}

static void put_text(struct json_object *body, const char *key, const char *text)
{
	if (text)
		json_object_object_add(body, key, json_object_new_string(text));
}

static void put_flag(struct json_object *body, const char *key, bool flag)
{
	json_object_object_add(body, key, json_object_new_boolean(flag));
}

static enum led_err read_business(const struct sage *sage, struct reading *reading,
				  struct led_error *error)
{
	struct arena *arena = reading->task->job_arena;
	struct sage_financial_settings settings;
	struct sage_business *list;
	size_t count;
	enum led_err err = sage_businesses(sage, arena, &list, &count, error);
	if (!err)
		err = sage_financial_settings(sage, arena, &settings, error);
	for (size_t i = 0; !err && i < count; i++)
		if (strcmp(list[i].id, sage->business_id) == 0)
			reading->business_name = list[i].name;
	if (err)
		return err;
	if (!reading->business_name)
		return led_fail(
			error, LED_AUTH, "sage_business_gone",
			"The Sage user no longer has this business. Give it access in Sage, or "
			"connect another business.");
	struct json_object *body = json_object_new_object();
	put_text(body, "base_currency", settings.base_currency);
	put_text(body, "tax_scheme", settings.tax_scheme);
	put_flag(body, "multi_currency", settings.multi_currency);
	return add(reading, "business", sage->business_id, reading->business_name, body, error);
}

static enum led_err read_tax_rates(const struct sage *sage, struct reading *reading,
				   struct led_error *error)
{
	struct sage_tax_rate *list;
	size_t count;
	char percentage[DECIMAL_TEXT_MAX];
	enum led_err err = sage_tax_rates(sage, reading->task->job_arena, reading->today, &list,
					  &count, error);
	for (size_t i = 0; !err && i < count; i++) {
		struct json_object *body = json_object_new_object();
		put_text(body, "percentage", decimal_print(list[i].percentage, percentage));
		put_flag(body, "on_sales", true); /* only those were asked for */
		put_flag(body, "visible", list[i].visible);
		err = add(reading, "tax_rate", list[i].id, list[i].name, body, error);
	}
	return err;
}

static enum led_err read_accounts(const struct sage *sage, struct reading *reading,
				  struct led_error *error)
{
	struct sage_ledger_account *list;
	size_t count;
	enum led_err err =
		sage_ledger_accounts(sage, reading->task->job_arena, &list, &count, error);
	for (size_t i = 0; !err && i < count; i++) {
		struct json_object *body = json_object_new_object();
		put_text(body, "type", list[i].type);
		json_object_object_add(body, "nominal_code",
				       json_object_new_int64(list[i].nominal_code));
		put_flag(body, "in_sales", list[i].in_sales);
		put_flag(body, "in_expenses", list[i].in_expenses);
		err = add(reading, "ledger_account", list[i].id, list[i].name, body, error);
	}
	return err;
}

static enum led_err read_banks(const struct sage *sage, struct reading *reading,
			       struct led_error *error)
{
	struct sage_bank_account *list;
	size_t count;
	enum led_err err = sage_bank_accounts(sage, reading->task->job_arena, &list, &count, error);
	for (size_t i = 0; !err && i < count; i++) {
		struct json_object *body = json_object_new_object();
		put_text(body, "type", list[i].type);
		put_text(body, "currency", list[i].currency);
		put_flag(body, "active", list[i].active);
		err = add(reading, "bank_account", list[i].id, list[i].name, body, error);
	}
	return err;
}

static enum led_err read_methods(const struct sage *sage, struct reading *reading,
				 struct led_error *error)
{
	struct sage_payment_method *list;
	size_t count;
	enum led_err err =
		sage_payment_methods(sage, reading->task->job_arena, &list, &count, error);
	for (size_t i = 0; !err && i < count; i++)
		err = add(reading, "payment_method", list[i].id, list[i].name,
			  json_object_new_object(), error);
	return err;
}

/* The default type where it is called so; names are in the business's language, and Sage's
 * order is that of its price list. */
static const struct sage_price_type *choose_type(const struct sage_price_type *list, size_t count)
{
	const struct sage_price_type *first = NULL;
	for (size_t i = 0; i < count; i++) {
		if (list[i].active && strcmp(list[i].name, "Sales Price") == 0)
			return &list[i];
		if (list[i].active && !first)
			first = &list[i];
	}
	return first;
}

/* An edition of Sage without a catalogue refuses this list, and nothing else. */
static bool is_no_catalogue(const struct led_error *error)
{
	return error->class == LED_NOT_FOUND || strcmp(error->code, "no_subscription") == 0 ||
	       strcmp(error->code, "sage_access_denied") == 0;
}

static enum led_err read_types(const struct sage *sage, struct reading *reading,
			       struct led_error *error)
{
	static const struct {
		const char *kind;
		enum led_err (*list)(const struct sage *sage, struct arena *arena,
				     struct sage_price_type **list, size_t *count,
				     struct led_error *error);
	} types[] = {{"price_type", sage_price_types}, {"rate_type", sage_rate_types}};
	enum led_err err = LED_OK;
	for (size_t i = 0; !err && i < sizeof types / sizeof *types; i++) {
		struct sage_price_type *list;
		size_t count;
		err = types[i].list(sage, reading->task->job_arena, &list, &count, error);
		if (err && is_no_catalogue(error))
			return LED_OK;
		const struct sage_price_type *chosen = err ? NULL : choose_type(list, count);
		if (chosen)
			err = add(reading, types[i].kind, chosen->id, chosen->name,
				  json_object_new_object(), error);
	}
	return err;
}

static enum led_err read_all(const struct sage *sage, void *context, struct led_error *error)
{
	static enum led_err (*const readers[])(const struct sage *, struct reading *,
					       struct led_error *) = {
		read_business, read_tax_rates, read_accounts, read_banks, read_methods, read_types};
	struct reading *reading = context;
	enum led_err err = LED_OK;
	reading->count = 0; /* a second try, with a new token, reads everything again */
	for (size_t i = 0; !err && i < sizeof readers / sizeof *readers; i++) {
		err = task_renew(reading->task, error);
		if (!err)
			err = readers[i](sage, reading, error);
	}
	return err;
}

static enum led_err write_all(struct db *db, void *context, struct led_error *error)
{
	const struct reading *reading = context;
	struct task *task = reading->task;
	return reference_replace(db, task->job_arena, task->binding.id, reading->business_name,
				 reading->items, reading->count, error);
}

static enum led_err write_policy(struct db *db, void *context, struct led_error *error)
{
	const struct reading *reading = context;
	bool added; /* false: a person saved settings meanwhile, and theirs count */
	return policy_add(db, reading->task->job_arena, reading->task->binding.id, 0,
			  reading->policy, AUTHOR, &added, error);
}

static enum led_err choose_defaults(struct task *task, struct reading *reading,
				    struct led_error *error)
{
	struct policy policy;
	if (task->binding.policy_version > 0)
		return LED_OK;
	enum led_err err = context_reload_reference(task, error);
	if (err)
		return err;
	books_policy_defaults(&policy);
	books_choose_defaults(&task->reference, &policy);
	err = books_policy_print(&policy, task->job_arena, &reading->policy, error);
	return err ? err : settle_guarded(task, write_policy, reading, error);
}

/* Sage's rates are those of a day; a business's day, not Greenwich's. */
static enum led_err find_today(struct task *task, struct reading *reading, struct led_error *error)
{
	const struct zone *zone;
	enum led_err err = zone_load(task->job_arena, books_reference_zone(task->binding.region),
				     &zone, error);
	if (!err)
		zone_date(zone, clock_now(), reading->today);
	return err;
}

enum led_err refresh_reference(struct task *task, const struct job *job, const struct run *run,
			       struct run_end *end, struct led_error *error)
{
	struct reading reading = {
		.task = task,
		.items = arena_alloc(task->job_arena, ITEMS_MAX * sizeof *reading.items),
	};
	(void)job;
	(void)run;
	if (!reading.items)
		return no_memory(error);
	if (!task->binding.business || !task->binding.region)
		return led_fail(error, LED_VALIDATION, "settings_incomplete",
				"No Sage business was chosen yet.");
	enum led_err err = find_today(task, &reading, error);
	if (!err)
		err = access_with_sage(task, read_all, &reading, error);
	if (!err)
		err = settle_guarded(task, write_all, &reading, error);
	if (!err)
		err = choose_defaults(task, &reading, error);
	end->status = RUN_SUCCEEDED;
	return err;
}
