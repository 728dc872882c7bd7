#include "post_mail.h"
#include "base/clock.h"
#include "base/log.h"
#include "mail/message.h"
#include "mail/smtp.h"
#include "mail_link.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define BATCH     20
#define ARENA_CAP (4 * 1024 * 1024)

int64_t post_mail_delay(int64_t attempt)
{
	static const int64_t seconds[] = {60, 300, 900, 3600, 4 * 3600, 12 * 3600, 24 * 3600};

	return attempt <= (int64_t)(sizeof(seconds) / sizeof(seconds[0])) ? seconds[attempt - 1]
									  : 0;
}

/* Every try that the ladder has was begun, the last one too. */
static bool tries_over(int64_t attempts)
{
	return attempts > 0 && !post_mail_delay(attempts);
}

/* A buffer that may hold a link which opens something. */
static void release_secret(struct buf *buf)
{
	if (buf->data)
		explicit_bzero(buf->data, buf->size);
	buf_release(buf);
}

static enum led_err send_text(const struct config *config, const struct letter_due *due,
			      const struct buf *subject, const struct buf *body,
			      struct led_error *error)
{
	char id[80];
	struct buf text;
	const struct mail_message message = {
		.from = config->mail_from,
		.to = due->recipient,
		.subject = buf_str(subject),
		.body = buf_str(body),
		.id = id,
		.date = due->created_at,
	};
	enum led_err err;

	/* The same for every try, so that a repeated one can be told for what it is; but each
	 * with a new link is a mail of its own, of which the last one counts. */
	snprintf(id, sizeof(id), "%" PRId64 ".%" PRId64 ".%" PRId64, due->id, due->created_at,
		 mail_link_needed(due->letter) ? due->attempts : 0);
	buf_init(&text, MAIL_MESSAGE_MAX);
	err = mail_message_write(&message, &text, error);
	if (!err)
		err = smtp_send(config, due->recipient, &text, error);
	release_secret(&text);
	return err;
}

static enum led_err send(const struct config *config, const struct letter_due *due,
			 struct led_error *error)
{
	struct buf subject, body;
	enum led_err err;

	buf_init(&subject, LETTER_BODY_MAX);
	buf_init(&body, LETTER_BODY_MAX);
	letter_write(due->letter, &due->facts, &subject, &body);
	if (subject.failed || body.failed)
		err = led_fail(error, LED_VALIDATION, "letter_too_long", "The letter %s.",
			       letter_name(due->letter));
	else
		err = send_text(config, due, &subject, &body, error);
	release_secret(&subject);
	release_secret(&body);
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

/* Of a letter that nobody is to get nothing is kept: its address may be a stranger's. */
static enum led_err drop(struct worker *worker, const struct letter_due *due,
			 struct led_error *error)
{
	uint64_t affected;

	log_write(LOG_INFO, "mail_dropped", LOG_N("mail", due->id));
	return run(worker, SQL_POST_DROP, DB_ARGS(DB_I(due->id)), &affected, error);
}

/* One try. A letter whose link cannot be made fails as one that the relay does not take. */
static enum led_err try_letter(struct worker *worker, struct arena *arena, struct letter_due *due,
			       bool *wanted, struct led_error *failure)
{
	enum led_err err = LED_OK;

	*wanted = true;
	if (tries_over(due->attempts))
		return led_fail(failure, LED_VALIDATION, "gave_up",
				"%" PRId64 " tries ended without an outcome.", due->attempts);
	if (mail_link_needed(due->letter))
		err = mail_link_make(worker, arena, due, wanted, failure);
	return err || !*wanted ? err : send(&worker->config, due, failure);
}

static enum led_err send_one(struct worker *worker, struct arena *arena, struct letter_due *due,
			     struct led_error *error)
{
	struct led_error failure = {0};
	int64_t again = post_mail_delay(due->attempts + 1);
	uint64_t claimed;
	bool wanted;
	enum led_err sent, err = run(worker, SQL_POST_CLAIM,
				     DB_ARGS(DB_I(again ? again : post_mail_delay(1)),
					     DB_I(due->id), DB_I(due->attempts)),
				     &claimed, error);

	if (err || claimed != 1)
		return err;
	sent = try_letter(worker, arena, due, &wanted, &failure);
	if (!sent && !wanted)
		return drop(worker, due, error);
	return note(worker, due, sent, &failure, error);
}

/* One that cannot be read is a fault of ours: it must not stand in the way of the others. */
static enum led_err read_due(const struct db_rows *rows, size_t i, struct arena *arena,
			     struct letter_due *due, struct led_error *error)
{
	*due = (struct letter_due){
		.id = db_at_int(rows, i, 0),
		.account = db_at_int(rows, i, 1),
		.recipient = db_at_text(rows, i, 2),
		.attempts = db_at_int(rows, i, 5),
		.created_at = db_at_int(rows, i, 6),
	};
	enum led_err err = letter_parse(db_at_text(rows, i, 3), &due->letter, error);
	return err ? err : letter_facts_parse(arena, db_at_text(rows, i, 4), &due->facts, error);
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
		struct letter_due due;
		struct led_error failure;
		uint64_t affected;

		if (read_due(&rows, i, arena, &due, &failure)) {
			log_error("mail_unreadable", &failure);
			err = run(worker, SQL_POST_FAILED,
				  DB_ARGS(DB_S(failure.message), DB_I(due.id)), &affected, error);
		} else {
			err = send_one(worker, arena, &due, error);
		}
	}
	return err;
}

void *post_mail_main(void *context)
{
	struct worker *worker = context;
	struct arena *arena = worker->config.smtp_url[0] ? arena_new(ARENA_CAP) : NULL;
	struct led_error error;
	size_t due = 0;
	bool last;

	do {
		unsigned seen = news_count(&worker->news);
		last = worker->threads_running == 0 || worker->stopping;
		due = 0;
		if (arena && !worker->stopping && send_due(worker, arena, &due, &error)) {
			log_error("mail_not_looked_at", &error);
			due = 0; /* whatever is wrong, no hurry */
		}
		if (arena && !last && !due)
			news_wait(&worker->news, seen);
	} while (arena && (!last || due) && !worker->stopping);
	arena_free(arena);
	return NULL;
}
