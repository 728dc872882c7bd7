/*
 * ledger-worker: drains lanes. main.c starts threads; each runs thread_main (thread.c):
 * claim a lane, drain it for a while (drain.c), give it back. A job's way is
 *
 *     start -> its kind's function (kinds.c) -> what to do about the outcome (retry.c)
 *           -> one transaction that settles it (settle.c)
 *
 * Threads share only struct worker; each has a helper that fetches ahead, with which it shares
 * struct prefetch (prefetch.h). A thread holds no database connection while it talks
 * HTTP: it takes one from the pool for each step.
 */
#ifndef WORKER_WORKER_H
#define WORKER_WORKER_H

#include "base/arena.h"
#include "base/config.h"
#include "base/secret.h"
#include "books/books.h"
#include "crypto/seal.h"
#include "db/db.h"
#include "http/call_log.h"
#include "http/client.h"
#include "news.h"
#include "store/binding.h"
#include "store/job.h"
#include "store/lane.h"
#include "store/oauth_token.h"
#include "store/plan.h"
#include "store/run.h"
#include "store/xref.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define WORKER_PROGRAM "ledger-worker"

/* Shared by all threads; what is not atomic is constant after the start. */
struct worker {
	struct config config;
	struct db_pool *pool;
	struct seal_keys *keys;
	bool once;            /* leave when nothing is due, do not linger */
	struct limit *limit;  /* what Sage allows all of us: limit.h */
	int64_t linger_until; /* Unix seconds: no lane is claimed and no job begun afterwards */
	atomic_bool stopping; /* SIGTERM: finish the job in hand, give the lane back, leave */
	atomic_bool swept;    /* what was due at the start is ready */
	atomic_int active;    /* threads that hold a lane, or are about to */
	atomic_int threads_running;
	struct news news;
};

/* What became of the latest call to an upstream. */
enum task_call { TASK_CALL_NONE, TASK_CALL_ANSWERED, TASK_CALL_FAILED };

/* What one thread knows while it drains one lane. */
struct task {
	struct worker *worker;
	struct http_client *client; /* connections to Sage are kept in it */
	struct arena *lane_arena;   /* as long as the lane is held */
	struct arena *job_arena;    /* as long as one job */
	struct lane lane;
	int64_t job;               /* the id of the one at hand */
	struct prefetch *prefetch; /* NULL: none */
	bool prefetched;           /* the next one's entity was thought of */
	bool lost;                 /* the lease ended: write nothing more */
	int64_t renewed_ms;        /* monotonic */
	struct binding binding;
	struct reference reference;            /* of the Sage business, once it was read */
	const struct zone *zone;               /* the business's own; a policy may name another */
	struct secret inbound_key;             /* signs our calls to the shop */
	struct oauth_token token;              /* Sage's; loaded when first needed */
	struct call_log calls;                 /* of the job at hand */
	enum task_call called[LANE_UPSTREAMS]; /* likewise: see breaker.h */
	int64_t failures[LANE_UPSTREAMS];      /* in a row, as far as is known here */
	int64_t pace;                          /* requests of the business's pace at hand */
	int64_t slot;                          /* of the request under way: limit.h */
	struct plan plan;                      /* what the account may use */
	bool plan_covers;                      /* this binding is one of those that it allows */
	struct books_warnings warnings;        /* of the translations of the job at hand */
	struct {                               /* what it waits behind, set by task_wait_behind */
		const char *entity_type;
		int64_t magento_id;
	} behind;
	struct preview *preview; /* NULL but for ledgerctl's preview: see preview.h */
	/* The record the job at hand made, written in the transaction that settles it. */
	struct {
		struct xref_key key; /* binding is NULL when there is none */
		struct xref xref;
	} posted;
};

void *thread_main(void *argument); /* a struct worker */

/* Drains task->lane for a quantum. Failures are dealt with inside; what is returned is
 * the database's refusal to go on. */
enum led_err drain_lane(struct task *task, struct led_error *error)
	__attribute__((warn_unused_result));

/* Before each call that may take long: keeps the lease. Sets task->lost and fails when
 * it is gone. */
enum led_err task_renew(struct task *task, struct led_error *error)
	__attribute__((warn_unused_result));

/* Sets the job at hand aside until nothing of that entity is left in this lane; spends no
 * attempt. Always fails, with what the job's function is to return. */
enum led_err task_wait_behind(struct task *task, const char *entity_type, int64_t magento_id,
			      struct led_error *error) __attribute__((warn_unused_result));

/* A job's function: LED_OK with *end filled in (succeeded or skipped), else what went
 * wrong. `run` is NULL for jobs behind which no event stands. */
typedef enum led_err job_function(struct task *task, const struct job *job, const struct run *run,
				  struct run_end *end, struct led_error *error);

#define JOB_READS_NOTHING (-1)

struct job_kind {
	const char *name;
	job_function *function;
	bool owns_run; /* its outcome is the run's outcome, and the shop is told */
	bool one_shot; /* a failure ends it, and the next is queued in time */
	int reads;     /* the enum magento_kind it begins with, or JOB_READS_NOTHING */
};

/* NULL for a kind that no program queues. */
const struct job_kind *job_kind_find(const char *name);

job_function invoice_created, invoice_paid, creditmemo_created, customer_upserted, product_upserted,
	push_state, refresh_reference, refresh_shop, ping;

#endif
