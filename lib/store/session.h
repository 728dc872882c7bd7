/*
 * Sessions. The browser holds 256 random bits, the database only their SHA-256: who reads
 * the table cannot sign in with it. A session ends after 30 minutes without use, after 12
 * hours in any case, and when it is closed.
 */
#ifndef STORE_SESSION_H
#define STORE_SESSION_H

#include "db/db.h"
#include "store/member.h"

#define SESSION_ID_SIZE          65 /* 64 hex digits and the NUL */
#define SESSION_IDLE_SECONDS     (30 * 60)
#define SESSION_ABSOLUTE_SECONDS (12 * 60 * 60)
#define SESSION_TOUCH_SECONDS    60        /* how exactly the idle time is kept */
#define SESSION_CODE_SECONDS     (10 * 60) /* between password and code */

/* Everything hangs on the arena that it was found with. */
struct session {
	int64_t account_id; /* the first parameter of every statement of a page */
	int64_t member_id;
	const char *csrf_token; /* 64 hex digits */
	const char *email;
	const char *account_name;
	enum member_role role;
};

/* Opens a session under a fresh id, for the browser alone; `id` has SESSION_ID_SIZE bytes.
 * For a member with a second factor it awaits the code, and until then is nobody's. The
 * member's sessions that have run out are removed, and the audit log told. `user_agent` is
 * cut to its column; NULL is "". */
enum led_err session_open(struct db *db, const struct member *member, const char *address,
			  const char *user_agent, char *id, struct led_error *error)
	__attribute__((warn_unused_result));

/* *out is NULL when no living session has that id. */
enum led_err session_find(struct db *db, struct arena *arena, const char *id, struct session **out,
			  struct led_error *error) __attribute__((warn_unused_result));

/* The same for one that awaits its second step. */
enum led_err session_find_awaiting(struct db *db, struct arena *arena, const char *id,
				   struct session **out, struct led_error *error)
	__attribute__((warn_unused_result));

/* The second step was taken, by `factor` ("code", "recovery_code"): the session counts from
 * now on, under a new id. LED_NOT_FOUND, "session_gone", when it no longer awaits it. */
enum led_err session_confirm(struct db *db, const struct session *session, const char *id,
			     const char *address, const char *factor, char *new_id,
			     struct led_error *error) __attribute__((warn_unused_result));

/* What the member may do has changed: the session goes on under a new id and token, and the
 * old ones are worth nothing. LED_NOT_FOUND, "session_gone", when it has ended. */
enum led_err session_renew(struct db *db, const char *id, char *new_id, struct led_error *error)
	__attribute__((warn_unused_result));

/* The SHA-256 under which an id is stored; DIGEST_SIZE bytes. */
enum led_err session_hash(const char *id, unsigned char *hash, struct led_error *error)
	__attribute__((warn_unused_result));

/* Someone used it: the idle time starts anew. */
enum led_err session_touch(struct db *db, const char *id, struct led_error *error)
	__attribute__((warn_unused_result));

/* The member signs out. */
enum led_err session_close(struct db *db, const struct session *session, const char *id,
			   const char *address, struct led_error *error)
	__attribute__((warn_unused_result));

#endif
