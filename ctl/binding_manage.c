/* ledgerctl binding list, show, pause, resume, revoke */
#include "base/json.h"
#include "base/text.h"
#include "ctl.h"
#include "table.h"

#include <stdio.h>
#include <string.h>

#define ARENA_CAP (4 << 20)

static const char *const list_columns[] = {
	"binding_id",  "shop_url",           "status",  "paused", "magento_status",
	"sage_status", "sage_business_name", "account", NULL};
static const char *const show_columns[] = {"binding_id",
					   "account",
					   "shop_url",
					   "status",
					   "paused",
					   "magento_status",
					   "sage_status",
					   "sage_region",
					   "sage_business_id",
					   "sage_business_name",
					   "key_version",
					   "policy_version",
					   "paired_at",
					   "pinged_at",
					   "reference_at",
					   "waiting_jobs",
					   NULL};

static enum led_err run_list(struct ctl *ctl, struct led_error *error)
{
	const char *account = ctl_value(ctl, "--account");
	return table_show(ctl, "bindings", list_columns, SQL_ADMIN_BINDINGS,
			  DB_ARGS(DB_S(account), DB_S(account)), error);
}

static enum led_err unknown(struct led_error *error, const char *id)
{
	return led_fail(error, LED_NOT_FOUND, "binding_unknown",
			"There is no binding %s; `ledgerctl binding list` shows them.", id);
}

static enum led_err run_show(struct ctl *ctl, struct led_error *error)
{
	const char *id = ctl_value(ctl, "--binding");
	struct db *db = NULL;
	struct db_rows rows = {0};
	if (!text_is_uuid(id))
		return ctl_bad_value(error, "--binding", "a binding's id");
	struct arena *arena = arena_new(ARENA_CAP);
	if (!arena)
		return led_fail(error, LED_INTERNAL, "out_of_memory", "No memory.");
	enum led_err err = ctl_open(ctl, DB_SET_ADMIN, &db, error);
	if (!err)
		err = db_query(db, arena, SQL_ADMIN_BINDING, DB_ARGS(DB_S(id)), &rows, error);
	if (!err && !rows.count)
		err = unknown(error, id);
	if (!err && ctl->json)
		ctl_result(ctl, "binding", table_object(show_columns, &rows, 0));
	else if (!err)
		table_print_row(show_columns, &rows, 0);
	db_close(db);
	arena_free(arena);
	return err;
}

struct change {
	const char *id, *action;
	bool revoke;
	int paused; /* what it becomes, unless it is revoked */
	struct arena *arena;
};

static enum led_err revoke(struct db *db, const char *id, struct led_error *error)
{
	static const enum db_statement steps[] = {SQL_ADMIN_BINDING_REVOKE,
						  SQL_ADMIN_BINDING_FORGET_SAGE,
						  SQL_ADMIN_BINDING_SAGE_PENDING};
	enum led_err err = LED_OK;
	for (size_t i = 0; !err && i < sizeof steps / sizeof *steps; i++)
		err = db_run(db, steps[i], DB_ARGS(DB_S(id)), error);
	return err;
}

static enum led_err write_change(struct db *db, void *context, struct led_error *error)
{
	const struct change *change = context;
	struct db_rows rows;
	char detail[64];
	arena_reset(change->arena);
	enum led_err err = db_query(db, change->arena, SQL_ADMIN_BINDING_LOCK,
				    DB_ARGS(DB_S(change->id)), &rows, error);
	if (err)
		return err;
	if (!rows.count)
		return unknown(error, change->id);
	if (strcmp(db_at_text(&rows, 0, 1), "revoked") == 0)
		return led_fail(error, LED_VALIDATION, "binding_revoked",
				"This binding was let go already; only pairing the shop again "
				"brings it back.");
	if (!change->revoke && db_at_int(&rows, 0, 2) == change->paused)
		return led_fail(error, LED_VALIDATION, "no_change", "This binding is %s already.",
				change->paused ? "paused" : "not paused");
	err = change->revoke ? revoke(db, change->id, error)
			     : db_run(db, SQL_ADMIN_BINDING_PAUSE,
				      DB_ARGS(DB_I(change->paused), DB_S(change->id)), error);
	if (err)
		return err;
	snprintf(detail, sizeof detail, "{\"binding\":\"%.36s\"}", change->id);
	return db_run(db, SQL_ADMIN_AUDIT,
		      DB_ARGS(DB_I(db_at_int(&rows, 0, 0)), DB_S(change->action), DB_S(detail)),
		      error);
}

static enum led_err make_change(struct ctl *ctl, struct change *change, const char *done,
				struct led_error *error)
{
	struct db *db = NULL;
	change->id = ctl_value(ctl, "--binding");
	if (!text_is_uuid(change->id))
		return ctl_bad_value(error, "--binding", "a binding's id");
	change->arena = arena_new(ARENA_CAP);
	if (!change->arena)
		return led_fail(error, LED_INTERNAL, "out_of_memory", "No memory.");
	enum led_err err = ctl_open(ctl, DB_SET_ADMIN, &db, error);
	if (!err)
		err = db_transaction(db, write_change, change, error);
	db_close(db);
	arena_free(change->arena);
	if (!err)
		ctl_say(ctl, "%s", done);
	ctl_result(ctl, "binding_id", json_object_new_string(change->id));
	return err;
}

static enum led_err run_pause(struct ctl *ctl, struct led_error *error)
{
	struct change change = {.action = "binding.paused", .paused = 1};
	return make_change(ctl, &change,
			   "Nothing is posted any more; events are still taken and kept.", error);
}

static enum led_err run_resume(struct ctl *ctl, struct led_error *error)
{
	struct change change = {.action = "binding.resumed", .paused = 0};
	return make_change(ctl, &change, "What was kept is posted from now on.", error);
}

static enum led_err run_revoke(struct ctl *ctl, struct led_error *error)
{
	struct change change = {.action = "binding.revoked", .revoke = true};
	return make_change(ctl, &change,
			   "Its keys and Sage tokens are deleted; the shop's events are refused. "
			   "Cross-references, history and settings stay. Sage itself was not "
			   "told: its user can remove the app there.",
			   error);
}

#define WHICH                                                                                      \
	{                                                                                          \
		"--binding", "ID", true, "its id, as binding list shows it"                        \
	}

const struct ctl_command ctl_binding_list = {
	.name = "binding list",
	.summary = "Lists shops and the Sage businesses they are joined to.",
	.options = {{"--account", "NAME", false, "only this company's"}},
	.run = run_list,
};

const struct ctl_command ctl_binding_show = {
	.name = "binding show",
	.summary = "Shows one binding with the state of both its sides.",
	.options = {WHICH},
	.run = run_show,
};

const struct ctl_command ctl_binding_pause = {
	.name = "binding pause",
	.summary = "Stops posting to Sage; events are still taken and kept.",
	.options = {WHICH},
	.run = run_pause,
};

const struct ctl_command ctl_binding_resume = {
	.name = "binding resume",
	.summary = "Goes on with what a pause has kept.",
	.options = {WHICH},
	.run = run_resume,
};

const struct ctl_command ctl_binding_revoke = {
	.name = "binding revoke",
	.summary = "Lets a shop go: deletes its keys and tokens, keeps its history.",
	.options = {WHICH},
	.run = run_revoke,
};
