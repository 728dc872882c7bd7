/* ledgerctl xref link: says by hand which record of Sage a shop's record is. */
#include "../worker/access.h"
#include "../worker/post.h"
#include "base/json.h"
#include "desk.h"

#include <stdio.h>
#include <string.h>

#define KEY_MAX 64 /* characters: the column's */

/* Where Sage keeps what a kind of cross-reference names. */
static const struct {
	const char *kind;
	size_t len; /* of the part that counts: contact kinds end in their currency */
	const char *path;
} kinds[] = {
	{"invoice", 8, "/sales_invoices"},
	{"invoice_payment", 16, "/contact_payments"},
	{"credit_note", 12, "/sales_credit_notes"},
	{"contact:", 8, CONTACTS_PATH},
	{"contact_fallback:", 17, CONTACTS_PATH},
	{"product", 8, "/products"},
	{"service", 8, "/services"},
	{"stock_item", 11, "/stock_items"},
};

static bool is_currency(const char *text)
{
	return strlen(text) == 3 && strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 3;
}

static const char *path_of(const char *kind)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (strncmp(kind, kinds[i].kind, kinds[i].len) != 0)
			continue;
		bool fits = kind[kinds[i].len - 1] != ':' || is_currency(kind + kinds[i].len);
		return fits ? kinds[i].path : NULL;
	}
	return NULL;
}

/* The shop's id (of the fallback contact 0), or a guest's digest. */
static bool is_key(const char *text)
{
	size_t len = strlen(text);
	return len >= 1 && len <= KEY_MAX && strspn(text, "0123456789abcdef") == len;
}

struct linking {
	struct desk desk;
	struct xref_key key;
	struct xref xref;
	bool replace; /* what the shop's record is linked to now */
};

static const char *keep(struct linking *linking, struct json_object *object, const char *key)
{
	const char *text = json_string(object, key);
	return text && *text ? arena_strdup(linking->desk.task.job_arena, text) : NULL;
}

/* What Sage says of the record: a link to nothing is refused here. */
static enum led_err read_record(struct linking *linking, const char *path, struct led_error *error)
{
	struct json_object *answer = NULL;
	struct task *task = &linking->desk.task;
	const struct access_call call = {
		.verb = ACCESS_GET,
		.path = arena_printf(task->job_arena, "%s/%s", path, linking->xref.sage_id)};
	enum led_err err = access_sage(task, &call, &answer, error);
	if (!err) {
		/* Of a contact the reference, for the other is somebody's name; one that people
		 * made in Sage may have none. */
		bool person = strcmp(path, CONTACTS_PATH) == 0;
		linking->xref.displayed_as =
			keep(linking, answer, person ? "reference" : "displayed_as");
		if (person && !linking->xref.displayed_as)
			linking->xref.displayed_as = linking->xref.sage_id;
		linking->xref.reference = keep(linking, answer, "reference");
		if (!linking->xref.reference)
			linking->xref.reference = keep(linking, answer, "item_code");
		linking->xref.document_date = keep(linking, answer, "date");
		linking->xref.contact_id = keep(linking, json_member(answer, "contact"), "id");
		linking->xref.total = keep(linking, answer, "total_amount");
	}
	if (!err && !linking->xref.displayed_as)
		err = led_fail(error, LED_SERDE, "sage_answer_invalid",
			       "Sage's record has nothing that it is shown as.");
	json_object_put(answer);
	return err;
}

/* What the shop's record is linked to now. */
static enum led_err make_room(struct db *db, const struct linking *linking, struct led_error *error)
{
	struct xref before;
	enum led_err err =
		xref_get(db, linking->desk.task.job_arena, &linking->key, &before, error);
	if (err || !before.found || strcmp(before.sage_id, linking->xref.sage_id) == 0)
		return err;
	if (linking->replace)
		return xref_set_aside(db, &linking->key, before.sage_id, error);
	return led_fail(error, LED_VALIDATION, "linked_already",
			"It is linked to %s (%s) already. If that is wrong, or gone from Sage, say "
			"--replace.",
			before.displayed_as, before.sage_id);
}

