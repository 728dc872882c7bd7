#include "post_mail.h"
#include "base/clock.h"
#include "base/log.h"
#include "mail/message.h"
#include "mail/smtp.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#define BATCH     20
#define LOOK_MS   500
#define ARENA_CAP (4 * 1024 * 1024)

struct letter_due {
	int64_t id, attempts, created_at;
	const char *recipient, *subject, *body;
};

int64_t post_mail_delay(int64_t attempt)
{
	static const int64_t seconds[] = {60, 300, 900, 3600, 4 * 3600, 12 * 3600, 24 * 3600};

	return attempt <= (int64_t)(sizeof(seconds) / sizeof(seconds[0])) ? seconds[attempt - 1]
									  : 0;
}

static enum led_err send(const struct config *config, const struct letter_due *due,
			 struct led_error *error)
{
	char id[64];
	struct buf text;
	const struct mail_message message = {
		.from = config->mail_from,
		.to = due->recipient,
		.subject = due->subject,
		.body = due->body,
		.id = id,
		.date = due->created_at,
	};
	enum led_err err;

	/* The same for every try, so that a repeated one can be told for what it is. */
	snprintf(id, sizeof(id), "%" PRId64 ".%" PRId64, due->id, due->created_at);
	buf_init(&text, MAIL_MESSAGE_MAX);
	err = mail_message_write(&message, &text, error);
	if (!err)
		err = smtp_send(config, due->recipient, &text, error);
	buf_release(&text);
	return err;
}

static enum led_err run(struct worker *worker, enum db_statement statement,
			const struct db_value *args, size_t count, uint64_t *affected,
			struct led_error *error)
{
	struct db *db;
	enum led_err err = db_pool_take(worker->pool, &db, error);

	if (!err)
		err = db_run(db, statement, args, count, error);
	*affected = err ? 0 : db_affected(db);
	db_pool_give(worker->pool, db);
	return err;
}

/* Notes how sending went. What no further try can mend is given up at once. */
static enum led_err note(struct worker *worker, const struct letter_due *due, enum led_err sent,
			 const struct led_error *failure, struct led_error *error)
{
	bool hopeless = sent == LED_PROVIDER || sent == LED_VALIDATION;
	uint64_t affected;

	if (!sent) {
		log_write(LOG_INFO, "mail_sent", LOG_N("mail", due->id));
		return run(worker, SQL_POST_SENT, DB_ARGS(DB_I(due->id)), &affected, error);
	}
	if (hopeless || !post_mail_delay(due->attempts + 1)) {
		log_write(LOG_ERROR, "mail_failed", LOG_N("mail", due->id),
			  LOG_N("attempts", due->attempts + 1), LOG_S("code", failure->code));
		return run(worker, SQL_POST_FAILED, DB_ARGS(DB_S(failure->message), DB_I(due->id)),
			   &affected, error);
	}
	log_write(LOG_WARNING, "mail_postponed", LOG_N("mail", due->id),
		  LOG_N("attempts", due->attempts + 1), LOG_S("code", failure->code));
	return run(worker, SQL_POST_RETRY, DB_ARGS(DB_S(failure->message), DB_I(due->id)),
		   &affected, error);
}

static enum led_err send_one(struct worker *worker, const struct letter_due *due,
			     struct led_error *error)
{
	struct led_error failure = {0};
	int64_t again = post_mail_delay(due->attempts + 1);
	uint64_t claimed;
	enum led_err sent, err = run(worker, SQL_POST_CLAIM,
				     DB_ARGS(DB_I(again ? again : post_mail_delay(1)),
					     DB_I(due->id), DB_I(due->attempts)),
				     &claimed, error);

	if (err || claimed != 1)
		return err;
	sent = send(&worker->config, due, &failure);
	return note(worker, due, sent, &failure, error);
}

/* *count is how many were due. */
static enum led_err send_due(struct worker *worker, struct arena *arena, size_t *count,
			     struct led_error *error)
{
	struct db *db;
	struct db_rows rows = {0};
	enum led_err err = db_pool_take(worker->pool, &db, error);

	arena_reset(arena);
	if (!err)
		err = db_query(db, arena, SQL_POST_DUE, DB_ARGS(DB_I(BATCH)), &rows, error);
	db_pool_give(worker->pool, db);
	*count = rows.count;
	for (size_t i = 0; !err && i < rows.count && !worker->stopping; i++) {
		const struct letter_due due = {
			.id = db_at_int(&rows, i, 0),
			.recipient = db_at_text(&rows, i, 1),
			.subject = db_at_text(&rows, i, 2),
			.body = db_at_text(&rows, i, 3),
			.attempts = db_at_int(&rows, i, 4),
			.created_at = db_at_int(&rows, i, 5),
		};
		err = send_one(worker, &due, error);
	}
	return err;
}

void *post_mail_main(void *context)
{
	const struct timespec pause = {.tv_nsec = LOOK_MS * 1000000L};
	struct worker *worker = context;
	struct arena *arena = worker->config.smtp_url[0] ? arena_new(ARENA_CAP) : NULL;
	struct led_error error;
	size_t due = 0;
	bool last;

	do {
		last = worker->threads_running == 0 || worker->stopping;
		due = 0;
		if (arena && !worker->stopping && send_due(worker, arena, &due, &error)) {
			log_error("mail_not_looked_at", &error);
			due = 0; /* whatever is wrong, no hurry */
		}
		if (arena && !last && !due)
			nanosleep(&pause, NULL);
	} while (arena && (!last || due) && !worker->stopping);
	arena_free(arena);
	return NULL;
}
