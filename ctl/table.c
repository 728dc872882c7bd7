#include "table.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

#define ARENA_CAP (64 << 20) /* every binding of an installation */

static struct json_object *value_to_json(const struct db_value *value)
{
	switch (value->kind) {
	case DB_INT:
		return json_object_new_int64(value->number);
	case DB_TEXT:
	case DB_BYTES:
		return json_object_new_string_len(value->data, (int)value->len);
	case DB_NULL:
		break;
	}
	return NULL;
}

struct json_object *table_object(const char *const *columns, const struct db_rows *rows, size_t row)
{
	struct json_object *object = json_object_new_object();
	for (size_t i = 0; i < rows->columns && columns[i]; i++)
		json_object_object_add(object, columns[i], value_to_json(db_at(rows, row, i)));
	return object;
}

struct json_object *table_list(const char *const *columns, const struct db_rows *rows)
{
	struct json_object *list = json_object_new_array();
	for (size_t row = 0; row < rows->count; row++)
		json_object_array_add(list, table_object(columns, rows, row));
	return list;
}

static const char *value_text(const struct db_value *value, char number[24])
{
	if (value->kind == DB_NULL)
		return "-";
	if (value->kind != DB_INT)
		return value->data;
	snprintf(number, 24, "%lld", (long long)value->number);
	return number;
}

static size_t width_of(const char *text)
{
	return text_utf8_length(text, strlen(text));
}

static void print_cell(const char *text, size_t width)
{
	printf("%s%*s", text, (int)(width - width_of(text)), "");
}

void table_print(const char *const *columns, const struct db_rows *rows)
{
	size_t widths[16] = {0};
	char number[24];
	if (!rows->count) {
		puts("none");
		return;
	}
	for (size_t i = 0; i < 16 && columns[i]; i++) {
		widths[i] = strlen(columns[i]);
		for (size_t row = 0; row < rows->count; row++) {
			size_t width = width_of(value_text(db_at(rows, row, i), number));
			widths[i] = width > widths[i] ? width : widths[i];
		}
		print_cell(columns[i], widths[i] + 2);
	}
	for (size_t row = 0; row < rows->count; row++) {
		putchar('\n');
		for (size_t i = 0; i < 16 && columns[i]; i++)
			print_cell(value_text(db_at(rows, row, i), number), widths[i] + 2);
	}
	putchar('\n');
}

void table_print_row(const char *const *columns, const struct db_rows *rows, size_t row)
{
	char number[24];
	for (size_t i = 0; columns[i]; i++)
		printf("%-16s %s\n", columns[i], value_text(db_at(rows, row, i), number));
}

enum led_err table_show(struct ctl *ctl, const char *key, const char *const *columns,
			enum db_statement statement, const struct db_value *args, size_t count,
			struct led_error *error)
{
	struct db *db = NULL;
	struct db_rows rows;
	struct arena *arena = arena_new(ARENA_CAP);
	if (!arena)
		return led_fail(error, LED_INTERNAL, "out_of_memory", "No memory.");
	enum led_err err = ctl_open(ctl, DB_SET_ADMIN, &db, error);
	if (!err)
		err = db_query(db, arena, statement, args, count, &rows, error);
	if (!err && ctl->json)
		ctl_result(ctl, key, table_list(columns, &rows));
	else if (!err)
		table_print(columns, &rows);
	db_close(db);
	arena_free(arena);
	return err;
}
