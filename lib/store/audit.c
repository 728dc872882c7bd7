#include "store/audit.h"

enum led_err audit_add(struct db *db, const struct audit_entry *entry, struct led_error *error)
{
	return db_run(db, SQL_AUDIT_ADD,
		      DB_ARGS(DB_I(entry->account_id), DB_S(entry->actor), DB_S(entry->address),
			      DB_S(entry->action)),
		      error);
}
