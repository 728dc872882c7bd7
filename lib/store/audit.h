/* The audit log: who did what, from where. */
#ifndef STORE_AUDIT_H
#define STORE_AUDIT_H

#include "db/db.h"

struct audit_entry {
	int64_t account_id;
	const char *actor;   /* the member's e-mail */
	const char *address; /* where the request came from */
	const char *action;  /* a constant snake_case word: "signed_in" */
};

/* Best called inside the transaction that does what it tells of. */
enum led_err audit_add(struct db *db, const struct audit_entry *entry, struct led_error *error)
	__attribute__((warn_unused_result));

#endif
