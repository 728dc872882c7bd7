/* ledgerctl plan list, put, set: what accounts may use. */
#include "store/plan.h"
#include "base/arena.h"
#include "ctl.h"

#include <json-c/json.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_CAP (1 << 20)

struct plan_work {
	struct ctl *ctl;
	struct arena *arena;
	struct db *db;
	bool has[PLAN_FEATURES];
	int64_t bindings; /* -1: no limit */
	int64_t account;
};

static enum led_err open_work(struct plan_work *work, struct led_error *error)
{
	work->arena = arena_new(ARENA_CAP);
	if (!work->arena)
		return led_fail(error, LED_INTERNAL, "out_of_memory", "No memory.");
	return ctl_open(work->ctl, DB_SET_ADMIN, &work->db, error);
}

static void close_work(struct plan_work *work)
{
	db_close(work->db);
	arena_free(work->arena);
}

static void tell_plan(struct ctl *ctl, struct json_object *list, const struct db_rows *rows,
		      size_t row)
{
	struct json_object *plan = json_object_new_object();
	struct json_object *features = json_object_new_object();
	bool limited = db_at(rows, row, 2 + PLAN_FEATURES)->kind != DB_NULL;
	json_object_object_add(plan, "code", json_object_new_string(db_at_text(rows, row, 0)));
	json_object_object_add(plan, "name", json_object_new_string(db_at_text(rows, row, 1)));
	ctl_say(ctl, "%s (%s), %lld account(s)", db_at_text(rows, row, 0), db_at_text(rows, row, 1),
		(long long)db_at_int(rows, row, 3 + PLAN_FEATURES));
	for (size_t i = 0; i < PLAN_FEATURES; i++) {
		bool has = db_at_int(rows, row, 2 + i) != 0;
		ctl_say(ctl, "  %-16s %s", plan_feature_names[i], has ? "yes" : "no");
		json_object_object_add(features, plan_feature_names[i],
				       json_object_new_boolean(has));
	}
	if (limited)
		ctl_say(ctl, "  %-16s %lld", "bindings",
			(long long)db_at_int(rows, row, 2 + PLAN_FEATURES));
	else
		ctl_say(ctl, "  %-16s no limit", "bindings");
	json_object_object_add(plan, "features", features);
	json_object_object_add(
		plan, "bindings",
		limited ? json_object_new_int64(db_at_int(rows, row, 2 + PLAN_FEATURES)) : NULL);
	json_object_array_add(list, plan);
}

static enum led_err run_list(struct ctl *ctl, struct led_error *error)
{
	struct plan_work work = {.ctl = ctl};
	struct db_rows rows;
	enum led_err err = open_work(&work, error);
	if (!err)
		err = db_query(work.db, work.arena, SQL_ADMIN_PLAN_LIST, DB_NO_ARGS, &rows, error);
	if (!err) {
		struct json_object *list = json_object_new_array();
		for (size_t i = 0; i < rows.count; i++)
			tell_plan(ctl, list, &rows, i);
		ctl_result(ctl, "plans", list);
	}
	close_work(&work);
	return err;
}

static bool take_feature(struct plan_work *work, const char *name, size_t len)
{
	for (size_t i = 0; i < PLAN_FEATURES; i++)
		if (strlen(plan_feature_names[i]) == len &&
		    strncmp(plan_feature_names[i], name, len) == 0)
			return work->has[i] = true;
	return false;
}

static enum led_err take_values(struct plan_work *work, struct led_error *error)
{
	const char *list = ctl_value(work->ctl, "--features");
	const char *limit = ctl_value(work->ctl, "--bindings");
	char *end = NULL;
	while (list && *list) {
		size_t len = strcspn(list, ",");
		if (!take_feature(work, list, len))
			return ctl_bad_value(error, "--features",
					     "a list of credit_notes, payments, products, stock, "
					     "multi_currency, several_stores, consolidation");
		list += len + (list[len] == ',');
	}
	work->bindings = limit ? strtoll(limit, &end, 10) : -1;
	if (limit && (!*limit || *end || work->bindings < 0))
		return ctl_bad_value(error, "--bindings", "a whole number, or left out");
	return LED_OK;
}

