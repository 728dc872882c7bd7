/* What the commands about people share. */
#ifndef CTL_USER_H
#define CTL_USER_H

#include "crypto/password.h"
#include "ctl.h"

#define USER_EMAIL_MAX 254 /* bytes: RFC 5321's longest path without its brackets */

/* The address in lower case, as it is stored; false when it cannot be one. */
bool user_take_email(const char *text, char out[USER_EMAIL_MAX + 1]);

/* 1 to 100 characters, none of them a control character, no blank at either end. */
bool user_is_account_name(const char *text);

/* Hashes the password in the file that --password-file names. */
enum led_err user_hash_password(const struct ctl *ctl, char hash[PASSWORD_HASH_MAX],
				struct led_error *error) __attribute__((warn_unused_result));

#endif
