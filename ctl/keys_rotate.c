/* ledgerctl keys rotate */
#include "base/json.h"
#include "crypto/seal_files.h"
#include "ctl.h"
#include "keys.h"

#include <stdio.h>

static enum led_err note(struct db *db, bool staged, const uint32_t versions[SEAL_RINGS],
			 struct led_error *error)
{
	char detail[100];
	snprintf(detail, sizeof detail, "{\"intake\":%u,\"vault\":%u}", versions[SEAL_INTAKE],
		 versions[SEAL_VAULT]);
	return db_run(db, SQL_ADMIN_AUDIT,
		      DB_ARGS(DB_NONE, DB_S(staged ? "keys.staged" : "keys.rotated"), DB_S(detail)),
		      error);
}

static void explain(struct ctl *ctl, bool staged, const uint32_t versions[SEAL_RINGS])
{
	for (enum seal_ring ring = 0; ring < SEAL_RINGS; ring++) {
		ctl_say(ctl, "%s: version %u %s", seal_ring_name(ring), versions[ring],
			staged ? "is staged: it opens values and seals none yet"
			       : "seals from now on");
		ctl_result(ctl, seal_ring_name(ring), json_object_new_int64(versions[ring]));
	}
	if (staged)
		ctl_say(ctl, "Give the new files to every host and every service that is handed "
			     "its keys, restart those services, then run `ledgerctl keys rotate`.");
	else
		ctl_say(ctl, "Back %s up, then run `ledgerctl keys rewrap`.", ctl->config.key_dir);
	ctl_result(ctl, "staged", json_object_new_boolean(staged));
}

/* The database first: a rotation that cannot be logged is not begun. */
static enum led_err run(struct ctl *ctl, struct led_error *error)
{
	bool staged = ctl_value(ctl, "--stage");
	uint32_t versions[SEAL_RINGS] = {0};
	struct db *db = NULL;
	enum led_err err = ctl_open(ctl, DB_SET_ADMIN, &db, error);
	for (enum seal_ring ring = 0; !err && ring < SEAL_RINGS; ring++)
		err = seal_files_rotate(ctl->config.key_dir, ring, staged, &versions[ring], error);
	if (!err)
		err = note(db, staged, versions, error);
	db_close(db);
	if (!err)
		explain(ctl, staged, versions);
	return err;
}

const struct ctl_command ctl_keys_rotate = {
	.name = "keys rotate",
	.summary = "Makes the next version of each key; what is sealed from now on is under it.",
	.options =
		{
			{"--stage", NULL, false,
			 "makes it for opening only, to be handed round first"},
		},
	.run = run,
};
