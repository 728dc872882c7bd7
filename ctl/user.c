#include "user.h"
#include "base/text.h"
#include "store/member.h"

#include <string.h>

#define ACCOUNT_NAME_MAX 100 /* characters, as the column */

/* The form under which it is stored. Whether mail arrives there only mail can tell. */
bool user_take_email(const char *text, char out[USER_EMAIL_MAX + 1])
{
	size_t len = strlen(text);
	if (len > USER_EMAIL_MAX)
		return false;
	for (size_t i = 0; i <= len; i++)
		out[i] = text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] + 32) : text[i];
	return member_email_valid(out);
}

bool user_is_account_name(const char *text)
{
	size_t len = strlen(text);
	if (!len || !text_utf8_valid(text, len) || text_utf8_length(text, len) > ACCOUNT_NAME_MAX)
		return false;
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
			return false;
	return text[0] != ' ' && text[len - 1] != ' ';
}

enum led_err user_hash_password(const struct ctl *ctl, char hash[PASSWORD_HASH_MAX],
				struct led_error *error)
{
	char text[PASSWORD_MAX * 4 + 1]; /* a character takes four bytes at most */
	struct secret password = {0};
	enum led_err err = ctl_read_secret(ctl, "--password-file", &password, error);
	if (!err && password.len >= sizeof text)
		err = led_fail(error, LED_VALIDATION, "password_length",
			       "A password has at most %d characters.", PASSWORD_MAX);
	if (!err && !text_utf8_valid((const char *)password.bytes, password.len))
		err = led_fail(error, LED_VALIDATION, "password_text",
			       "The password is not UTF-8.");
	if (!err) {
		memcpy(text, password.bytes, password.len);
		text[password.len] = '\0';
		err = password_hash(text, hash, error);
		explicit_bzero(text, sizeof text);
	}
	secret_release(&password);
	return err;
}
