/* POST /webhooks/magento/{tenant}/{event}: who sends, and what; intake.c stores it. */
#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "gate.h"
#include "intake.h"
#include "magento/provider.h"
#include "webhook.h"

#include <string.h>

#define EVENT_NAME_MAX  64 /* characters: the shop's own limit */
#define NUMBER_MAX      64
#define MAGENTO_ID_MAX  4294967295 /* Magento's ids are unsigned 32-bit */
#define OCCURRED_AT_MAX INT32_MAX  /* January 2038: FROM_UNIXTIME of MariaDB 10.11 ends there */
#define ROOM_RETRY_TEXT "60"       /* seconds: Retry-After while the queue is full */

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

static bool name_is_fit(const char *name)
{
	size_t len = strlen(name);
	for (size_t i = 0; i < len; i++)
		if (name[i] <= ' ' || name[i] > '~')
			return false;
	return len > 0 && len <= EVENT_NAME_MAX;
}

static bool classify(const char *name, struct intake_event *event)
{
	*event = (struct intake_event){.name = name, .entity_type = "other", .mode = "unknown"};
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
static const char *read_fields(struct json_object *body, bool numbered, struct intake_event *event)
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

/* The event that a body tells; what is not of the contract is answered 400. */
static enum led_err read_event(struct http_request *request, struct http_response *response,
			       struct intake_event *event, struct led_error *error)
{
	struct json_object *body = NULL;
	const char *name = http_request_capture(request, "event");
	if (!name_is_fit(name))
		return webhook_bad_request(response, "The event's name is not one.");
	bool numbered = classify(name, event);
	enum led_err err = json_parse(request->body, request->body_len, &body, error);
	if (err)
		return err == LED_SERDE
			       ? webhook_bad_request(response, "The body is not valid JSON.")
			       : err;
	const char *fault = read_fields(body, numbered, event);
	if (fault)
		err = webhook_bad_request(response, fault);
	else if (event->number && !(event->number = arena_strdup(request->arena, event->number)))
		err = led_fail(error, LED_INTERNAL, "out_of_memory", "No memory for an event.");
	json_object_put(body);
	return err;
}

static enum led_err answer_full(struct http_response *response)
{
	http_response_error(response, 503, "overloaded", "The queue is full. Try again later.");
	http_response_set(response, "Retry-After", ROOM_RETRY_TEXT);
	return LED_OK;
}

enum led_err webhook_event(void *program, struct http_request *request,
			   struct http_response *response, struct led_error *error)
{
	struct webhook *webhook = program;
	struct gate_pass pass;
	struct intake_event event;
	bool room;
	const char *tenant = http_request_capture(request, "tenant");
	enum led_err err =
		gate_admit(webhook->gate, webhook->db, request, tenant, false, &pass, error);
	if (err == LED_AUTH)
		return webhook_unauthorized(response);
	if (err || (err = intake_has_room(webhook->intake, request->arena, &room, error)))
		return err;
	if (!room)
		return answer_full(response);
	if (magento_wrong_provider(request, response))
		return LED_OK;
	err = read_event(request, response, &event, error);
	if (!err && !response->status)
		intake_add(webhook->intake, request, response, &pass, &event);
	return err;
}
