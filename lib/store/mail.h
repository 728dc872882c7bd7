/*
 * Mail to be sent: programs add a letter in the transaction that it tells of, the worker writes
 * and sends it (worker/post_mail.c). The table holds which letter it is and its facts; the secret
 * of a link is in neither.
 */
#ifndef STORE_MAIL_H
#define STORE_MAIL_H

#include "db/db.h"
#include "mail/letter.h"

/* To one person; `account` is 0 where none is known yet. */
enum led_err mail_add(struct db *db, int64_t account, const char *recipient, enum letter letter,
		      const struct letter_facts *facts, struct led_error *error)
	__attribute__((warn_unused_result));

/* To each owner and operator of the account. */
enum led_err mail_add_alert(struct db *db, int64_t account, enum letter letter,
			    const struct letter_facts *facts, struct led_error *error)
	__attribute__((warn_unused_result));

#endif
