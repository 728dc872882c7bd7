/* GET /v1/tile/health: what the shop's admin shows of its connection. */
#include "base/clock.h"
#include "gate.h"
#include "webhook.h"

#include <json-c/json.h>
#include <string.h>

struct health {
	const char *magento_status, *sage_status, *region;
	int64_t last_run_at; /* 0: none yet */
	int64_t pending, failed;
};

static enum led_err count(struct webhook *webhook, struct arena *arena, const char *binding,
			  const char *status, int64_t since, int64_t *out, struct led_error *error)
{
	struct db_rows rows;
	enum led_err err =
		db_query(webhook->db, arena, SQL_INTAKE_COUNT,
			 DB_ARGS(DB_S(binding), DB_S(status), DB_I(since)), &rows, error);
	if (!err)
		*out += db_at_int(&rows, 0, 0);
	return err;
}

static enum led_err read_health(struct webhook *webhook, struct arena *arena, const char *binding,
				struct health *health, struct led_error *error)
{
	struct db_rows rows;
	*health = (struct health){0};
	enum led_err err = db_query(webhook->db, arena, SQL_INTAKE_HEALTH, DB_ARGS(DB_S(binding)),
				    &rows, error);
	if (err)
		return err;
	if (rows.count == 0)
		return led_fail(error, LED_INTERNAL, "binding_vanished", "The binding is gone.");
	health->magento_status = db_at_text(&rows, 0, 0);
	health->sage_status = db_at_text(&rows, 0, 1);
	health->region = db_at_text(&rows, 0, 2);
	err = db_query(webhook->db, arena, SQL_INTAKE_LAST_FINISHED,
		       DB_ARGS(DB_S(binding), DB_S(binding), DB_S(binding)), &rows, error);
	if (err)
		return err;
	health->last_run_at = db_at_int(&rows, 0, 0);
	if ((err = count(webhook, arena, binding, "queued", 0, &health->pending, error)) ||
	    (err = count(webhook, arena, binding, "running", 0, &health->pending, error)))
		return err;
	return count(webhook, arena, binding, "failed", clock_now() - 86400, &health->failed,
		     error);
}

/* The form that the shop reads; every key is optional to it. */
static struct json_object *print_health(const struct health *health)
{
	char when[CLOCK_ISO_SIZE];
	struct json_object *tenant = json_object_new_object();
	struct json_object *binding = json_object_new_object();
	struct json_object *sync = json_object_new_object();
	struct json_object *all = json_object_new_object();
	json_object_object_add(tenant, "magento_connection_status",
			       json_object_new_string(health->magento_status));
	json_object_object_add(binding, "status", json_object_new_string(health->sage_status));
	if (health->region)
		json_object_object_add(binding, "region", json_object_new_string(health->region));
	json_object_object_add(
		sync, "last_run_at",
		health->last_run_at ? json_object_new_string(clock_iso(health->last_run_at, when))
				    : NULL);
	json_object_object_add(sync, "pending_count", json_object_new_int64(health->pending));
	json_object_object_add(sync, "failed_24h", json_object_new_int64(health->failed));
	json_object_object_add(all, "tenant", tenant);
	json_object_object_add(all, "binding", binding);
	json_object_object_add(all, "sync", sync);
	return all;
}

enum led_err webhook_health(void *program, struct http_request *request,
			    struct http_response *response, struct led_error *error)
{
	struct webhook *webhook = program;
	struct gate_pass pass;
	struct health health;
	enum led_err err = gate_admit_once(webhook->gate, webhook->db, request, &pass, error);
	if (err == LED_AUTH)
		return webhook_unauthorized(response);
	if (!err)
		err = read_health(webhook, request->arena, pass.binding, &health, error);
	if (err)
		return err;
	struct json_object *json = print_health(&health);
	const char *text = json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN);
	http_response_json(response, 200, text, strlen(text));
	json_object_put(json);
	return LED_OK;
}
