#include "sweep.h"
#include "base/clock.h"
#include "base/log.h"
#include "limit.h"
#include "store/ping.h"
#include "store/seal_use.h"
#include "thin.h"

#define SWEEP_ARENA (4 * 1024 * 1024)

static enum led_err ready(struct worker *worker, struct db *db, struct arena *arena,
			  struct led_error *error)
{
	size_t woken = 0;
	enum led_err err = job_wake_due(db, arena, &woken, error);
	if (woken) {
		log_write(LOG_DEBUG, "jobs_woken", LOG_N("count", woken));
		news_tell(&worker->news);
	}
	return err ? err : ping_queue_due(db, arena, error);
}

/* Once a worker, which is once a minute and host. */
static enum led_err begin(struct worker *worker, struct db *db, struct arena *arena,
			  struct led_error *error)
{
	size_t stranded = 0;
	enum led_err err = db_run(db, SQL_HEARTBEAT_PUT, DB_ARGS(DB_S(WORKER_PROGRAM)), error);
	if (!err)
		err = ready(worker, db, arena, error);
	if (!err)
		err = job_free_stranded(db, arena, &stranded, error);
	if (stranded)
		log_write(LOG_WARNING, "jobs_were_stranded", LOG_N("count", stranded));
	return err;
}

static enum led_err thin(struct worker *worker, struct db *db, struct arena *arena,
			 struct led_error *error)
{
	(void)worker;
	return thin_out(db, arena, error);
}

typedef enum led_err sweep_step(struct worker *worker, struct db *db, struct arena *arena,
				struct led_error *error);

/* What fails is left to the next sweep, or the next worker. */
static void sweep(struct worker *worker, struct arena *arena, sweep_step *step)
{
	struct led_error error;
	struct db *db;
	arena_reset(arena);
	enum led_err err = db_pool_take(worker->pool, &db, &error);
	if (!err)
		err = step(worker, db, arena, &error);
	db_pool_give(worker->pool, db);
	if (err)
		log_error("sweep_failed", &error);
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
	struct led_error error;
	struct arena *arena = arena_new(SWEEP_ARENA);
	if (arena)
		sweep(worker, arena, begin);
	else
		log_write(LOG_ERROR, "sweep_not_started");
	worker->swept = true;
	news_tell(&worker->news);
	if (arena)
		sweep(worker, arena, thin);
	while (arena && worker->threads_running > 0) {
		unsigned seen = news_count(&worker->news);
		sweep(worker, arena, ready);
		limit_give_idle(worker->limit);
		news_wait(&worker->news, seen);
	}
	if (keep_uses(worker, &error))
		log_error("seal_uses_lost", &error);
	arena_free(arena);
}
