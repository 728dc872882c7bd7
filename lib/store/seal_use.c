#include "store/seal_use.h"

#include <string.h>

static enum led_err keep(struct db *db, enum seal_ring ring, uint32_t version,
			 struct led_error *error)
{
	int64_t uses = seal_uses_take(ring, version);
	if (!uses)
		return LED_OK;
	return db_run(db, SQL_SEAL_USE_ADD,
		      DB_ARGS(DB_S(seal_ring_name(ring)), DB_I(version), DB_I(uses)), error);
}

enum led_err seal_use_keep(struct db *db, struct led_error *error)
{
	enum led_err err = LED_OK;
	for (enum seal_ring ring = 0; ring < SEAL_RINGS; ring++)
		for (uint32_t version = 1; !err && version <= SEAL_VERSIONS_MAX; version++)
			err = keep(db, ring, version, error);
	return err;
}

static void note(const char *ring, int64_t version, int64_t count,
		 int64_t uses[SEAL_RINGS][SEAL_VERSIONS_MAX + 1])
{
	if (version < 1 || version > SEAL_VERSIONS_MAX)
		return;
	for (enum seal_ring i = 0; i < SEAL_RINGS; i++)
		if (strcmp(ring, seal_ring_name(i)) == 0)
			uses[i][version] = count;
}

enum led_err seal_use_list(struct db *db, struct arena *arena,
			   int64_t uses[SEAL_RINGS][SEAL_VERSIONS_MAX + 1], struct led_error *error)
{
	struct db_rows rows;
	memset(uses, 0, sizeof(int64_t[SEAL_RINGS][SEAL_VERSIONS_MAX + 1]));
	enum led_err err = db_query(db, arena, SQL_SEAL_USE_LIST, DB_NO_ARGS, &rows, error);
	for (size_t i = 0; !err && i < rows.count; i++)
		note(db_at_text(&rows, i, 0), db_at_int(&rows, i, 1), db_at_int(&rows, i, 2), uses);
	return err;
}
