/*
 * The second step of signing in: one-time codes (crypto/totp.h), whose secret is sealed
 * under the vault ring, and recovery codes, of which only the SHA-256 is kept (they are random,
 * so a plain hash is enough). Each change is one transaction with its line in the audit log.
 */
#ifndef STORE_SECOND_FACTOR_H
#define STORE_SECOND_FACTOR_H

#include "base/secret.h"
#include "crypto/seal.h"
#include "store/session.h"

#define SECOND_FACTOR_CODES     10 /* recovery codes */
#define SECOND_FACTOR_CODE_SIZE 20 /* "xxxx-xxxx-xxxx-xxxx" and the NUL: 80 bits */

struct second_factor {
	bool confirmed;       /* in use */
	struct secret secret; /* empty: none was begun */
	int64_t last_step;
};

/* The caller releases second_factor->secret. */
enum led_err second_factor_get(struct db *db, struct arena *arena, const struct seal_keys *keys,
			       const struct session *by, struct second_factor *second_factor,
			       struct led_error *error) __attribute__((warn_unused_result));

/* A fresh secret, not in use before second_factor_confirm. The caller releases *secret.
 * LED_VALIDATION, "second_factor_on", while one is in use. */
enum led_err second_factor_begin(struct db *db, const struct seal_keys *keys,
				 const struct session *by, struct secret *secret,
				 struct led_error *error) __attribute__((warn_unused_result));

/* The first code was right, that of `step`: it is in use from now on. All the member's sessions
 * but `kept` end, a mail tells so, and `codes` are the recovery codes, shown once. */
enum led_err second_factor_confirm(struct db *db, const struct session *by, const char *address,
				   int64_t step, const char *kept,
				   char codes[SECOND_FACTOR_CODES][SECOND_FACTOR_CODE_SIZE],
				   struct led_error *error) __attribute__((warn_unused_result));

/* New recovery codes in place of the old. */
enum led_err second_factor_renew_codes(struct db *db, const struct session *by, const char *address,
				       char codes[SECOND_FACTOR_CODES][SECOND_FACTOR_CODE_SIZE],
				       struct led_error *error) __attribute__((warn_unused_result));

/* The password alone is enough again; a mail tells so. */
enum led_err second_factor_remove(struct db *db, const struct session *by, const char *address,
				  struct led_error *error) __attribute__((warn_unused_result));

/* Somebody else's, as an owner sees it. LED_NOT_FOUND, "member_unknown": no member of the
 * account. */
enum led_err second_factor_of(struct db *db, struct arena *arena, const struct session *by,
			      int64_t member, const char **email, bool *on, struct led_error *error)
	__attribute__((warn_unused_result));

/* Takes somebody else's away, who has lost telephone and codes: the member's sessions end, and a
 * mail tells the member, with `link` to where the password is replaced. LED_NOT_FOUND as above;
 * LED_VALIDATION, "second_factor_off": there is none. */
enum led_err second_factor_reset(struct db *db, struct arena *arena, const struct session *by,
				 const char *address, int64_t member, const char *link,
				 struct led_error *error) __attribute__((warn_unused_result));

/* Uses the code of `step` up; *first is false when it, or a later one, was used before. */
enum led_err second_factor_spend(struct db *db, const struct session *by, int64_t step, bool *first,
				 struct led_error *error) __attribute__((warn_unused_result));

/* Uses a recovery code, as typed, up; *accepted is false when it is none, or was used. A mail
 * tells of it. */
enum led_err second_factor_recover(struct db *db, const struct session *by, const char *code,
				   bool *accepted, struct led_error *error)
	__attribute__((warn_unused_result));

/* Recovery codes that are left. */
enum led_err second_factor_codes_left(struct db *db, struct arena *arena, const struct session *by,
				      int64_t *left, struct led_error *error)
	__attribute__((warn_unused_result));

#endif
