/* Named statements: prepared when a connection opens, bound, executed, fetched. */
#include "db/db.h"
#include "db/internal.h"

#include <errmsg.h>
#include <mysqld_error.h>
#include <stdio.h>
#include <string.h>

#define COLUMNS_MAX 40

enum led_err db_fail_statement(struct db *db, enum db_statement id, struct led_error *error)
{
	MYSQL_STMT *stmt = db->statements[id];
	return db_fail(db, mysql_stmt_errno(stmt), mysql_stmt_error(stmt),
		       db_statement_texts[id].name, error);
}

/* A table, column or procedure that is not there: the schema is of another version. */
static enum led_err fail_prepare(struct db *db, enum db_statement id, struct led_error *error)
{
	MYSQL_STMT *stmt = db->statements[id];
	unsigned number = mysql_stmt_errno(stmt);
	if (number != ER_NO_SUCH_TABLE && number != ER_BAD_FIELD_ERROR &&
	    number != ER_SP_DOES_NOT_EXIST)
		return db_fail_statement(db, id, error);
	db->last_errno = number;
	return led_fail(error, LED_INTERNAL, "schema_mismatch",
			"%s does not fit the schema; run ledgerctl migrate. MariaDB %u: %s",
			db_statement_texts[id].name, number, mysql_stmt_error(stmt));
}

static enum led_err prepare(struct db *db, enum db_statement id, struct led_error *error)
{
	const struct db_statement_text *text = &db_statement_texts[id];
	bool with_max_length = true;
	MYSQL_STMT *stmt = mysql_stmt_init(db->mysql);
	if (!stmt)
		return led_fail(error, LED_INTERNAL, "out_of_memory", "No memory for a statement.");
	db->statements[id] = stmt;
	mysql_stmt_attr_set(stmt, STMT_ATTR_UPDATE_MAX_LENGTH, &with_max_length);
	if (mysql_stmt_prepare(stmt, text->sql, strlen(text->sql)))
		return fail_prepare(db, id, error);
	if (mysql_stmt_param_count(stmt) != text->param_count || text->param_count > DB_PARAMS_MAX)
		return led_fail(error, LED_INTERNAL, "statement_mismatch",
				"%s is declared with (%s) but has %lu parameters.", text->name,
				text->params, mysql_stmt_param_count(stmt));
	return LED_OK;
}

enum led_err statements_prepare(struct db *db, struct led_error *error)
{
	for (int id = 0; id < SQL_COUNT; id++) {
		if (!(db_statement_texts[id].set & db->sets))
			continue;
		enum led_err err = prepare(db, (enum db_statement)id, error);
		if (err)
			return err;
	}
	return LED_OK;
}

void statements_release(struct db *db)
{
	for (int id = 0; id < SQL_COUNT; id++) {
		if (db->statements[id])
			mysql_stmt_close(db->statements[id]);
		db->statements[id] = NULL;
	}
}

static void bind_value(MYSQL_BIND *bind, const struct db_value *value)
{
	switch (value->kind) {
	case DB_NULL:
		bind->buffer_type = MYSQL_TYPE_NULL;
		break;
	case DB_INT:
		bind->buffer_type = MYSQL_TYPE_LONGLONG;
		bind->buffer = (void *)&value->number;
		break;
	case DB_TEXT:
	case DB_BYTES:
		bind->buffer_type = value->kind == DB_TEXT ? MYSQL_TYPE_STRING : MYSQL_TYPE_BLOB;
		bind->buffer = (void *)value->data;
		bind->buffer_length = value->len;
		break;
	}
}

enum led_err db_statement_ready(struct db *db, enum db_statement id, MYSQL_STMT **stmt,
				struct led_error *error)
{
	*stmt = db->statements[id];
	db->last_errno = 0;
	if (!*stmt || db->broken)
		return led_fail(error, LED_DATABASE, "database_gone",
				"The connection to the database was lost (%s).",
				db_statement_texts[id].name);
	return LED_OK;
}

static enum led_err send_once(struct db *db, enum db_statement id, const struct db_value *args,
			      size_t count, struct led_error *error)
{
	MYSQL_BIND binds[DB_PARAMS_MAX];
	MYSQL_STMT *stmt;
	enum led_err err = db_statement_ready(db, id, &stmt, error);
	if (err)
		return err;
	memset(binds, 0, sizeof binds);
	for (size_t i = 0; i < count; i++)
		bind_value(&binds[i], &args[i]);
	if ((count && mysql_stmt_bind_param(stmt, binds)) || mysql_stmt_execute(stmt))
		return db_fail_statement(db, id, error);
	db->affected = mysql_stmt_affected_rows(stmt);
	db->insert_id = (int64_t)mysql_stmt_insert_id(stmt);
	return LED_OK;
}

static enum led_err execute(struct db *db, enum db_statement id, const struct db_value *args,
			    size_t count, struct led_error *error)
{
	if (count != db_statement_texts[id].param_count)
		return led_fail(error, LED_INTERNAL, "statement_mismatch",
				"%s takes (%s) and was given %zu values.",
				db_statement_texts[id].name, db_statement_texts[id].params, count);
	bool reused = !db->broken;
	enum led_err err = LED_OK;
	if (db->broken && !db->in_transaction)
		err = db_connect(db, error);
	if (!err)
		err = send_once(db, id, args, count, error);
	/* "Gone" is a failed write on a connection that the server had closed while it was
	 * idle: the statement was not delivered. "Lost" is a failed read: it may have been. */
	if (err && reused && db->last_errno == CR_SERVER_GONE_ERROR && !db->in_transaction) {
		err = db_connect(db, error);
		if (!err)
			err = send_once(db, id, args, count, error);
	}
	return err;
}

