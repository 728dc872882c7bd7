/* Plans: what an account may use. Invoices and customers are in every plan. */
#ifndef STORE_PLAN_H
#define STORE_PLAN_H

#include "base/arena.h"
#include "db/db.h"

struct plan {
	const char *code, *name; /* in the arena */
	bool credit_notes;
	bool payments;
	bool products;
	bool stock;          /* movements of stock items */
	bool multi_currency; /* documents in another currency than the business's */
	bool several_stores; /* more than one website or store of a shop */
	bool consolidation;
	bool limits_bindings;
	int64_t bindings; /* how many may be active at once */
};

/* The plan of an account. LED_NOT_FOUND when there is no such account. */
enum led_err plan_of_account(struct db *db, struct arena *arena, int64_t account, struct plan *plan,
			     struct led_error *error) __attribute__((warn_unused_result));

#endif
