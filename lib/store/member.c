#include "store/member.h"

#include "base/text.h"

#include <string.h>

const char *member_email_fold(struct arena *arena, const char *email)
{
	size_t len;
	char *folded;

	email += strspn(email, " \t\r\n");
	len = strlen(email);
	while (len && strchr(" \t\r\n", email[len - 1]))
		len--;
	folded = len > MEMBER_EMAIL_MAX ? NULL : arena_strndup(arena, email, len);
	for (char *c = folded; c && *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
	return folded;
}

enum led_err member_by_email(struct db *db, struct arena *arena, const char *email,
			     struct member **out, struct led_error *error)
{
	const char *folded = member_email_fold(arena, email);
	struct db_rows rows;
	enum led_err err;

	*out = NULL;
	if (!folded)
		return LED_OK; /* too long to be anyone's */
	err = db_query(db, arena, SQL_MEMBER_BY_EMAIL, DB_ARGS(DB_S(folded)), &rows, error);
	if (err || !rows.count)
		return err;
	*out = arena_alloc(arena, sizeof(**out));
	if (!*out)
		return led_fail(error, LED_INTERNAL, "out_of_memory", "A member.");
	**out = (struct member){
		.id = db_at_int(&rows, 0, 0),
		.account_id = db_at_int(&rows, 0, 1),
		.email = db_at_text(&rows, 0, 2),
		.password_hash = db_at_text(&rows, 0, 3),
		.second_factor = db_at_int(&rows, 0, 4) != 0,
	};
	return LED_OK;
}

enum led_err member_password(struct db *db, struct arena *arena, int64_t account, int64_t member,
			     const char **hash, struct led_error *error)
{
	struct db_rows rows;
	enum led_err err = db_query(db, arena, SQL_MEMBER_PASSWORD,
				    DB_ARGS(DB_I(account), DB_I(member)), &rows, error);

	if (!err && !rows.count)
		err = led_fail(error, LED_NOT_FOUND, "member_unknown", "No such member.");
	if (!err)
		*hash = db_at_text(&rows, 0, 0);
	return err;
}

bool member_email_valid(const char *email)
{
	return text_is_email(email);
}

static const char *const ROLES[] = {
	[MEMBER_VIEWER] = "viewer",
	[MEMBER_OPERATOR] = "operator",
	[MEMBER_OWNER] = "owner",
};

const char *member_role_name(enum member_role role)
{
	return ROLES[role];
}

enum led_err member_role_parse(const char *name, enum member_role *role, struct led_error *error)
{
	for (size_t i = 0; name && i < sizeof(ROLES) / sizeof(ROLES[0]); i++) {
		if (strcmp(ROLES[i], name) == 0) {
			*role = (enum member_role)i;
			return LED_OK;
		}
	}
	return led_fail(error, LED_INTERNAL, "unknown_role", "%s", name ? name : "(none)");
}
