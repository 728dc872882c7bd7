/* A thread's life: claim a lane, drain it, give it back; look again every half second. */
#include "base/clock.h"
#include "base/log.h"
#include "crypto/random.h"
#include "prefetch.h"
#include "worker.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define RELEASE_MS    500
#define RELEASE_TRIES 20                 /* in ten seconds: a database that restarts is back */
#define LANE_ARENA    (16 * 1024 * 1024) /* bytes: a business's reference data */
#define JOB_ARENA     (32 * 1024 * 1024) /* bytes: one document and its answers */
#define HOST_MAX      24

/* Unique for each claim: a thread that lost a lane must not pass for its next holder. */
static enum led_err make_owner(char *out, size_t size)
{
	char host[HOST_MAX + 1] = "";
	char nonce[17];
	if (gethostname(host, HOST_MAX) || random_hex(nonce, 8))
		return LED_INTERNAL;
	snprintf(out, size, "%.24s:%d:%s", host, (int)getpid(), nonce);
	return LED_OK;
}

static enum led_err claim(struct task *task, bool *claimed, struct led_error *error)
{
	char owner[LANE_OWNER_MAX];
	struct db *db;
	*claimed = false;
	if (make_owner(owner, sizeof owner))
		return led_fail(error, LED_INTERNAL, "no_owner", "Naming this claim failed.");
	enum led_err err = db_pool_take(task->worker->pool, &db, error);
	if (!err)
		err = lane_claim(db, task->lane_arena, owner, &task->lane, claimed, error);
	db_pool_give(task->worker->pool, db);
	return err;
}

static enum led_err try_release(struct task *task, struct led_error *error)
{
	struct db *db;
	enum led_err err = db_pool_take(task->worker->pool, &db, error);
	if (!err)
		err = lane_release(db, &task->lane, error);
	db_pool_give(task->worker->pool, db);
	return err;
}

/* Tried some times: a lane that is not given back stands still until its lease ends by itself. */
static void release(struct task *task)
{
	const struct timespec pause = {.tv_nsec = RELEASE_MS * 1000000L};
	struct led_error error;
	enum led_err err = try_release(task, &error);
	for (int tries = 1; err && tries < RELEASE_TRIES; tries++) {
		nanosleep(&pause, NULL);
		err = try_release(task, &error);
	}
	if (err)
		log_error("lane_not_released", &error);
}

/* One claim and what follows; false when there was nothing to do. */
static bool serve_lane(struct task *task)
{
	struct led_error error;
	bool claimed = false;
	arena_reset(task->lane_arena);
	atomic_fetch_add(&task->worker->active, 1);
	enum led_err err = claim(task, &claimed, &error);
	if (err)
		log_error("claim_failed", &error);
	if (claimed) {
		task->lost = false;
		err = drain_lane(task, &error);
		if (err)
			log_error("drain_stopped", &error);
		release(task);
	}
	atomic_fetch_sub(&task->worker->active, 1);
	/* After a database error the next look waits its turn, or it would spin. */
	return claimed && !err;
}

/* Whether this run of the program is over for a thread; `idle`: all that was due was ready, and it
 * found nothing. */
static bool finished(const struct worker *worker, bool idle)
{
	if (worker->stopping || clock_now() >= worker->linger_until)
		return true;
	return worker->once && idle && worker->active == 0;
}

void *thread_main(void *argument)
{
	struct worker *worker = argument;
	const struct http_client_options options = {.allow_http_loopback =
							    worker->config.allow_http_loopback};
	struct task task = {
		.worker = worker,
		.client = http_client_new(&options),
		.prefetch = prefetch_new(&worker->config),
		.lane_arena = arena_new(LANE_ARENA),
		.job_arena = arena_new(JOB_ARENA),
	};
	if (!task.prefetch)
		log_write(LOG_WARNING, "no_prefetch"); /* slower, and nothing else */
	if (!task.client || !task.lane_arena || !task.job_arena)
		log_write(LOG_ERROR, "thread_not_started");
	else
		for (;;) {
			unsigned seen = news_count(&worker->news);
			bool swept = worker->swept;
			bool busy = serve_lane(&task);
			if (finished(worker, swept && !busy))
				break;
			if (!busy)
				news_wait(&worker->news, seen);
		}
	prefetch_free(task.prefetch);
	http_client_free(task.client);
	arena_free(task.lane_arena);
	arena_free(task.job_arena);
	atomic_fetch_sub(&worker->threads_running, 1);
	news_tell(&worker->news);
	return NULL;
}
