/* POST /webhooks/magento/{tenant}/{event} */
#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "gate.h"
#include "webhook.h"

#include <mysqld_error.h>
#include <string.h>

#define EVENT_NAME_MAX   64 /* characters: the shop's own limit */
#define NUMBER_MAX       64
#define MAGENTO_ID_MAX   4294967295 /* Magento's ids are unsigned 32-bit */
#define OCCURRED_AT_MAX  INT32_MAX  /* January 2038: FROM_UNIXTIME of MariaDB 10.11 ends there */
#define CONFLICT_TRIES   5
#define DEPTH_CHECK_MS   5000
#define DEPTH_RETRY_TEXT "60"

/* How duplicates of an event are met; see sql/procedures/intake.sql. */
static const struct event_kind {
	const char *name, *entity_type, *mode;
	bool numbered; /* the payload names the document's increment_id */
} event_kinds[] = {
	{"invoice.created", "invoice", "create_once", true},
	{"invoice.paid", "invoice", "create_once", true},
	{"creditmemo.created", "creditmemo", "create_once", true},
	{"customer.upserted", "customer", "upsert", false},
	{"product.upserted", "product", "upsert", false},
};

struct event {
	const char *name, *entity_type, *mode;
	const char *number; /* NULL when the payload has none */
	int64_t magento_id, website_id, store_id, occurred_at;
};

static bool name_is_fit(const char *name)
{
	size_t len = strlen(name);
	for (size_t i = 0; i < len; i++)
		if (name[i] <= ' ' || name[i] > '~')
			return false;
	return len > 0 && len <= EVENT_NAME_MAX;
}

static bool classify(const char *name, struct event *event)
{
	*event = (struct event){.name = name, .entity_type = "other", .mode = "unknown"};
	for (size_t i = 0; i < sizeof event_kinds / sizeof *event_kinds; i++) {
		if (strcmp(event_kinds[i].name, name) != 0)
			continue;
		event->entity_type = event_kinds[i].entity_type;
		event->mode = event_kinds[i].mode;
		return event_kinds[i].numbered;
	}
	return false;
}

/* The first fault of the body against the contract, or NULL. */
static const char *read_body(struct json_object *body, bool numbered, struct event *event)
{
	const char *occurred_at = json_string(body, "occurred_at");
	struct json_object *payload = json_member(body, "payload");
	if (!json_object_is_type(body, json_type_object))
		return "The body must be a JSON object.";
	if (!json_int(body, "magento_entity_id", 1, MAGENTO_ID_MAX, &event->magento_id))
		return "magento_entity_id must be a whole number above 0.";
	if (!json_int(body, "website_id", 0, INT32_MAX, &event->website_id))
		return "website_id must be a whole number.";
	if (!json_int(body, "store_id", 0, INT32_MAX, &event->store_id))
		return "store_id must be a whole number.";
	if (!occurred_at || !clock_parse_iso(occurred_at, &event->occurred_at) ||
	    event->occurred_at < 0 || event->occurred_at > OCCURRED_AT_MAX)
		return "occurred_at must be a UTC time such as 2026-11-20T20:30:37Z.";
	if (!json_object_is_type(payload, json_type_object))
		return "payload must be an object.";
	if (!numbered)
		return NULL;
	event->number = json_string(payload, "increment_id");
	if (!event->number || !*event->number ||
	    text_utf8_length(event->number, strlen(event->number)) > NUMBER_MAX)
		return "payload.increment_id must be text of at most 64 characters.";
	struct json_object *paid = json_member(payload, "paid");
	if (paid && !json_object_is_type(paid, json_type_boolean))
		return "payload.paid must be true or false.";
	return NULL;
}

/* Whether the queue may grow; asked of the database every few seconds, not every time. */
static enum led_err check_room(struct webhook *webhook, struct arena *arena,
			       struct led_error *error)
{
	struct db_rows rows;
	int64_t now = clock_monotonic_ms();
	if (webhook->depth_checked_ms && now - webhook->depth_checked_ms < DEPTH_CHECK_MS)
		return LED_OK;
	enum led_err err = db_query(webhook->db, arena, SQL_INTAKE_DEPTH,
				    DB_ARGS(DB_I(webhook->config.intake_max_depth)), &rows, error);
	if (err)
		return err;
	webhook->depth_checked_ms = now;
	webhook->has_room = db_at_int(&rows, 0, 0) < webhook->config.intake_max_depth;
	return LED_OK;
}

