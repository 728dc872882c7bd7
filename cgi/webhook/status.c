/* GET /v1/status?entity_type=…&entity_id=…: how one Magento record stands. */
#include "base/clock.h"
#include "base/text.h"
#include "gate.h"
#include "http/form.h"
#include "store/standing.h"
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

/* Of the runs, newest first, an event's newest; rows->count: none. */
static size_t newest_of(const struct db_rows *rows, const char *event)
{
	size_t row = 0;
	while (row < rows->count && (!event || strcmp(db_at_text(rows, row, EVENT), event) != 0))
		row++;
	return row;
}

static const char *status_of(const struct db_rows *rows, size_t row)
{
	return row < rows->count ? db_at_text(rows, row, STATUS) : NULL;
}

/* The run that stands for the entity. A payment that succeeded shows that the invoice is in Sage,
 * though its own run may be yet to come. */
static size_t choose(const struct standing *entity, const struct db_rows *rows)
{
	size_t own_row = newest_of(rows, entity->event);
	size_t overlay_row = newest_of(rows, entity->overlay);
	const char *own = status_of(rows, own_row), *overlay = status_of(rows, overlay_row);
	if (standing_is_overlaid(own, overlay))
		return overlay_row;
	if (!own)
		return 0;
	bool ended = strcmp(own, "succeeded") == 0 || strcmp(own, "failed") == 0;
	return !ended && overlay && strcmp(overlay, "succeeded") == 0 ? overlay_row : own_row;
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

/* What one run says of the entity. Sage's id and number in a payment's run are the payment's. */
static void print_standing(struct json_object *all, const struct standing *entity,
			   const struct db_rows *rows, size_t row)
{
	bool own = strcmp(db_at_text(rows, row, EVENT), entity->event) == 0;
	add_text(all, "status", db_at_text(rows, row, STATUS));
	add_text(all, "provider_entity_id", own ? db_at_text(rows, row, SAGE_ID) : NULL);
	add_text(all, "provider_reference", own ? db_at_text(rows, row, NUMBER) : NULL);
	add_text(all, "skip_reason", db_at_text(rows, row, SKIP));
	add_text(all, "error_code", db_at_text(rows, row, CODE));
	add_text(all, "error_message", db_at_text(rows, row, MESSAGE));
	add_time(all, "last_sync_at", db_at(rows, row, FINISHED));
}

static void print_unknown(struct json_object *all)
{
	static const char *const empty[] = {"provider_entity_id", "provider_reference",
					    "skip_reason",        "error_code",
					    "error_message",      "last_sync_at"};
	add_text(all, "status", "unknown");
	for (size_t i = 0; i < sizeof empty / sizeof *empty; i++)
		add_text(all, empty[i], NULL);
}

/* An entity without a run is "unknown", with an empty list. */
static struct json_object *print_status(const struct standing *entity, int64_t id,
					const struct db_rows *rows)
{
	struct json_object *all = json_object_new_object();
	struct json_object *runs = json_object_new_array();
	add_text(all, "entity_type", entity->entity_type);
	json_object_object_add(all, "magento_entity_id", json_object_new_int64(id));
	if (rows->count)
		print_standing(all, entity, rows, choose(entity, rows));
	else
		print_unknown(all);
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
	const struct standing *entity = standing_of(http_form_get(&query, "entity_type"));
	const char *id_text = http_form_get(&query, "entity_id");
	if (!entity)
		return webhook_bad_request(
			response, "entity_type must be invoice, creditmemo, customer or product.");
	if (!id_text || !text_to_int64(id_text, 1, INT64_MAX, &id))
		return webhook_bad_request(response, "entity_id must be a whole number above 0.");
	err = db_query(webhook->db, request->arena, SQL_INTAKE_ENTITY_RUNS,
		       DB_ARGS(DB_S(pass.binding), DB_S(entity->entity_type), DB_I(id)), &rows,
		       error);
	if (err)
		return err;
	struct json_object *json = print_status(entity, id, &rows);
	const char *text = json_object_to_json_string_ext(
		json, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
	http_response_json(response, 200, text, strlen(text));
	json_object_put(json);
	return LED_OK;
}
