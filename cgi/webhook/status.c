/* GET /v1/status?entity_type=…&entity_id=…: how one Magento record stands. */
#include "base/clock.h"
#include "base/text.h"
#include "gate.h"
#include "http/form.h"
#include "webhook.h"

#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

/* The columns of intake_entity_runs, in its order. */
enum column {
	RUN,
	EVENT,
	STATUS,
	ATTEMPTS,
	SKIP,
	CLASS,
	CODE,
	MESSAGE,
	SAGE_ID,
	NUMBER,
	QUEUED,
	FINISHED
};

static const char *const entity_types[] = {"invoice", "creditmemo", "customer", "product"};

static bool type_is_known(const char *type)
{
	for (size_t i = 0; type && i < sizeof entity_types / sizeof *entity_types; i++)
		if (strcmp(type, entity_types[i]) == 0)
			return true;
	return false;
}

static void add_text(struct json_object *object, const char *key, const char *text)
{
	json_object_object_add(object, key, text ? json_object_new_string(text) : NULL);
}

static void add_time(struct json_object *object, const char *key, const struct db_value *value)
{
	char when[CLOCK_ISO_SIZE];
	add_text(object, key, value->kind == DB_NULL ? NULL : clock_iso(value->number, when));
}

static struct json_object *print_run(const struct db_rows *rows, size_t row)
{
	char id[24];
	struct json_object *run = json_object_new_object();
	snprintf(id, sizeof id, "%lld", (long long)db_at_int(rows, row, RUN));
	add_text(run, "sync_run_id", id);
	add_text(run, "event", db_at_text(rows, row, EVENT));
	add_text(run, "status", db_at_text(rows, row, STATUS));
	json_object_object_add(run, "attempts",
			       json_object_new_int64(db_at_int(rows, row, ATTEMPTS)));
	add_time(run, "queued_at", db_at(rows, row, QUEUED));
	add_time(run, "finished_at", db_at(rows, row, FINISHED));
	return run;
}

/* An entity without a run is "unknown", with an empty list. */
static struct json_object *print_status(const char *type, int64_t id, const struct db_rows *rows)
{
	static const struct {
		const char *key;
		enum column column;
	} texts[] = {{"provider_entity_id", SAGE_ID},
		     {"provider_reference", NUMBER},
		     {"skip_reason", SKIP},
		     {"error_code", CODE},
		     {"error_message", MESSAGE}};
	bool known = rows->count > 0;
	struct json_object *all = json_object_new_object();
	struct json_object *runs = json_object_new_array();
	add_text(all, "entity_type", type);
	json_object_object_add(all, "magento_entity_id", json_object_new_int64(id));
	add_text(all, "status", known ? db_at_text(rows, 0, STATUS) : "unknown");
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		add_text(all, texts[i].key, known ? db_at_text(rows, 0, texts[i].column) : NULL);
	if (known)
		add_time(all, "last_sync_at", db_at(rows, 0, FINISHED));
	else
		add_text(all, "last_sync_at", NULL);
	for (size_t i = 0; i < rows->count; i++)
		json_object_array_add(runs, print_run(rows, i));
	json_object_object_add(all, "runs", runs);
	return all;
}

enum led_err webhook_status(void *program, struct http_request *request,
			    struct http_response *response, struct led_error *error)
{
	struct webhook *webhook = program;
	struct gate_pass pass;
	struct http_form query;
	struct db_rows rows;
	int64_t id;
	enum led_err err = gate_admit_once(webhook->gate, webhook->db, request, &pass, error);
	if (err == LED_AUTH)
		return webhook_unauthorized(response);
	if (err)
		return err;
	err = http_form_parse(request->query, strlen(request->query), request->arena, &query,
			      error);
	if (err)
		return err == LED_VALIDATION
			       ? webhook_bad_request(response, "The query is malformed.")
			       : err;
	const char *type = http_form_get(&query, "entity_type");
	const char *id_text = http_form_get(&query, "entity_id");
	if (!type_is_known(type))
		return webhook_bad_request(
			response, "entity_type must be invoice, creditmemo, customer or product.");
	if (!id_text || !text_to_int64(id_text, 1, INT64_MAX, &id))
		return webhook_bad_request(response, "entity_id must be a whole number above 0.");
	err = db_query(webhook->db, request->arena, SQL_INTAKE_ENTITY_RUNS,
		       DB_ARGS(DB_S(pass.binding), DB_S(type), DB_I(id)), &rows, error);
	if (err)
		return err;
	struct json_object *json = print_status(type, id, &rows);
	const char *text = json_object_to_json_string_ext(
		json, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
	http_response_json(response, 200, text, strlen(text));
	json_object_put(json);
	return LED_OK;
}
