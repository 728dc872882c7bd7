/*
 * A contact that people deleted in Sage. Its cross-reference would make every later document of
 * the buyer fail, whatever is done in Sage: so it is set aside under a key that no buyer has,
 * and the next attempt makes a contact, or says that Sage still reserves the reference.
 */
#include "access.h"
#include "base/json.h"
#include "contact.h"
#include "post.h"
#include "settle.h"

#include <string.h>

static enum led_err look(struct task *task, const char *sage_id, bool *gone,
			 struct led_error *error)
{
	struct json_object *answer = NULL;
	const struct access_call call = {
		.verb = ACCESS_GET,
		.path = arena_printf(task->job_arena, CONTACTS_PATH "/%s", sage_id)};
	enum led_err err = access_sage(task, &call, &answer, error);
	*gone = err == LED_NOT_FOUND || (!err && json_string(answer, "deleted_at"));
	json_object_put(answer);
	return err == LED_NOT_FOUND ? LED_OK : err;
}

struct setting_aside {
	struct task *task;
	const char *sage_id;
	bool found;
};

static enum led_err set_aside(struct db *db, void *context, struct led_error *error)
{
	struct setting_aside *aside = context;
	struct task *task = aside->task;
	struct xref_key key = {.binding = task->binding.id, .business = task->binding.business};
	struct db_rows rows;
	enum led_err err = db_query(
		db, task->job_arena, SQL_XREF_CONTACT_KINDS,
		DB_ARGS(DB_S(key.binding), DB_S(key.business), DB_S(aside->sage_id)), &rows, error);
	aside->found = !err && rows.count > 0;
	for (size_t i = 0; !err && i < rows.count; i++) {
		key.kind = db_at_text(&rows, i, 0);
		err = xref_set_aside(db, &key, aside->sage_id, error);
	}
	return err;
}

enum led_err contact_refused(struct task *task, const char *sage_id, struct led_error *error)
{
	const struct led_error refusal = *error;
	struct setting_aside aside = {.task = task, .sage_id = sage_id};
	bool gone = false;
	enum led_err err = look(task, sage_id, &gone, error);
	if (!err && gone)
		err = settle_now(task, set_aside, &aside, error);
	if (err)
		return err;
	if (!gone) {
		*error = refusal;
		return refusal.class;
	}
	if (aside.found)
		return led_fail(error, LED_HTTP, "RecordNotFound",
				"The buyer's contact was deleted in Sage. The next attempt makes "
				"another one.");
	return led_fail(
		error, LED_PROVIDER, "RecordNotFound",
		"The contact of this document's invoice was deleted in Sage, and belongs to "
		"no buyer any more: enter this document in Sage by hand.");
}
