/* ledgerctl user add */
#include "base/json.h"
#include "crypto/password.h"
#include "ctl.h"
#include "store/member.h"
#include "store/member_admin.h"
#include "user.h"

#include <string.h>

static const char *const roles[] = {"owner", "operator", "viewer"};

static const char *take_role(const char *text)
{
	for (size_t i = 0; text && i < sizeof roles / sizeof *roles; i++)
		if (strcmp(roles[i], text) == 0)
			return roles[i];
	return text ? NULL : roles[0];
}

static enum led_err run(struct ctl *ctl, struct led_error *error)
{
	char email[USER_EMAIL_MAX + 1], hash[PASSWORD_HASH_MAX];
	struct db *db = NULL;
	struct member_added added = {0};
	struct member_new member = {
		.account = ctl_value(ctl, "--account"),
		.email = email,
		.password_hash = hash,
		.role = take_role(ctl_value(ctl, "--role")),
	};
	if (!user_is_account_name(member.account))
		return ctl_bad_value(error, "--account", "a name of 1 to 100 characters");
	if (!user_take_email(ctl_value(ctl, "--email"), email))
		return ctl_bad_value(error, "--email", "an e-mail address");
	if (!member.role)
		return ctl_bad_value(error, "--role", "owner, operator or viewer");
	enum led_err err = user_hash_password(ctl, hash, error);
	if (!err)
		err = ctl_open(ctl, DB_SET_ADMIN, &db, error);
	if (!err)
		err = member_admin_add(db, &member, &added, error);
	db_close(db);
	if (err)
		return err;
	ctl_say(ctl, "%s may sign in as %s of %s%s.", email, member.role, member.account,
		added.account_is_new ? " (a new account)" : "");
	ctl_result(ctl, "account_id", json_object_new_int64(added.account));
	ctl_result(ctl, "member_id", json_object_new_int64(added.member));
	ctl_result(ctl, "account_created", json_object_new_boolean(added.account_is_new));
	return LED_OK;
}

const struct ctl_command ctl_user_add = {
	.name = "user add",
	.summary = "Adds a person who may sign in, and the account when it is new.",
	.options =
		{
			{"--account", "NAME", true, "the merchant company; made when absent"},
			{"--email", "ADDRESS", true, "the sign-in"},
			{"--password-file", "FILE", true,
			 "holds the password; - is standard input"},
			{"--role", "ROLE", false, "owner (the default), operator or viewer"},
		},
	.run = run,
};
