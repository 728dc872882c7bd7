/* ledgerctl keys retire */
#include "base/json.h"
#include "base/text.h"
#include "crypto/seal_files.h"
#include "keys.h"

#include <stdio.h>
#include <string.h>

#define ARENA_CAP (1 << 20)

static bool take_ring(const char *name, enum seal_ring *ring)
{
	for (*ring = 0; *ring < SEAL_RINGS; (*ring)++)
		if (strcmp(name, seal_ring_name(*ring)) == 0)
			return true;
	return false;
}

/* A later version must have taken over, long enough ago. */
static enum led_err check_successor(const char *key_dir, enum seal_ring ring, uint32_t version,
				    struct led_error *error)
{
	int64_t age, oldest = -1;
	for (uint32_t later = version + 1; later <= SEAL_VERSIONS_MAX; later++)
		if (seal_files_state(key_dir, ring, later, &age) == SEAL_FILE_ACTIVE &&
		    age > oldest)
			oldest = age;
	if (oldest < 0)
		return led_fail(error, LED_VALIDATION, "key_in_use",
				"%s.%u.key is the one that seals. `ledgerctl keys rotate` makes "
				"its successor.",
				seal_ring_name(ring), version);
	if (oldest < KEYS_RETIRE_SECONDS)
		return led_fail(error, LED_VALIDATION, "key_too_fresh",
				"Its successor seals for %lld seconds only; what was sealed just "
				"before may still be on its way. Try again in %lld seconds.",
				(long long)oldest, (long long)(KEYS_RETIRE_SECONDS - oldest));
	return LED_OK;
}

static enum led_err check_unused(struct db *db, enum seal_ring ring, uint32_t version,
				 struct led_error *error)
{
	int64_t counts[SEALED_COLUMNS][SEAL_VERSIONS_MAX + 1], values;
	struct arena *arena = arena_new(ARENA_CAP);
	if (!arena)
		return led_fail(error, LED_INTERNAL, "out_of_memory", "No memory.");
	enum led_err err = sealed_count(db, arena, counts, error);
	arena_free(arena);
	values = err ? 0 : keys_values(counts, ring, version);
	if (values)
		return led_fail(error, LED_VALIDATION, "key_in_use",
				"%lld values are sealed under %s.%u.key still; run `ledgerctl keys "
				"rewrap` first.",
				(long long)values, seal_ring_name(ring), version);
	return err;
}

static enum led_err retire(struct ctl *ctl, struct db *db, enum seal_ring ring, uint32_t version,
			   struct led_error *error)
{
	int64_t age;
	char detail[64];
	const char *key_dir = ctl->config.key_dir;
	if (seal_files_state(key_dir, ring, version, &age) != SEAL_FILE_ACTIVE)
		return led_fail(error, LED_NOT_FOUND, "no_such_key", "%s has no %s.%u.key.",
				key_dir, seal_ring_name(ring), version);
	enum led_err err = check_successor(key_dir, ring, version, error);
	if (!err)
		err = check_unused(db, ring, version, error);
	if (err)
		return err;
	snprintf(detail, sizeof detail, "{\"ring\":\"%s\",\"version\":%u}", seal_ring_name(ring),
		 version);
	err = db_run(db, SQL_ADMIN_AUDIT, DB_ARGS(DB_NONE, DB_S("keys.retired"), DB_S(detail)),
		     error);
	return err ? err : seal_files_remove(key_dir, ring, version, error);
}

static enum led_err run(struct ctl *ctl, struct led_error *error)
{
	enum seal_ring ring;
	int64_t version;
	struct db *db = NULL;
	if (!take_ring(ctl_value(ctl, "--ring"), &ring))
		return ctl_bad_value(error, "--ring", "intake or vault");
	if (!text_to_int64(ctl_value(ctl, "--version"), 1, SEAL_VERSIONS_MAX, &version))
		return ctl_bad_value(error, "--version", "a version's number");
	enum led_err err = ctl_open(ctl, DB_SET_ADMIN | DB_SET_REWRAP, &db, error);
	if (!err)
		err = retire(ctl, db, ring, (uint32_t)version, error);
	db_close(db);
	if (err)
		return err;
	ctl_say(ctl,
		"%s.%u.key is gone. Backups of the database from before the rewrap open only "
		"with its backup: keep that as long as those.",
		seal_ring_name(ring), (unsigned)version);
	ctl_result(ctl, "ring", json_object_new_string(seal_ring_name(ring)));
	ctl_result(ctl, "retired", json_object_new_int64(version));
	return LED_OK;
}

const struct ctl_command ctl_keys_retire = {
	.name = "keys retire",
	.summary = "Removes a key that nothing is sealed under any more; refuses any other.",
	.options =
		{
			{"--ring", "RING", true, "intake or vault"},
			{"--version", "NUMBER", true, "the version, as keys status shows it"},
		},
	.run = run,
};
