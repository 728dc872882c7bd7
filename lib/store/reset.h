/* A forgotten password: a mailed link, good once within the hour, sets a new one. */
#ifndef STORE_RESET_H
#define STORE_RESET_H

#include "db/db.h"

#define RESET_MINUTES 60

/* Asks for a link to be mailed to `email` (folded). Whether anybody has the address is found out
 * when the mail is sent (worker/mail_link.c), so the caller cannot tell, not by time either.
 * `link` is the page that takes "?token=". */
enum led_err reset_request(struct db *db, const char *email, const char *address, const char *link,
			   struct led_error *error) __attribute__((warn_unused_result));

struct reset {
	int64_t account_id, member_id;
	const char *email, *account_name;
};

/* Whose password the mailed token may set; *out is NULL when it stands for nothing. */
enum led_err reset_find(struct db *db, struct arena *arena, const char *token, struct reset **out,
			struct led_error *error) __attribute__((warn_unused_result));

/* Uses the token up and sets the password; all sessions of the member end, and a mail tells
 * so. LED_NOT_FOUND, "reset_unknown", when the token no longer stands. */
enum led_err reset_use(struct db *db, const struct reset *reset, const char *token,
		       const char *password_hash, const char *address, const char *link,
		       struct led_error *error) __attribute__((warn_unused_result));

#endif
