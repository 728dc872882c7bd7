/*
 * Mail to be sent: programs add it in the transaction that it tells of, the worker sends it
 * (worker/post_mail.c). Until then the table holds its text, the links in it included: they run
 * out within an hour (a forgotten password) or a week (an invitation), and the text is blanked
 * once it is sent or given up.
 */
#ifndef STORE_MAIL_H
#define STORE_MAIL_H

#include "db/db.h"
#include "mail/letter.h"

/* To one person. */
enum led_err mail_add(struct db *db, const char *recipient, enum letter letter,
		      const struct letter_facts *facts, struct led_error *error)
	__attribute__((warn_unused_result));

/* To each owner and operator of the account. */
enum led_err mail_add_alert(struct db *db, int64_t account, enum letter letter,
			    const struct letter_facts *facts, struct led_error *error)
	__attribute__((warn_unused_result));

#endif
