#include "store/mail.h"

/* Without a recipient: an alert. */
static enum led_err add(struct db *db, int64_t account, const char *recipient, enum letter letter,
			const struct letter_facts *facts, struct led_error *error)
{
	const char *name = letter_name(letter);
	struct buf json;
	enum led_err err;

	buf_init(&json, LETTER_FACTS_MAX);
	letter_facts_print(facts, &json);
	if (json.failed)
		err = led_fail(error, LED_INTERNAL, "letter_too_long", "The letter %s.", name);
	else if (recipient)
		err = db_run(db, SQL_MAIL_ADD,
			     DB_ARGS(account ? DB_I(account) : DB_NONE, DB_S(recipient), DB_S(name),
				     DB_S(json.data)),
			     error);
	else
		err = db_run(db, SQL_MAIL_ADD_ALERT,
			     DB_ARGS(DB_S(name), DB_S(json.data), DB_I(account)), error);
	buf_release(&json);
	return err;
}

enum led_err mail_add(struct db *db, int64_t account, const char *recipient, enum letter letter,
		      const struct letter_facts *facts, struct led_error *error)
{
	return add(db, account, recipient, letter, facts, error);
}

enum led_err mail_add_alert(struct db *db, int64_t account, enum letter letter,
			    const struct letter_facts *facts, struct led_error *error)
{
	return add(db, account, NULL, letter, facts, error);
}
