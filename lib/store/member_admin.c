#include "store/member_admin.h"
#include "base/json.h"

#include <mysqld_error.h>

struct addition {
	const struct member_new *member;
	struct member_added *added;
};

static enum led_err add_audit(struct db *db, const struct addition *addition,
			      struct led_error *error)
{
	struct buf detail;
	buf_init(&detail, 2000);
	buf_addf(&detail, "{\"member\":%lld,\"role\":", (long long)addition->added->member);
	json_quote(&detail, addition->member->role);
	buf_addf(&detail, ",\"account_created\":%s}",
		 addition->added->account_is_new ? "true" : "false");
	enum led_err err = detail.failed
				   ? led_fail(error, LED_INTERNAL, "out_of_memory", "No memory.")
				   : db_run(db, SQL_ADMIN_AUDIT,
					    DB_ARGS(DB_I(addition->added->account),
						    DB_S("member.added"), DB_S(detail.data)),
					    error);
	buf_release(&detail);
	return err;
}

static enum led_err add(struct db *db, void *context, struct led_error *error)
{
	const struct addition *addition = context;
	const struct member_new *member = addition->member;
	struct member_added *added = addition->added;
	enum led_err err =
		db_run(db, SQL_ADMIN_ACCOUNT_ENSURE, DB_ARGS(DB_S(member->account)), error);
	if (err)
		return err;
	added->account_is_new = db_affected(db) == 1;
	added->account = db_insert_id(db);
	err = db_run(db, SQL_ADMIN_MEMBER_ADD,
		     DB_ARGS(DB_I(added->account), DB_S(member->email), DB_S(member->password_hash),
			     DB_S(member->role)),
		     error);
	if (err && db_errno(db) == ER_DUP_ENTRY)
		return led_fail(error, LED_VALIDATION, "email_taken",
				"%s has a sign-in already; an address belongs to one account.",
				member->email);
	if (err)
		return err;
	added->member = db_insert_id(db);
	return add_audit(db, addition, error);
}

enum led_err member_admin_add(struct db *db, const struct member_new *member,
			      struct member_added *added, struct led_error *error)
{
	struct addition addition = {.member = member, .added = added};
	return db_transaction(db, add, &addition, error);
}
