/* Runs: the history, one row an event, and the attempts made at it. */
#ifndef STORE_RUN_H
#define STORE_RUN_H

#include "base/arena.h"
#include "base/decimal.h"
#include "db/db.h"

struct run {
	const char *event, *entity_type, *status; /* in the arena */
	int64_t id, magento_id, website_id, store_id;
	int64_t occurred_at; /* Unix seconds */
	int64_t policy_version;
	const char *warnings; /* JSON, in the arena: what earlier attempts had to say; or NULL */
	/* The shop's total in minor units, as an earlier attempt read it. */
	bool has_total;
	int64_t total;
};

/* LED_NOT_FOUND when the binding has no such run. */
enum led_err run_get(struct db *db, struct arena *arena, const char *binding, int64_t id,
		     struct run *run, struct led_error *error) __attribute__((warn_unused_result));

enum led_err run_start(struct db *db, int64_t id, struct led_error *error)
	__attribute__((warn_unused_result));

/* The shop's document as read: its number and, where it has one, its total. */
enum led_err run_describe(struct db *db, int64_t id, const char *number, const char *currency,
			  const struct decimal *total, struct led_error *error)
	__attribute__((warn_unused_result));

/* The translation's warnings (JSON or NULL). */
enum led_err run_warn(struct db *db, int64_t id, const char *warnings, struct led_error *error)
	__attribute__((warn_unused_result));

enum run_status { RUN_SUCCEEDED, RUN_SKIPPED, RUN_FAILED };

/* How a run ended. Texts are borrowed; NULL where they do not apply. */
struct run_end {
	enum run_status status;
	const char *skip_reason;
	const struct led_error *failure; /* of RUN_FAILED */
	const char *warnings;            /* JSON; added to those of the translation */
	const char *sage_id, *sage_number;
	bool has_sage_total;
	struct decimal sage_total;
};

/* Inside the caller's transaction: the run is counted among those of its day too. */
enum led_err run_finish(struct db *db, int64_t id, const struct run_end *end,
			struct led_error *error) __attribute__((warn_unused_result));

/* Back in the queue, with what it waits for; `spent`: the attempt counts. */
enum led_err run_postpone(struct db *db, int64_t id, bool spent, const struct led_error *why,
			  struct led_error *error) __attribute__((warn_unused_result));

struct run_attempt {
	int64_t started_at; /* Unix seconds */
	int64_t duration_ms;
	const char *outcome;             /* succeeded, skipped_by_policy, failed, retry, waiting */
	const struct led_error *failure; /* NULL when there was none */
	const char *calls;               /* JSON list */
	const char *request, *answer;    /* of a refused call, masked; NULL: none was */
};

enum led_err run_add_attempt(struct db *db, int64_t id, const struct run_attempt *attempt,
			     struct led_error *error) __attribute__((warn_unused_result));

/* The latest run of one event of one entity, for telling the shop. */
struct run_state {
	bool found;
	int64_t id;
	const char *status, *sage_id, *sage_number, *skip_reason, *error_class, *error_code;
	const char *at; /* "YYYY-MM-DD HH:MM:SS", UTC */
};

enum led_err run_latest(struct db *db, struct arena *arena, const char *binding,
			const char *entity_type, int64_t magento_id, const char *event,
			struct run_state *state, struct led_error *error)
	__attribute__((warn_unused_result));

#endif
