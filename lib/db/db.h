/*
 * MariaDB: one connection with the named statements of sql/queries prepared on it,
 * and a small pool of such connections for the threaded worker.
 *
 * Every session is UTC, strict and READ COMMITTED, and asserts so when it opens. A
 * connection belongs to one thread at a time.
 */
#ifndef DB_DB_H
#define DB_DB_H

#include "base/arena.h"
#include "base/config.h"
#include "base/error.h"
#include "statements.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct db;

enum db_kind { DB_NULL, DB_INT, DB_TEXT, DB_BYTES };

/* A parameter, or a column of a fetched row. */
struct db_value {
	enum db_kind kind;
	int64_t number;   /* DB_INT */
	const char *data; /* DB_TEXT, DB_BYTES; rows are NUL-terminated behind `len` */
	size_t len;
};

#define DB_I(n_) ((struct db_value){.kind = DB_INT, .number = (int64_t)(n_)})
#define DB_S(s_) db_text(s_)
#define DB_B(data_, len_)                                                                          \
	((struct db_value){.kind = DB_BYTES, .data = (const char *)(data_), .len = (len_)})
#define DB_NONE ((struct db_value){.kind = DB_NULL})
/* Text, or NULL when the pointer is NULL. */
struct db_value db_text(const char *text);

/* The arguments of one statement: db_run(db, SQL_X, DB_ARGS(DB_S(id), DB_I(7)), &error).
 * DB_NO_ARGS when it has none. */
#define DB_ARGS(...)                                                                               \
	((const struct db_value[]){__VA_ARGS__}),                                                  \
		(sizeof((const struct db_value[]){__VA_ARGS__}) / sizeof(struct db_value))
#define DB_NO_ARGS ((const struct db_value *)NULL), ((size_t)0)

struct db_rows {
	size_t count, columns;
	struct db_value *values; /* row by row, in the arena of the query */
};

static inline const struct db_value *db_at(const struct db_rows *rows, size_t row, size_t column)
{
	return &rows->values[row * rows->columns + column];
}

/* A text column, NULL for SQL NULL; an integer column, 0 for SQL NULL. */
static inline const char *db_at_text(const struct db_rows *rows, size_t row, size_t column)
{
	const struct db_value *value = db_at(rows, row, column);
	return value->kind == DB_NULL ? NULL : value->data;
}
static inline int64_t db_at_int(const struct db_rows *rows, size_t row, size_t column)
{
	return db_at(rows, row, column)->number;
}

/* Connects as MariaDB user `user` (the program's name) and prepares every statement of
 * the sets in `sets` (DB_SET_… bits). LED_DATABASE when the database cannot be reached
 * or refuses; LED_INTERNAL, code "schema_mismatch", when a statement does not fit the schema. */
enum led_err db_open(const struct config *config, const char *user, unsigned sets, struct db **out,
		     struct led_error *error) __attribute__((warn_unused_result));
/* The same without connecting yet: the first use does. For programs that must answer
 * "later" rather than not start while the database is away. */
enum led_err db_new(const struct config *config, const char *user, unsigned sets, struct db **out,
		    struct led_error *error) __attribute__((warn_unused_result));
void db_close(struct db *db);

/* Runs a statement that returns no rows. Outside a transaction a lost connection is
 * opened anew before the statement is sent; a statement that may have been carried out
 * is never sent twice. LED_DATABASE on any refusal. */
enum led_err db_run(struct db *db, enum db_statement statement, const struct db_value *args,
		    size_t count, struct led_error *error) __attribute__((warn_unused_result));

/* The same, with its rows (of a CALL: the first result set) copied into `arena`. */
enum led_err db_query(struct db *db, struct arena *arena, enum db_statement statement,
		      const struct db_value *args, size_t count, struct db_rows *rows,
		      struct led_error *error) __attribute__((warn_unused_result));

/* Runs a statement for each of `rows` rows of arguments (at least one), which stand one
 * behind the other in `args`, in one round trip. All values of a parameter are of one kind, or
 * NULL. What fails at one row has failed as a whole, and a lost connection is not opened anew: it
 * belongs inside a transaction. */
enum led_err db_run_many(struct db *db, struct arena *arena, enum db_statement statement,
			 const struct db_value *args, size_t rows, struct led_error *error)
	__attribute__((warn_unused_result));

/* Of the last db_run: rows changed, and the AUTO_INCREMENT or LAST_INSERT_ID(expr). */
uint64_t db_affected(const struct db *db);
int64_t db_insert_id(const struct db *db);

/* The MariaDB error number of the last failure, 0 after a success. */
unsigned db_errno(const struct db *db);

/* Runs `work` inside BEGIN … COMMIT. A deadlock, lock time-out or Galera conflict (1213,
 * 1205, 1047) rolls back and runs `work` again, five times at most, so `work` must keep
 * its effects inside the database until it returns. Any other failure rolls back. */
typedef enum led_err (*db_work)(struct db *db, void *context, struct led_error *error);
enum led_err db_transaction(struct db *db, db_work work, void *context, struct led_error *error)
	__attribute__((warn_unused_result));

/* True for the errors that db_transaction retries; for procedures that hold a whole
 * transaction and are called by db_query. */
bool db_is_conflict(const struct db *db);

/* True when the server itself refused the last statement: it was not carried out, and the
 * connection stands. */
bool db_was_refused(const struct db *db);

/* Runs a script of many statements (migrations). The one place where SQL is text. The
 * message of a failure begins with the number of its statement, counted from 1; those
 * before it were carried out. Not bound by the time that other statements have: the
 * connection is opened anew without it, and stays so. */
enum led_err db_script(struct db *db, const char *sql, struct led_error *error)
	__attribute__((warn_unused_result));

/* A fixed number of connections, opened when first needed. */
struct db_pool;
enum led_err db_pool_new(const struct config *config, const char *user, unsigned sets, int size,
			 struct db_pool **out, struct led_error *error)
	__attribute__((warn_unused_result));
void db_pool_free(struct db_pool *pool);

/* Takes a connection, waiting for one to come back. Never while holding another. */
enum led_err db_pool_take(struct db_pool *pool, struct db **out, struct led_error *error)
	__attribute__((warn_unused_result));
void db_pool_give(struct db_pool *pool, struct db *db);

#endif
