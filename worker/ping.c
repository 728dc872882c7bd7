/*
 * ping: does the shop still accept us? Its 401 makes the binding token_revoked, which people
 * see as a banner and the shop's tile says; the lane is then probed (retry.c), and the first
 * answer makes it active again. A shop that cannot be reached proves nothing: what is known
 * of it stays, and it is asked again in a minute.
 */
#include "store/ping.h"
#include "base/log.h"
#include "breaker.h"
#include "context.h"
#include "worker.h"

static enum led_err note(struct task *task, bool answered, struct led_error *error)
{
	struct db *db;
	enum led_err err = db_pool_take(task->worker->pool, &db, error);
	if (!err)
		err = ping_note(db, task->lane.binding, answered, error);
	db_pool_give(task->worker->pool, db);
	return err;
}

enum led_err ping(struct task *task, const struct job *job, const struct run *run,
		  struct run_end *end, struct led_error *error)
{
	struct magento_shop shop;
	(void)job;
	(void)run;
	end->status = RUN_SUCCEEDED;
	enum led_err err = context_shop(task, &shop, error);
	if (!err)
		err = magento_ping(&shop, NULL, error);
	/* It asks again in a minute whatever happens, so only its success is counted. */
	if (err != LED_HTTP)
		breaker_saw(task, LANE_MAGENTO, err);
	if (!err)
		return note(task, true, error);
	struct led_error ignored; /* without the note it is asked again in five minutes */
	if (err == LED_HTTP && note(task, false, &ignored))
		log_error("ping_not_noted", &ignored);
	return err;
}
