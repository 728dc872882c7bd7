/*
 * Joining a shop to a Sage business by the operator's hand, with keys and a refresh
 * token that were obtained elsewhere. Set DB_SET_ADMIN.
 */
#ifndef STORE_BINDING_ADMIN_H
#define STORE_BINDING_ADMIN_H

#include "base/secret.h"
#include "crypto/random.h"
#include "crypto/seal.h"
#include "db/db.h"

#define BINDING_REFRESH_DAYS 31 /* how long Sage lets a refresh token stand unused */

struct binding_new {
	const char *account;       /* an existing account's name */
	const char *shop_url;      /* without a trailing slash */
	const char *region;        /* two capitals: GB */
	const char *business;      /* Sage's id: 32 lower-case hex digits */
	const char *business_name; /* may be NULL */
	const struct secret *api_key;
	const struct secret *refresh_token;
};

/* Adds an active binding with its two lanes, its Sage token and the job that reads its
 * reference data, in one transaction; `id` gets its UUID (UUID_SIZE bytes). The api_key
 * itself is not kept: its two subkeys are, sealed. `keys` holds both rings.
 * LED_NOT_FOUND "account_unknown"; LED_VALIDATION "shop_taken" when the account has a
 * binding of this shop, "business_taken" when an active binding has this business. */
enum led_err binding_admin_add(struct db *db, const struct seal_keys *keys,
			       const struct binding_new *binding, char *id, struct led_error *error)
	__attribute__((warn_unused_result));

#endif
