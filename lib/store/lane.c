#include "store/lane.h"

#include <stdio.h>
#include <string.h>

#define CANDIDATES 16 /* several, for other workers are after the same ones */
#define LOOKS      4  /* at further candidates, when all of these were taken */

static const char *const NAMES[LANE_UPSTREAMS] = {
	[LANE_SAGE] = "sage",
	[LANE_MAGENTO] = "magento",
};

static enum lane_upstream upstream_of(const char *name)
{
	return strcmp(name, NAMES[LANE_SAGE]) == 0 ? LANE_SAGE : LANE_MAGENTO;
}

static enum led_err try_claim(struct db *db, const struct db_rows *rows, size_t row,
			      const char *owner, struct lane *lane, bool *claimed,
			      struct led_error *error)
{
	int64_t id = db_at_int(rows, row, 0);
	enum led_err err = db_run(db, SQL_LANE_CLAIM,
				  DB_ARGS(DB_S(owner), DB_I(LANE_LEASE_SECONDS), DB_I(id)), error);
	*claimed = !err && db_affected(db) == 1;
	if (!*claimed)
		return err;
	lane->id = id;
	lane->upstream = upstream_of(db_at_text(rows, row, 2));
	snprintf(lane->binding, sizeof lane->binding, "%s", db_at_text(rows, row, 1));
	snprintf(lane->owner, sizeof lane->owner, "%s", owner);
	return LED_OK;
}

enum led_err lane_claim(struct db *db, struct arena *arena, const char *owner, struct lane *lane,
			bool *claimed, struct led_error *error)
{
	struct db_rows rows = {.count = CANDIDATES};
	enum led_err err = LED_OK;
	*claimed = false;
	/* When others took all of a full list there are more behind it. */
	for (int look = 0; !err && !*claimed && rows.count == CANDIDATES && look < LOOKS; look++) {
		err = db_query(db, arena, SQL_LANE_CANDIDATES, DB_ARGS(DB_I(CANDIDATES)), &rows,
			       error);
		for (size_t i = 0; !err && !*claimed && i < rows.count; i++)
			err = try_claim(db, &rows, i, owner, lane, claimed, error);
	}
	return err;
}

enum led_err lane_claim_of(struct db *db, struct arena *arena, const char *binding,
			   enum lane_upstream upstream, const char *owner, struct lane *lane,
			   bool *claimed, const char **parked_why, struct led_error *error)
{
	struct db_rows rows;
	*claimed = false;
	enum led_err err = db_query(db, arena, SQL_LANE_OF_BINDING,
				    DB_ARGS(DB_S(binding), DB_S(NAMES[upstream])), &rows, error);
	if (err)
		return err;
	if (rows.count == 0)
		return led_fail(error, LED_NOT_FOUND, "binding_unknown", "There is no binding %s.",
				binding);
	*parked_why = db_at_text(&rows, 0, 3);
	return try_claim(db, &rows, 0, owner, lane, claimed, error);
}

enum led_err lane_renew(struct db *db, const struct lane *lane, bool *held, struct led_error *error)
{
	enum led_err err =
		db_run(db, SQL_LANE_RENEW,
		       DB_ARGS(DB_I(LANE_LEASE_SECONDS), DB_I(lane->id), DB_S(lane->owner)), error);
	*held = !err && db_affected(db) == 1;
	return err;
}

enum led_err lane_hold(struct db *db, struct arena *arena, const struct lane *lane, bool *held,
		       struct led_error *error)
{
	struct db_rows rows;
	enum led_err err = db_query(db, arena, SQL_LANE_HOLD,
				    DB_ARGS(DB_I(lane->id), DB_S(lane->owner)), &rows, error);
	*held = !err && rows.count == 1;
	return err;
}

enum led_err lane_release(struct db *db, const struct lane *lane, struct led_error *error)
{
	return db_run(db, SQL_LANE_RELEASE, DB_ARGS(DB_I(lane->id), DB_S(lane->owner)), error);
}

enum led_err lane_park(struct db *db, const struct lane *lane, int64_t seconds, const char *why,
		       struct led_error *error)
{
	return db_run(db, SQL_LANE_PARK,
		      DB_ARGS(DB_I(seconds), DB_S(why), DB_I(lane->id), DB_S(lane->owner)), error);
}

enum led_err lane_failures(struct db *db, struct arena *arena, const char *binding,
			   int64_t failures[LANE_UPSTREAMS], struct led_error *error)
{
	struct db_rows rows;
	enum led_err err =
		db_query(db, arena, SQL_LANE_FAILURES, DB_ARGS(DB_S(binding)), &rows, error);
	failures[LANE_SAGE] = failures[LANE_MAGENTO] = 0;
	for (size_t i = 0; !err && i < rows.count; i++)
		failures[upstream_of(db_at_text(&rows, i, 0))] = db_at_int(&rows, i, 1);
	return err;
}

enum led_err lane_count_failure(struct db *db, const char *binding, enum lane_upstream upstream,
				struct led_error *error)
{
	return db_run(db, SQL_LANE_COUNT_FAILURE, DB_ARGS(DB_S(binding), DB_S(NAMES[upstream])),
		      error);
}

enum led_err lane_open_circuit(struct db *db, const char *binding, enum lane_upstream upstream,
			       int64_t seconds, const char *why, struct led_error *error)
{
	return db_run(db, SQL_LANE_OPEN_CIRCUIT,
		      DB_ARGS(DB_I(seconds), DB_S(why), DB_I(seconds), DB_S(binding),
			      DB_S(NAMES[upstream])),
		      error);
}

enum led_err lane_close_circuit(struct db *db, const char *binding, enum lane_upstream upstream,
				const char *why, struct led_error *error)
{
	enum led_err err = db_run(db, SQL_LANE_NO_FAILURES,
				  DB_ARGS(DB_S(binding), DB_S(NAMES[upstream])), error);
	return err ? err : db_run(db, SQL_LANE_UNPARK, DB_ARGS(DB_S(binding), DB_S(why)), error);
}
