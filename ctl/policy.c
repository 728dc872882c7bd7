/* ledgerctl policy get, set, validate: a binding's settings as JSON. */
#include "store/policy.h"
#include "base/json.h"
#include "base/text.h"
#include "books/settings.h"
#include "ctl.h"

#include <stdio.h>
#include <string.h>

#define ARENA_CAP (8 * 1024 * 1024)
#define FILE_CAP  65536 /* bytes: the column's size */
#define AUTHOR    "ledgerctl"

/* What the three commands work on. */
struct policy_work {
	struct ctl *ctl;
	struct arena *arena;
	struct db *db;
	const char *binding;
	int64_t account, version;
	struct policy policy;
	const char *text; /* as it is stored: every setting in full, so that a version says all */
};

static enum led_err no_memory(struct led_error *error)
{
	return led_fail(error, LED_INTERNAL, "out_of_memory", "No memory.");
}

static enum led_err open_binding(struct policy_work *work, struct led_error *error)
{
	struct db_rows rows;
	work->binding = ctl_value(work->ctl, "--binding");
	work->arena = arena_new(ARENA_CAP);
	if (!work->arena)
		return no_memory(error);
	if (!text_is_uuid(work->binding))
		return ctl_bad_value(error, "--binding", "a binding's id");
	enum led_err err =
		ctl_open(work->ctl, DB_SET_ADMIN | DB_SET_BOOKS | DB_SET_PLAN, &work->db, error);
	if (!err)
		err = db_query(work->db, work->arena, SQL_ADMIN_BINDING_GET,
			       DB_ARGS(DB_S(work->binding)), &rows, error);
	if (err)
		return err;
	if (rows.count == 0)
		return led_fail(error, LED_NOT_FOUND, "binding_unknown", "There is no binding %s.",
				work->binding);
	work->account = db_at_int(&rows, 0, 0);
	work->version = db_at_int(&rows, 0, 1);
	return LED_OK;
}

static void close_binding(struct policy_work *work)
{
	db_close(work->db);
	arena_free(work->arena);
}

static enum led_err parse(struct policy_work *work, const char *text, size_t len,
			  struct led_error *error)
{
	struct json_object *json = NULL;
	enum led_err err = json_parse(text, len, &json, error);
	if (!err)
		err = books_policy_parse(json, work->arena, &work->policy, error);
	json_object_put(json);
	return err;
}

static enum led_err read_file(struct policy_work *work, struct led_error *error)
{
	const char *path = ctl_value(work->ctl, "--file");
	char *text = arena_alloc(work->arena, FILE_CAP);
	FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
	if (!text || !file) {
		if (file && file != stdin)
			fclose(file);
		return led_fail(error, LED_VALIDATION, "file_unreadable", "Cannot read %s: %m.",
				path);
	}
	size_t len = fread(text, 1, FILE_CAP, file);
	bool bad = ferror(file) != 0;
	if (file != stdin)
		fclose(file);
	if (bad || len == FILE_CAP)
		return led_fail(error, LED_VALIDATION, "file_unreadable",
				"%s cannot be read, or is longer than %d bytes.", path, FILE_CAP);
	return parse(work, text, len, error);
}

static enum led_err current(struct policy_work *work, struct led_error *error)
{
	const char *body = NULL;
	enum led_err err =
		policy_get(work->db, work->arena, work->binding, work->version, &body, error);
	books_policy_defaults(&work->policy);
	return err || !body ? err : parse(work, body, strlen(body), error);
}

/* Says every fault; the command then fails with the first one's code. */
static enum led_err say_faults(struct policy_work *work, const struct settings_faults *faults,
			       struct led_error *error)
{
	struct buf list;
	size_t shown = faults->count < SETTINGS_FAULTS_MAX ? faults->count : SETTINGS_FAULTS_MAX;
	buf_init(&list, LED_MESSAGE_MAX * 8);
	for (size_t i = 0; i < shown; i++) {
		if (!work->ctl->json)
			fprintf(stderr, "%s: %s\n", faults->item[i].field, faults->item[i].code);
		buf_addf(&list, "%s%s: %s", i ? "; " : "", faults->item[i].field,
			 faults->item[i].code);
	}
	led_fail(error, LED_VALIDATION, faults->item[0].code, "Not valid, %zu in all: %s",
		 faults->count, buf_str(&list));
	buf_release(&list);
	return LED_VALIDATION;
}

