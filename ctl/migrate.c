/*
 * ledgerctl migrate: numbered files in order, forward only, each recorded.
 *
 * A migration's row in schema_version is inserted before its first statement. The primary
 * key is the guard: of several runs at the same time one inserts, the rest are refused.
 * DDL commits statement by statement in MariaDB, so a migration that fails cannot be taken
 * back: its row stays, without applied_at and with the statement that failed, and nothing
 * goes on until the operator has put things right and says so with --retry.
 */
#include "base/json.h"
#include "base/text.h"
#include "ctl.h"
#include "migration_files.h"

#include <mysqld_error.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ARENA_CAP (32 << 20) /* every SQL file, and the rows of schema_version */

struct migration {
	struct ctl *ctl;
	struct db *db;
	struct arena *arena;
	struct migration_files files, procedures;
	struct db_rows done; /* schema_version, by version; no rows when it is not there */
	char runner[100];
	bool dry_run;
};

enum { VERSION, NAME, CHECKSUM, APPLIED, STARTED_AT, STARTED_BY, FAILURE };

static enum led_err open_database(struct migration *m, struct led_error *error)
{
	const char *sql;
	struct db *bare = NULL;
	enum led_err err = LED_OK;
	if (!m->dry_run) {
		err = sql_file_read(m->ctl->config.share_dir, "schema_version.sql", m->arena, &sql,
				    error);
		if (!err)
			err = db_open(&m->ctl->config, CTL_USER, 0, &bare, error);
		if (!err)
			err = db_script(bare, sql, error);
		db_close(bare);
	}
	if (!err)
		err = db_open(&m->ctl->config, CTL_USER, DB_SET_SCHEMA, &m->db, error);
	/* A dry run on an empty database: nothing was ever applied. */
	if (err && m->dry_run && strcmp(error->code, "schema_mismatch") == 0)
		return LED_OK;
	return err;
}

static enum led_err retry(struct migration *m, const char *value, struct led_error *error)
{
	int64_t version;
	if (!value)
		return LED_OK;
	if (!text_to_int64(value, 1, 9999, &version))
		return ctl_bad_value(error, "--retry", "a migration's number");
	if (m->dry_run)
		return ctl_bad_value(error, "--retry", "given without --dry-run");
	enum led_err err = db_run(m->db, SQL_SCHEMA_FORGET, DB_ARGS(DB_I(version)), error);
	if (!err && db_affected(m->db) == 0)
		return led_fail(error, LED_NOT_FOUND, "nothing_to_retry",
				"Migration %04d has not stopped half way; nothing was done.",
				(int)version);
	return err;
}

static enum led_err fail_unfinished(const struct db_rows *done, size_t row, struct led_error *error)
{
	int version = (int)db_at_int(done, row, VERSION);
	const char *failure = db_at_text(done, row, FAILURE);
	if (!failure)
		return led_fail(
			error, LED_VALIDATION, "migration_unfinished",
			"Migration %04d was begun at %s UTC by %s and has not ended. If that "
			"run is alive, wait for it. If it was killed, compare the tables with "
			"the file, undo what was reached and run `ledgerctl migrate --retry "
			"%d`.",
			version, db_at_text(done, row, STARTED_AT),
			db_at_text(done, row, STARTED_BY), version);
	return led_fail(error, LED_VALIDATION, "migration_unfinished",
			"Migration %04d stopped half way: %.200s. Undo the statements before that "
			"one, then run `ledgerctl migrate --retry %d`.",
			version, failure, version);
}

/* What was applied must be what the files say, and nothing may be left half done. */
static enum led_err check_done(const struct migration *m, struct led_error *error)
{
	for (size_t row = 0; row < m->done.count; row++) {
		int version = (int)db_at_int(&m->done, row, VERSION);
		const struct db_value *checksum = db_at(&m->done, row, CHECKSUM);
		if (!db_at_int(&m->done, row, APPLIED))
			return fail_unfinished(&m->done, row, error);
		if (version != (int)row + 1)
			return led_fail(error, LED_VALIDATION, "schema_version",
					"schema_version lacks migration %04d: a row was deleted.",
					(int)row + 1);
		if (row >= m->files.count)
			return led_fail(error, LED_VALIDATION, "schema_newer",
					"The database has migration %04d (%s), which this Ledger "
					"does not know: it is older than the database.",
					version, db_at_text(&m->done, row, NAME));
		if (checksum->len != DIGEST_SIZE ||
		    memcmp(checksum->data, m->files.files[row].checksum, DIGEST_SIZE) != 0)
			return led_fail(error, LED_VALIDATION, "migration_changed",
					"%s.sql was changed after it had been applied. Restore the "
					"file; a change to the schema is a new migration.",
					m->files.files[row].name);
	}
	return LED_OK;
}

