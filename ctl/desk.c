#include "desk.h"
#include "../worker/context.h"
#include "../worker/limit.h"
#include "base/clock.h"
#include "base/text.h"
#include "crypto/random.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define LANE_ARENA  (16 * 1024 * 1024)
#define COMMAND_CAP (256 * 1024 * 1024)
#define CONNECTIONS 2
#define WAIT_MS     60000 /* a worker gives a lane back after ten seconds of work */
#define LOOK_MS     200
#define SETS                                                                                       \
	(DB_SET_ADMIN | DB_SET_LANE | DB_SET_JOB | DB_SET_RUN | DB_SET_BOOKS | DB_SET_PLAN |       \
	 DB_SET_RATE)

static enum led_err try_lane(struct desk *desk, const char *binding, const char *owner,
			     const char **parked, struct led_error *error)
{
	struct db *db;
	enum led_err err = db_pool_take(desk->worker.pool, &db, error);
	if (!err)
		err = lane_claim_of(db, desk->task.lane_arena, binding, LANE_SAGE, owner,
				    &desk->task.lane, &desk->held, parked, error);
	db_pool_give(desk->worker.pool, db);
	return err;
}

static enum led_err hold_lane(struct desk *desk, const char *binding, struct led_error *error)
{
	const struct timespec pause = {.tv_nsec = LOOK_MS * 1000000L};
	int64_t until = clock_monotonic_ms() + WAIT_MS;
	const char *parked = NULL;
	char owner[LANE_OWNER_MAX], nonce[17];
	if (random_hex(nonce, 8))
		return led_fail(error, LED_INTERNAL, "no_randomness", "No random bytes.");
	snprintf(owner, sizeof owner, CTL_USER ":%d:%s", (int)getpid(), nonce);
	for (;;) {
		enum led_err err = try_lane(desk, binding, owner, &parked, error);
		if (err || desk->held)
			return err;
		if (parked)
			return led_fail(error, LED_VALIDATION, "lane_parked",
					"Calls to this Sage business wait at the moment (%s).",
					parked);
		if (clock_monotonic_ms() > until)
			return led_fail(error, LED_VALIDATION, "lane_busy",
					"A worker is busy with this Sage business; try again "
					"later.");
		nanosleep(&pause, NULL);
	}
}

enum led_err desk_open(const struct ctl *ctl, const char *binding, struct desk *desk,
		       struct led_error *error)
{
	const struct http_client_options options = {.allow_http_loopback =
							    ctl->config.allow_http_loopback};
	struct task *task = &desk->task;
	if (!text_is_uuid(binding))
		return ctl_bad_value(error, "--binding", "a binding's id");
	desk->worker.config = ctl->config;
	task->worker = &desk->worker;
	task->lane_arena = arena_new(LANE_ARENA);
	task->job_arena = arena_new(COMMAND_CAP);
	enum led_err err = http_client_global_init(error);
	if (!err && !(task->client = http_client_new(&options)))
		err = led_fail(error, LED_INTERNAL, "out_of_memory", "No memory.");
	if (!err && (!task->lane_arena || !task->job_arena))
		err = led_fail(error, LED_INTERNAL, "out_of_memory", "No memory.");
	if (!err)
		err = seal_keys_load(ctl->config.key_dir, 1U << SEAL_VAULT, &desk->worker.keys,
				     error);
	if (!err)
		err = db_pool_new(&ctl->config, CTL_USER, SETS, CONNECTIONS, &desk->worker.pool,
				  error);
	if (!err)
		err = limit_new(&ctl->config, desk->worker.pool, &desk->worker.limit, error);
	if (!err)
		err = hold_lane(desk, binding, error);
	if (!err)
		err = context_load(task, error);
	task->renewed_ms = clock_monotonic_ms();
	return err;
}

void desk_close(struct desk *desk)
{
	struct led_error error;
	struct db *db;
	if (desk->held) {
		enum led_err err = db_pool_take(desk->worker.pool, &db, &error);
		if (!err)
			err = lane_release(db, &desk->task.lane, &error);
		db_pool_give(desk->worker.pool, db);
		if (err)
			ctl_warn("the lane was not given back; its lease ends by itself: %s",
				 error.message);
	}
	context_release(&desk->task);
	http_client_free(desk->task.client);
	limit_free(desk->worker.limit);
	db_pool_free(desk->worker.pool);
	seal_keys_free(desk->worker.keys);
	arena_free(desk->task.job_arena);
	arena_free(desk->task.lane_arena);
}

enum led_err desk_write(struct desk *desk, db_work work, void *context, struct led_error *error)
{
	struct db *db;
	enum led_err err = db_pool_take(desk->worker.pool, &db, error);
	if (!err)
		err = db_transaction(db, work, context, error);
	db_pool_give(desk->worker.pool, db);
	return err;
}

enum led_err desk_query(struct desk *desk, enum db_statement statement, const struct db_value *args,
			size_t count, struct db_rows *rows, struct led_error *error)
{
	struct db *db;
	enum led_err err = db_pool_take(desk->worker.pool, &db, error);
	if (!err)
		err = db_query(db, desk->task.job_arena, statement, args, count, rows, error);
	db_pool_give(desk->worker.pool, db);
	return err;
}

enum led_err desk_books(struct desk *desk, struct run *run, struct books_context *books,
			struct led_error *error)
{
	run->policy_version = desk->task.binding.policy_version;
	run->occurred_at = clock_now();
	return context_books(&desk->task, run, books, error);
}
