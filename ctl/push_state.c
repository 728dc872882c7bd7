/* ledgerctl push-state: tells the shop again how its entities stand. */
#include "base/text.h"
#include "ctl.h"

#include <json-c/json.h>

#include <stdlib.h>

static enum led_err run(struct ctl *ctl, struct led_error *error)
{
	struct db *db = NULL;
	const char *binding = ctl_value(ctl, "--binding");
	const char *entity = ctl_value(ctl, "--entity"), *id = ctl_value(ctl, "--id");
	char *end = NULL;
	int64_t magento_id = id ? strtoll(id, &end, 10) : 0;
	if (!text_is_uuid(binding))
		return ctl_bad_value(error, "--binding", "a binding's id");
	if (!entity != !id || (id && (*end || magento_id <= 0)))
		return ctl_bad_value(error, "--id", "given with --entity: the shop's id");
	enum led_err err = ctl_open(ctl, DB_SET_ADMIN, &db, error);
	if (!err && entity)
		err = db_run(db, SQL_ADMIN_PUSH_JOB,
			     DB_ARGS(DB_S(binding), DB_S(entity), DB_I(magento_id)), error);
	else if (!err)
		err = db_run(db, SQL_ADMIN_PUSH_JOBS, DB_ARGS(DB_S(binding)), error);
	size_t queued = err ? 0 : db_affected(db);
	db_close(db);
	if (!err && queued == 0)
		err = led_fail(error, LED_NOT_FOUND, "nothing_to_tell",
			       "There is nothing that ended, or all of it is being told already.");
	if (err)
		return err;
	ctl_say(ctl, "%zu to be told.", queued);
	ctl_result(ctl, "queued", json_object_new_int64((int64_t)queued));
	return LED_OK;
}

const struct ctl_command ctl_push_state = {
	.name = "push-state",
	.summary = "Tells the shop again how its entities stand: one of them, or all.",
	.options =
		{
			{"--binding", "B", true, "the binding's id"},
			{"--entity", "TYPE", false, "invoice, creditmemo, customer or product"},
			{"--id", "ID", false, "the shop's id of the entity"},
		},
	.run = run,
};
