/* Sage's tokens at rest: sealed under the vault ring, rotated under a generation. */
#ifndef STORE_OAUTH_TOKEN_H
#define STORE_OAUTH_TOKEN_H

#include "base/arena.h"
#include "base/secret.h"
#include "crypto/seal.h"
#include "db/db.h"
#include "store/binding.h"

struct oauth_token {
	struct secret access, refresh; /* access is empty before the first refresh */
	int64_t access_expires_at;     /* Unix seconds; 0 when there is none */
	int64_t refresh_expires_at;    /* only written */
	int64_t generation;
};

void oauth_token_release(struct oauth_token *token);

/* LED_AUTH, "sage_not_connected", when the binding has none. The caller releases it. */
enum led_err oauth_token_get(struct db *db, struct arena *arena, const struct seal_keys *keys,
			     const struct binding *binding, struct oauth_token *token,
			     struct led_error *error) __attribute__((warn_unused_result));

/* Replaces the pair of `token->generation` by this one; *rotated is false when somebody
 * else did so meanwhile. Commits before the new pair may be used. */
enum led_err oauth_token_rotate(struct db *db, const struct seal_keys *keys,
				const struct binding *binding, const struct oauth_token *token,
				bool *rotated, struct led_error *error)
	__attribute__((warn_unused_result));

#endif
