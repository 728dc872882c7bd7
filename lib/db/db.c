/* Connections and transactions; statements are executed in statement.c. */
#include "db/db.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "db/internal.h"

#include <errmsg.h>
#include <mysqld_error.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CONNECT_SECONDS  3
#define IO_SECONDS       30          /* a statement that takes longer counts as lost */
#define SCRIPT_SECONDS   (7 * 86400) /* a migration of a large table takes its time */
#define LOCK_SECONDS     "10" /* well within it: a lock is then an answer, 1205, not a loss */
#define CONFLICT_TRIES   5
#define GALERA_NOT_READY 1047

struct db_value db_text(const char *text)
{
	if (!text)
		return DB_NONE;
	return (struct db_value){.kind = DB_TEXT, .data = text, .len = strlen(text)};
}

enum led_err db_fail(struct db *db, unsigned number, const char *text, const char *what,
		     struct led_error *error)
{
	db->last_errno = number;
	if (number == CR_SERVER_GONE_ERROR || number == CR_SERVER_LOST ||
	    number == CR_CONNECTION_ERROR || number == CR_CONN_HOST_ERROR ||
	    number == ER_SERVER_SHUTDOWN || number == ER_CONNECTION_KILLED)
		db->broken = true;
	return led_fail(error, LED_DATABASE, "database_error", "%s: MariaDB %u: %s", what, number,
			text);
}

static enum led_err fail_connection(struct db *db, const char *what, struct led_error *error)
{
	return db_fail(db, mysql_errno(db->mysql), mysql_error(db->mysql), what, error);
}

/* The password of `user`, "" when the server knows us by our socket. */
static enum led_err read_password(const struct config *config, const char *user,
				  struct buf *password, struct led_error *error)
{
	char path[CONFIG_TEXT_MAX + 64];
	if (!config->database_secrets[0])
		return LED_OK;
	snprintf(path, sizeof path, "%s/%s", config->database_secrets, user);
	enum led_err err = file_read(path, password, error);
	while (!err && password->len && password->data[password->len - 1] == '\n')
		password->data[--password->len] = '\0';
	return err;
}

/* "host[,host…][:port]" into its two parts; Connector/C tries the hosts in turn. */
static unsigned split_port(char *hosts)
{
	char *colon = strrchr(hosts, ':');
	int64_t port;
	if (!colon || !text_to_int64(colon + 1, 1, 65535, &port))
		return 3306;
	*colon = '\0';
	return (unsigned)port;
}

static bool connect_mysql(struct db *db, const char *password)
{
	static const char session[] =
		"SET SESSION sql_mode='STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,"
		"ERROR_FOR_DIVISION_BY_ZERO', time_zone='+00:00', tx_isolation='READ-COMMITTED', "
		"innodb_lock_wait_timeout=" LOCK_SECONDS;
	unsigned connect = CONNECT_SECONDS, io = db->patient ? SCRIPT_SECONDS : IO_SECONDS;
	char hosts[CONFIG_TEXT_MAX];
	snprintf(hosts, sizeof hosts, "%s", db->config->database);
	bool is_socket = hosts[0] == '/';
	unsigned port = is_socket ? 0 : split_port(hosts);
	mysql_options(db->mysql, MYSQL_OPT_CONNECT_TIMEOUT, &connect);
	mysql_options(db->mysql, MYSQL_OPT_READ_TIMEOUT, &io);
	mysql_options(db->mysql, MYSQL_OPT_WRITE_TIMEOUT, &io);
	mysql_options(db->mysql, MYSQL_SET_CHARSET_NAME, "utf8mb4");
	mysql_options(db->mysql, MYSQL_INIT_COMMAND, session);
	return mysql_real_connect(db->mysql, is_socket ? NULL : hosts, db->user, password,
				  db->config->database_name, port, is_socket ? hosts : NULL,
				  CLIENT_MULTI_STATEMENTS) != NULL;
}

/* What the session command asked for must be so: a proxy or an init_connect could differ. */
static enum led_err assert_session(struct db *db, struct led_error *error)
{
	static const char query[] =
		"SELECT @@tx_isolation='READ-COMMITTED' AND @@time_zone='+00:00' AND "
		"@@sql_mode LIKE '%STRICT_ALL_TABLES%' AND @@character_set_client='utf8mb4'";
	if (mysql_query(db->mysql, query))
		return fail_connection(db, "checking the session", error);
	MYSQL_RES *result = mysql_store_result(db->mysql);
	MYSQL_ROW row = result ? mysql_fetch_row(result) : NULL;
	bool ok = row && row[0] && row[0][0] == '1';
	mysql_free_result(result);
	if (!ok)
		return led_fail(
			error, LED_DATABASE, "database_session",
			"The database session is not READ COMMITTED, UTC, strict and utf8mb4.");
	return LED_OK;
}

static void disconnect(struct db *db)
{
	statements_release(db);
	if (db->mysql)
		mysql_close(db->mysql);
	db->mysql = NULL;
	db->broken = true;
}

