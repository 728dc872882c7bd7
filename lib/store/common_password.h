/*
 * Passwords that are guessed first (ASVS 6.2.4, 6.2.11; NIST SP 800-63B, 5.1.1.2): a list
 * of words, share_dir/data/common-passwords.txt, and three rules that make it stand for many
 * more. No password has to contain this or that.
 *
 * Debian's own lists do not serve: cracklib's judges by composition, and the lists of the
 * password crackers belong on no server. An operator may add lines to the file.
 */
#ifndef STORE_COMMON_PASSWORD_H
#define STORE_COMMON_PASSWORD_H

#include "base/error.h"

#include <stdbool.h>

struct common_passwords; /* immutable after loading */

/* LED_INTERNAL "file_unreadable", or "list_empty" when the file holds no word. */
enum led_err common_passwords_load(const char *share_dir, struct common_passwords **out,
				   struct led_error *error) __attribute__((warn_unused_result));
void common_passwords_free(struct common_passwords *list);

/* Whether `password` is on the list as it stands, between digits and signs, or spelt with
 * look-alikes; or one short piece over and over; or made of the `email` in the same way. */
bool common_passwords_has(const struct common_passwords *list, const char *password,
			  const char *email);

#endif
