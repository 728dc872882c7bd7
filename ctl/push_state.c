/* ledgerctl push-state: tells the shop again how its entities stand. */
#include "base/text.h"
#include "ids.h"
#include "walk.h"

#include <json-c/json.h>

#include <string.h>

static const char *const entity_types[] = {"invoice", "creditmemo", "customer", "product"};

/* What is told, as the command line names it. */
struct telling {
	const char *binding, *entity; /* entity: NULL = of every kind */
	const char *ids;
	struct walk_period days;
	size_t queued;
};

static bool is_entity_type(const char *text)
{
	for (size_t i = 0; i < sizeof entity_types / sizeof *entity_types; i++)
		if (strcmp(entity_types[i], text) == 0)
			return true;
	return false;
}

static enum led_err take_options(const struct ctl *ctl, struct telling *telling,
				 struct led_error *error)
{
	const char *ids = ctl_value(ctl, "--id");
	struct ids_range range;
	*telling = (struct telling){.binding = ctl_value(ctl, "--binding"),
				    .entity = ctl_value(ctl, "--entity"),
				    .ids = ids ? ids : IDS_ALL,
				    .days = {"1970-01-01", "9000-12-31"}};
	if (!text_is_uuid(telling->binding))
		return ctl_bad_value(error, "--binding", "a binding's id");
	if (telling->entity && !is_entity_type(telling->entity))
		return ctl_bad_value(error, "--entity", "invoice, creditmemo, customer or product");
	if (ids && !telling->entity)
		return ctl_bad_value(error, "--id", "given with --entity: the shop's ids");
	const char *list = telling->ids;
	do {
		if (!ids_take(&list, &range))
			return ctl_bad_value(error, "--id", IDS_LIST);
	} while (*list);
	if (!ctl_value(ctl, "--from") && !ctl_value(ctl, "--to"))
		return LED_OK;
	return walk_take_period(ctl, &telling->days, error);
}

static enum led_err queue(struct db *db, void *context, struct led_error *error)
{
	struct telling *telling = context;
	const struct db_value entity = telling->entity ? DB_S(telling->entity) : DB_NONE;
	const char *list = telling->ids;
	struct ids_range range;
	enum led_err err = LED_OK;
	telling->queued = 0; /* a deadlock repeats the whole */
	while (!err && ids_take(&list, &range)) {
		err = db_run(db, SQL_ADMIN_PUSH_JOBS,
			     DB_ARGS(DB_S(telling->binding), entity, entity, DB_I(range.first),
				     DB_I(range.last), DB_S(telling->days.from),
				     DB_S(telling->days.to)),
			     error);
		telling->queued += err ? 0 : db_affected(db);
	}
	return err;
}

static enum led_err run(struct ctl *ctl, struct led_error *error)
{
	struct db *db = NULL;
	struct telling telling;
	enum led_err err = take_options(ctl, &telling, error);
	if (!err)
		err = ctl_open(ctl, DB_SET_ADMIN, &db, error);
	if (!err)
		err = db_transaction(db, queue, &telling, error);
	db_close(db);
	if (!err && telling.queued == 0)
		err = led_fail(error, LED_NOT_FOUND, "nothing_to_tell",
			       "There is nothing that ended, or all of it is being told already.");
	if (err)
		return err;
	ctl_say(ctl, "%zu to be told.", telling.queued);
	ctl_result(ctl, "queued", json_object_new_int64((int64_t)telling.queued));
	return LED_OK;
}

const struct ctl_command ctl_push_state = {
	.name = "push-state",
	.summary = "Tells the shop again how its entities stand: all, a kind, ids, or a period.",
	.options =
		{
			{"--binding", "B", true, "the binding's id"},
			{"--entity", "TYPE", false, "invoice, creditmemo, customer or product"},
			{"--id", "LIST", false, "with --entity: the shop's ids, as 5,7-20"},
			{"--from", "DAY", false, "what ended from this day (UTC)"},
			{"--to", "DAY", false, "to this one"},
		},
	.run = run,
};
