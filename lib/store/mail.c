#include "store/mail.h"

/* account 0: to `recipient`. */
static enum led_err add(struct db *db, const char *recipient, int64_t account, enum letter letter,
			const struct letter_facts *facts, struct led_error *error)
{
	struct buf subject, body;
	enum led_err err;

	buf_init(&subject, 4 * LETTER_SUBJECT_MAX + LETTER_BODY_MAX);
	buf_init(&body, LETTER_BODY_MAX);
	letter_write(letter, facts, &subject, &body);
	if (subject.failed || body.failed)
		err = led_fail(error, LED_INTERNAL, "letter_too_long", "Letter %d.", (int)letter);
	else if (account)
		err = db_run(db, SQL_MAIL_ADD_ALERT,
			     DB_ARGS(DB_S(subject.data), DB_S(body.data), DB_I(account)), error);
	else
		err = db_run(db, SQL_MAIL_ADD,
			     DB_ARGS(DB_S(recipient), DB_S(subject.data), DB_S(body.data)), error);
	buf_release(&subject);
	buf_release(&body);
	return err;
}

enum led_err mail_add(struct db *db, const char *recipient, enum letter letter,
		      const struct letter_facts *facts, struct led_error *error)
{
	return add(db, recipient, 0, letter, facts, error);
}

enum led_err mail_add_alert(struct db *db, int64_t account, enum letter letter,
			    const struct letter_facts *facts, struct led_error *error)
{
	return add(db, NULL, account, letter, facts, error);
}
