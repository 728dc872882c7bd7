/*
 * bench-bare SOCKET DATABASE: the yardstick of the intake benchmark. The least that a
 * FastCGI program can do and still have the event safe on disk when it answers: read the
 * body, one durable single-row INSERT by a prepared statement, 202. No token, no checks,
 * no duplicates, no log. Independent of lib/, so that what slows the product down does not
 * slow its yardstick down too.
 */
#include <fcgiapp.h>
#include <mysql.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BODY_MAX 65536 /* bytes */

static const char insert[] = "INSERT INTO bare (path, body) VALUES (?, ?)";
static const char accepted[] = "Status: 202 Accepted\r\n"
			       "Content-Type: application/json\r\n"
			       "Cache-Control: no-store\r\n"
			       "Content-Length: 15\r\n"
			       "\r\n"
			       "{\"stored\":true}";
static const char failed[] = "Status: 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n";

static void bind_text(MYSQL_BIND *bind, const char *text, size_t len)
{
	bind->buffer_type = MYSQL_TYPE_STRING;
	bind->buffer = (void *)text;
	bind->buffer_length = len;
}

static bool store(MYSQL_STMT *stmt, const char *path, const char *body, size_t len)
{
	MYSQL_BIND binds[2];
	memset(binds, 0, sizeof binds);
	bind_text(&binds[0], path, strlen(path));
	bind_text(&binds[1], body, len);
	if (mysql_stmt_bind_param(stmt, binds) == 0 && mysql_stmt_execute(stmt) == 0)
		return true;
	fprintf(stderr, "bench-bare: %s\n", mysql_stmt_error(stmt));
	return false;
}

static void serve(FCGX_Request *request, MYSQL_STMT *stmt)
{
	static char body[BODY_MAX];
	const char *path = FCGX_GetParam("REQUEST_URI", request->envp);
	const char *length = FCGX_GetParam("CONTENT_LENGTH", request->envp);
	long announced = length ? strtol(length, NULL, 10) : 0;
	bool ok = path && announced > 0 && announced <= BODY_MAX &&
		  FCGX_GetStr(body, (int)announced, request->in) == announced &&
		  store(stmt, path, body, (size_t)announced);
	if (ok)
		FCGX_PutStr(accepted, sizeof accepted - 1, request->out);
	else
		FCGX_PutStr(failed, sizeof failed - 1, request->out);
	FCGX_Finish_r(request);
}

int main(int argc, char **argv)
{
	FCGX_Request request;
	MYSQL *mysql = mysql_init(NULL);
	if (argc != 3 || !mysql ||
	    !mysql_real_connect(mysql, NULL, NULL, NULL, argv[2], 0, argv[1], 0)) {
		fprintf(stderr, "bench-bare: %s\n", mysql ? mysql_error(mysql) : "no memory");
		return 1;
	}
	MYSQL_STMT *stmt = mysql_stmt_init(mysql);
	if (!stmt || mysql_stmt_prepare(stmt, insert, sizeof insert - 1)) {
		fprintf(stderr, "bench-bare: %s\n", stmt ? mysql_stmt_error(stmt) : "no memory");
		return 1;
	}
	if (FCGX_Init() != 0 || FCGX_InitRequest(&request, 0, 0) != 0)
		return 1;
	while (FCGX_Accept_r(&request) == 0)
		serve(&request, stmt);
	mysql_stmt_close(stmt);
	mysql_close(mysql);
	return 0;
}