/* Which record of the shop has Sage's record now: no two may. */
static enum led_err take_over(struct db *db, const struct linking *linking, struct led_error *error)
{
	const char *owner;
	enum led_err err = xref_owner(db, linking->desk.task.job_arena, &linking->key,
				      linking->xref.sage_id, &owner, error);
	if (err || !owner || strcmp(owner, linking->key.magento_key) == 0)
		return err;
	if (xref_is_aside(owner))
		return xref_rekey(db, &linking->key, linking->xref.sage_id, error);
	return led_fail(error, LED_VALIDATION, "linked_elsewhere",
			"%s is what %s %s of the shop is linked to: link that to its own first.",
			linking->xref.displayed_as, linking->key.kind, owner);
}

/* An unsettled intent for the record is void: there is nothing to post any more. */
static enum led_err write_link(struct db *db, void *context, struct led_error *error)
{
	const struct linking *linking = context;
	const struct task *task = &linking->desk.task;
	enum led_err err = make_room(db, linking, error);
	if (!err)
		err = take_over(db, linking, error);
	if (!err)
		err = xref_put(db, &linking->key, &linking->xref, error);
	if (!err)
		err = intent_delete(db, &linking->key, error);
	return err ? err
		   : db_run(db, SQL_ADMIN_AUDIT,
			    DB_ARGS(DB_I(task->binding.account), DB_S("xref.linked"),
				    DB_S(arena_printf(task->job_arena,
						      "{\"binding\":\"%s\",\"kind\":\"%s\","
						      "\"sage_id\":\"%s\"}",
						      task->binding.id, linking->key.kind,
						      linking->xref.sage_id))),
			    error);
}

static enum led_err run(struct ctl *ctl, struct led_error *error)
{
	struct linking linking = {
		.xref = {.sage_id = ctl_value(ctl, "--sage-id")},
		.replace = ctl_value(ctl, "--replace") != NULL,
	};
	const char *kind = ctl_value(ctl, "--kind"), *path = path_of(kind);
	if (!path)
		return ctl_bad_value(error, "--kind",
				     "invoice, invoice_payment, credit_note, contact:GBP, "
				     "contact_fallback:GBP, product, service or stock_item");
	if (!is_key(ctl_value(ctl, "--magento-id")))
		return ctl_bad_value(error, "--magento-id", "the shop's id, or a guest's digest");
	if (strlen(linking.xref.sage_id) != 32 ||
	    strspn(linking.xref.sage_id, "0123456789abcdef") != 32)
		return ctl_bad_value(error, "--sage-id", "32 lower-case hex digits");
	enum led_err err = desk_open(ctl, ctl_value(ctl, "--binding"), &linking.desk, error);
	if (!err) {
		const struct binding *binding = &linking.desk.task.binding;
		linking.key = (struct xref_key){binding->id, binding->business, kind,
						ctl_value(ctl, "--magento-id")};
		err = read_record(&linking, path, error);
	}
	if (!err)
		err = desk_write(&linking.desk, write_link, &linking, error);
	if (!err) {
		ctl_say(ctl, "%s %s is %s in Sage.", kind, linking.key.magento_key,
			linking.xref.displayed_as);
		ctl_result(ctl, "displayed_as", json_object_new_string(linking.xref.displayed_as));
	}
	desk_close(&linking.desk);
	return err;
}

const struct ctl_command ctl_xref_link = {
	.name = "xref link",
	.summary = "Says which record of Sage a shop's record is; nothing is changed in Sage.",
	.options =
		{
			{"--binding", "B", true, "the binding's id"},
			{"--kind", "KIND", true, "invoice, credit_note, contact:GBP, product, ..."},
			{"--magento-id", "ID", true, "the shop's id; a guest's e-mail digest"},
			{"--sage-id", "HEX", true, "Sage's id of the record"},
			{"--replace", NULL, false, "in the place of what it is linked to"},
		},
	.run = run,
};
