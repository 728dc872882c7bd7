/*
 * What a merchant allowed at Sage: its tokens, sealed, and the one business that the binding
 * is then joined to. One business belongs to one active binding of the whole installation,
 * for two shops would number into one set of books.
 */
#ifndef STORE_SAGE_GRANT_H
#define STORE_SAGE_GRANT_H

#include "base/secret.h"
#include "crypto/seal.h"
#include "db/db.h"
#include "store/audit.h"

struct sage_grant {
	int64_t account;
	const char *binding, *region;
	const struct secret *access, *refresh;
	int64_t access_expires_at, refresh_expires_at; /* Unix seconds */
};

struct sage_choice {
	const char *id, *name;
	bool before; /* this binding has posted to it already; only read */
};

/* Several businesses: the tokens are kept, with what there is to choose from, and joined to
 * nothing yet. LED_NOT_FOUND "binding_not_active"; LED_VALIDATION "business_locked" when the
 * binding was joined meanwhile; nothing is stored then. */
enum led_err sage_grant_keep(struct db *db, struct arena *arena, const struct seal_keys *keys,
			     const struct sage_grant *grant, const struct sage_choice *choices,
			     size_t count, struct led_error *error)
	__attribute__((warn_unused_result));

/* In the arena, by name. */
enum led_err sage_grant_choices(struct db *db, struct arena *arena, const char *binding,
				struct sage_choice **choices, size_t *count,
				struct led_error *error) __attribute__((warn_unused_result));

struct sage_join {
	const struct sage_grant *tokens; /* stored in the same transaction; NULL: kept before */
	int64_t account;
	const char *binding, *region, *business, *business_name;
	const struct audit_entry *audit;
};

/* Joins the binding to the business, queues reading its reference data, and lets waiting work
 * go on. LED_NOT_FOUND "binding_not_active"; LED_VALIDATION "business_locked" when the
 * binding is joined to another one, "business_taken" with a sentence that names the shop
 * that has it; nothing is stored then. */
enum led_err sage_grant_join(struct db *db, struct arena *arena, const struct seal_keys *keys,
			     const struct sage_join *wanted, struct led_error *error)
	__attribute__((warn_unused_result));

/* Lets the binding go, on both sides: status revoked, keys and tokens deleted, queued work
 * made due to be ended. Of one that its shop let go before, Sage's side alone is left to end.
 * *refresh gets the refresh token, to be revoked at Sage; empty when there was none. The
 * caller releases it. LED_NOT_FOUND "binding_not_active" when there is nothing to end. */
enum led_err sage_grant_end(struct db *db, struct arena *arena, const struct seal_keys *keys,
			    int64_t account, const char *binding, const struct audit_entry *audit,
			    struct secret *refresh, struct led_error *error)
	__attribute__((warn_unused_result));

#endif
