/*
 * Sage's authorization server: consent page, codes, tokens, rotation.
 *   code           60 s, single use, "GB/…"
 *   access token   300 s, cannot be revoked
 *   refresh token  31 days, dead as soon as it was used; reuse is invalid_grant
 */
#ifndef SAGE_OAUTH_H
#define SAGE_OAUTH_H

#include "common/server.h"

#include <stdbool.h>

enum oauth_check { OAUTH_OK, OAUTH_MISSING, OAUTH_MALFORMED, OAUTH_EXPIRED };

struct oauth_grant {
	char user[128]; /* e-mail */
	bool readonly;
};

void oauth_reset(void);

/* GET and POST /oauth2/auth/central, POST /token, POST /revoke. */
void oauth_authorize_page(const struct sb_request *req, struct sb_reply *reply);
void oauth_authorize(const struct sb_request *req, struct sb_reply *reply);
void oauth_token(const struct sb_request *req, struct sb_reply *reply);
void oauth_revoke(const struct sb_request *req, struct sb_reply *reply);

/* Judges an Authorization header (NULL when absent). */
enum oauth_check oauth_check(const char *authorization, struct oauth_grant *grant);
/* Makes the header's access token expire now. */
void oauth_expire(const char *authorization);
/* Answers the 401 of a check that is not OK. */
void oauth_refuse(enum oauth_check check, struct sb_reply *reply);

/* A new pair as POST /token answers it, NULL for an unknown client or user. New reference. */
struct json_object *oauth_mint(const char *client_id, const char *user, const char *scope);
/* Registers or replaces a client; `redirect_uris` is an array of exact URIs. */
void oauth_add_client(const char *id, const char *secret, struct json_object *redirect_uris);

#endif
