/*
 * One sign-in at Sage under way. The state that travels through the browser is 256 random
 * bits, of which only the hash is stored; it is good for ten minutes, once, and only in the
 * session and for the binding that it was made for. The PKCE verifier is sealed beside it.
 */
#ifndef STORE_OAUTH_STATE_H
#define STORE_OAUTH_STATE_H

#include "base/secret.h"
#include "crypto/random.h"
#include "crypto/seal.h"
#include "db/db.h"

#define OAUTH_STATE_SIZE    44 /* 43 characters of base64url and the NUL */
#define OAUTH_VERIFIER_SIZE 44

/* Begins one. `session_id` as the browser holds it; `state` and `verifier` get their texts,
 * which the caller wipes. */
struct oauth_beginning {
	const char *session_id, *binding, *region;
	int64_t account;
	char state[OAUTH_STATE_SIZE], verifier[OAUTH_VERIFIER_SIZE];
};
enum led_err oauth_state_begin(struct db *db, const struct seal_keys *keys,
			       struct oauth_beginning *beginning, struct led_error *error)
	__attribute__((warn_unused_result));

enum oauth_state_verdict {
	OAUTH_STATE_GOOD,
	OAUTH_STATE_UNKNOWN, /* never given, or of another session or account: one answer for all */
	OAUTH_STATE_USED,
	OAUTH_STATE_EXPIRED,
};

struct oauth_return {
	enum oauth_state_verdict verdict;
	char binding[UUID_SIZE]; /* but for UNKNOWN */
	char region[3];
	struct secret verifier; /* of GOOD; the caller releases it */
};

/* Judges the state of a callback, and uses it up when it is good. */
enum led_err oauth_state_take(struct db *db, struct arena *arena, const struct seal_keys *keys,
			      const char *state, const char *session_id, int64_t account,
			      struct oauth_return *out, struct led_error *error)
	__attribute__((warn_unused_result));

/* The binding that this session was last on its way with, or NULL. */
enum led_err oauth_state_latest(struct db *db, struct arena *arena, const char *session_id,
				int64_t account, const char **binding, struct led_error *error)
	__attribute__((warn_unused_result));

#endif
