#include "intake.h"
#include "base/clock.h"
#include "base/log.h"
#include "webhook.h"

#include <mysqld_error.h>
#include <stdlib.h>
#include <string.h>

#define CONFLICT_TRIES 5
#define ROOM_CHECK_MS  5000

struct entry {
	struct http_request *request;
	struct http_response *response;
	struct gate_pass pass;
	struct intake_event event;
	int64_t run;   /* 0 until the event is stored */
	bool together; /* stored with the others */
};

struct intake {
	const struct config *config;
	struct db *db;
	struct gate *gate;
	struct entry entries[INTAKE_TOGETHER];
	size_t count;
	bool written;            /* all of store_together went through; the commit is next */
	int64_t room_checked_ms; /* monotonic; 0: never */
	bool room;
};

struct intake *intake_new(const struct config *config, struct db *db, struct gate *gate)
{
	struct intake *intake = calloc(1, sizeof *intake);
	if (intake) {
		intake->config = config;
		intake->db = db;
		intake->gate = gate;
	}
	return intake;
}

void intake_free(struct intake *intake)
{
	free(intake);
}

enum led_err intake_has_room(struct intake *intake, struct arena *arena, bool *room,
			     struct led_error *error)
{
	struct db_rows rows;
	int64_t now = clock_monotonic_ms(), most = intake->config->intake_max_depth;
	if (!intake->room_checked_ms || now - intake->room_checked_ms >= ROOM_CHECK_MS) {
		enum led_err err = db_query(intake->db, arena, SQL_INTAKE_ROOM,
					    DB_ARGS(DB_I(most), DB_I(most), DB_I(most),
						    DB_I(intake->config->intake_max_age)),
					    &rows, error);
		if (err)
			return err;
		intake->room_checked_ms = now;
		intake->room = rows.count && db_at_int(&rows, 0, 0);
	}
	*room = intake->room;
	return LED_OK;
}

void intake_add(struct intake *intake, struct http_request *request, struct http_response *response,
		const struct gate_pass *pass, const struct intake_event *event)
{
	intake->entries[intake->count++] = (struct entry){
		.request = request, .response = response, .pass = *pass, .event = *event};
	response->open = true;
}

/* ---- new events, together ---- */

/* Which of the entries may be stored together: those of events that we know, of bindings that
 * are still as the gate read them. The others are left for later. */
static enum led_err look_up(struct intake *intake, struct arena *arena, size_t *fit,
			    int64_t *first_run, struct led_error *error)
{
	struct db_rows rows;
	enum led_err err = db_query(intake->db, arena, SQL_INTAKE_BEGIN, DB_NO_ARGS, &rows, error);
	if (err)
		return err;
	int64_t epoch = rows.count ? db_at_int(&rows, 0, 0) : 0;
	*first_run = rows.count ? db_at_int(&rows, 0, 1) : 0;
	*fit = 0;
	for (size_t i = 0; i < intake->count; i++) {
		struct entry *entry = &intake->entries[i];
		entry->together = rows.count && entry->pass.epoch == epoch && entry->pass.lane &&
				  strcmp(entry->event.mode, "unknown") != 0;
		*fit += entry->together;
	}
	gate_set_epoch(intake->gate, epoch);
	return LED_OK;
}

/* One of the three statements of a new event: its arguments for one entry. */
typedef void arguments(const struct entry *entry, struct db_value *out);

static void token_arguments(const struct entry *entry, struct db_value *out)
{
	out[0] = DB_B(entry->pass.token_hash, sizeof entry->pass.token_hash);
	out[1] = DB_I(entry->pass.expires_at);
}

static void job_arguments(const struct entry *entry, struct db_value *out)
{
	out[0] = DB_S(entry->pass.binding);
	out[1] = DB_I(entry->pass.lane);
	out[2] = DB_I(entry->run);
	out[3] = DB_S(entry->event.name);
	out[4] = DB_S(entry->event.entity_type);
	out[5] = DB_I(entry->event.magento_id);
}

static void run_arguments(const struct entry *entry, struct db_value *out)
{
	out[0] = DB_S(entry->pass.binding);
	out[1] = DB_I(entry->pass.account);
	out[2] = DB_I(entry->run);
	out[3] = DB_S(entry->event.name);
	out[4] = DB_S(entry->event.entity_type);
	out[5] = DB_I(entry->event.magento_id);
	out[6] = DB_I(entry->event.website_id);
	out[7] = DB_I(entry->event.store_id);
	out[8] = DB_I(entry->event.occurred_at);
	out[9] = DB_S(entry->event.number);
	out[10] = DB_I(entry->pass.policy);
}

/* In the order in which the procedure intake_event takes its locks. */
static const struct {
	enum db_statement statement;
	size_t width;
	arguments *arguments;
} inserts[] = {
	{SQL_INTAKE_TOKEN_USE, 2, token_arguments},
	{SQL_INTAKE_JOB, 6, job_arguments},
	{SQL_INTAKE_RUN, 11, run_arguments},
};
#define WIDTH_MAX 11