static bool is_integer(enum enum_field_types type)
{
	return type == MYSQL_TYPE_TINY || type == MYSQL_TYPE_SHORT || type == MYSQL_TYPE_INT24 ||
	       type == MYSQL_TYPE_LONG || type == MYSQL_TYPE_LONGLONG || type == MYSQL_TYPE_YEAR;
}

struct column {
	bool integer;
	int64_t number;
	unsigned long len;
	my_bool is_null;
};

/* Binds each column to a buffer as wide as its widest value in this result. */
static enum led_err bind_columns(MYSQL_STMT *stmt, struct arena *arena, unsigned columns,
				 MYSQL_BIND *binds, struct column *cells, struct led_error *error)
{
	MYSQL_RES *meta = mysql_stmt_result_metadata(stmt);
	MYSQL_FIELD *fields = meta ? mysql_fetch_fields(meta) : NULL;
	enum led_err err = LED_OK;
	if (!fields)
		err = led_fail(error, LED_INTERNAL, "no_metadata", "A result has no columns.");
	for (unsigned i = 0; fields && !err && i < columns; i++) {
		MYSQL_BIND *bind = &binds[i];
		cells[i].integer = is_integer(fields[i].type);
		bind->is_null = &cells[i].is_null;
		bind->length = &cells[i].len;
		if (cells[i].integer) {
			bind->buffer_type = MYSQL_TYPE_LONGLONG;
			bind->buffer = &cells[i].number;
			continue;
		}
		bind->buffer_type = MYSQL_TYPE_STRING;
		bind->buffer_length = fields[i].max_length + 1;
		bind->buffer = arena_alloc(arena, bind->buffer_length);
		if (!bind->buffer)
			err = led_fail(error, LED_INTERNAL, "out_of_memory",
				       "A result is too large.");
	}
	if (meta)
		mysql_free_result(meta);
	return err;
}

static bool copy_row(struct arena *arena, const MYSQL_BIND *binds, const struct column *cells,
		     unsigned columns, struct db_value *row)
{
	for (unsigned i = 0; i < columns; i++) {
		if (cells[i].is_null) {
			row[i] = DB_NONE;
		} else if (cells[i].integer) {
			row[i] = DB_I(cells[i].number);
		} else {
			char *copy = arena_strndup(arena, binds[i].buffer, cells[i].len);
			if (!copy)
				return false;
			row[i] = (struct db_value){
				.kind = DB_TEXT, .data = copy, .len = cells[i].len};
		}
	}
	return true;
}

/* Copies the stored rows. */
static enum led_err fetch(struct db *db, enum db_statement id, struct arena *arena,
			  struct db_rows *rows, struct led_error *error)
{
	MYSQL_STMT *stmt = db->statements[id];
	MYSQL_BIND binds[COLUMNS_MAX];
	struct column cells[COLUMNS_MAX];
	unsigned columns = mysql_stmt_field_count(stmt);
	*rows = (struct db_rows){.columns = columns};
	if (columns > COLUMNS_MAX)
		return led_fail(error, LED_INTERNAL, "statement_mismatch", "Too many columns.");
	memset(binds, 0, sizeof binds);
	memset(cells, 0, sizeof cells);
	size_t count = mysql_stmt_num_rows(stmt);
	if (count == 0)
		return LED_OK;
	enum led_err err = bind_columns(stmt, arena, columns, binds, cells, error);
	if (err)
		return err;
	rows->values = arena_alloc(arena, count * columns * sizeof *rows->values);
	if (!rows->values)
		return led_fail(error, LED_INTERNAL, "out_of_memory", "A result is too large.");
	if (mysql_stmt_bind_result(stmt, binds))
		return db_fail_statement(db, id, error);
	for (; rows->count < count; rows->count++) {
		if (mysql_stmt_fetch(stmt))
			return db_fail_statement(db, id, error);
		if (!copy_row(arena, binds, cells, columns, &rows->values[rows->count * columns]))
			return led_fail(error, LED_INTERNAL, "out_of_memory",
					"A result is too large.");
	}
	return LED_OK;
}

/* A CALL sends a status behind its rows; unread, it would answer the next statement. */
static enum led_err finish(struct db *db, enum db_statement id, struct led_error *error)
{
	MYSQL_STMT *stmt = db->statements[id];
	int next;
	mysql_stmt_free_result(stmt);
	while ((next = mysql_stmt_next_result(stmt)) == 0)
		mysql_stmt_free_result(stmt);
	return next > 0 ? db_fail_statement(db, id, error) : LED_OK;
}

enum led_err db_run(struct db *db, enum db_statement statement, const struct db_value *args,
		    size_t count, struct led_error *error)
{
	enum led_err err = execute(db, statement, args, count, error);
	return err ? err : finish(db, statement, error);
}

enum led_err db_query(struct db *db, struct arena *arena, enum db_statement statement,
		      const struct db_value *args, size_t count, struct db_rows *rows,
		      struct led_error *error)
{
	*rows = (struct db_rows){0};
	enum led_err err = execute(db, statement, args, count, error);
	if (err)
		return err;
	/* An error in place of rows (a deadlock of a locking read) ends the statement. Freeing
	 * its result now would make Connector/C wait, at its next use, for rows that do not
	 * come. */
	if (mysql_stmt_store_result(db->statements[statement]))
		return db_fail_statement(db, statement, error);
	err = fetch(db, statement, arena, rows, error);
	/* After a failed fetch the rest is drained for the next statement's sake; the first
	 * error is the one worth telling. */
	enum led_err drained = finish(db, statement, err ? NULL : error);
	return err ? err : drained;
}
