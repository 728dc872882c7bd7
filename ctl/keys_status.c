/* ledgerctl keys status */
#include "base/json.h"
#include "crypto/seal_files.h"
#include "keys.h"
#include "store/seal_use.h"

#include <stdio.h>

#define ARENA_CAP (1 << 20)

struct status {
	int64_t counts[SEALED_COLUMNS][SEAL_VERSIONS_MAX + 1];
	int64_t uses[SEAL_RINGS][SEAL_VERSIONS_MAX + 1];
};

static const char *const states[] = {
	[SEAL_FILE_NONE] = "missing", [SEAL_FILE_STAGED] = "staged", [SEAL_FILE_ACTIVE] = "active"};

static void show_version(struct ctl *ctl, struct status *status, enum seal_ring ring,
			 uint32_t version, struct json_object *list)
{
	int64_t age = 0, values = keys_values(status->counts, ring, version);
	enum seal_file_state state = seal_files_state(ctl->config.key_dir, ring, version, &age);
	if (state == SEAL_FILE_NONE && !values)
		return;
	ctl_say(ctl, "%-7s %2u  %-7s  %lld values, sealed %lld times", seal_ring_name(ring),
		version, states[state], (long long)values, (long long)status->uses[ring][version]);
	if (status->uses[ring][version] >= SEAL_USES_WARN)
		ctl_warn("%s.%u.key was used 2^28 times: run `ledgerctl keys rotate`",
			 seal_ring_name(ring), version);
	if (state == SEAL_FILE_NONE)
		ctl_warn("%lld values are sealed under %s.%u.key, which is missing: restore it",
			 (long long)values, seal_ring_name(ring), version);
	struct json_object *object = json_object_new_object();
	json_object_object_add(object, "ring", json_object_new_string(seal_ring_name(ring)));
	json_object_object_add(object, "version", json_object_new_int64(version));
	json_object_object_add(object, "state", json_object_new_string(states[state]));
	json_object_object_add(object, "values", json_object_new_int64(values));
	json_object_object_add(object, "uses", json_object_new_int64(status->uses[ring][version]));
	json_object_array_add(list, object);
}

static enum led_err run(struct ctl *ctl, struct led_error *error)
{
	static struct status status;
	struct db *db = NULL;
	struct arena *arena = arena_new(ARENA_CAP);
	if (!arena)
		return led_fail(error, LED_INTERNAL, "out_of_memory", "No memory.");
	enum led_err err = ctl_open(ctl, DB_SET_REWRAP | DB_SET_SEAL_USE, &db, error);
	if (!err)
		err = sealed_count(db, arena, status.counts, error);
	if (!err)
		err = seal_use_list(db, arena, status.uses, error);
	db_close(db);
	arena_free(arena);
	if (err)
		return err;
	struct json_object *list = json_object_new_array();
	for (enum seal_ring ring = 0; ring < SEAL_RINGS; ring++)
		for (uint32_t version = 1; version <= SEAL_VERSIONS_MAX; version++)
			show_version(ctl, &status, ring, version, list);
	ctl_result(ctl, "key_dir", json_object_new_string(ctl->config.key_dir));
	ctl_result(ctl, "keys", list);
	ctl_result(ctl, "columns", keys_columns(status.counts));
	return LED_OK;
}

const struct ctl_command ctl_keys_status = {
	.name = "keys status",
	.summary =
		"Shows each key's versions, what is sealed under them and how often they sealed.",
	.run = run,
};
