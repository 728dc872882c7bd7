/*
 * The intake: stores events that were admitted and read, those that came at the same moment
 * in one transaction. An answer is made only after the commit.
 *
 * Nearly every event is new, and new events of several shops share a transaction: their
 * tokens' one use, their runs and their jobs, a statement each for all of them. Anything else
 * (a used token, a duplicate, a binding that changed since its key was read) breaks a unique
 * key or is seen before; then nothing of the transaction stays, and each event is judged
 * alone by the procedure intake_event, which knows every case.
 */
#ifndef WEBHOOK_INTAKE_H
#define WEBHOOK_INTAKE_H

#include "gate.h"
#include "http/response.h"

#define INTAKE_TOGETHER 16 /* runs to a run_number */

/* One event as the shop told it; the texts live as long as its request. */
struct intake_event {
	const char *name, *entity_type;
	const char *mode;   /* create_once, upsert or unknown: how duplicates are met */
	const char *number; /* increment_id; NULL when the payload has none */
	int64_t magento_id, website_id, store_id;
	int64_t occurred_at; /* Unix seconds */
};

struct intake;

/* `config`, `db` and `gate` are borrowed. NULL when memory is short. */
struct intake *intake_new(const struct config *config, struct db *db, struct gate *gate);
void intake_free(struct intake *intake);

/* Whether the queue may grow; asked of the database every few seconds, not every time. */
enum led_err intake_has_room(struct intake *intake, struct arena *arena, bool *room,
			     struct led_error *error) __attribute__((warn_unused_result));

/* Keeps an event for intake_settle and leaves its answer open. At most INTAKE_TOGETHER
 * between two calls of intake_settle. */
void intake_add(struct intake *intake, struct http_request *request, struct http_response *response,
		const struct gate_pass *pass, const struct intake_event *event);

/* Stores what was added and makes its answers: 202 or 401. An answer left without a status
 * could not be made, and the error says why; the others were stored all the same. */
enum led_err intake_settle(struct intake *intake, struct led_error *error)
	__attribute__((warn_unused_result));

#endif
