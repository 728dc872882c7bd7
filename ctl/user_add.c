/* ledgerctl user add */
#include "base/json.h"
#include "base/text.h"
#include "crypto/password.h"
#include "ctl.h"
#include "store/member.h"
#include "store/member_admin.h"

#include <string.h>

#define ACCOUNT_NAME_MAX 100 /* characters, as the column */
#define EMAIL_MAX        254 /* bytes: RFC 5321's longest path without its brackets */

static const char *const roles[] = {"owner", "operator", "viewer"};

/* The form under which it is stored. Whether mail arrives there only mail can tell. */
static bool take_email(const char *text, char *out)
{
	size_t len = strlen(text);
	if (len > EMAIL_MAX)
		return false;
	for (size_t i = 0; i <= len; i++)
		out[i] = text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] + 32) : text[i];
	return member_email_valid(out);
}

static const char *take_role(const char *text)
{
	for (size_t i = 0; text && i < sizeof roles / sizeof *roles; i++)
		if (strcmp(roles[i], text) == 0)
			return roles[i];
	return text ? NULL : roles[0];
}

static bool is_account_name(const char *text)
{
	size_t len = strlen(text);
	if (!len || !text_utf8_valid(text, len) || text_utf8_length(text, len) > ACCOUNT_NAME_MAX)
		return false;
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
			return false;
	return text[0] != ' ' && text[len - 1] != ' ';
}

static enum led_err hash_password(const struct ctl *ctl, char *hash, struct led_error *error)
{
	char text[PASSWORD_MAX * 4 + 1]; /* a character takes four bytes at most */
	struct secret password = {0};
	enum led_err err = ctl_read_secret(ctl, "--password-file", &password, error);
	if (!err && password.len >= sizeof text)
		err = led_fail(error, LED_VALIDATION, "password_length",
			       "A password has at most %d characters.", PASSWORD_MAX);
	if (!err && !text_utf8_valid((const char *)password.bytes, password.len))
		err = led_fail(error, LED_VALIDATION, "password_text",
			       "The password is not UTF-8.");
	if (!err) {
		memcpy(text, password.bytes, password.len);
		text[password.len] = '\0';
		err = password_hash(text, hash, error);
		explicit_bzero(text, sizeof text);
	}
	secret_release(&password);
	return err;
}

static enum led_err run(struct ctl *ctl, struct led_error *error)
{
	char email[EMAIL_MAX + 1], hash[PASSWORD_HASH_MAX];
	struct db *db = NULL;
	struct member_added added = {0};
	struct member_new member = {
		.account = ctl_value(ctl, "--account"),
		.email = email,
		.password_hash = hash,
		.role = take_role(ctl_value(ctl, "--role")),
	};
	if (!is_account_name(member.account))
		return ctl_bad_value(error, "--account", "a name of 1 to 100 characters");
	if (!take_email(ctl_value(ctl, "--email"), email))
		return ctl_bad_value(error, "--email", "an e-mail address");
	if (!member.role)
		return ctl_bad_value(error, "--role", "owner, operator or viewer");
	enum led_err err = hash_password(ctl, hash, error);
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
