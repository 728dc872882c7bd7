#include "context.h"
#include "base/json.h"
#include "preview.h"
#include "store/policy.h"
#include "store/reference.h"

#include <string.h>

static enum led_err no_memory(struct led_error *error)
{
	return led_fail(error, LED_INTERNAL, "out_of_memory", "No memory for reference data.");
}

/* The JSON texts of the cache are our own, so a fault in one is a bug. */
static enum led_err parse_item(const struct reference_item *item, struct json_object **body,
			       struct led_error *error)
{
	if (json_parse(item->body, strlen(item->body), body, NULL))
		return led_fail(error, LED_INTERNAL, "reference_broken",
				"The cached %s %s is not readable.", item->kind, item->id);
	return LED_OK;
}

static bool read_flag(struct json_object *body, const char *key)
{
	return json_object_get_boolean(json_member(body, key));
}

static enum led_err read_tax_rate(struct json_object *body, const struct reference_item *item,
				  struct reference_tax_rate *rate, struct led_error *error)
{
	*rate = (struct reference_tax_rate){
		.id = item->id, .name = item->name, .on_sales = read_flag(body, "on_sales")};
	if (!json_decimal(json_member(body, "percentage"), PERCENTAGE_SCALE, &rate->percentage))
		return led_fail(error, LED_INTERNAL, "reference_broken",
				"The cached tax rate %s has no percentage.", item->id);
	return LED_OK;
}

static enum led_err read_account(struct arena *arena, struct json_object *body,
				 const struct reference_item *item,
				 struct reference_ledger_account *account, struct led_error *error)
{
	const char *type = json_string(body, "type");
	*account = (struct reference_ledger_account){.id = item->id,
						     .in_sales = read_flag(body, "in_sales")};
	if (type && !(account->type = arena_strdup(arena, type)))
		return no_memory(error);
	if (!json_int(body, "nominal_code", 0, INT64_MAX, &account->nominal_code))
		account->nominal_code = 0;
	return LED_OK;
}

struct filling {
	struct arena *arena;
	struct reference *reference;
	struct reference_tax_rate *rates;
	struct reference_ledger_account *accounts;
};

static enum led_err read_item(struct filling *filling, const struct reference_item *item,
			      struct led_error *error)
{
	struct reference *reference = filling->reference;
	struct json_object *body;
	enum led_err err = parse_item(item, &body, error);
	if (err)
		return err;
	if (strcmp(item->kind, "business") == 0) {
		const char *currency = json_string(body, "base_currency");
		reference->base_currency = currency ? arena_strdup(filling->arena, currency) : NULL;
	} else if (strcmp(item->kind, "tax_rate") == 0) {
		err = read_tax_rate(body, item, &filling->rates[reference->tax_rate_count++],
				    error);
	} else if (strcmp(item->kind, "ledger_account") == 0) {
		err = read_account(filling->arena, body, item,
				   &filling->accounts[reference->ledger_account_count++], error);
	} else if (strcmp(item->kind, "price_type") == 0) {
		reference->sales_price = (struct reference_price_type){item->id, item->name};
	} else if (strcmp(item->kind, "rate_type") == 0) {
		reference->service_rate = (struct reference_price_type){item->id, item->name};
	}
	json_object_put(body);
	return err;
}

static enum led_err load_reference(struct db *db, struct task *task, struct led_error *error)
{
	struct reference_item *items;
	size_t count;
	enum led_err err =
		reference_list(db, task->lane_arena, task->lane.binding, &items, &count, error);
	if (err)
		return err;
	struct filling filling = {
		.arena = task->lane_arena,
		.reference = &task->reference,
		.rates = arena_alloc(task->lane_arena, (count + 1) * sizeof *filling.rates),
		.accounts = arena_alloc(task->lane_arena, (count + 1) * sizeof *filling.accounts),
	};
	if (!filling.rates || !filling.accounts)
		return no_memory(error);
	task->reference = (struct reference){.country = task->binding.region,
					     .tax_rates = filling.rates,
					     .ledger_accounts = filling.accounts};
	for (size_t i = 0; !err && i < count; i++)
		err = read_item(&filling, &items[i], error);
	return err;
}

static enum led_err load(struct db *db, struct task *task, struct led_error *error)
{
	enum led_err err =
		binding_get(db, task->lane_arena, task->lane.binding, &task->binding, error);
	if (!err)
		err = plan_of_account(db, task->lane_arena, task->binding.account, &task->plan,
				      error);
	if (!err)
		err = plan_covers(db, task->lane_arena, &task->plan, task->binding.account,
				  task->binding.id, &task->plan_covers, error);
	if (!err && task->binding.has_reference)
		err = load_reference(db, task, error);
	if (!err && task->binding.inbound_key)
		err = binding_open_inbound_key(task->worker->keys, &task->binding,
					       &task->inbound_key, error);
	return err;
}

enum led_err context_load(struct task *task, struct led_error *error)
{
	struct db *db;
	enum led_err err = db_pool_take(task->worker->pool, &db, error);
	if (!err)
		err = load(db, task, error);
	db_pool_give(task->worker->pool, db);
	return err;
}

