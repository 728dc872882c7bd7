/* Rows of the database as the operator sees them: a table, or JSON under --json. */
#ifndef CTL_TABLE_H
#define CTL_TABLE_H

#include "ctl.h"

#include <json-c/json.h>

/* A row as an object; `columns` name the row's values and end with NULL. */
struct json_object *table_object(const char *const *columns, const struct db_rows *rows,
				 size_t row);

/* All rows, as a list of such objects. */
struct json_object *table_list(const char *const *columns, const struct db_rows *rows);

/* Aligned, with a heading; "none" when there are no rows. */
void table_print(const char *const *columns, const struct db_rows *rows);

/* One row, a line a column. */
void table_print_row(const char *const *columns, const struct db_rows *rows, size_t row);

/* A whole command: asks the statement of DB_SET_ADMIN and shows its rows, under --json as the
 * member `key`. */
enum led_err table_show(struct ctl *ctl, const char *key, const char *const *columns,
			enum db_statement statement, const struct db_value *args, size_t count,
			struct led_error *error) __attribute__((warn_unused_result));

#endif