static enum led_err run_put(struct ctl *ctl, struct led_error *error)
{
	struct plan_work work = {.ctl = ctl};
	const char *code = ctl_value(ctl, "--plan"), *name = ctl_value(ctl, "--name");
	const bool *has = work.has;
	_Static_assert(PLAN_FEATURES == 7, "the statement has a parameter for each");
	enum led_err err = take_values(&work, error);
	if (!err)
		err = open_work(&work, error);
	if (!err)
		err = db_run(work.db, SQL_ADMIN_PLAN_PUT,
			     DB_ARGS(DB_S(code), DB_S(name ? name : code), DB_I(has[0]),
				     DB_I(has[1]), DB_I(has[2]), DB_I(has[3]), DB_I(has[4]),
				     DB_I(has[5]), DB_I(has[6]),
				     work.bindings < 0 ? DB_NONE : DB_I(work.bindings)),
			     error);
	if (!err)
		ctl_say(ctl, "The plan %s is as given.", code);
	close_work(&work);
	return err;
}

static enum led_err write_set(struct db *db, void *context, struct led_error *error)
{
	struct plan_work *work = context;
	struct db_rows rows;
	const char *plan = ctl_value(work->ctl, "--plan");
	const char *name = ctl_value(work->ctl, "--account");
	enum led_err err =
		db_query(db, work->arena, SQL_ADMIN_PLAN_KNOWN, DB_ARGS(DB_S(plan)), &rows, error);
	if (!err && rows.count == 0)
		err = led_fail(error, LED_NOT_FOUND, "plan_unknown", "There is no plan %s.", plan);
	if (!err)
		err = db_query(db, work->arena, SQL_ADMIN_ACCOUNT_BY_NAME, DB_ARGS(DB_S(name)),
			       &rows, error);
	if (!err && rows.count == 0)
		err = led_fail(error, LED_NOT_FOUND, "account_unknown", "There is no account %s.",
			       name);
	if (err)
		return err;
	work->account = db_at_int(&rows, 0, 0);
	err = db_run(db, SQL_ADMIN_PLAN_OF_ACCOUNT, DB_ARGS(DB_S(plan), DB_I(work->account)),
		     error);
	return err ? err
		   : db_run(db, SQL_ADMIN_AUDIT,
			    DB_ARGS(DB_I(work->account), DB_S("plan.set"),
				    DB_S(arena_printf(work->arena, "{\"plan\":\"%s\"}", plan))),
			    error);
}

static enum led_err run_set(struct ctl *ctl, struct led_error *error)
{
	struct plan_work work = {.ctl = ctl};
	enum led_err err = open_work(&work, error);
	if (!err)
		err = db_transaction(work.db, write_set, &work, error);
	if (!err)
		ctl_say(ctl, "%s is on the plan %s now.", ctl_value(ctl, "--account"),
			ctl_value(ctl, "--plan"));
	close_work(&work);
	return err;
}

const struct ctl_command ctl_plan_list = {
	.name = "plan list",
	.summary = "Lists the plans: features, limits, how many accounts are on each.",
	.run = run_list,
};

const struct ctl_command ctl_plan_put = {
	.name = "plan put",
	.summary = "Makes a plan, or changes it: it has the features that are named, no others.",
	.options =
		{
			{"--plan", "CODE", true, "its short name"},
			{"--name", "NAME", false, "as people know it"},
			{"--features", "A,B", false,
			 "credit_notes, payments, products, stock, ..."},
			{"--bindings", "N", false,
			 "how many shops may be active; without: no limit"},
		},
	.run = run_put,
};

const struct ctl_command ctl_plan_set = {
	.name = "plan set",
	.summary = "Puts an account on a plan.",
	.options =
		{
			{"--account", "NAME", true, "the merchant company"},
			{"--plan", "CODE", true, "the plan's short name"},
		},
	.run = run_set,
};
