/*
 * What people see of the runs. Reads only; the account comes from the session and is the
 * first parameter of every statement, so another account's run does not exist here.
 * Everything read hangs on the arena.
 */
#ifndef STORE_HISTORY_H
#define STORE_HISTORY_H

#include "base/decimal.h"
#include "db/db.h"

/* As people know them; queued and running are both pending. */
enum history_state { HISTORY_SYNCED, HISTORY_PENDING, HISTORY_SKIPPED, HISTORY_FAILED };
#define HISTORY_STATES 4

struct history_run {
	int64_t id;
	const char *binding_id;
	const char *shop_url;
	const char *event;       /* as on the wire: "invoice.created" */
	const char *entity_type; /* "invoice", "creditmemo", "customer", "product", "other" */
	int64_t magento_id;
	const char *magento_number; /* NULL until the shop was asked */
	enum history_state state;
	bool running; /* a worker has it at this moment */
	int64_t attempts;
	const char *skip_reason;                              /* NULL unless skipped */
	const char *error_class, *error_code, *error_message; /* NULL where there is none */
	const char *sage_id, *sage_number;                    /* NULL until posted */
	const char *currency;                                 /* NULL: no money known */
	const struct decimal *magento_total, *sage_total;     /* NULL: not known */
	int64_t occurred_at, queued_at;                       /* Unix seconds */
	int64_t finished_at;                                  /* 0: not yet */
	int64_t took_ms;                                      /* from queued to finished */
	const char *warnings; /* JSON list of {code, message}, or NULL */
};

/* NULL or a negative state means any. */
struct history_filter {
	int state; /* an enum history_state, or -1 */
	const char *event;
	const char *binding_id;
	const char *search; /* a Magento number or id, or a Sage reference, exact */
	int64_t before;     /* runs older than this one; 0: from the newest on */
	int64_t after;      /* or: the runs just newer than this one; 0: not asked. Not with
			  search */
};

struct history_page {
	struct history_run *runs; /* newest first */
	size_t count;
	bool older, newer; /* whether there are more on either side */
};

enum led_err history_list(struct db *db, struct arena *arena, int64_t account,
			  const struct history_filter *filter, size_t limit,
			  struct history_page *page, struct led_error *error)
	__attribute__((warn_unused_result));

/* *out is NULL when the account has no such run. */
enum led_err history_run(struct db *db, struct arena *arena, int64_t account, int64_t id,
			 struct history_run **out, struct led_error *error)
	__attribute__((warn_unused_result));

struct history_attempt {
	int64_t number;
	int64_t started_at; /* Unix seconds */
	int64_t took_ms;
	const char *outcome; /* "succeeded", "skipped_by_policy", "failed", "retry", "waiting" */
	const char *error_class, *error_code, *error_message;
	const char *calls; /* JSON list of {method, path, status, ms, request_id} */
	/* Of the call that Sage refused, masked JSON, possibly cut short; NULL: none. */
	const char *request, *answer;
};

/* The newest `limit` attempts, newest first. */
enum led_err history_attempts(struct db *db, struct arena *arena, int64_t account, int64_t run,
			      size_t limit, struct history_attempt **attempts, size_t *count,
			      struct led_error *error) __attribute__((warn_unused_result));

/* A job that is still to be done for a run. */
struct history_job {
	const char *kind;  /* an event, or "push_state" */
	const char *state; /* "ready", "waiting", "blocked" */
	int64_t due_at;    /* 0: none set */
	int64_t attempts;
	const char *parked_why; /* "" unless its lane waits */
	int64_t parked_until;   /* 0: it does not */
};

enum led_err history_jobs(struct db *db, struct arena *arena, int64_t account, int64_t run,
			  struct history_job **jobs, size_t *count, struct led_error *error)
	__attribute__((warn_unused_result));

struct history_binding {
	const char *id;
	const char *shop_url;
};

enum led_err history_bindings(struct db *db, struct arena *arena, int64_t account, size_t limit,
			      struct history_binding **bindings, size_t *count,
			      struct led_error *error) __attribute__((warn_unused_result));

#endif
