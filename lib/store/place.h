/*
 * Where each sealed value lives (crypto/seal.h). Whoever seals and whoever opens must
 * name the same place, so all of them are named here: the account's id in decimal, and
 * the binding's UUID in lower case as MariaDB prints it.
 */
#ifndef STORE_PLACE_H
#define STORE_PLACE_H

#include "crypto/random.h"
#include "crypto/seal.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>

/* One binding's sealed values: keep it as long as a place made from it is used. */
struct place {
	char account[24];
	char binding[UUID_SIZE];
};

/* `binding` is a UUID in either case. */
static inline struct place place_of(int64_t account, const char *binding)
{
	struct place place = {0};
	snprintf(place.account, sizeof place.account, "%" PRId64, account);
	for (size_t i = 0; i + 1 < sizeof place.binding && binding[i]; i++)
		place.binding[i] = (char)tolower((unsigned char)binding[i]);
	return place;
}

/* The same for a value that belongs to a member, whose id is the row. */
static inline struct place place_of_member(int64_t account, int64_t member)
{
	struct place place = {0};
	snprintf(place.account, sizeof place.account, "%" PRId64, account);
	snprintf(place.binding, sizeof place.binding, "%" PRId64, member);
	return place;
}

/* member.totp_secret, under the vault ring. */
static inline struct seal_place place_totp_secret(const struct place *member)
{
	return (struct seal_place){"member", "totp_secret", member->account, member->binding};
}

/* binding.outbound_key, under the intake ring. */
static inline struct seal_place place_outbound_key(const struct place *place)
{
	return (struct seal_place){"binding", "outbound_key", place->account, place->binding};
}

/* binding.inbound_key, under the vault ring. */
static inline struct seal_place place_inbound_key(const struct place *place)
{
	return (struct seal_place){"binding", "inbound_key", place->account, place->binding};
}

/* oauth_token.refresh_token, under the vault ring. */
static inline struct seal_place place_refresh_token(const struct place *place)
{
	return (struct seal_place){"oauth_token", "refresh_token", place->account, place->binding};
}

/* oauth_token.access_token, under the vault ring. */
static inline struct seal_place place_access_token(const struct place *place)
{
	return (struct seal_place){"oauth_token", "access_token", place->account, place->binding};
}

/* oauth_state.verifier, under the vault ring. */
static inline struct seal_place place_verifier(const struct place *place)
{
	return (struct seal_place){"oauth_state", "verifier", place->account, place->binding};
}

#endif
