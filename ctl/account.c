/* ledgerctl account add, list */
#include "base/json.h"
#include "table.h"
#include "user.h"

static const char *const account_columns[] = {"account_id",      "name",       "members",
					      "active_bindings", "created_at", NULL};

static enum led_err run_list(struct ctl *ctl, struct led_error *error)
{
	return table_show(ctl, "accounts", account_columns, SQL_ADMIN_ACCOUNTS, DB_NO_ARGS, error);
}

struct addition {
	const char *name;
	int64_t id;
};

static enum led_err add(struct db *db, void *context, struct led_error *error)
{
	struct addition *addition = context;
	enum led_err err =
		db_run(db, SQL_ADMIN_ACCOUNT_ENSURE, DB_ARGS(DB_S(addition->name)), error);
	if (!err && db_affected(db) != 1)
		return led_fail(error, LED_VALIDATION, "account_taken",
				"There is an account named %s already.", addition->name);
	if (err)
		return err;
	addition->id = db_insert_id(db);
	return db_run(db, SQL_ADMIN_AUDIT,
		      DB_ARGS(DB_I(addition->id), DB_S("account.added"), DB_S("{}")), error);
}

static enum led_err run_add(struct ctl *ctl, struct led_error *error)
{
	struct addition addition = {.name = ctl_value(ctl, "--name")};
	struct db *db = NULL;
	if (!user_is_account_name(addition.name))
		return ctl_bad_value(error, "--name", "1 to 100 characters");
	enum led_err err = ctl_open(ctl, DB_SET_ADMIN, &db, error);
	if (!err)
		err = db_transaction(db, add, &addition, error);
	db_close(db);
	if (err)
		return err;
	ctl_say(ctl, "%s is an account. `ledgerctl user add` gives it its first owner.",
		addition.name);
	ctl_result(ctl, "account_id", json_object_new_int64(addition.id));
	return LED_OK;
}

const struct ctl_command ctl_account_add = {
	.name = "account add",
	.summary = "Adds a merchant company.",
	.options = {{"--name", "NAME", true, "as people know it"}},
	.run = run_add,
};

const struct ctl_command ctl_account_list = {
	.name = "account list",
	.summary = "Lists the companies with their members and active bindings.",
	.run = run_list,
};
