/*
 * Signing up: a company's name and an address. The mailed link proves the address, and only
 * behind it a password is chosen and the account made: nobody can prepare an account under
 * somebody else's address. Whoever has a sign-in already is told so by the mail alone.
 */
#ifndef STORE_SIGN_UP_H
#define STORE_SIGN_UP_H

#include "db/db.h"
#include "store/member.h"

#define SIGN_UP_COMPANY_MAX 100 /* characters of an account's name */
#define SIGN_UP_HOURS       24

/* Asks for the mail. Whether somebody has the address (folded, valid) is found out when it is
 * sent (worker/mail_link.c): the caller cannot tell, not by time either. `link` is the page
 * that takes "?token=". */
enum led_err sign_up_request(struct db *db, const char *company, const char *email,
			     const char *address, const char *link, struct led_error *error)
	__attribute__((warn_unused_result));

struct sign_up {
	const char *email, *company;
};

/* What the mailed token stands for; *out is NULL when it stands for nothing. */
enum led_err sign_up_find(struct db *db, struct arena *arena, const char *token,
			  struct sign_up **out, struct led_error *error)
	__attribute__((warn_unused_result));

/* Makes the account, named sign_up->company, and its owner; the token is used up. LED_NOT_FOUND,
 * "sign_up_unknown", when it no longer stands; LED_VALIDATION, "company_taken" or "email_taken",
 * when somebody was faster, and the token still stands. *owner lives as long as the texts
 * given. */
enum led_err sign_up_finish(struct db *db, const struct sign_up *sign_up, const char *token,
			    const char *password_hash, const char *address, struct member *owner,
			    struct led_error *error) __attribute__((warn_unused_result));

#endif