/* The one statement that takes in a new event; *run stays 0 when it is not for it. */
static enum led_err insert_new(struct webhook *webhook, struct arena *arena,
			       const struct gate_pass *pass, const struct event *event,
			       int64_t *run, struct led_error *error)
{
	struct db_rows rows;
	enum led_err err;
	int try = 0;
	*run = 0;
	if (strcmp(event->mode, "unknown") == 0 || !pass->lane)
		return LED_OK;
	do {
		err = db_query(webhook->db, arena, SQL_INTAKE_NEW,
			       DB_ARGS(DB_I(pass->account), DB_S(pass->binding), DB_I(pass->lane),
				       DB_S(event->name), DB_S(event->entity_type),
				       DB_I(event->magento_id), DB_I(event->website_id),
				       DB_I(event->store_id), DB_I(event->occurred_at),
				       DB_S(event->number), DB_S(pass->binding),
				       DB_I(pass->key_version),
				       DB_B(pass->token_hash, sizeof pass->token_hash),
				       DB_I(pass->expires_at)),
			       &rows, error);
	} while (err && db_is_conflict(webhook->db) && ++try < CONFLICT_TRIES);
	if (!err)
		*run = db_at_int(&rows, 0, 0);
	else if (db_errno(webhook->db) == ER_DUP_ENTRY ||
		 db_errno(webhook->db) == ER_BAD_NULL_ERROR)
		return LED_OK;
	return err;
}

static enum led_err call_intake(struct webhook *webhook, struct arena *arena,
				const struct gate_pass *pass, const struct event *event,
				struct db_rows *rows, struct led_error *error)
{
	enum led_err err;
	int try = 0;
	do {
		err = db_query(webhook->db, arena, SQL_INTAKE_EVENT,
			       DB_ARGS(DB_S(pass->binding), DB_I(pass->key_version),
				       DB_B(pass->token_hash, sizeof pass->token_hash),
				       DB_I(pass->expires_at), DB_S(event->name),
				       DB_S(event->entity_type), DB_I(event->magento_id),
				       DB_S(event->mode), DB_I(event->website_id),
				       DB_I(event->store_id), DB_I(event->occurred_at),
				       DB_S(event->number)),
			       rows, error);
	} while (err && db_is_conflict(webhook->db) && ++try < CONFLICT_TRIES);
	return err;
}

static enum led_err answer_accepted(struct http_response *response, int64_t run)
{
	http_response_json(response, 202, "", 0);
	buf_addf(&response->body, "{\"sync_run_id\":\"%lld\"}", (long long)run);
	return LED_OK;
}

/* One intake under the pass; *stale when the binding's key changed since it was read. */
static enum led_err take_in(struct webhook *webhook, struct http_request *request,
			    const struct gate_pass *pass, const struct event *event,
			    struct http_response *response, bool *stale, struct led_error *error)
{
	struct db_rows rows;
	int64_t run;
	enum led_err err = insert_new(webhook, request->arena, pass, event, &run, error);
	if (!err && run)
		return answer_accepted(response, run);
	if (!err)
		err = call_intake(webhook, request->arena, pass, event, &rows, error);
	if (err)
		return err;
	const char *verdict = rows.count ? db_at_text(&rows, 0, 0) : "";
	*stale = strcmp(verdict, "stale") == 0;
	if (*stale)
		return LED_OK;
	if (strcmp(verdict, "accepted") == 0)
		return answer_accepted(response, db_at_int(&rows, 0, 1));
	if (strcmp(verdict, "replayed") == 0)
		return webhook_unauthorized(response);
	return led_fail(error, LED_INTERNAL, "intake_verdict",
			"The intake answered nothing known.");
}

enum led_err webhook_event(void *program, struct http_request *request,
			   struct http_response *response, struct led_error *error)
{
	struct webhook *webhook = program;
	struct gate_pass pass;
	struct event event;
	struct json_object *body = NULL;
	const char *tenant = http_request_capture(request, "tenant");
	bool stale = false;
	enum led_err err =
		gate_admit(webhook->gate, webhook->db, request, tenant, false, &pass, error);
	if (err == LED_AUTH)
		return webhook_unauthorized(response);
	if (err || (err = check_room(webhook, request->arena, error)))
		return err;
	if (!webhook->has_room) {
		http_response_error(response, 503, "overloaded",
				    "The queue is full. Try again later.");
		http_response_set(response, "Retry-After", DEPTH_RETRY_TEXT);
		return LED_OK;
	}
	if (webhook_wrong_provider(request, response))
		return LED_OK;
	const char *name = http_request_capture(request, "event");
	if (!name_is_fit(name))
		return webhook_bad_request(response, "The event's name is not one.");
	bool numbered = classify(name, &event);
	err = json_parse(request->body, request->body_len, &body, error);
	if (err)
		return err == LED_SERDE
			       ? webhook_bad_request(response, "The body is not valid JSON.")
			       : err;
	const char *fault = read_body(body, numbered, &event);
	if (fault)
		err = webhook_bad_request(response, fault);
	else
		err = take_in(webhook, request, &pass, &event, response, &stale, error);
	if (stale) {
		/* Re-paired or revoked since the key was kept: judge by the key of now. */
		err = gate_admit(webhook->gate, webhook->db, request, tenant, true, &pass, error);
		if (!err)
			err = take_in(webhook, request, &pass, &event, response, &stale, error);
		if (err == LED_AUTH || (!err && stale && !response->status))
			err = webhook_unauthorized(response);
	}
	json_object_put(body);
	return err;
}
