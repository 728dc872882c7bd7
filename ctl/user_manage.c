/* ledgerctl user list, remove, password, reset-second-factor */
#include "base/json.h"
#include "table.h"
#include "user.h"

#include <stdio.h>
#include <string.h>

#define ARENA_CAP (4 << 20)

static const char *const user_columns[] = {"member_id", "email",      "role", "account",
					   "two_step",  "created_at", NULL};

static enum led_err run_list(struct ctl *ctl, struct led_error *error)
{
	const char *account = ctl_value(ctl, "--account");
	return table_show(ctl, "users", user_columns, SQL_ADMIN_USERS,
			  DB_ARGS(DB_S(account), DB_S(account)), error);
}

/* What happens to one person, in one transaction with its line in the audit log. */
struct change {
	char email[USER_EMAIL_MAX + 1];
	const char *action;
	const char *hash; /* of a new password */
	struct arena *arena;
	int64_t account, member;
	enum led_err (*apply)(struct db *db, const struct change *change, struct led_error *error);
};

static enum led_err find(struct db *db, struct change *change, const char **role,
			 struct led_error *error)
{
	struct db_rows rows;
	enum led_err err = db_query(db, change->arena, SQL_ADMIN_USER_LOCK,
				    DB_ARGS(DB_S(change->email)), &rows, error);
	if (err)
		return err;
	if (!rows.count)
		return led_fail(error, LED_NOT_FOUND, "user_unknown",
				"Nobody signs in as %s; `ledgerctl user list` shows who does.",
				change->email);
	change->member = db_at_int(&rows, 0, 0);
	change->account = db_at_int(&rows, 0, 1);
	*role = db_at_text(&rows, 0, 2);
	return LED_OK;
}

static enum led_err write_change(struct db *db, void *context, struct led_error *error)
{
	struct change *change = context;
	const char *role;
	struct buf text;
	arena_reset(change->arena);
	enum led_err err = find(db, change, &role, error);
	if (!err)
		err = change->apply(db, change, error);
	/* Whoever was signed in signs in again, under what holds from now on. */
	if (!err)
		err = db_run(db, SQL_ADMIN_USER_END_SESSIONS, DB_ARGS(DB_I(change->member)), error);
	if (err)
		return err;
	buf_init(&text, USER_EMAIL_MAX * 2 + 64);
	buf_addf(&text, "{\"member\":%lld,\"email\":", (long long)change->member);
	json_quote(&text, change->email);
	buf_add_char(&text, '}');
	err = text.failed ? led_fail(error, LED_INTERNAL, "out_of_memory", "No memory.")
			  : db_run(db, SQL_ADMIN_AUDIT,
				   DB_ARGS(DB_I(change->account), DB_S(change->action),
					   DB_S(buf_str(&text))),
				   error);
	buf_release(&text);
	return err;
}

static enum led_err make_change(struct ctl *ctl, struct change *change, struct led_error *error)
{
	struct db *db = NULL;
	if (!user_take_email(ctl_value(ctl, "--email"), change->email))
		return ctl_bad_value(error, "--email", "an e-mail address");
	change->arena = arena_new(ARENA_CAP);
	if (!change->arena)
		return led_fail(error, LED_INTERNAL, "out_of_memory", "No memory.");
	enum led_err err = ctl_open(ctl, DB_SET_ADMIN, &db, error);
	if (!err)
		err = db_transaction(db, write_change, change, error);
	db_close(db);
	arena_free(change->arena);
	ctl_result(ctl, "member_id", json_object_new_int64(change->member));
	return err;
}

/* An account is never left without somebody who may do everything. */
static enum led_err check_last_owner(struct db *db, const struct change *change,
				     struct led_error *error)
{
	struct db_rows rows;
	enum led_err err = db_query(db, change->arena, SQL_ADMIN_OWNERS_LOCK,
				    DB_ARGS(DB_I(change->account)), &rows, error);
	if (!err && rows.count == 1 && db_at_int(&rows, 0, 0) == change->member)
		return led_fail(error, LED_VALIDATION, "last_owner",
				"%s is the account's only owner. Add another with `ledgerctl user "
				"add --role owner` first.",
				change->email);
	return err;
}

