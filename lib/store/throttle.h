/*
 * How often something has been tried of late. Signing in: per e-mail, whether anyone has it
 * or not, and per network address. Pairing: per member, and per shop's host, so that nobody
 * guesses codes at a shop through Ledger.
 */
#ifndef STORE_THROTTLE_H
#define STORE_THROTTLE_H

#include "db/db.h"

#define THROTTLE_WINDOW_SECONDS (15 * 60)
#define THROTTLE_EMAIL_MAX      10 /* tries in one window */
#define THROTTLE_ADDRESS_MAX    50

/* Counts one try of `email` (folded) from `address`. *allowed is false when either has had
 * its tries; the password must then not be looked at. */
enum led_err throttle_try(struct db *db, struct arena *arena, const char *email,
			  const char *address, bool *allowed, struct led_error *error)
	__attribute__((warn_unused_result));

/* The try was the right one: the e-mail starts anew and the address gets this try back, no
 * more, so that one's own account is no means to reset the address. */
enum led_err throttle_clear(struct db *db, const char *email, const char *address,
			    struct led_error *error) __attribute__((warn_unused_result));

#define THROTTLE_PAIRING_MAX      10 /* of one member, in one window */
#define THROTTLE_PAIRING_HOST_MAX 20 /* at one host, whoever tries */

/* Counts one try of a member to pair a shop at `host`. */
enum led_err throttle_pairing(struct db *db, struct arena *arena, int64_t member, const char *host,
			      bool *allowed, struct led_error *error)
	__attribute__((warn_unused_result));

#endif
