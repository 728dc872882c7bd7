/* One statement for many rows of arguments: MariaDB's array binding, a round trip for all. */
#include "db/db.h"
#include "db/internal.h"

#include <string.h>

/* One parameter's values, row by row, as Connector/C takes them. */
struct column {
	int64_t *numbers;
	const char **texts;
	unsigned long *lengths;
	char *indicators;
};

static bool column_new(struct arena *arena, size_t count, struct column *column)
{
	column->numbers = arena_alloc(arena, count * sizeof *column->numbers);
	column->texts = arena_alloc(arena, count * sizeof *column->texts);
	column->lengths = arena_alloc(arena, count * sizeof *column->lengths);
	column->indicators = arena_alloc(arena, count);
	return column->numbers && column->texts && column->lengths && column->indicators;
}

/* The kind of a parameter is that of its first value that is not NULL. */
static enum db_kind kind_of(const struct db_value *args, size_t rows, size_t width)
{
	enum db_kind kind = DB_NULL;
	for (size_t row = 0; row < rows && kind == DB_NULL; row++)
		kind = args[row * width].kind;
	return kind;
}

static void fill(const struct db_value *args, size_t rows, size_t width, struct column *column)
{
	for (size_t row = 0; row < rows; row++) {
		const struct db_value *value = &args[row * width];
		column->numbers[row] = value->number;
		column->texts[row] = value->data ? value->data : "";
		column->lengths[row] = (unsigned long)value->len;
		column->indicators[row] =
			value->kind == DB_NULL ? STMT_INDICATOR_NULL : STMT_INDICATOR_NONE;
	}
}

static void bind_column(enum db_kind kind, const struct column *column, MYSQL_BIND *bind)
{
	bind->u.indicator = column->indicators;
	if (kind == DB_INT) {
		bind->buffer_type = MYSQL_TYPE_LONGLONG;
		bind->buffer = column->numbers;
	} else {
		bind->buffer_type = kind == DB_BYTES ? MYSQL_TYPE_BLOB : MYSQL_TYPE_STRING;
		bind->buffer = column->texts;
		bind->length = column->lengths;
	}
}

enum led_err db_run_many(struct db *db, struct arena *arena, enum db_statement statement,
			 const struct db_value *args, size_t rows, struct led_error *error)
{
	MYSQL_BIND binds[DB_PARAMS_MAX];
	MYSQL_STMT *stmt;
	size_t width = db_statement_texts[statement].param_count;
	unsigned count = (unsigned)rows, single = 0;
	enum led_err err = db_statement_ready(db, statement, &stmt, error);
	if (err)
		return err;
	memset(binds, 0, sizeof binds);
	for (size_t i = 0; i < width; i++) {
		struct column column;
		if (!column_new(arena, rows, &column))
			return led_fail(error, LED_INTERNAL, "out_of_memory",
					"No memory for %zu rows.", rows);
		fill(args + i, rows, width, &column);
		bind_column(kind_of(args + i, rows, width), &column, &binds[i]);
	}
	if (mysql_stmt_attr_set(stmt, STMT_ATTR_ARRAY_SIZE, &count) ||
	    mysql_stmt_bind_param(stmt, binds) || mysql_stmt_execute(stmt))
		err = db_fail_statement(db, statement, error);
	db->affected = mysql_stmt_affected_rows(stmt);
	mysql_stmt_attr_set(stmt, STMT_ATTR_ARRAY_SIZE, &single);
	return err;
}
