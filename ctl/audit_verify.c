/* ledgerctl audit verify */
#include "base/json.h"
#include "base/text.h"
#include "ctl.h"

#include <stdio.h>
#include <string.h>

#define BATCH     1000
#define ARENA_CAP (16 << 20)
#define HASH_HEX  65 /* 64 hex digits and the NUL */

struct chain {
	int64_t account, lines, broken_at; /* broken_at: the first line that does not fit, or 0 */
	const char *name;
	char hash[HASH_HEX]; /* of the last line that was read */
};

static bool row_fits(const struct chain *chain, const struct db_rows *rows, size_t row)
{
	const char *previous = db_at_text(rows, row, 1), *own = db_at_text(rows, row, 2);
	const char *expected = db_at_text(rows, row, 3);

	return previous && own && expected && strcmp(previous, chain->hash) == 0 &&
	       text_equal_nocase(own, expected);
}

/* Follows the chain from its first line to the end, or to the first line that was changed,
 * put in or taken out. */
static enum led_err follow(struct db *db, struct arena *arena, struct chain *chain,
			   struct led_error *error)
{
	struct db_rows rows = {.count = BATCH};
	int64_t after = 0;

	while (rows.count == BATCH && !chain->broken_at) {
		enum led_err err;

		arena_reset(arena);
		err = db_query(db, arena, SQL_ADMIN_AUDIT_ROWS,
			       DB_ARGS(DB_I(chain->account), DB_I(chain->account), DB_I(after),
				       DB_I(BATCH)),
			       &rows, error);
		if (err)
			return err;
		for (size_t i = 0; i < rows.count && !chain->broken_at; i++) {
			after = db_at_int(&rows, i, 0);
			if (row_fits(chain, &rows, i))
				snprintf(chain->hash, sizeof(chain->hash), "%s",
					 db_at_text(&rows, i, 2));
			else
				chain->broken_at = after;
			chain->lines++;
		}
	}
	return LED_OK;
}

static void report(struct ctl *ctl, struct json_object *list, const struct chain *chain,
		   const char *fault)
{
	struct json_object *object = json_object_new_object();

	ctl_say(ctl, "%-30s  %lld lines  %s", chain->name, (long long)chain->lines,
		fault ? fault : "unbroken");
	if (fault && chain->broken_at)
		ctl_say(ctl, "%-30s  first at line %lld", "", (long long)chain->broken_at);
	json_object_object_add(object, "account_id", json_object_new_int64(chain->account));
	json_object_object_add(object, "account", json_object_new_string(chain->name));
	json_object_object_add(object, "lines", json_object_new_int64(chain->lines));
	json_object_object_add(object, "unbroken", json_object_new_boolean(!fault));
	if (chain->broken_at)
		json_object_object_add(object, "broken_at",
				       json_object_new_int64(chain->broken_at));
	json_object_array_add(list, object);
}

static enum led_err verify(struct ctl *ctl, struct db *db, struct arena *heads_arena,
			   struct arena *arena, struct json_object *list, struct led_error *error)
{
	const char *account = ctl_value(ctl, "--account") ? ctl_value(ctl, "--account") : "";
	struct db_rows heads;
	bool broken = false;
	enum led_err err = db_query(db, heads_arena, SQL_ADMIN_AUDIT_ACCOUNTS,
				    DB_ARGS(DB_S(account), DB_S(account)), &heads, error);

	if (!err && *account && !heads.count)
		err = led_fail(error, LED_NOT_FOUND, "account_unknown",
			       "There is no account named %s with an audit log.", account);
	for (size_t i = 0; !err && i < heads.count; i++) {
		struct chain chain = {.account = db_at_int(&heads, i, 0),
				      .name = db_at_text(&heads, i, 1)};
		const char *fault = NULL;

		memset(chain.hash, '0', HASH_HEX - 1);
		err = follow(db, arena, &chain, error);
		if (err)
			break;
		if (chain.broken_at)
			fault = "BROKEN: a line was changed, put in or taken out";
		else if (strcmp(chain.hash, db_at_text(&heads, i, 2)) != 0)
			fault = "BROKEN: the last lines are missing";
		report(ctl, list, &chain, fault);
		broken = broken || fault;
	}
	if (!err && broken)
		err = led_fail(error, LED_VALIDATION, "audit_broken",
			       "The audit log is not as it was written. Keep the database as it is "
			       "and compare it with a backup.");
	return err;
}

static enum led_err run(struct ctl *ctl, struct led_error *error)
{
	struct arena *heads_arena = arena_new(ARENA_CAP), *arena = arena_new(ARENA_CAP);
	struct json_object *list = json_object_new_array();
	struct db *db = NULL;
	enum led_err err = LED_OK;

	if (!heads_arena || !arena)
		err = led_fail(error, LED_INTERNAL, "out_of_memory", "No memory.");
	if (!err)
		err = ctl_open(ctl, DB_SET_ADMIN, &db, error);
	if (!err)
		err = verify(ctl, db, heads_arena, arena, list, error);
	ctl_result(ctl, "accounts", list);
	db_close(db);
	arena_free(arena);
	arena_free(heads_arena);
	return err;
}

const struct ctl_command ctl_audit_verify = {
	.name = "audit verify",
	.summary = "Checks that no line of the audit log was changed, put in or taken out.",
	.options =
		{
			{"--account", "NAME", false, "only this account's; else all"},
		},
	.run = run,
};
