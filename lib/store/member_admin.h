/* People and their companies, as the operator enters them. Set DB_SET_ADMIN. */
#ifndef STORE_MEMBER_ADMIN_H
#define STORE_MEMBER_ADMIN_H

#include "db/db.h"

struct member_new {
	const char *account;       /* the company's name; made when absent */
	const char *email;         /* lower case, trimmed */
	const char *password_hash; /* of password_hash() */
	const char *role;          /* owner, operator or viewer */
};

struct member_added {
	int64_t account, member;
	bool account_is_new;
};

/* Adds the member, the account when it is new, and an audit row, in one transaction.
 * LED_VALIDATION, code "email_taken", when somebody has this address. */
enum led_err member_admin_add(struct db *db, const struct member_new *member,
			      struct member_added *added, struct led_error *error)
	__attribute__((warn_unused_result));

#endif
