#include "sweep.h"
#include "base/clock.h"
#include "base/log.h"
#include "limit.h"
#include "store/ping.h"
#include "store/seal_use.h"
#include "thin.h"

#include <time.h>

#define LOOK_MS     500
#define SWEEP_ARENA (4 * 1024 * 1024)

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
