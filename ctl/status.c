/* ledgerctl status */
#include "base/json.h"
#include "crypto/seal.h"
#include "ctl.h"
#include "store/rate.h"
#include "table.h"

#include <stdio.h>
#include <string.h>

#define COLUMNS_MAX 5
#define ARENA_CAP   (1 << 20)

/* One question: an object with a member a column, or a list of such objects. */
static const struct section {
	const char *name;
	enum db_statement statement;
	bool list;
	const char *columns[COLUMNS_MAX]; /* ends with NULL */
} sections[] = {
	{"schema", SQL_ADMIN_STATUS_SCHEMA, false, {"version", "unfinished"}},
	{"bindings",
	 SQL_ADMIN_STATUS_BINDINGS,
	 true,
	 {"status", "magento_status", "sage_status", "count"}},
	{"jobs", SQL_ADMIN_STATUS_JOBS, true, {"state", "count", "oldest_seconds"}},
	{"lanes", SQL_ADMIN_STATUS_LANES, false, {"count", "leased", "parked"}},
	{"parked_lanes", SQL_ADMIN_STATUS_PARKED, true, {"why", "upstream", "count"}},
	{"runs_last_day", SQL_ADMIN_STATUS_RUNS, true, {"status", "count"}},
	{"mail", SQL_ADMIN_STATUS_MAIL, true, {"state", "count", "oldest_seconds"}},
	{"worker", SQL_ADMIN_STATUS_WORKER, false, {"last_seen_at", "seconds_ago"}},
};

static void print_row(const struct section *section, const struct db_rows *rows, size_t row)
{
	printf("%-14s", row == 0 ? section->name : "");
	for (size_t i = 0; i < rows->columns; i++) {
		const struct db_value *value = db_at(rows, row, i);
		if (value->kind == DB_INT)
			printf("  %s=%lld", section->columns[i], (long long)value->number);
		else
			printf("  %s=%s", section->columns[i],
			       value->kind == DB_NULL ? "none" : value->data);
	}
	putchar('\n');
}

static void print_section(const struct section *section, const struct db_rows *rows)
{
	if (rows->count == 0)
		printf("%-14s  none\n", section->name);
	for (size_t row = 0; row < rows->count; row++)
		print_row(section, rows, row);
}

/* The newest version of each ring. That they cannot be read is an answer, not a failure. */
static void show_keys(struct ctl *ctl)
{
	struct led_error error = {0};
	struct seal_keys *keys = NULL;
	struct json_object *object = json_object_new_object();
	if (seal_keys_load(ctl->config.key_dir, SEAL_BOTH, &keys, &error)) {
		ctl_say(ctl, "%-14s  %s", "keys", error.message);
		json_object_object_add(object, "error", json_object_new_string(error.message));
	} else {
		unsigned intake = seal_keys_newest(keys, SEAL_INTAKE);
		unsigned vault = seal_keys_newest(keys, SEAL_VAULT);
		ctl_say(ctl, "%-14s  intake=1..%u  vault=1..%u", "keys", intake, vault);
		json_object_object_add(object, "intake", json_object_new_int64(intake));
		json_object_object_add(object, "vault", json_object_new_int64(vault));
	}
	seal_keys_free(keys);
	ctl_result(ctl, "keys", object);
}

/* What is left of what Sage allows; a stack whose limits were never needed has all of it. */
static enum led_err show_limits(struct ctl *ctl, struct db *db, struct arena *arena,
				struct led_error *error)
{
	const struct rate app = rate_of_day(RATE_APP, ctl->config.sage_requests_a_day);
	struct rate_slice slice;
	struct db_rows rows;
	enum led_err err = rate_take(db, arena, &app, 0, &slice, error);
	if (!err)
		err = db_query(db, arena, SQL_ADMIN_STATUS_SLOTS, DB_NO_ARGS, &rows, error);
	if (err)
		return err;
	const struct {
		const char *name;
		int64_t value;
	} facts[] = {{"requests_a_day", ctl->config.sage_requests_a_day},
		     {"left_now", slice.left},
		     {"wait_seconds", slice.wait},
		     {"requests_at_once", ctl->config.sage_requests_at_once},
		     {"leased", db_at_int(&rows, 0, 0)}};
	struct json_object *object = json_object_new_object();
	const char *state = slice.parked      ? "told_to_wait"
			    : slice.left <= 0 ? "budget_spent"
					      : "open";
	json_object_object_add(object, "state", json_object_new_string(state));
	if (!ctl->json)
		printf("%-14s  state=%s", "sage", state);
	for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
		json_object_object_add(object, facts[i].name,
				       json_object_new_int64(facts[i].value));
		if (!ctl->json)
			printf("  %s=%lld", facts[i].name, (long long)facts[i].value);
	}
	if (!ctl->json)
		putchar('\n');
	ctl_result(ctl, "sage", object);
	return LED_OK;
}

/* Mail without a relay waits for ever: the operator should know. */
static void show_relay(struct ctl *ctl)
{
	const char *url = ctl->config.smtp_url;

	ctl_say(ctl, "%-14s  %s", "mail_relay",
		*url ? url : "none: mail is kept and not sent; set smtp_url and mail_from");
	ctl_result(ctl, "mail_relay", *url ? json_object_new_string(url) : NULL);
}

static enum led_err run(struct ctl *ctl, struct led_error *error)
{
	struct db *db = NULL;
	struct arena *arena = arena_new(ARENA_CAP);
	enum led_err err = LED_OK;
	if (!arena)
		return led_fail(error, LED_INTERNAL, "out_of_memory", "No memory.");
	err = ctl_open(ctl, DB_SET_ADMIN | DB_SET_RATE, &db, error);
	for (size_t i = 0; !err && i < sizeof sections / sizeof *sections; i++) {
		const struct section *section = &sections[i];
		struct db_rows rows;
		err = db_query(db, arena, section->statement, DB_NO_ARGS, &rows, error);
		if (!err && ctl->json)
			ctl_result(ctl, section->name,
				   section->list || !rows.count
					   ? table_list(section->columns, &rows)
					   : table_object(section->columns, &rows, 0));
		else if (!err)
			print_section(section, &rows);
	}
	if (!err)
		err = show_limits(ctl, db, arena, error);
	if (!err) {
		show_relay(ctl);
		show_keys(ctl);
	}
	db_close(db);
	arena_free(arena);
	return err;
}

const struct ctl_command ctl_status = {
	.name = "status",
	.summary = "Shows the schema, bindings, jobs, lanes, runs of the last day, keys, worker.",
	.run = run,
};