static enum led_err remove_member(struct db *db, const struct change *change,
				  struct led_error *error)
{
	static const enum db_statement first[] = {SQL_ADMIN_USER_END_SESSIONS,
						  SQL_ADMIN_USER_END_RESETS,
						  SQL_ADMIN_USER_END_RECOVERY};
	enum led_err err = check_last_owner(db, change, error);
	for (size_t i = 0; !err && i < sizeof first / sizeof *first; i++)
		err = db_run(db, first[i], DB_ARGS(DB_I(change->member)), error);
	if (err)
		return err;
	return db_run(db, SQL_ADMIN_USER_DELETE,
		      DB_ARGS(DB_I(change->account), DB_I(change->member)), error);
}

static enum led_err run_remove(struct ctl *ctl, struct led_error *error)
{
	struct change change = {.action = "member.removed", .apply = remove_member};
	enum led_err err = make_change(ctl, &change, error);
	if (!err)
		ctl_say(ctl, "%s may no longer sign in.", ctl_value(ctl, "--email"));
	return err;
}

static enum led_err set_password(struct db *db, const struct change *change,
				 struct led_error *error)
{
	enum led_err err =
		db_run(db, SQL_ADMIN_USER_END_RESETS, DB_ARGS(DB_I(change->member)), error);
	if (err)
		return err;
	return db_run(db, SQL_ADMIN_USER_PASSWORD,
		      DB_ARGS(DB_S(change->hash), DB_I(change->account), DB_I(change->member)),
		      error);
}

static enum led_err run_password(struct ctl *ctl, struct led_error *error)
{
	char hash[PASSWORD_HASH_MAX];
	struct change change = {
		.action = "member.password_set", .apply = set_password, .hash = hash};
	enum led_err err = user_hash_password(ctl, hash, error);
	if (!err)
		err = make_change(ctl, &change, error);
	if (!err)
		ctl_say(ctl, "%s has a new password; all sessions were ended.",
			ctl_value(ctl, "--email"));
	return err;
}

static enum led_err drop_second_factor(struct db *db, const struct change *change,
				       struct led_error *error)
{
	enum led_err err =
		db_run(db, SQL_ADMIN_USER_END_RECOVERY, DB_ARGS(DB_I(change->member)), error);
	if (err)
		return err;
	return db_run(db, SQL_ADMIN_USER_NO_SECOND_FACTOR,
		      DB_ARGS(DB_I(change->account), DB_I(change->member)), error);
}

static enum led_err run_reset(struct ctl *ctl, struct led_error *error)
{
	struct change change = {.action = "member.second_factor_reset",
				.apply = drop_second_factor};
	enum led_err err = make_change(ctl, &change, error);
	if (!err)
		ctl_say(ctl,
			"%s signs in with the password alone now, and can set the second step up "
			"anew. Be sure who asked for this.",
			ctl_value(ctl, "--email"));
	return err;
}

const struct ctl_command ctl_user_list = {
	.name = "user list",
	.summary = "Lists who may sign in.",
	.options = {{"--account", "NAME", false, "only this company's"}},
	.run = run_list,
};

const struct ctl_command ctl_user_remove = {
	.name = "user remove",
	.summary = "Takes a person's sign-in away; refuses the last owner of an account.",
	.options = {{"--email", "ADDRESS", true, "the sign-in"}},
	.run = run_remove,
};

const struct ctl_command ctl_user_password = {
	.name = "user password",
	.summary = "Sets a person's password and ends all sessions.",
	.options = {{"--email", "ADDRESS", true, "the sign-in"},
		    {"--password-file", "FILE", true, "holds the password; - is standard input"}},
	.run = run_password,
};

const struct ctl_command ctl_user_reset_second_factor = {
	.name = "user reset-second-factor",
	.summary = "Removes the second step of a person who lost it, and the recovery codes.",
	.options = {{"--email", "ADDRESS", true, "the sign-in"}},
	.run = run_reset,
};