static enum led_err store_together(struct db *db, void *context, struct led_error *error)
{
	struct intake *intake = context;
	struct arena *arena = intake->entries[0].request->arena;
	struct db_value args[INTAKE_TOGETHER * WIDTH_MAX];
	int64_t run = 0;
	size_t fit = 0;
	intake->written = false;
	enum led_err err = look_up(intake, arena, &fit, &run, error);
	for (size_t i = 0; i < intake->count; i++)
		intake->entries[i].run = intake->entries[i].together ? run++ : 0;
	for (size_t n = 0; !err && fit && n < sizeof inserts / sizeof *inserts; n++) {
		struct db_value *next = args;
		for (size_t i = 0; i < intake->count; i++) {
			if (!intake->entries[i].together)
				continue;
			inserts[n].arguments(&intake->entries[i], next);
			next += inserts[n].width;
		}
		err = db_run_many(db, arena, inserts[n].statement, args, fit, error);
	}
	intake->written = !err;
	return err;
}

/* ---- one event, whatever its case ---- */

/* A duplicate key that is not the token's: the event's former run succeeded just now, and the
 * next try sees it. */
static bool is_overtaken(const struct db *db)
{
	return db_is_conflict(db) || db_errno(db) == ER_DUP_ENTRY;
}

static enum led_err call_intake(struct intake *intake, const struct entry *entry,
				struct db_rows *rows, struct led_error *error)
{
	const struct gate_pass *pass = &entry->pass;
	const struct intake_event *event = &entry->event;
	enum led_err err;
	int try = 0;
	do {
		err = db_query(intake->db, entry->request->arena, SQL_INTAKE_EVENT,
			       DB_ARGS(DB_S(pass->binding), DB_I(pass->key_version),
				       DB_B(pass->token_hash, sizeof pass->token_hash),
				       DB_I(pass->expires_at), DB_S(event->name),
				       DB_S(event->entity_type), DB_I(event->magento_id),
				       DB_S(event->mode), DB_I(event->website_id),
				       DB_I(event->store_id), DB_I(event->occurred_at),
				       DB_S(event->number)),
			       rows, error);
	} while (err && is_overtaken(intake->db) && ++try < CONFLICT_TRIES);
	return err;
}

/* One try under the entry's pass; *stale when the binding's key changed since it was read. */
static enum led_err judge(struct intake *intake, struct entry *entry, bool *stale,
			  struct led_error *error)
{
	struct db_rows rows;
	enum led_err err = call_intake(intake, entry, &rows, error);
	if (err)
		return err;
	const char *verdict = rows.count ? db_at_text(&rows, 0, 0) : "";
	*stale = strcmp(verdict, "stale") == 0;
	if (strcmp(verdict, "accepted") == 0)
		entry->run = db_at_int(&rows, 0, 1);
	else if (strcmp(verdict, "replayed") == 0)
		return webhook_unauthorized(entry->response);
	else if (!*stale)
		return led_fail(error, LED_INTERNAL, "intake_verdict",
				"The intake answered nothing known.");
	return LED_OK;
}

static enum led_err store_alone(struct intake *intake, struct entry *entry, struct led_error *error)
{
	bool stale;
	log_context(entry->request->id);
	enum led_err err = judge(intake, entry, &stale, error);
	if (err || !stale)
		return err;
	/* Re-paired or revoked since the key was kept: judge by the key of now. */
	err = gate_admit(intake->gate, intake->db, entry->request, entry->pass.binding, true,
			 &entry->pass, error);
	if (!err)
		err = judge(intake, entry, &stale, error);
	if (err == LED_AUTH || (!err && stale))
		err = webhook_unauthorized(entry->response);
	return err;
}

static void answer_accepted(struct http_response *response, int64_t run)
{
	http_response_json(response, 202, "", 0);
	buf_add_str(&response->body, "{\"sync_run_id\":\"");
	buf_add_int(&response->body, run);
	buf_add_str(&response->body, "\"}");
}

/* Work that failed left nothing behind, and each event may be judged alone, unless the
 * connection is gone. A commit that failed may have been carried out all the same: then the
 * shops ask again, with new tokens. */
static enum led_err store_all_together(struct intake *intake, bool *alone, struct led_error *error)
{
	intake->written = false;
	enum led_err err = db_transaction(intake->db, store_together, intake, error);
	*alone = !err || (!intake->written && db_was_refused(intake->db));
	return err;
}

enum led_err intake_settle(struct intake *intake, struct led_error *error)
{
	size_t count = intake->count;
	bool alone;
	enum led_err together = store_all_together(intake, &alone, error);
	intake->count = 0;
	if (!alone)
		return together;
	enum led_err failed = LED_OK;
	for (size_t i = 0; i < count; i++) {
		struct entry *entry = &intake->entries[i];
		enum led_err err = LED_OK;
		if (together)
			entry->run = 0;
		if (!entry->run)
			err = store_alone(intake, entry, error);
		if (!err && entry->run)
			answer_accepted(entry->response, entry->run);
		failed = err ? err : failed;
	}
	return failed;
}
