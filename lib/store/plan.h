/*
 * Plans: what an account may use. Invoices and customers are in every plan; the rest is one
 * table of features, the columns of the table `plan`, and a number of shops.
 */
#ifndef STORE_PLAN_H
#define STORE_PLAN_H

#include "base/arena.h"
#include "db/db.h"

enum plan_feature {
	PLAN_CREDIT_NOTES,
	PLAN_PAYMENTS,
	PLAN_PRODUCTS,
	PLAN_STOCK,          /* movements of stock items */
	PLAN_MULTI_CURRENCY, /* documents in another currency than the business's */
	PLAN_SEVERAL_STORES, /* more than one store of a shop */
	PLAN_CONSOLIDATION,
	PLAN_FEATURES, /* how many there are */
};

/* As columns, options and people name them: "credit_notes". */
extern const char *const plan_feature_names[PLAN_FEATURES];

struct plan {
	const char *code, *name; /* in the arena */
	bool has[PLAN_FEATURES];
	bool limits_bindings;
	int64_t bindings; /* how many may be active at once */
};

/* The plan of an account. LED_NOT_FOUND when there is no such account. */
enum led_err plan_of_account(struct db *db, struct arena *arena, int64_t account, struct plan *plan,
			     struct led_error *error) __attribute__((warn_unused_result));

/* Inside a transaction, before a shop is joined: whether the plan has room for one binding
 * more than the account's others that are active, or about to be. Locks the account's row, so
 * that of two at the same moment the second counts the first. LED_VALIDATION,
 * "tier_limit_exceeded", with what to do. */
enum led_err plan_check_room(struct db *db, struct arena *arena, int64_t account,
			     const char *binding, struct led_error *error)
	__attribute__((warn_unused_result));

/* Whether an active binding is one of those that the plan allows: those that were made first
 * are. More of them than allowed are there after a change to a smaller plan. */
enum led_err plan_covers(struct db *db, struct arena *arena, const struct plan *plan,
			 int64_t account, const char *binding, bool *covers,
			 struct led_error *error) __attribute__((warn_unused_result));

/* The store that the shop's first document in Sage came from; 0 while there is none. */
enum led_err plan_first_store(struct db *db, struct arena *arena, const char *binding,
			      int64_t *store, struct led_error *error)
	__attribute__((warn_unused_result));

#endif
