/* How a binding is doing: what waits, what failed, what was posted last, and with which settings.
 */
#ifndef STORE_HEALTH_H
#define STORE_HEALTH_H

#include "db/db.h"

#define HEALTH_COUNT_MAX 1000 /* nothing is counted further */

struct health {
	int64_t waiting, failed; /* events; failed: in the last 24 hours */
	int64_t oldest_at;       /* since when the oldest waits, Unix seconds; 0 = none does */
	int64_t last_at;         /* the last success; 0 = none yet */
	bool invoiced;           /* an invoice was posted already */
};

/* Zeros for a binding that is not the account's. */
enum led_err health_get(struct db *db, struct arena *arena, int64_t account, const char *binding,
			struct health *health, struct led_error *error)
	__attribute__((warn_unused_result));

#define HEALTH_DAYS 30

/* Events that ended on one day (UTC). */
struct health_day {
	int64_t synced, skipped, failed;
};

/* Of all the account's shops together; days[0] is today, days[1] yesterday. */
enum led_err health_days_get(struct db *db, struct arena *arena, int64_t account,
			     struct health_day days[HEALTH_DAYS], struct led_error *error)
	__attribute__((warn_unused_result));

/* Names, as Sage lists them, in the arena; NULL: not chosen. */
struct health_settings {
	bool chosen; /* there are settings at all */
	const char *tax_rate, *ledger_account, *bank_account;
};

enum led_err health_settings_get(struct db *db, struct arena *arena, int64_t account,
				 const char *binding, struct health_settings *settings,
				 struct led_error *error) __attribute__((warn_unused_result));

#endif
