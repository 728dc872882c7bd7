#include "store/job.h"

#define SWEEP_BATCH 200

static struct job job_at(const struct db_rows *rows)
{
	return (struct job){
		.id = db_at_int(rows, 0, 0),
		.run = db_at_int(rows, 0, 1),
		.kind = db_at_text(rows, 0, 2),
		.entity_type = db_at_text(rows, 0, 3),
		.magento_id = db_at_int(rows, 0, 4),
		.attempts = db_at_int(rows, 0, 5),
		.priority = db_at_int(rows, 0, 6),
	};
}

static enum led_err has_earlier(struct db *db, struct arena *arena, const struct lane *lane,
				const struct job *job, bool *earlier, struct led_error *error)
{
	struct db_rows rows;
	enum led_err err = db_query(db, arena, SQL_JOB_EARLIER,
				    DB_ARGS(DB_S(lane->binding), DB_S(job->entity_type),
					    DB_I(job->magento_id), DB_I(lane->id), DB_I(job->id)),
				    &rows, error);
	*earlier = !err && db_at(&rows, 0, 0)->kind != DB_NULL;
	if (!*earlier || db_at_int(&rows, 0, 0) <= job->priority)
		return err;
	return db_run(db, SQL_JOB_HURRY,
		      DB_ARGS(DB_I(job->priority), DB_S(lane->binding), DB_S(job->entity_type),
			      DB_I(job->magento_id), DB_I(lane->id), DB_I(job->id)),
		      error);
}

enum led_err job_next(struct db *db, struct arena *arena, const struct lane *lane, struct job *job,
		      bool *found, struct led_error *error)
{
	struct db_rows rows;
	bool earlier = true;
	enum led_err err = LED_OK;
	*found = false;
	while (!err && earlier) {
		err = db_query(db, arena, SQL_JOB_NEXT, DB_ARGS(DB_I(lane->id)), &rows, error);
		if (err || rows.count == 0)
			return err;
		*job = job_at(&rows);
		err = has_earlier(db, arena, lane, job, &earlier, error);
		if (!err && earlier)
			err = db_run(db, SQL_JOB_BLOCK, DB_ARGS(DB_I(job->id)), error);
	}
	*found = !err;
	return err;
}

enum led_err job_peek(struct db *db, struct arena *arena, const struct lane *lane, int64_t current,
		      struct job *job, bool *found, struct led_error *error)
{
	struct db_rows rows;
	enum led_err err =
		db_query(db, arena, SQL_JOB_PEEK,
			 DB_ARGS(DB_I(lane->id), DB_I(current), DB_I(current)), &rows, error);
	*found = !err && rows.count > 0;
	if (*found)
		*job = job_at(&rows);
	return err;
}

enum led_err job_read(struct db *db, const struct job *job, struct led_error *error)
{
	return db_run(db, SQL_JOB_READ, DB_ARGS(DB_I(job->id)), error);
}

enum led_err job_start(struct db *db, const struct job *job, struct led_error *error)
{
	return db_run(db, SQL_JOB_START, DB_ARGS(DB_I(job->id)), error);
}

enum led_err job_unstart(struct db *db, const struct job *job, struct led_error *error)
{
	return db_run(db, SQL_JOB_UNSTART, DB_ARGS(DB_I(job->attempts), DB_I(job->id)), error);
}

enum led_err job_is_unfinished(struct db *db, struct arena *arena, const struct lane *lane,
			       const struct job *job, const char *entity_type, int64_t magento_id,
			       bool *unfinished, struct led_error *error)
{
	struct db_rows rows;
	enum led_err err = db_query(db, arena, SQL_JOB_OF_ENTITY,
				    DB_ARGS(DB_S(lane->binding), DB_S(entity_type),
					    DB_I(magento_id), DB_I(lane->id), DB_I(job->id)),
				    &rows, error);
	*unfinished = !err && rows.count > 0;
	return err;
}

enum led_err job_block_behind(struct db *db, struct arena *arena, const struct lane *lane,
			      const struct job *job, const char *entity_type, int64_t magento_id,
			      bool *blocked, struct led_error *error)
{
	enum led_err err =
		job_is_unfinished(db, arena, lane, job, entity_type, magento_id, blocked, error);
	if (err || !*blocked)
		return err;
	return db_run(
		db, SQL_JOB_BLOCK_BEHIND,
		DB_ARGS(DB_S(entity_type), DB_I(magento_id), DB_I(job->attempts), DB_I(job->id)),
		error);
}

enum led_err job_wait(struct db *db, const struct job *job, int64_t seconds, int64_t attempts,
		      struct led_error *error)
{
	return db_run(db, SQL_JOB_WAIT, DB_ARGS(DB_I(seconds), DB_I(attempts), DB_I(job->id)),
		      error);
}

/* Runs `statement` with the id of each row. */
static enum led_err for_each(struct db *db, const struct db_rows *rows, enum db_statement statement,
			     size_t *changed, struct led_error *error)
{
	enum led_err err = LED_OK;
	for (size_t i = 0; !err && i < rows->count; i++) {
		err = db_run(db, statement, DB_ARGS(DB_I(db_at_int(rows, i, 0))), error);
		if (!err)
			*changed += db_affected(db);
	}
	return err;
}

/* Readies what waited behind the job's entity, found by `statement`. */
static enum led_err ready_followers(struct db *db, struct arena *arena, const struct lane *lane,
				    const struct job *job, enum db_statement statement,
				    struct led_error *error)
{
	struct db_rows rows;
	size_t readied = 0;
	enum led_err err = db_query(db, arena, statement,
				    DB_ARGS(DB_S(lane->binding), DB_S(job->entity_type),
					    DB_I(job->magento_id), DB_I(lane->id)),
				    &rows, error);
	return err ? err : for_each(db, &rows, SQL_JOB_READY, &readied, error);
}

enum led_err job_finish(struct db *db, struct arena *arena, const struct lane *lane,
			const struct job *job, struct led_error *error)
{
	enum led_err err = db_run(db, SQL_JOB_DELETE, DB_ARGS(DB_I(job->id)), error);
	if (!err)
		err = ready_followers(db, arena, lane, job, SQL_JOB_BLOCKED, error);
	return err ? err : ready_followers(db, arena, lane, job, SQL_JOB_BEHIND, error);
}

enum led_err job_push_state(struct db *db, const char *binding, const struct job *job,
			    struct led_error *error)
{
	return db_run(db, SQL_JOB_PUSH_STATE,
		      DB_ARGS(DB_S(binding), job->run ? DB_I(job->run) : DB_NONE,
			      DB_S(job->entity_type), DB_I(job->magento_id), DB_S(binding)),
		      error);
}

/* Readies the jobs that `found` finds, by `statement`. */
static enum led_err sweep(struct db *db, struct arena *arena, enum db_statement found,
			  enum db_statement statement, size_t *woken, struct led_error *error)
{
	struct db_rows rows;
	*woken = 0;
	enum led_err err = db_query(db, arena, found, DB_ARGS(DB_I(SWEEP_BATCH)), &rows, error);
	return err ? err : for_each(db, &rows, statement, woken, error);
}

enum led_err job_wake_due(struct db *db, struct arena *arena, size_t *woken,
			  struct led_error *error)
{
	return sweep(db, arena, SQL_JOB_DUE, SQL_JOB_WAKE, woken, error);
}

enum led_err job_free_stranded(struct db *db, struct arena *arena, size_t *woken,
			       struct led_error *error)
{
	return sweep(db, arena, SQL_JOB_STRANDED, SQL_JOB_READY, woken, error);
}