enum led_err db_connect(struct db *db, struct led_error *error)
{
	struct buf password;
	buf_init(&password, 256);
	disconnect(db);
	enum led_err err = read_password(db->config, db->user, &password, error);
	if (!err && !(db->mysql = mysql_init(NULL)))
		err = led_fail(error, LED_INTERNAL, "out_of_memory", "No memory to connect.");
	if (!err && !connect_mysql(db, password.data))
		err = fail_connection(db, "connecting to the database", error);
	if (!err)
		err = assert_session(db, error);
	if (!err)
		err = statements_prepare(db, error);
	if (password.data)
		explicit_bzero(password.data, password.len);
	buf_release(&password);
	if (err)
		disconnect(db);
	else
		db->broken = false;
	return err;
}

enum led_err db_new(const struct config *config, const char *user, unsigned sets, struct db **out,
		    struct led_error *error)
{
	struct db *db = calloc(1, sizeof *db);
	if (!db || mysql_library_init(0, NULL, NULL)) {
		free(db);
		return led_fail(error, LED_INTERNAL, "out_of_memory", "No memory to connect.");
	}
	*db = (struct db){.config = config, .sets = sets, .broken = true};
	snprintf(db->user, sizeof db->user, "%s", user);
	*out = db;
	return LED_OK;
}

enum led_err db_open(const struct config *config, const char *user, unsigned sets, struct db **out,
		     struct led_error *error)
{
	struct db *db = NULL;
	enum led_err err = db_new(config, user, sets, &db, error);
	if (!err)
		err = db_connect(db, error);
	if (err)
		db_close(db);
	else
		*out = db;
	return err;
}

void db_close(struct db *db)
{
	if (!db)
		return;
	disconnect(db);
	free(db);
}

uint64_t db_affected(const struct db *db)
{
	return db->affected;
}

int64_t db_insert_id(const struct db *db)
{
	return db->insert_id;
}

unsigned db_errno(const struct db *db)
{
	return db->last_errno;
}

bool db_is_conflict(const struct db *db)
{
	return db->last_errno == ER_LOCK_DEADLOCK || db->last_errno == ER_LOCK_WAIT_TIMEOUT ||
	       db->last_errno == GALERA_NOT_READY;
}

bool db_was_refused(const struct db *db)
{
	return db->last_errno && !db->broken &&
	       (db->last_errno < CR_MIN_ERROR || db->last_errno > CR_MAX_ERROR);
}

static enum led_err command(struct db *db, const char *sql, struct led_error *error)
{
	if (mysql_query(db->mysql, sql))
		return fail_connection(db, sql, error);
	return LED_OK;
}

/* A few milliseconds, growing: the other side of a deadlock finishes meanwhile. */
static void back_off(int try)
{
	struct timespec pause = {.tv_nsec = (2L << try) * 1000000L};
	nanosleep(&pause, NULL);
}

/* Beginning changes nothing: a connection that the server has closed meanwhile is opened
 * anew, so that a restart of the database costs idle connections nothing. */
static enum led_err begin(struct db *db, struct led_error *error)
{
	bool reused = !db->broken;
	enum led_err err = reused ? LED_OK : db_connect(db, error);
	db->last_errno = 0;
	if (!err)
		err = command(db, "START TRANSACTION", error);
	if (!err || !reused || !db->broken)
		return err;
	err = db_connect(db, error);
	return err ? err : command(db, "START TRANSACTION", error);
}

enum led_err db_transaction(struct db *db, db_work work, void *context, struct led_error *error)
{
	for (int try = 1;; try++) {
		enum led_err err = begin(db, error);
		if (err)
			return err;
		db->in_transaction = true;
		err = work(db, context, error);
		if (!err)
			err = command(db, "COMMIT", error);
		db->in_transaction = false;
		if (!err)
			return LED_OK;
		bool again = db_is_conflict(db) && try < CONFLICT_TRIES;
		/* A rollback that fails leaves nothing behind either: the session is dropped. */
		if (!db->broken && mysql_query(db->mysql, "ROLLBACK"))
			db->broken = true;
		if (!again)
			return err;
		log_write(LOG_INFO, "transaction_retried", LOG_N("try", try));
		back_off(try);
	}
}

static enum led_err run_script(struct db *db, const char *sql, struct led_error *error)
{
	char what[32];
	db->last_errno = 0;
	int next = mysql_query(db->mysql, sql) ? 1 : 0;
	for (int number = 1;; number++) {
		snprintf(what, sizeof what, "statement %d", number);
		if (next > 0)
			return fail_connection(db, what, error);
		if (next < 0)
			return LED_OK;
		MYSQL_RES *result = mysql_store_result(db->mysql);
		if (result)
			mysql_free_result(result);
		else if (mysql_errno(db->mysql))
			return fail_connection(db, what, error);
		next = mysql_next_result(db->mysql);
	}
}

/* The read time-out of a connection is that of its start. */
enum led_err db_script(struct db *db, const char *sql, struct led_error *error)
{
	enum led_err err = LED_OK;
	if (!db->patient) {
		db->patient = true;
		err = db_connect(db, error);
	}
	return err ? err : run_script(db, sql, error);
}
