/* Jobs: unfinished work in a lane. Only the lane's holder takes and moves them. */
#ifndef STORE_JOB_H
#define STORE_JOB_H

#include "base/arena.h"
#include "db/db.h"
#include "store/lane.h"

struct job {
	int64_t id;
	int64_t run;                    /* 0: no event stands behind it */
	const char *kind, *entity_type; /* in the arena */
	int64_t magento_id;
	int64_t attempts; /* made before this one */
	int64_t priority; /* 0 fresh, 1 in bulk */
};

/* The lane's next job. One behind an earlier job of the same entity is set aside, to be
 * readied when that one finishes, and the next is looked at. The earlier one becomes as urgent
 * as the one that waits for it. */
enum led_err job_next(struct db *db, struct arena *arena, const struct lane *lane, struct job *job,
		      bool *found, struct led_error *error) __attribute__((warn_unused_result));

/* The job that is likely to be next behind `current`, the one at hand: the first that waits for
 * nothing else. */
enum led_err job_peek(struct db *db, struct arena *arena, const struct lane *lane, int64_t current,
		      struct job *job, bool *found, struct led_error *error)
	__attribute__((warn_unused_result));

/* Its entity is about to be read, ahead of its start: no further webhook joins an upsert. */
enum led_err job_read(struct db *db, const struct job *job, struct led_error *error)
	__attribute__((warn_unused_result));

/* Counts an attempt as made. */
enum led_err job_start(struct db *db, const struct job *job, struct led_error *error)
	__attribute__((warn_unused_result));

/* Sets the job aside until no other job of that entity is left in its lane; the attempt that
 * found out does not count. *blocked is false, and nothing done, when none is left now. */
enum led_err job_block_behind(struct db *db, struct arena *arena, const struct lane *lane,
			      const struct job *job, const char *entity_type, int64_t magento_id,
			      bool *blocked, struct led_error *error)
	__attribute__((warn_unused_result));

/* Whether a job of that entity other than `job` is unfinished in this lane. */
enum led_err job_is_unfinished(struct db *db, struct arena *arena, const struct lane *lane,
			       const struct job *job, const char *entity_type, int64_t magento_id,
			       bool *unfinished, struct led_error *error)
	__attribute__((warn_unused_result));

/* Takes the count back: the lane was parked instead. */
enum led_err job_unstart(struct db *db, const struct job *job, struct led_error *error)
	__attribute__((warn_unused_result));

/* Not again before `seconds` have passed; `attempts` is what counts as made. */
enum led_err job_wait(struct db *db, const struct job *job, int64_t seconds, int64_t attempts,
		      struct led_error *error) __attribute__((warn_unused_result));

/* Inside the transaction that settles it: deletes the job and readies what waited for it. */
enum led_err job_finish(struct db *db, struct arena *arena, const struct lane *lane,
			const struct job *job, struct led_error *error)
	__attribute__((warn_unused_result));

/* Queues telling the shop the state of an entity. */
enum led_err job_push_state(struct db *db, const char *binding, const struct job *job,
			    struct led_error *error) __attribute__((warn_unused_result));

/* By any worker at any time: readies waiting jobs that are due. *woken counts them. */
enum led_err job_wake_due(struct db *db, struct arena *arena, size_t *woken,
			  struct led_error *error) __attribute__((warn_unused_result));

/* The same of blocked ones behind which nothing is left. That should never be, and every blocked
 * job is looked at: now and then is enough. */
enum led_err job_free_stranded(struct db *db, struct arena *arena, size_t *woken,
			       struct led_error *error) __attribute__((warn_unused_result));

#endif
