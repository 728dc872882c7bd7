/* The audit log: who did what, from where. Rows are only ever added, each chained to the
 * account's one before by its hash (sql/procedures/audit.sql). */
#ifndef STORE_AUDIT_H
#define STORE_AUDIT_H

#include "db/db.h"

#define AUDIT_FACTS_MAX 4

/* Something that the action was about; its value is text without secrets. */
struct audit_fact {
	const char *name; /* a constant snake_case word; NULL ends the list */
	const char *value;
};

struct audit_entry {
	int64_t account_id;
	const char *actor;   /* the member's e-mail, or the program that acted */
	const char *address; /* where the request came from */
	const char *action;  /* a constant snake_case word: "signed_in" */
	struct audit_fact facts[AUDIT_FACTS_MAX];
};

/* Best called inside the transaction that does what it tells of. */
enum led_err audit_add(struct db *db, const struct audit_entry *entry, struct led_error *error)
	__attribute__((warn_unused_result));

/* What a page of the log is asked for. */
struct audit_filter {
	int64_t before;        /* only rows with a smaller id; INT64_MAX for the newest */
	const char *actor;     /* "" = anybody */
	const char *action;    /* "" = anything */
	const char *from, *to; /* days "2026-11-20" of UTC, both included; "" = open */
	int64_t most;          /* rows */
};

struct audit_row {
	int64_t id, at; /* Unix seconds */
	const char *actor, *address, *action, *detail;
};

/* The account's rows, newest first, in the arena. */
enum led_err audit_page(struct db *db, struct arena *arena, int64_t account,
			const struct audit_filter *filter, struct audit_row **out, size_t *count,
			struct led_error *error) __attribute__((warn_unused_result));

#endif