static enum led_err check(struct policy_work *work, struct led_error *error)
{
	struct reference_item *items;
	size_t count;
	struct plan plan;
	struct settings_faults faults = {0};
	enum led_err err =
		reference_list(work->db, work->arena, work->binding, &items, &count, error);
	if (!err)
		err = plan_of_account(work->db, work->arena, work->account, &plan, error);
	if (err)
		return err;
	const struct settings_input input = {
		.policy = &work->policy, .items = items, .item_count = count, .plan = &plan};
	settings_check(&input, &faults);
	return faults.count ? say_faults(work, &faults, error) : LED_OK;
}

static enum led_err write_version(struct db *db, void *context, struct led_error *error)
{
	struct policy_work *work = context;
	bool added = false;
	enum led_err err = policy_add(db, work->arena, work->binding, work->version, work->text,
				      AUTHOR, &added, error);
	if (err)
		return err;
	if (!added)
		return led_fail(error, LED_VALIDATION, "saved_meanwhile",
				"Somebody else saved these settings meanwhile. Look, then try "
				"again.");
	return db_run(
		db, SQL_ADMIN_AUDIT,
		DB_ARGS(DB_I(work->account), DB_S("policy.saved"),
			DB_S(arena_printf(work->arena, "{\"binding\":\"%s\",\"version\":%lld}",
					  work->binding, (long long)work->version + 1))),
		error);
}

static enum led_err run_get_policy(struct ctl *ctl, struct led_error *error)
{
	struct policy_work work = {.ctl = ctl};
	struct json_object *json = NULL;
	enum led_err err = open_binding(&work, error);
	if (!err)
		err = current(&work, error);
	if (!err)
		err = books_policy_print(&work.policy, work.arena, &work.text, error);
	if (!err)
		err = json_parse(work.text, strlen(work.text), &json, error);
	if (!err) {
		ctl_say(ctl, "%s",
			json_object_to_json_string_ext(
				json, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE));
		ctl_result(ctl, "version", json_object_new_int64(work.version));
		ctl_result(ctl, "policy", json);
	}
	close_binding(&work);
	return err;
}

static enum led_err run_set_policy(struct ctl *ctl, struct led_error *error)
{
	struct policy_work work = {.ctl = ctl};
	enum led_err err = open_binding(&work, error);
	if (!err)
		err = read_file(&work, error);
	if (!err)
		err = check(&work, error);
	if (!err)
		err = books_policy_print(&work.policy, work.arena, &work.text, error);
	if (!err)
		err = db_transaction(work.db, write_version, &work, error);
	if (!err) {
		ctl_say(ctl, "Saved as version %lld. What is queued already keeps its version.",
			(long long)work.version + 1);
		ctl_result(ctl, "version", json_object_new_int64(work.version + 1));
	}
	close_binding(&work);
	return err;
}

static enum led_err run_validate_policy(struct ctl *ctl, struct led_error *error)
{
	struct policy_work work = {.ctl = ctl};
	enum led_err err = open_binding(&work, error);
	if (!err)
		err = read_file(&work, error);
	if (!err)
		err = check(&work, error);
	if (!err)
		ctl_say(ctl, "Valid. Nothing was saved.");
	close_binding(&work);
	return err;
}

#define BINDING                                                                                    \
	{                                                                                          \
		"--binding", "ID", true, "the binding's id"                                        \
	}
#define FILE_OPTION                                                                                \
	{                                                                                          \
		"--file", "FILE", true, "the settings as JSON; - is standard input"                \
	}

const struct ctl_command ctl_policy_get = {
	.name = "policy get",
	.summary = "Prints a binding's settings as JSON, every one of them.",
	.options = {BINDING},
	.run = run_get_policy,
};

const struct ctl_command ctl_policy_set = {
	.name = "policy set",
	.summary = "Saves settings as a new version, if all of them are valid.",
	.options = {BINDING, FILE_OPTION},
	.run = run_set_policy,
};

const struct ctl_command ctl_policy_validate = {
	.name = "policy validate",
	.summary = "Says what is wrong with settings, and saves nothing.",
	.options = {BINDING, FILE_OPTION},
	.run = run_validate_policy,
};