static enum led_err begin(struct migration *m, const struct migration_file *file,
			  struct led_error *error)
{
	enum led_err err =
		db_run(m->db, SQL_SCHEMA_BEGIN,
		       DB_ARGS(DB_I(file->version), DB_S(file->name),
			       DB_B(file->checksum, sizeof file->checksum), DB_S(m->runner)),
		       error);
	if (err && db_errno(m->db) == ER_DUP_ENTRY)
		return led_fail(error, LED_VALIDATION, "migration_taken",
				"Another `ledgerctl migrate` began migration %04d at the same "
				"moment. Nothing was done here; run again when it has ended.",
				file->version);
	return err;
}

static enum led_err apply(struct migration *m, const struct migration_file *file,
			  struct led_error *error)
{
	struct led_error cause = {0};
	enum led_err err = begin(m, file, error);
	if (err)
		return err;
	err = db_script(m->db, file->sql, &cause);
	if (!err) {
		ctl_say(m->ctl, "applied %s", file->name);
		return db_run(m->db, SQL_SCHEMA_APPLIED, DB_ARGS(DB_I(file->version)), error);
	}
	/* Only a note for whoever looks later: the row alone already stops the next run. */
	if (db_run(m->db, SQL_SCHEMA_FAILED, DB_ARGS(DB_S(cause.message), DB_I(file->version)),
		   NULL))
		ctl_warn("the failure could not be noted in schema_version");
	return led_fail(error, err, "migration_failed",
			"%s stopped: %.240s. The statements before that one stand: MariaDB cannot "
			"take them back. Undo them, correct the file, then run `ledgerctl migrate "
			"--retry %d`.",
			file->name, cause.message, file->version);
}

static enum led_err apply_procedures(struct migration *m, struct led_error *error)
{
	struct led_error cause = {0};
	for (size_t i = 0; i < m->procedures.count; i++) {
		const struct migration_file *file = &m->procedures.files[i];
		enum led_err err = db_script(m->db, file->sql, &cause);
		if (err)
			return led_fail(
				error, err, "procedure_failed",
				"procedures/%s.sql was refused: %.300s. The tables are up to "
				"date; correct the file and run again.",
				file->name, cause.message);
	}
	return LED_OK;
}

static enum led_err apply_all(struct migration *m, struct led_error *error)
{
	struct json_object *applied = json_object_new_array();
	enum led_err err = LED_OK;
	for (size_t i = m->done.count; !err && i < m->files.count; i++) {
		const struct migration_file *file = &m->files.files[i];
		if (m->dry_run)
			ctl_say(m->ctl, "would apply %s", file->name);
		else
			err = apply(m, file, error);
		json_object_array_add(applied, json_object_new_string(file->name));
	}
	if (!err && !m->dry_run)
		err = apply_procedures(m, error);
	if (!err && m->done.count == m->files.count)
		ctl_say(m->ctl, "The tables are up to date.");
	if (!err && !m->dry_run)
		ctl_say(m->ctl, "%zu procedures in place; schema version %zu.", m->procedures.count,
			m->files.count);
	ctl_result(m->ctl, m->dry_run ? "would_apply" : "applied", applied);
	ctl_result(m->ctl, "version",
		   json_object_new_int64((int64_t)(m->dry_run ? m->done.count : m->files.count)));
	return err;
}

static enum led_err run(struct ctl *ctl, struct led_error *error)
{
	struct migration m = {
		.ctl = ctl, .arena = arena_new(ARENA_CAP), .dry_run = ctl_value(ctl, "--dry-run")};
	char host[65] = "";
	if (!m.arena)
		return led_fail(error, LED_INTERNAL, "out_of_memory", "No memory.");
	gethostname(host, sizeof host - 1);
	snprintf(m.runner, sizeof m.runner, "%s:%d", host, (int)getpid());
	const char *share_dir = ctl->config.share_dir;
	enum led_err err = migration_files_read(share_dir, m.arena, &m.files, error);
	if (!err)
		err = procedure_files_read(share_dir, m.arena, &m.procedures, error);
	if (!err)
		err = open_database(&m, error);
	if (!err)
		err = retry(&m, ctl_value(ctl, "--retry"), error);
	if (!err && m.db)
		err = db_query(m.db, m.arena, SQL_SCHEMA_VERSIONS, DB_NO_ARGS, &m.done, error);
	if (!err)
		err = check_done(&m, error);
	if (!err)
		err = apply_all(&m, error);
	db_close(m.db);
	arena_free(m.arena);
	return err;
}

const struct ctl_command ctl_migrate = {
	.name = "migrate",
	.summary = "Brings the database's schema and procedures to this version.",
	.options =
		{
			{"--dry-run", NULL, false, "says what would be applied; changes nothing"},
			{"--retry", "NUMBER", false,
			 "runs a migration again that stopped half way and was undone"},
		},
	.run = run,
};
