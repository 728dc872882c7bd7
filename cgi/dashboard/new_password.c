/* What a new password must be: the one rule for signing up, joining, changing, resetting. */
#include "dashboard.h"

#include "crypto/password.h"

#include <string.h>

enum led_err new_password_hash(const struct dashboard *dashboard, const char *password,
			       const char *email, char *hash, const char **problem,
			       struct led_error *error)
{
	enum led_err err;

	*problem = NULL;
	if (!password || !*password) {
		*problem = "Please choose a password.";
		return LED_OK;
	}
	if (common_passwords_has(dashboard->common_passwords, password, email)) {
		*problem = "This password is one of those that are guessed first. Please choose "
			   "another, for instance four words that have nothing to do with each "
			   "other.";
		return LED_OK;
	}
	err = password_hash(password, hash, error);
	if (err == LED_VALIDATION) {
		*problem = "A password has 8 to 128 characters, of whatever kind.";
		return LED_OK;
	}
	return err;
}
