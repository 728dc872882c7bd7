/*
 * The members of an account, as its owners and they themselves manage them. Each function
 * is one transaction with its line in the audit log. `by` is who asks, from `address`: the
 * account is always that session's.
 */
#ifndef STORE_PEOPLE_H
#define STORE_PEOPLE_H

#include "store/session.h"

struct people_member {
	int64_t id, since; /* Unix seconds */
	const char *email;
	enum member_role role;
	bool second_factor;
};

/* All of them, by e-mail, in the arena. */
enum led_err people_list(struct db *db, struct arena *arena, int64_t account,
			 struct people_member **members, size_t *count, struct led_error *error)
	__attribute__((warn_unused_result));

/* LED_NOT_FOUND, "member_unknown": no member of this account. LED_VALIDATION, "last_owner":
 * the account would have none left. The sessions of the member end, but for `kept` (a session
 * id, or NULL): who changes the own role renews that one next. */
enum led_err people_set_role(struct db *db, struct arena *arena, const struct session *by,
			     const char *address, int64_t member, enum member_role role,
			     const char *kept, struct led_error *error)
	__attribute__((warn_unused_result));
enum led_err people_remove(struct db *db, struct arena *arena, const struct session *by,
			   const char *address, int64_t member, struct led_error *error)
	__attribute__((warn_unused_result));

/* Sets one's own; all one's sessions but `kept` end, a mailed link to a new password is void,
 * and a mail tells so, with `link` to where a lost one is replaced. */
enum led_err people_set_password(struct db *db, const struct session *by, const char *address,
				 const char *password_hash, const char *kept, const char *link,
				 struct led_error *error) __attribute__((warn_unused_result));

struct people_session {
	const char *id; /* hex of the stored hash: names the session, opens nothing */
	const char *address, *user_agent;
	int64_t since, seen_at; /* Unix seconds */
};

/* One's own living sessions, the last used first. */
enum led_err people_sessions(struct db *db, struct arena *arena, const struct session *by,
			     struct people_session **sessions, size_t *count,
			     struct led_error *error) __attribute__((warn_unused_result));

/* Ends one of one's own; LED_NOT_FOUND, "session_unknown", for any other. */
enum led_err people_session_end(struct db *db, const struct session *by, const char *address,
				const char *id, struct led_error *error)
	__attribute__((warn_unused_result));

/* Ends all of one's own but `kept`, a session id. */
enum led_err people_sessions_end(struct db *db, const struct session *by, const char *address,
				 const char *kept, struct led_error *error)
	__attribute__((warn_unused_result));

#endif
