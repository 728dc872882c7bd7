#include "store/rate.h"

#define WINDOW_SECONDS 86460 /* a day, and the minute that a slice may be old */
#define BURST_PART     12    /* of the day's budget may be made at once */
#define MILLI          1000  /* the bucket is read in thousandths */

struct rate rate_of_day(const char *name, int64_t budget)
{
	int64_t burst = budget / BURST_PART;
	if (burst == 0)
		burst = 1;
	return (struct rate){.name = name, .burst = burst, .a_day = budget - burst};
}

struct rate rate_of_minute(const char *name, int64_t budget, bool begins)
{
	return (struct rate){.name = name,
			     .burst = budget + RATE_JOB - 1,
			     .a_day = budget * 60 * 24,
			     .keep = begins ? RATE_JOB - 1 : 0};
}

/* Seconds until the bucket holds a whole token above what is kept. */
static int64_t until_next(const struct rate *rate, int64_t milli)
{
	if (rate->a_day <= 0)
		return WINDOW_SECONDS;
	int64_t missing = (rate->keep + 1) * MILLI - milli;
	return (missing * WINDOW_SECONDS + MILLI * rate->a_day - 1) / (MILLI * rate->a_day);
}

static enum led_err look(struct db *db, struct arena *arena, const struct rate *rate,
			 int64_t *milli, struct rate_slice *slice, struct led_error *error)
{
	struct db_rows rows = {0};
	enum led_err err = LED_OK;
	for (int tries = 0; !err && rows.count == 0 && tries < 2; tries++) {
		if (tries)
			err = db_run(db, SQL_RATE_OPEN,
				     DB_ARGS(DB_S(rate->name), DB_I(rate->burst)), error);
		if (!err)
			err = db_query(
				db, arena, SQL_RATE_LOOK,
				DB_ARGS(DB_I(rate->burst), DB_I(rate->a_day), DB_S(rate->name)),
				&rows, error);
	}
	if (err)
		return err;
	if (rows.count == 0)
		return led_fail(error, LED_INTERNAL, "no_bucket", "There is no bucket %s.",
				rate->name);
	*milli = db_at_int(&rows, 0, 0);
	slice->wait = db_at_int(&rows, 0, 1);
	slice->parked = slice->wait > 0;
	return LED_OK;
}

enum led_err rate_take(struct db *db, struct arena *arena, const struct rate *rate, int64_t want,
		       struct rate_slice *slice, struct led_error *error)
{
	int64_t milli = 0;
	*slice = (struct rate_slice){0};
	enum led_err err = look(db, arena, rate, &milli, slice, error);
	if (err)
		return err;
	slice->left = milli / MILLI - rate->keep;
	if (!slice->parked && slice->left <= 0)
		slice->wait = until_next(rate, milli);
	int64_t take = slice->left < want ? slice->left : want;
	if (slice->parked || take <= 0)
		return LED_OK;
	err = db_run(db, SQL_RATE_TAKE,
		     DB_ARGS(DB_I(rate->burst), DB_I(rate->a_day), DB_I(take), DB_S(rate->name),
			     DB_I(rate->burst), DB_I(rate->a_day), DB_I(take + rate->keep)),
		     error);
	if (err)
		return err;
	if (db_affected(db) == 1)
		slice->tokens = take;
	else
		slice->wait = 1; /* somebody was faster */
	return LED_OK;
}

enum led_err rate_give(struct db *db, const struct rate *rate, int64_t tokens,
		       struct led_error *error)
{
	return db_run(db, SQL_RATE_GIVE, DB_ARGS(DB_I(rate->burst), DB_I(tokens), DB_S(rate->name)),
		      error);
}

enum led_err rate_refused(struct db *db, const char *business, int64_t seconds,
			  struct led_error *error)
{
	return db_run(db, SQL_RATE_REFUSED,
		      DB_ARGS(DB_S(business), DB_I(seconds), DB_S(business), DB_I(seconds),
			      DB_S(RATE_APP)),
		      error);
}
