/* ledgerctl keys rewrap */
#include "base/json.h"
#include "keys.h"
#include "store/seal_use.h"

#include <stdio.h>

#define ARENA_CAP (1 << 20)
#define PASSES    10 /* values that were written meanwhile are looked at again */

struct rewrap {
	struct ctl *ctl;
	struct db *db;
	struct seal_keys *keys;
	int64_t rewrapped;
	int64_t changed, broken; /* of the last pass */
	char example[96];        /* of what is broken */
};

static enum led_err rewrap_column(struct rewrap *rewrap, const struct sealed_column *column,
				  struct led_error *error)
{
	struct sealed_pass pass;
	enum led_err err = sealed_rewrap(rewrap->db, rewrap->keys, column, &pass, error);
	enum led_err kept = seal_use_keep(rewrap->db, err ? NULL : error);
	rewrap->rewrapped += pass.rewrapped;
	rewrap->changed += pass.changed;
	rewrap->broken += pass.broken;
	if (pass.broken)
		snprintf(rewrap->example, sizeof rewrap->example, "%s, row %s", column->name,
			 pass.last_broken);
	if (pass.rewrapped)
		ctl_say(rewrap->ctl, "%-28s %lld sealed under version %u", column->name,
			(long long)pass.rewrapped, seal_keys_newest(rewrap->keys, column->ring));
	return err ? err : kept;
}

static enum led_err rewrap_all(struct rewrap *rewrap, struct led_error *error)
{
	enum led_err err = LED_OK;
	rewrap->changed = 1;
	for (int pass = 0; !err && rewrap->changed && pass < PASSES; pass++) {
		rewrap->changed = rewrap->broken = 0;
		for (size_t i = 0; !err && i < SEALED_COLUMNS; i++)
			err = rewrap_column(rewrap, &sealed_columns[i], error);
	}
	if (!err && rewrap->broken)
		return led_fail(error, LED_INTERNAL, "seal_broken",
				"%lld values do not open and stay as they are (the last: %s). A "
				"key file is missing or another one's, or the rows were altered: "
				"restore what is missing and run this again, or connect again "
				"what cannot be restored.",
				(long long)rewrap->broken, rewrap->example);
	return err;
}

/* Counted anew: the answer that `keys retire` will look at. */
static enum led_err report(struct rewrap *rewrap, struct led_error *error)
{
	int64_t counts[SEALED_COLUMNS][SEAL_VERSIONS_MAX + 1], left = 0;
	struct arena *arena = arena_new(ARENA_CAP);
	if (!arena)
		return led_fail(error, LED_INTERNAL, "out_of_memory", "No memory.");
	enum led_err err = sealed_count(rewrap->db, arena, counts, error);
	arena_free(arena);
	if (err)
		return err;
	for (enum seal_ring ring = 0; ring < SEAL_RINGS; ring++)
		for (uint32_t version = 1; version <= SEAL_VERSIONS_MAX; version++)
			if (version != seal_keys_newest(rewrap->keys, ring))
				left += keys_values(counts, ring, version);
	ctl_say(rewrap->ctl, "%lld values sealed anew, %lld left under other versions.",
		(long long)rewrap->rewrapped, (long long)left);
	ctl_result(rewrap->ctl, "rewrapped", json_object_new_int64(rewrap->rewrapped));
	ctl_result(rewrap->ctl, "left", json_object_new_int64(left));
	ctl_result(rewrap->ctl, "columns", keys_columns(counts));
	return LED_OK;
}

static enum led_err note(struct db *db, int64_t rewrapped, struct led_error *error)
{
	char detail[64];
	snprintf(detail, sizeof detail, "{\"values\":%lld}", (long long)rewrapped);
	return db_run(db, SQL_ADMIN_AUDIT, DB_ARGS(DB_NONE, DB_S("keys.rewrapped"), DB_S(detail)),
		      error);
}

static enum led_err run(struct ctl *ctl, struct led_error *error)
{
	struct rewrap rewrap = {.ctl = ctl};
	enum led_err err = seal_keys_load(ctl->config.key_dir, SEAL_BOTH, &rewrap.keys, error);
	if (!err)
		err = ctl_open(ctl, DB_SET_ADMIN | DB_SET_REWRAP | DB_SET_SEAL_USE, &rewrap.db,
			       error);
	if (!err)
		err = rewrap_all(&rewrap, error);
	if (!err)
		err = report(&rewrap, error);
	if (!err && rewrap.rewrapped)
		err = note(rewrap.db, rewrap.rewrapped, error);
	db_close(rewrap.db);
	seal_keys_free(rewrap.keys);
	return err;
}

const struct ctl_command ctl_keys_rewrap = {
	.name = "keys rewrap",
	.summary = "Seals every stored secret under the newest keys; again after an interruption.",
	.run = run,
};
