/*
 * The byte8 tokens (HS256) of both directions, written against OpenSSL alone.
 * Rules: the wire contract, section 2; verdicts are the module's own sentences.
 */
#ifndef SHOP_TOKEN_H
#define SHOP_TOKEN_H

#include <stdbool.h>
#include <stddef.h>

#define TOKEN_ACCEPTED   "accepted"
#define TOKEN_SHA1_HEX   41
#define TOKEN_SHA256_HEX 65

/* The jtis already seen, until their tokens expire. Start from {0}. */
struct token_replay {
	struct token_seen *buckets[1024];
};

void token_replay_clear(struct token_replay *replay);

/* A token from the shop to the server, 60 s, new jti; malloc'd, NULL when OpenSSL fails. */
char *token_sign(const char *api_key, const char *tenant_id, long long now);

/* Judges an Authorization header; TOKEN_ACCEPTED or the reason (static text).
 * An accepted token's jti is remembered. */
const char *token_judge(struct token_replay *replay, const char *authorization, const char *api_key,
			const char *tenant_id, long long now);

void token_sha1_hex(const char *text, size_t len, char out[TOKEN_SHA1_HEX]);
void token_sha256_hex(const char *text, size_t len, char out[TOKEN_SHA256_HEX]);

#endif
