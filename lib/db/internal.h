/* What db.c, statement.c and pool.c share; nobody else includes it. */
#ifndef DB_INTERNAL_H
#define DB_INTERNAL_H

#include "db/db.h"

#include <mysql.h>

#define DB_PARAMS_MAX 32

struct db {
	const struct config *config; /* borrowed; outlives the connection */
	char user[64];
	unsigned sets;
	MYSQL *mysql;
	MYSQL_STMT *statements[SQL_COUNT]; /* NULL outside the sets */
	bool broken;                       /* connect anew before the next use */
	bool patient;                      /* runs scripts: a statement may take days */
	bool in_transaction;
	uint64_t affected;
	int64_t insert_id;
	unsigned last_errno;
};

enum led_err db_connect(struct db *db, struct led_error *error);
enum led_err db_fail(struct db *db, unsigned number, const char *text, const char *what,
		     struct led_error *error);

/* The statement of this connection; LED_DATABASE when the connection is lost. */
enum led_err db_statement_ready(struct db *db, enum db_statement id, MYSQL_STMT **stmt,
				struct led_error *error);
enum led_err db_fail_statement(struct db *db, enum db_statement id, struct led_error *error);

enum led_err statements_prepare(struct db *db, struct led_error *error);
void statements_release(struct db *db);

#endif
