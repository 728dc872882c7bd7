#include "sweep.h"
#include "base/clock.h"
#include "base/log.h"
#include "limit.h"
#include "store/ping.h"
#include "store/seal_use.h"

#include <time.h>

#define LOOK_MS     500
#define SWEEP_ARENA (4 * 1024 * 1024)
#define THIN_BATCH  500 /* rows a round and transaction, each by its primary key */
#define THIN_ROUNDS 40

/* One batch of a table's rows that nobody needs any more. */
struct thinning {
	struct arena *arena;
	enum db_statement deletion;
	struct db_rows keys;
};

static enum led_err delete_batch(struct db *db, void *context, struct led_error *error)
{
	const struct thinning *thinning = context;
	return db_run_many(db, thinning->arena, thinning->deletion, thinning->keys.values,
			   thinning->keys.count, error);
}

static enum led_err thin_round(struct db *db, struct arena *arena, enum db_statement expired,
			       enum db_statement deletion, size_t *count, struct led_error *error)
{
	struct thinning thinning = {.arena = arena, .deletion = deletion};
	arena_reset(arena);
	enum led_err err =
		db_query(db, arena, expired, DB_ARGS(DB_I(THIN_BATCH)), &thinning.keys, error);
	*count = err ? 0 : thinning.keys.count;
	for (size_t i = 0; i < *count; i++)
		thinning.keys.values[i].kind = DB_BYTES; /* compared as they were read */
	return *count ? db_transaction(db, delete_batch, &thinning, error) : err;
}

static enum led_err thin_out(struct db *db, struct arena *arena, struct led_error *error)
{
	static const struct {
		enum db_statement expired, deletion;
	} tables[] = {{SQL_TOKEN_SEEN_EXPIRED, SQL_TOKEN_SEEN_DELETE},
		      {SQL_SESSION_EXPIRED, SQL_SESSION_DELETE},
		      {SQL_SIGN_UP_EXPIRED, SQL_SIGN_UP_DELETE},
		      {SQL_THROTTLE_EXPIRED, SQL_THROTTLE_DELETE}};
	enum led_err err = LED_OK;
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
		size_t count = THIN_BATCH;
		for (int round = 0; !err && round < THIN_ROUNDS && count == THIN_BATCH; round++)
			err = thin_round(db, arena, tables[i].expired, tables[i].deletion, &count,
					 error);
	}
	return err;
}

/* Once a worker, which is once a minute and host. */
static enum led_err sweep_first(struct db *db, struct arena *arena, struct led_error *error)
{
	size_t stranded = 0;
	enum led_err err = job_free_stranded(db, arena, &stranded, error);
	if (stranded)
		log_write(LOG_WARNING, "jobs_were_stranded", LOG_N("count", stranded));
	return err ? err : thin_out(db, arena, error);
}

static enum led_err sweep_once(struct worker *worker, struct arena *arena, bool first,
			       struct led_error *error)
{
	struct db *db;
	size_t woken = 0;
	arena_reset(arena);
	enum led_err err = db_pool_take(worker->pool, &db, error);
	if (!err && first)
		err = db_run(db, SQL_HEARTBEAT_PUT, DB_ARGS(DB_S(WORKER_PROGRAM)), error);
	if (!err)
		err = job_wake_due(db, arena, &woken, error);
	if (!err)
		err = ping_queue_due(db, arena, error);
	if (!err && first)
		err = sweep_first(db, arena, error);
	db_pool_give(worker->pool, db);
	if (woken)
		log_write(LOG_DEBUG, "jobs_woken", LOG_N("count", woken));
	return err;
}

static enum led_err keep_uses(struct worker *worker, struct led_error *error)
{
	struct db *db;
	enum led_err err = db_pool_take(worker->pool, &db, error);
	if (!err)
		err = seal_use_keep(db, error);
	db_pool_give(worker->pool, db);
	return err;
}

void sweep_until_done(struct worker *worker)
{
	const struct timespec pause = {.tv_nsec = LOOK_MS * 1000000L};
	struct led_error error;
	struct arena *arena = arena_new(SWEEP_ARENA);
	if (!arena)
		log_write(LOG_ERROR, "sweep_not_started");
	for (bool first = true; arena && worker->threads_running > 0; first = false) {
		if (sweep_once(worker, arena, first, &error))
			log_error("sweep_failed", &error);
		limit_give_idle(worker->limit);
		nanosleep(&pause, NULL);
	}
	if (keep_uses(worker, &error))
		log_error("seal_uses_lost", &error);
	arena_free(arena);
}
