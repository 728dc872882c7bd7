/*
 * Sage's sign-in, the machine side (RFC 6749 with PKCE; RFC 9700): codes and refresh
 * tokens turned into token pairs. Every refresh gives a new pair and kills the old one,
 * so the caller commits the new pair before it uses it.
 *
 * No error and no log line carries a token, a code or anything of the answer.
 *
 *   400/401 invalid_grant             LED_AUTH   invalid_grant: people must connect again
 *   invalid_client, unauthorized_client  LED_AUTH  sage_client_refused: ours to mend, in the
 *                                     configuration; jobs wait and nothing is lost
 *   invalid_request, unsupported_…    LED_INTERNAL  sage_oauth_refused
 *   400, 401 or 403, any other body   LED_AUTH   sage_authorization_refused
 *   429, 5xx, 2xx not as agreed       as sage/errors.h
 */
#ifndef SAGE_OAUTH_H
#define SAGE_OAUTH_H

#include "base/buf.h"
#include "base/error.h"
#include "base/secret.h"
#include "http/call_log.h"
#include "http/client.h"

#include <stdint.h>

/* Who we are to Sage; everything borrowed. */
struct sage_app {
	struct http_client *http;
	const char *token_url;
	const char *revoke_url; /* needed for sage_oauth_revoke alone */
	const char *client_id;
	const char *client_secret;
	struct call_log *calls; /* NULL, or where calls are remembered */
};

struct sage_tokens {
	struct secret access, refresh;
	int64_t access_expires_at; /* Unix seconds by our clock */
	int64_t refresh_expires_at;
	char user_id[64]; /* requested_by_id: who signed in; "" when not told */
};

/* Overwrites and frees. Safe on a zeroed one. */
void sage_tokens_release(struct sage_tokens *tokens);

/* A callback's code, decoded once from its URL (it holds a slash), within its 60 s.
 * `redirect_uri` is exactly the one of the authorize request. The caller releases *tokens. */
enum led_err sage_oauth_exchange(const struct sage_app *app, const char *code,
				 const char *redirect_uri, const char *verifier,
				 struct sage_tokens *tokens, struct led_error *error)
	__attribute__((warn_unused_result));

/* A fresh pair for a refresh token. LED_HTTP with an answer lost may have used it up: the
 * next try then says invalid_grant. The caller releases *tokens. */
enum led_err sage_oauth_refresh(const struct sage_app *app, const struct secret *refresh,
				struct sage_tokens *tokens, struct led_error *error)
	__attribute__((warn_unused_result));

/* Ends what the merchant allowed: the refresh token is dead afterwards (an access token lives
 * on for its five minutes). A token that Sage does not know any more is as good as revoked. */
enum led_err sage_oauth_revoke(const struct sage_app *app, const struct secret *refresh,
			       struct led_error *error) __attribute__((warn_unused_result));

/* Where a merchant is sent to consent (RFC 6749, section 4.1.1, with PKCE S256). Every text
 * is plain; `country` has two letters. */
struct sage_consent {
	const char *authorize_url, *client_id, *redirect_uri, *country, *state;
	const char *verifier; /* 43 … 128 characters: its digest alone is sent */
};
enum led_err sage_oauth_consent_url(const struct sage_consent *consent, struct buf *out,
				    struct led_error *error) __attribute__((warn_unused_result));

#endif
