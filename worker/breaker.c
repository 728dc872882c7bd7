#include "breaker.h"
#include "base/log.h"

#include <string.h>

#define SECONDS_FIRST 60
#define SECONDS_MAX   900

static const char *const WHY[] = {
	[LANE_SAGE] = "sage_unreachable",
	[LANE_MAGENTO] = "shop_unreachable",
};

int64_t breaker_seconds(int64_t failures)
{
	int64_t over = failures - BREAKER_FAILURES;
	if (over < 0)
		return 0;
	int64_t seconds = over > 4 ? SECONDS_MAX : SECONDS_FIRST << over;
	return seconds > SECONDS_MAX ? SECONDS_MAX : seconds;
}

enum led_err breaker_load(struct task *task, struct led_error *error)
{
	struct db *db;
	enum led_err err = db_pool_take(task->worker->pool, &db, error);
	if (!err)
		err = lane_failures(db, task->lane_arena, task->lane.binding, task->failures,
				    error);
	db_pool_give(task->worker->pool, db);
	return err;
}

enum led_err breaker_saw(struct task *task, enum lane_upstream upstream, enum led_err result)
{
	task->called[upstream] = result == LED_HTTP ? TASK_CALL_FAILED : TASK_CALL_ANSWERED;
	return result;
}

static enum led_err count(struct db *db, struct task *task, enum lane_upstream upstream,
			  bool *opened, struct led_error *error)
{
	int64_t failures;
	enum led_err err = lane_count_failure(db, task->lane.binding, upstream, error);
	if (!err)
		err = lane_failures(db, task->job_arena, task->lane.binding, task->failures, error);
	failures = task->failures[upstream];
	int64_t seconds = breaker_seconds(failures);
	if (err || seconds == 0)
		return err;
	log_write(LOG_WARNING, "circuit_opened", LOG_S("binding", task->lane.binding),
		  LOG_S("why", WHY[upstream]), LOG_N("failures", failures),
		  LOG_N("seconds", seconds));
	*opened |= upstream == task->lane.upstream || upstream == LANE_MAGENTO;
	return lane_open_circuit(db, task->lane.binding, upstream, seconds, WHY[upstream], error);
}

static enum led_err close_circuit(struct db *db, struct task *task, enum lane_upstream upstream,
				  struct led_error *error)
{
	if (task->failures[upstream] >= BREAKER_FAILURES)
		log_write(LOG_INFO, "circuit_closed", LOG_S("binding", task->lane.binding),
			  LOG_S("why", WHY[upstream]));
	task->failures[upstream] = 0;
	return lane_close_circuit(db, task->lane.binding, upstream, WHY[upstream], error);
}

static bool concerned(const struct task *task, enum lane_upstream upstream)
{
	return task->called[upstream] == TASK_CALL_FAILED ||
	       (task->called[upstream] == TASK_CALL_ANSWERED && task->failures[upstream] > 0);
}

enum led_err breaker_note(struct task *task, bool *opened, struct led_error *error)
{
	struct db *db;
	*opened = false;
	if (!concerned(task, LANE_SAGE) && !concerned(task, LANE_MAGENTO))
		return LED_OK;
	enum led_err err = db_pool_take(task->worker->pool, &db, error);
	for (int i = LANE_SAGE; !err && i <= LANE_MAGENTO; i++) {
		enum lane_upstream upstream = (enum lane_upstream)i;
		if (!concerned(task, upstream))
			continue;
		err = task->called[upstream] == TASK_CALL_FAILED
			      ? count(db, task, upstream, opened, error)
			      : close_circuit(db, task, upstream, error);
	}
	db_pool_give(task->worker->pool, db);
	return err;
}
