/*
 * Token buckets that all workers on all hosts take from: how many requests may be made.
 * One row a bucket, which is why a worker takes a slice and not a token at a time.
 *
 * A bucket's flow is spread over a day and a minute, and what it can hold at once is part of
 * the day's budget: whatever 24 hours one looks at, no more than the budget is made in them,
 * the slices that were taken just before included.
 */
#ifndef STORE_RATE_H
#define STORE_RATE_H

#include "base/arena.h"
#include "db/db.h"

#define RATE_APP "app" /* the bucket of the whole installation; others bear a business's id */

/* Requests that one job may need, by far: what of a business's pace is there before one begins. */
#define RATE_JOB 60

struct rate {
	const char *name;
	int64_t burst; /* the most it holds, at least 1 */
	int64_t a_day; /* flowing in */
	int64_t keep;  /* what is left in it by whoever takes */
};

/* What may be made in a day, split into flow and burst. */
struct rate rate_of_day(const char *name, int64_t budget);
/* What may be begun in a minute, all of it at once when the minute before was quiet. The bucket
 * holds RATE_JOB - 1 more, which only a job that has begun takes from: `begins` is false for it.
 * So the job need not be started over, however slow the pace is. */
struct rate rate_of_minute(const char *name, int64_t budget, bool begins);

struct rate_slice {
	int64_t tokens; /* taken; 0: come again after `wait` */
	int64_t left;   /* in the bucket before, above what is kept */
	int64_t wait;   /* seconds */
	bool parked;    /* Sage told everybody to wait */
};

/* Inside a transaction: takes up to `want`, as many as there are. `want` 0 only looks. */
enum led_err rate_take(struct db *db, struct arena *arena, const struct rate *rate, int64_t want,
		       struct rate_slice *slice, struct led_error *error)
	__attribute__((warn_unused_result));

/* Gives back what was left of a slice. */
enum led_err rate_give(struct db *db, const struct rate *rate, int64_t tokens,
		       struct led_error *error) __attribute__((warn_unused_result));

/* Sage told `business` to wait. When it tells two at once, it means all of us. */
enum led_err rate_refused(struct db *db, const char *business, int64_t seconds,
			  struct led_error *error) __attribute__((warn_unused_result));

#endif
