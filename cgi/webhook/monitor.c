/*
 * /healthz, /readyz and /metrics, for probes and Prometheus. They say how the installation as
 * a whole is, so any process of any host may be asked. They name no shop and no person.
 */
#include "crypto/seal.h"
#include "webhook.h"

#include <json-c/json.h>
#include <string.h>

#define LISTENER        "monitor" /* what nginx's private listener calls itself */
#define WORKER_LATE     120       /* seconds: cron starts it every minute */
#define OLDEST_DUE_LATE 900       /* seconds a job may wait for its turn */
#define LABELS_MAX      3

/* The public site knows no such path; this holds even if a mistake there should let one in. */
static bool is_private(struct http_request *request, struct http_response *response)
{
	const char *listener = http_request_param(request, "LEDGER_LISTENER");
	bool private = listener && strcmp(listener, LISTENER) == 0;
	if (!private)
		http_fail_json(NULL, request, response, 404, NULL);
	return private;
}

enum led_err webhook_healthz(void *program, struct http_request *request,
			     struct http_response *response, struct led_error *error)
{
	static const char alive[] = "{\"status\":\"ok\"}";
	(void)program;
	(void)error;
	if (is_private(request, response))
		http_response_json(response, 200, alive, sizeof alive - 1);
	return LED_OK;
}

/* ---- ready? ---- */

static bool keys_are_there(const struct webhook *webhook)
{
	struct seal_keys *keys = NULL;
	struct led_error error;
	enum led_err err =
		seal_keys_load(webhook->config.key_dir, 1U << SEAL_INTAKE, &keys, &error);
	seal_keys_free(keys);
	return !err;
}

/* One number of the database; -1 when it has none. */
static enum led_err ask(struct webhook *webhook, struct arena *arena, enum db_statement statement,
			int64_t *out, struct led_error *error)
{
	struct db_rows rows;
	enum led_err err = db_query(webhook->db, arena, statement, DB_NO_ARGS, &rows, error);
	if (err)
		return err;
	bool known = rows.count && db_at(&rows, 0, 0)->kind != DB_NULL;
	*out = known ? db_at_int(&rows, 0, 0) : -1;
	return LED_OK;
}

static struct json_object *seconds(int64_t value)
{
	return value < 0 ? NULL : json_object_new_int64(value);
}

enum led_err webhook_readyz(void *program, struct http_request *request,
			    struct http_response *response, struct led_error *error)
{
	struct webhook *webhook = program;
	int64_t worker = -1, oldest = -1;
	if (!is_private(request, response))
		return LED_OK;
	bool keys = keys_are_there(webhook);
	enum led_err err = ask(webhook, request->arena, SQL_MONITOR_WORKER, &worker, error);
	if (!err)
		err = ask(webhook, request->arena, SQL_MONITOR_OLDEST_DUE, &oldest, error);
	bool ready = !err && keys && worker >= 0 && worker <= WORKER_LATE && oldest >= 0 &&
		     oldest <= OLDEST_DUE_LATE;
	struct json_object *json = json_object_new_object();
	json_object_object_add(json, "ready", json_object_new_boolean(ready));
	json_object_object_add(json, "database", json_object_new_boolean(!err));
	json_object_object_add(json, "keys", json_object_new_boolean(keys));
	json_object_object_add(json, "worker_seen_seconds", seconds(worker));
	json_object_object_add(json, "oldest_due_seconds", seconds(oldest));
	const char *text = json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN);
	http_response_json(response, ready ? 200 : 503, text, strlen(text));
	json_object_put(json);
	return LED_OK;
}

/* ---- metrics, in Prometheus' text format 0.0.4 ---- */

/* All gauges: what is counted is rows that are there now. */
static const struct family {
	const char *name, *help;
	enum db_statement statement;
	const char *labels[LABELS_MAX]; /* of the columns before the last, which is the value */
} families[] = {
	{"ledger_jobs", "Unfinished jobs.", SQL_MONITOR_JOBS, {"state"}},
	{"ledger_job_oldest_due_seconds",
	 "How long the oldest job that could be worked on has waited.",
	 SQL_MONITOR_OLDEST_DUE,
	 {NULL}},
	{"ledger_lanes_parked",
	 "Lanes that wait, for an upstream or for a person.",
	 SQL_MONITOR_PARKED,
	 {"upstream", "why"}},
	{"ledger_runs_last_day",
	 "Events that ended in the last 24 hours.",
	 SQL_MONITOR_RUNS,
	 {"status"}},
	{"ledger_bindings",
	 "Shops, and how either side stands.",
	 SQL_MONITOR_BINDINGS,
	 {"status", "magento_status", "sage_status"}},
	{"ledger_worker_seen_seconds",
	 "Since a worker last began; absent when none ever did.",
	 SQL_MONITOR_WORKER,
	 {NULL}},
};

static void add_head(struct buf *out, const char *name, const char *help)
{
	buf_addf(out, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name);
}

static void add_label(struct buf *out, const char *name, const char *value)
{
	buf_addf(out, "%s=\"", name);
	for (; *value; value++) {
		if (strchr("\\\"\n", *value))
			buf_add_char(out, '\\');
		buf_add_char(out, *value == '\n' ? 'n' : *value);
	}
	buf_add_char(out, '"');
}

static void add_row(struct buf *out, const struct family *family, const struct db_rows *rows,
		    size_t row)
{
	const struct db_value *value = db_at(rows, row, rows->columns - 1);
	if (value->kind == DB_NULL)
		return;
	buf_add_str(out, family->name);
	for (size_t i = 0; i + 1 < rows->columns; i++) {
		const char *text = db_at_text(rows, row, i);
		buf_add_char(out, i ? ',' : '{');
		add_label(out, family->labels[i], text ? text : "");
	}
	if (rows->columns > 1)
		buf_add_char(out, '}');
	buf_addf(out, " %lld\n", (long long)db_at_int(rows, row, rows->columns - 1));
}

static enum led_err add_family(struct webhook *webhook, struct arena *arena, struct buf *out,
			       const struct family *family, struct led_error *error)
{
	struct db_rows rows;
	enum led_err err =
		db_query(webhook->db, arena, family->statement, DB_NO_ARGS, &rows, error);
	if (err)
		return err;
	add_head(out, family->name, family->help);
	for (size_t row = 0; row < rows.count; row++)
		add_row(out, family, &rows, row);
	return LED_OK;
}

/* What can be told without the database is told without it. */
enum led_err webhook_metrics(void *program, struct http_request *request,
			     struct http_response *response, struct led_error *error)
{
	struct webhook *webhook = program;
	struct buf *out = &response->body;
	enum led_err err = LED_OK;
	if (!is_private(request, response))
		return LED_OK;
	for (size_t i = 0; !err && i < sizeof families / sizeof *families; i++)
		err = add_family(webhook, request->arena, out, &families[i], error);
	add_head(out, "ledger_database_up", "Whether the database answers.");
	buf_addf(out, "ledger_database_up %d\n", !err);
	add_head(out, "ledger_keys_up", "Whether the intake keys can be read.");
	buf_addf(out, "ledger_keys_up %d\n", keys_are_there(webhook));
	response->status = 200;
	http_response_set(response, "Content-Type", "text/plain; version=0.0.4; charset=utf-8");
	http_response_set(response, "Cache-Control", "no-store");
	return LED_OK;
}
