/* Invitations: an owner asks an address to join with a role; a mailed link accepts. */
#ifndef STORE_INVITATION_H
#define STORE_INVITATION_H

#include "crypto/digest.h"
#include "store/session.h"

#define INVITATION_DAYS 7
#define INVITATIONS_MAX 50 /* open ones of an account: it is no way to send mail to many */

struct invitation {
	int64_t id, account_id;
	unsigned char token_hash[DIGEST_SIZE]; /* of invitation_find */
	const char *account_name;              /* of invitation_find */
	const char *email;
	enum member_role role;
	int64_t expires_at; /* Unix seconds */
	bool expired;
};

/* Those of the account, by e-mail, in the arena. */
enum led_err invitation_list(struct db *db, struct arena *arena, int64_t account,
			     struct invitation **invitations, size_t *count,
			     struct led_error *error) __attribute__((warn_unused_result));

/* Invites `email` (folded, valid); one that was open is replaced, its link void. The link's
 * secret is made when the mail is sent; `link` is the page that takes "?token=". LED_VALIDATION,
 * "already_member" or "too_many_invitations". That the address belongs to another account is only
 * told to whoever opens the mail. */
enum led_err invitation_add(struct db *db, struct arena *arena, const struct session *by,
			    const char *address, const char *email, enum member_role role,
			    const char *link, struct led_error *error)
	__attribute__((warn_unused_result));

/* LED_NOT_FOUND, "invitation_unknown", for any that is not the account's. */
enum led_err invitation_withdraw(struct db *db, struct arena *arena, const struct session *by,
				 const char *address, int64_t id, struct led_error *error)
	__attribute__((warn_unused_result));

/* The open invitation behind a mailed token; *out is NULL when there is none. */
enum led_err invitation_find(struct db *db, struct arena *arena, const char *token,
			     struct invitation **out, struct led_error *error)
	__attribute__((warn_unused_result));

/* Makes the member; the link is then void. LED_NOT_FOUND, "invitation_unknown", when it no
 * longer stands; LED_VALIDATION, "email_taken", when the address has a sign-in already. */
enum led_err invitation_accept(struct db *db, const struct invitation *invitation,
			       const char *password_hash, const char *address,
			       struct member *member, struct led_error *error)
	__attribute__((warn_unused_result));

#endif
