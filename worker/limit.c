#include "limit.h"
#include "base/clock.h"
#include "base/log.h"
#include "settle.h"
#include "slot.h"
#include "store/rate.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SLICE      16   /* requests taken from the day's budget at a time */
#define FRESH_MS   1000 /* then it is looked whether Sage told everybody to wait */
#define IDLE_MS    2000
#define WAIT_MS    3000 /* for a request in the middle of a job */
#define LOOK_MS    200
#define WAIT_MAX   60 /* seconds that a lane waits: then it is looked again */
#define ARENA_SIZE 65536

struct limit {
	pthread_mutex_t
		lock; /* of all below; whoever holds a database connection never waits for it */
	struct db_pool *pool; /* constant */
	int64_t a_minute;     /* constant */
	struct rate app;      /* constant */
	struct slots slots;
	struct arena *arena;
	int64_t tokens;         /* left of the slice */
	int64_t fresh_until_ms; /* monotonic */
};

/* Why a request must wait. */
struct refusal {
	const char *code; /* NULL: it need not */
	int64_t seconds;
};

static const struct {
	const char *code, *message;
} REFUSALS[] = {
	{"sage_budget_spent", "Ledger has made all the requests that Sage allows it for now."},
	{"sage_pace_reached", "This business was served as often as its pace allows for now."},
	{"sage_slots_taken", "As many requests as Sage allows at once are under way."},
	{"sage_app_waits", "Sage asked Ledger as a whole to wait."},
};
enum { BUDGET_SPENT, PACE_REACHED, SLOTS_TAKEN, APP_WAITS };

enum led_err limit_new(const struct config *config, struct db_pool *pool, struct limit **out,
		       struct led_error *error)
{
	struct limit *limit = calloc(1, sizeof *limit);
	if (!limit || !(limit->arena = arena_new(ARENA_SIZE)) ||
	    slots_init(&limit->slots, config->sage_requests_at_once)) {
		if (limit)
			arena_free(limit->arena);
		free(limit);
		return led_fail(error, LED_INTERNAL, "out_of_memory", "No memory for limits.");
	}
	pthread_mutex_init(&limit->lock, NULL);
	limit->pool = pool;
	limit->a_minute = config->sage_business_requests_a_minute;
	limit->app = rate_of_day(RATE_APP, config->sage_requests_a_day);
	*out = limit;
	return LED_OK;
}

/* ---- the day's budget, and a business's pace ---- */

struct taking {
	struct arena *arena;
	const struct rate *rate;
	int64_t want;
	struct rate_slice *slice;
};

static enum led_err write_take(struct db *db, void *context, struct led_error *error)
{
	const struct taking *taking = context;
	return rate_take(db, taking->arena, taking->rate, taking->want, taking->slice, error);
}

static enum led_err take(struct limit *limit, const struct taking *taking, struct led_error *error)
{
	struct db *db;
	enum led_err err = db_pool_take(limit->pool, &db, error);
	if (!err)
		err = db_transaction(db, write_take, (void *)taking, error);
	db_pool_give(limit->pool, db);
	return err;
}

/* Sees to it that a token is at hand; not yet used. */
static enum led_err have_token(struct limit *limit, struct refusal *refusal,
			       struct led_error *error)
{
	struct rate_slice slice;
	const struct taking taking = {limit->arena, &limit->app, limit->tokens ? 0 : SLICE, &slice};
	if (limit->tokens && clock_monotonic_ms() < limit->fresh_until_ms)
		return LED_OK;
	arena_reset(limit->arena);
	enum led_err err = take(limit, &taking, error);
	if (err)
		return err;
	limit->tokens += slice.tokens;
	limit->fresh_until_ms = slice.parked ? 0 : clock_monotonic_ms() + FRESH_MS;
	if (slice.parked)
		*refusal = (struct refusal){REFUSALS[APP_WAITS].code, slice.wait};
	else if (!limit->tokens)
		*refusal = (struct refusal){REFUSALS[BUDGET_SPENT].code, slice.wait};
	return LED_OK;
}

/* Only a lane's holder calls its business, so what it took of the pace is the task's own. */
static enum led_err have_pace(struct task *task, bool begins, struct refusal *refusal,
			      struct led_error *error)
{
	struct limit *limit = task->worker->limit;
	struct rate_slice slice;
	const struct rate rate = rate_of_minute(task->binding.business, limit->a_minute, begins);
	const struct taking taking = {task->lane_arena, &rate, 1 + limit->a_minute / 60, &slice};
	if (!limit->a_minute || !task->binding.business || task->pace)
		return LED_OK;
	enum led_err err = take(limit, &taking, error);
	if (err)
		return err;
	task->pace = slice.tokens;
	if (!task->pace)
		*refusal = (struct refusal){REFUSALS[PACE_REACHED].code, slice.wait};
	return LED_OK;
}

/* ---- slots ---- */

static enum led_err have_slot(struct limit *limit, struct slot **slot, struct refusal *refusal,
			      struct led_error *error)
{
	struct db *db = NULL;
	*slot = slots_ready(&limit->slots);
	if (*slot)
		return LED_OK;
	arena_reset(limit->arena);
	enum led_err err = db_pool_take(limit->pool, &db, error);
	if (!err)
		err = slots_lease(&limit->slots, db, limit->arena, slot, error);
	db_pool_give(limit->pool, db);
	if (!err && !*slot)
		*refusal = (struct refusal){REFUSALS[SLOTS_TAKEN].code, 1};
	return err;
}

