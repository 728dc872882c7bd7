/*
 * Where sealed values live: the additional data that binds a ciphertext to its table,
 * column, account and row. `account` is the account's id in decimal, `binding` the
 * binding's id in lower case; both must outlive the place.
 */
#ifndef STORE_PLACE_H
#define STORE_PLACE_H

#include "crypto/seal.h"

static inline struct seal_place place_outbound_key(const char *account, const char *binding)
{
	return (struct seal_place){"binding", "outbound_key", account, binding};
}

static inline struct seal_place place_inbound_key(const char *account, const char *binding)
{
	return (struct seal_place){"binding", "inbound_key", account, binding};
}

static inline struct seal_place place_access_token(const char *account, const char *binding)
{
	return (struct seal_place){"oauth_token", "access_token", account, binding};
}

static inline struct seal_place place_refresh_token(const char *account, const char *binding)
{
	return (struct seal_place){"oauth_token", "refresh_token", account, binding};
}

#endif
