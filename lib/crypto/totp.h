/*
 * The second factor: time-based one-time codes (TOTP, RFC 6238) as every authenticator
 * app makes them: HMAC-SHA1, steps of 30 seconds, six digits.
 */
#ifndef CRYPTO_TOTP_H
#define CRYPTO_TOTP_H

#include "base/error.h"
#include "base/secret.h"

#include <stdbool.h>
#include <stdint.h>

#define TOTP_SECRET_SIZE  20 /* bytes, as RFC 4226 recommends (section 4, R6) */
#define TOTP_STEP_SECONDS 30
#define TOTP_DIGITS       6
#define TOTP_WINDOW       1 /* steps that a clock may be off, either way */

/* A fresh secret; the caller releases it. */
enum led_err totp_new_secret(struct secret *out, struct led_error *error)
	__attribute__((warn_unused_result));

/* The 31-bit value of a step (RFC 4226, section 5.3); a code is its last digits. */
enum led_err totp_value(const struct secret *secret, int64_t step, uint32_t *value)
	__attribute__((warn_unused_result));

/* Whether `code`, as typed (blanks inside do not count), is the one of a step within the
 * window around `now` (Unix seconds) and later than `last_step`, the step of the last code
 * that was accepted: a code counts once. *step is then the one to be remembered; all steps are
 * tried, so the time tells nothing. */
enum led_err totp_check(const struct secret *secret, const char *code, int64_t now,
			int64_t last_step, bool *accepted, int64_t *step, struct led_error *error)
	__attribute__((warn_unused_result));

#endif