void limit_give_idle(struct limit *limit)
{
	struct led_error error;
	struct db *db;
	pthread_mutex_lock(&limit->lock);
	bool any = slots_idle(&limit->slots, IDLE_MS);
	if (any && !db_pool_take(limit->pool, &db, &error)) {
		slots_release(&limit->slots, db, IDLE_MS);
		db_pool_give(limit->pool, db);
	}
	pthread_mutex_unlock(&limit->lock);
}

void limit_free(struct limit *limit)
{
	struct led_error error;
	struct db *db;
	if (!limit)
		return;
	enum led_err err = db_pool_take(limit->pool, &db, &error);
	if (!err)
		slots_release(&limit->slots, db, 0);
	if (!err && limit->tokens)
		err = rate_give(db, &limit->app, limit->tokens, &error);
	db_pool_give(limit->pool, db);
	if (err)
		log_error("limits_not_given_back", &error);
	pthread_mutex_destroy(&limit->lock);
	arena_free(limit->arena);
	free(limit);
}

/* ---- one request ---- */

/* The slot is the task's until limit_leave(). */
static enum led_err try_enter(struct task *task, struct refusal *refusal, struct led_error *error)
{
	struct limit *limit = task->worker->limit;
	struct slot *slot = NULL;
	enum led_err err = have_pace(task, false, refusal, error);
	if (err || refusal->code)
		return err;
	pthread_mutex_lock(&limit->lock);
	err = have_token(limit, refusal, error);
	if (!err && !refusal->code)
		err = have_slot(limit, &slot, refusal, error);
	if (!err && !refusal->code) {
		limit->tokens--;
		task->pace -= task->pace > 0;
		slot->busy = true;
		task->slot = slot->number;
	}
	pthread_mutex_unlock(&limit->lock);
	return err;
}

static enum led_err refuse(const struct refusal *refusal, struct led_error *error)
{
	size_t row = 0;
	while (strcmp(REFUSALS[row].code, refusal->code) != 0)
		row++;
	led_fail(error, LED_RATE_LIMITED, refusal->code, "%s It goes on by itself.",
		 REFUSALS[row].message);
	if (error)
		error->retry_after =
			(int)(refusal->seconds < WAIT_MAX ? refusal->seconds : WAIT_MAX);
	return LED_RATE_LIMITED;
}

/* The pace is waited for however long it takes: started over, a job that needs more than was kept
 * for it would need as much again. */
enum led_err limit_enter(struct task *task, struct led_error *error)
{
	const struct timespec pause = {.tv_nsec = LOOK_MS * 1000000L};
	int64_t until = clock_monotonic_ms() + WAIT_MS;
	enum led_err err = LED_OK;
	while (!err) {
		struct refusal refusal = {0};
		err = try_enter(task, &refusal, error);
		if (err || !refusal.code)
			return err;
		if (refusal.code == REFUSALS[PACE_REACHED].code)
			until = clock_monotonic_ms() + refusal.seconds * 1000 + WAIT_MS;
		if (task->worker->stopping ||
		    clock_monotonic_ms() + (refusal.seconds - 1) * 1000 > until)
			return refuse(&refusal, error);
		nanosleep(&pause, NULL);
		err = task_renew(task, error);
	}
	return err;
}

void limit_leave(struct task *task)
{
	struct limit *limit = task->worker->limit;
	pthread_mutex_lock(&limit->lock);
	slots_leave(&limit->slots, task->slot);
	pthread_mutex_unlock(&limit->lock);
}

/* ---- one lane ---- */

struct waiting {
	struct task *task;
	const struct led_error *why;
};

static enum led_err write_wait(struct db *db, void *context, struct led_error *error)
{
	const struct waiting *waiting = context;
	return lane_park(db, &waiting->task->lane, waiting->why->retry_after, waiting->why->code,
			 error);
}

enum led_err limit_look(struct task *task, bool *open, struct led_error *error)
{
	struct limit *limit = task->worker->limit;
	struct refusal refusal = {0};
	struct led_error why;
	*open = true;
	if (task->lane.upstream != LANE_SAGE)
		return LED_OK;
	enum led_err err = have_pace(task, true, &refusal, error);
	pthread_mutex_lock(&limit->lock);
	if (!err && !refusal.code)
		err = have_token(limit, &refusal, error);
	pthread_mutex_unlock(&limit->lock);
	if (err || !refusal.code)
		return err;
	*open = false;
	(void)refuse(&refusal, &why);
	log_write(LOG_INFO, "sage_waits", LOG_S("binding", task->lane.binding),
		  LOG_S("why", refusal.code), LOG_N("seconds", refusal.seconds));
	struct waiting waiting = {task, &why};
	return settle_guarded(task, write_wait, &waiting, error);
}

static enum led_err write_refused(struct db *db, void *context, struct led_error *error)
{
	const struct waiting *waiting = context;
	return rate_refused(db, waiting->task->binding.business, waiting->why->retry_after, error);
}

enum led_err limit_note(struct task *task, const struct led_error *failure, struct led_error *error)
{
	struct limit *limit = task->worker->limit;
	struct waiting waiting = {task, failure};
	struct db *db;
	if (failure->class != LED_RATE_LIMITED || strcmp(failure->code, "sage_rate_limited") != 0 ||
	    !task->binding.business)
		return LED_OK;
	enum led_err err = db_pool_take(task->worker->pool, &db, error);
	if (!err)
		err = db_transaction(db, write_refused, &waiting, error);
	db_pool_give(task->worker->pool, db);
	pthread_mutex_lock(&limit->lock);
	limit->fresh_until_ms = 0; /* the next request looks whether it must wait */
	pthread_mutex_unlock(&limit->lock);
	return err;
}
