/* Members: the people of an account. */
#ifndef STORE_MEMBER_H
#define STORE_MEMBER_H

#include "db/db.h"

#define MEMBER_EMAIL_MAX 254 /* bytes (RFC 5321) */

/* What each may do grows with the number. */
enum member_role { MEMBER_VIEWER, MEMBER_OPERATOR, MEMBER_OWNER };

struct member {
	int64_t id;
	int64_t account_id;
	const char *email;
	const char *password_hash; /* crypt(5) */
	bool second_factor;        /* signing in takes a code as well */
};

/* `email` as a person typed it: white space around it and capitals do not count. *out is
 * NULL when nobody has it; else it hangs on the arena. */
enum led_err member_by_email(struct db *db, struct arena *arena, const char *email,
			     struct member **out, struct led_error *error)
	__attribute__((warn_unused_result));

/* The hash of a member's password, in the arena. LED_NOT_FOUND, "member_unknown". */
enum led_err member_password(struct db *db, struct arena *arena, int64_t account, int64_t member,
			     const char **hash, struct led_error *error)
	__attribute__((warn_unused_result));

/* The form under which an e-mail is stored: trimmed, lower case. NULL when memory is short
 * or it is longer than MEMBER_EMAIL_MAX. */
const char *member_email_fold(struct arena *arena, const char *email);

/* Whether mail could go to such an address, folded: text_is_email. */
bool member_email_valid(const char *email);

/* "viewer", "operator", "owner". */
const char *member_role_name(enum member_role role);

/* "owner" …; LED_INTERNAL for what the schema does not have. */
enum led_err member_role_parse(const char *name, enum member_role *role, struct led_error *error)
	__attribute__((warn_unused_result));

#endif
