#include "entitlement.h"

#include <string.h>

static bool has_feature(const struct task *task, enum plan_feature feature)
{
	return feature == PLAN_FEATURES || task->plan.has[feature];
}

/* The business's own currency is in every plan. */
static bool has_currency(const struct task *task, const char *currency)
{
	return !currency || has_feature(task, PLAN_MULTI_CURRENCY) ||
	       strcmp(currency, task->reference.base_currency) == 0;
}

/* The one store of a plan without several; 0 while any may become it. */
static enum led_err find_store(struct task *task, const struct policy *policy, int64_t *store,
			       struct led_error *error)
{
	struct db *db;
	if (policy->store_filter.count) {
		*store = policy->store_filter.item[0];
		return LED_OK;
	}
	enum led_err err = db_pool_take(task->worker->pool, &db, error);
	if (!err)
		err = plan_first_store(db, task->job_arena, task->binding.id, store, error);
	db_pool_give(task->worker->pool, db);
	return err;
}

enum led_err entitlement_check(struct task *task, const struct books_context *books,
			       const struct entitlement *asked, bool *granted,
			       struct led_error *error)
{
	int64_t store;
	*granted = task->plan_covers && has_feature(task, asked->feature) &&
		   has_currency(task, asked->currency);
	if (!*granted || !asked->store || has_feature(task, PLAN_SEVERAL_STORES))
		return LED_OK;
	enum led_err err = find_store(task, books->policy, &store, error);
	*granted = !err && (store == 0 || store == asked->store);
	return err;
}
