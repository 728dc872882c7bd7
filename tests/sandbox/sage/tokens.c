#include "sage/tokens.h"

#include "common/server.h"
#include "sage/js.h"
#include "sage/store.h"

#include <json-c/linkhash.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	TABLE_SIZE = 256,
	SIGNATURE_BYTES = 256, /* RS512 with a 2048-bit key */
	JWT_MAX = 2048,        /* what Sage says to reserve */
};

static struct lh_table *tokens;  /* text -> struct token */
static struct lh_table *clients; /* id -> struct client */

static void free_token(struct lh_entry *entry)
{
	struct token *token = lh_entry_v(entry);

	free(token->text);
	free(token->client_id);
	free(token->user);
	free(token->redirect_uri);
	free(token->challenge);
	free(token);
}

static void free_client(struct lh_entry *entry)
{
	struct client *client = lh_entry_v(entry);

	free(client->id);
	free(client->secret);
	json_object_put(client->redirect_uris);
	free(client);
}

void tokens_reset(void)
{
	if (tokens != NULL) {
		lh_table_free(tokens);
		lh_table_free(clients);
	}
	tokens = lh_kchar_table_new(TABLE_SIZE, free_token);
	clients = lh_kchar_table_new(TABLE_SIZE, free_client);
	client_add("sandbox-client", "sandbox-secret", NULL);
}

/* Unpadded base64url; returns the number of characters. */
static size_t base64url(const unsigned char *bytes, size_t len, char *out)
{
	int n = EVP_EncodeBlock((unsigned char *)out, bytes, (int)len);

	while (n > 0 && out[n - 1] == '=')
		n--;
	out[n] = '\0';
	for (char *c = out; *c != '\0'; c++)
		*c = *c == '+' ? '-' : *c == '/' ? '_' : *c;
	return (size_t)n;
}

/* Looks like Sage's JWTs and signs nothing: clients must treat it as opaque. */
static char *make_jwt(const struct token *token)
{
	static const char header[] = "{\"alg\":\"RS512\",\"kid\":\"sandbox\",\"typ\":\"JWT\"}";
	unsigned char signature[SIGNATURE_BYTES];
	char hex[2 * SIGNATURE_BYTES + 1];
	char payload[512];
	char jti[ID_TEXT];
	char *jwt = malloc(JWT_MAX);
	size_t used;
	int len;

	random_id(jti);
	sb_random_hex(hex, SIGNATURE_BYTES);
	for (size_t i = 0; i < SIGNATURE_BYTES; i++) {
		const char pair[] = {hex[2 * i], hex[2 * i + 1], '\0'};

		signature[i] = (unsigned char)strtoul(pair, NULL, 16);
	}
	len = snprintf(payload, sizeof(payload),
		       "{\"jti\":\"%s\",\"iat\":%lld,\"exp\":%lld,"
		       "\"iss\":\"oauth.aws.sbc-accounting.sage.com\",\"sub\":\"%.100s\","
		       "\"aud\":\"api.sbc-accounting.sage.com\",\"azp\":\"%.100s\","
		       "\"scopes\":\"accounts:rw accounting:rw core:rw\"}",
		       jti, sb_now(), token->expires, token->user, token->client_id);
	used = base64url((const unsigned char *)header, strlen(header), jwt);
	jwt[used++] = '.';
	used += base64url((const unsigned char *)payload, (size_t)len, jwt + used);
	jwt[used++] = '.';
	base64url(signature, sizeof(signature), jwt + used);
	return jwt;
}

static char *make_code(const struct token *token)
{
	char random[ID_TEXT];
	char code[ID_TEXT + 8];
	struct user *user = store_user(token->user);

	random_id(random);
	snprintf(code, sizeof(code), "%s/%s", user->region->id, random);
	return strdup(code);
}

struct token *token_new(enum token_kind kind, const char *client_id, const char *user,
			const char *scope, long long seconds)
{
	struct token *token = calloc(1, sizeof(*token));

	token->kind = kind;
	token->client_id = strdup(client_id);
	token->user = strdup(user);
	token->scope = strcmp(scope, "readonly") == 0 ? "readonly" : "full_access";
	token->expires = sb_now() + seconds;
	token->text = kind == TOKEN_CODE ? make_code(token) : make_jwt(token);
	lh_table_insert(tokens, token->text, token);
	return token;
}

struct token *token_find(enum token_kind kind, const char *text)
{
	struct token *token = table_find(tokens, text);

	return token != NULL && token->kind == kind ? token : NULL;
}

bool token_alive(const struct token *token)
{
	return !token->dead && sb_now() < token->expires;
}

struct client *client_find(const char *id)
{
	return table_find(clients, id);
}

void client_add(const char *id, const char *secret, struct json_object *redirect_uris)
{
	struct client *client = calloc(1, sizeof(*client));

	if (client_find(id) != NULL)
		lh_table_delete(clients, id);
	client->id = strdup(id);
	client->secret = strdup(secret);
	client->redirect_uris = json_object_get(redirect_uris);
	lh_table_insert(clients, client->id, client);
}

static bool is_loopback(const char *uri)
{
	static const char *const hosts[] = {"http://127.0.0.1", "http://localhost", "http://[::1]"};

	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		size_t len = strlen(hosts[i]);

		if (strncmp(uri, hosts[i], len) == 0 && strchr(":/", uri[len]) != NULL)
			return true;
	}
	return false;
}

bool client_allows(const struct client *client, const char *redirect_uri)
{
	if (client->redirect_uris == NULL)
		return is_loopback(redirect_uri);
	for (size_t i = 0; i < json_object_array_length(client->redirect_uris); i++)
		if (strcmp(json_object_get_string(
				   json_object_array_get_idx(client->redirect_uris, i)),
			   redirect_uri) == 0)
			return true;
	return false;
}

bool token_pkce_ok(const struct token *code, const char *verifier)
{
	unsigned char digest[SHA256_DIGEST_LENGTH];
	char encoded[2 * SHA256_DIGEST_LENGTH];

	if (code->challenge == NULL)
		return true;
	if (verifier == NULL || strlen(verifier) < 43 || strlen(verifier) > 128)
		return false;
	if (!code->challenge_s256)
		return strcmp(verifier, code->challenge) == 0;
	SHA256((const unsigned char *)verifier, strlen(verifier), digest);
	base64url(digest, sizeof(digest), encoded);
	return strcmp(encoded, code->challenge) == 0;
}