enum led_err context_reload_reference(struct task *task, struct led_error *error)
{
	struct db *db;
	enum led_err err = db_pool_take(task->worker->pool, &db, error);
	if (!err)
		err = load_reference(db, task, error);
	db_pool_give(task->worker->pool, db);
	if (!err)
		task->binding.has_reference = true;
	return err;
}

void context_release(struct task *task)
{
	secret_release(&task->inbound_key);
	oauth_token_release(&task->token);
	task->reference = (struct reference){0};
	task->binding = (struct binding){0};
}

enum led_err context_shop(struct task *task, struct magento_shop *shop, struct led_error *error)
{
	if (!task->inbound_key.bytes)
		return led_fail(
			error, LED_AUTH, "shop_not_paired",
			"The shop is not paired: its keys were deleted when it disconnected.");
	*shop = (struct magento_shop){
		.http = task->client,
		.base_url = task->binding.shop_url,
		.tenant_id = task->binding.id,
		.inbound_key = &task->inbound_key,
		.calls = &task->calls,
	};
	return LED_OK;
}

/* Version 0 stands for a binding whose settings nobody touched. */
static enum led_err parse_policy(struct task *task, const char *body, struct policy *policy,
				 struct led_error *error)
{
	struct json_object *json = NULL;
	books_policy_defaults(policy);
	if (!body)
		return LED_OK;
	enum led_err err = json_parse(body, strlen(body), &json, error);
	if (!err)
		err = books_policy_parse(json, task->job_arena, policy, error);
	json_object_put(json);
	return err;
}

static enum led_err read_policy(struct task *task, int64_t version, const char **body,
				struct books_context *books, struct led_error *error)
{
	struct db *db;
	const char **prefixes = NULL, **skus = NULL;
	enum led_err err = db_pool_take(task->worker->pool, &db, error);
	if (!err)
		err = policy_get(db, task->job_arena, task->lane.binding, version, body, error);
	if (!err)
		err = policy_prefixes(db, task->job_arena, task->lane.binding, &prefixes,
				      &books->former_prefix_count, error);
	if (!err && task->binding.business)
		err = xref_references(db, task->job_arena, task->lane.binding,
				      task->binding.business, "service", &skus,
				      &books->service_sku_count, error);
	db_pool_give(task->worker->pool, db);
	books->former_prefixes = prefixes;
	books->service_skus = skus;
	return err;
}

static enum led_err read_current(struct task *task, const char **body, struct led_error *error)
{
	struct db *db;
	enum led_err err = db_pool_take(task->worker->pool, &db, error);
	if (!err)
		err = policy_get(db, task->job_arena, task->lane.binding,
				 task->binding.policy_version, body, error);
	db_pool_give(task->worker->pool, db);
	return err;
}

/* A default that the run's version does not have was never decided, so it is today's. */
static enum led_err complete_policy(struct task *task, struct policy *policy,
				    struct led_error *error)
{
	const char *body;
	struct policy current;
	if (books_settings_complete(policy))
		return LED_OK;
	enum led_err err = read_current(task, &body, error);
	if (!err)
		err = parse_policy(task, body, &current, error);
	if (err)
		return err;
	if (!policy->default_tax_rate_id)
		policy->default_tax_rate_id = current.default_tax_rate_id;
	if (!policy->default_ledger_account_id)
		policy->default_ledger_account_id = current.default_ledger_account_id;
	books_choose_defaults(&task->reference, policy);
	return LED_OK;
}

static enum led_err settings_incomplete(struct led_error *error)
{
	return led_fail(error, LED_VALIDATION, "settings_incomplete",
			"Sage's reference data or a default setting is still missing. Refresh the "
			"reference data, then choose a default tax rate and ledger account.");
}

enum led_err context_books(struct task *task, const struct run *run, struct books_context *books,
			   struct led_error *error)
{
	const char *body, *zone;
	struct policy *policy = arena_alloc(task->job_arena, sizeof *policy);
	if (!policy)
		return no_memory(error);
	if (!task->binding.has_reference || !task->reference.base_currency)
		return settings_incomplete(error);
	*books = (struct books_context){
		.policy = policy, .reference = &task->reference, .arena = task->job_arena};
	if (task->preview)
		books->reasons = &task->preview->reasons;
	enum led_err err = read_policy(task, run->policy_version, &body, books, error);
	if (!err)
		err = parse_policy(task, body, policy, error);
	if (!err)
		err = complete_policy(task, policy, error);
	if (err)
		return err;
	if (!books_settings_complete(policy))
		return settings_incomplete(error);
	/* What the plan no longer has, settings of a richer one cannot switch on. */
	policy->b2c_consolidation.enabled &= task->plan.has[PLAN_CONSOLIDATION];
	policy->sync_stock &= task->plan.has[PLAN_STOCK];
	zone = policy->time_zone ? policy->time_zone
				 : books_reference_zone(task->reference.country);
	return zone_load(task->job_arena, zone, &books->zone, error);
}
