#include "shop/token.h"

#include "common/server.h"
#include "shop/magento_json.h"
#include "shop/mem.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define INFO_INBOUND  "byte8-magento-inbound-v1"
#define INFO_OUTBOUND "byte8-magento-outbound-v1"

enum {
	KEY_LEN = 32,
	SKEW_IAT = 30,
	TTL_MAX = 300,
	TTL_OURS = 60,
	TOKEN_MAX = 8192,
};

struct token_seen {
	struct token_seen *next;
	long long exp;
	char sha1[TOKEN_SHA1_HEX];
};

static void digest_hex(const EVP_MD *md, const char *text, size_t len, char *out)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	if (EVP_Digest(text, len, digest, &n, md, NULL) != 1)
		abort();
	for (unsigned i = 0; i < n; i++)
		snprintf(out + 2 * i, 3, "%02x", digest[i]);
}

void token_sha1_hex(const char *text, size_t len, char out[TOKEN_SHA1_HEX])
{
	digest_hex(EVP_sha1(), text, len, out);
}

void token_sha256_hex(const char *text, size_t len, char out[TOKEN_SHA256_HEX])
{
	digest_hex(EVP_sha256(), text, len, out);
}

/* HKDF-SHA256 with an empty salt and one block of output. */
static bool subkey(const char *api_key, const char *info, unsigned char out[KEY_LEN])
{
	static const unsigned char salt[KEY_LEN];
	unsigned char prk[KEY_LEN];
	unsigned char message[64];
	size_t len = strlen(info);

	if (len + 1 > sizeof(message))
		return false;
	memcpy(message, info, len);
	message[len] = 0x01;
	return HMAC(EVP_sha256(), salt, sizeof(salt), (const unsigned char *)api_key,
		    strlen(api_key), prk, NULL) != NULL &&
	       HMAC(EVP_sha256(), prk, sizeof(prk), message, len + 1, out, NULL) != NULL;
}

static char *base64url(const unsigned char *bytes, size_t len)
{
	char *out = mem_zero(4 * ((len + 2) / 3) + 1);
	int n = EVP_EncodeBlock((unsigned char *)out, bytes, (int)len);

	for (int i = 0; i < n; i++) {
		if (out[i] == '+')
			out[i] = '-';
		else if (out[i] == '/')
			out[i] = '_';
		else if (out[i] == '=')
			out[i] = '\0';
	}
	return out;
}

/* NUL-terminated bytes, malloc'd; NULL when the text is not unpadded base64url. */
static char *base64url_read(const char *text, size_t len, size_t *out_len)
{
	static const char alphabet[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	char *out = mem_zero(len + 1);
	unsigned bits = 0;
	int held = 0;

	*out_len = 0;
	for (size_t i = 0; i < len; i++) {
		const char *at = memchr(alphabet, text[i], 64);

		if (at == NULL) {
			free(out);
			return NULL;
		}
		bits = bits << 6 | (unsigned)(at - alphabet);
		held += 6;
		if (held >= 8) {
			held -= 8;
			out[(*out_len)++] = (char)(bits >> held & 0xffU);
		}
	}
	if (len % 4 == 1) {
		free(out);
		return NULL;
	}
	return out;
}

static void uuid_v4(char out[37])
{
	char hex[33];

	sb_random_hex(hex, 16);
	hex[12] = '4';
	hex[16] = "89ab"[hex[16] & 3];
	snprintf(out, 37, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
}

static char *claims_text(const char *tenant_id, long long now)
{
	struct json_object *claims = json_object_new_object();
	char jti[37];
	char *text;

	uuid_v4(jti);
	magento_json_add_text(claims, "iss", "magento");
	magento_json_add_text(claims, "sub", tenant_id);
	magento_json_add_text(claims, "aud", "byte8-ledger");
	magento_json_add_int(claims, "iat", now);
	magento_json_add_int(claims, "nbf", now);
	magento_json_add_int(claims, "exp", now + TTL_OURS);
	magento_json_add_text(claims, "jti", jti);
	text = magento_json(claims, MAGENTO_JSON_BARE_SLASHES);
	json_object_put(claims);
	return text;
}

char *token_sign(const char *api_key, const char *tenant_id, long long now)
{
	static const char header[] = "{\"alg\":\"HS256\",\"typ\":\"JWT\"}";
	unsigned char key[KEY_LEN], mac[KEY_LEN];
	char *claims, *head, *body, *input, *signature, *token = NULL;

	if (!subkey(api_key, INFO_OUTBOUND, key))
		return NULL;
	claims = claims_text(tenant_id, now);
	head = base64url((const unsigned char *)header, strlen(header));
	body = base64url((const unsigned char *)claims, strlen(claims));
	input = mem_format("%s.%s", head, body);
	if (HMAC(EVP_sha256(), key, sizeof(key), (const unsigned char *)input, strlen(input), mac,
		 NULL) != NULL) {
		signature = base64url(mac, sizeof(mac));
		token = mem_format("%s.%s", input, signature);
		free(signature);
	}
	free(input);
	free(body);
	free(head);
	free(claims);
	return token;
}

static bool claim_is(struct json_object *claims, const char *name, const char *want)
{
	struct json_object *value = magento_json_get(claims, name);

	return json_object_is_type(value, json_type_string) &&
	       (size_t)json_object_get_string_len(value) == strlen(want) &&
	       memcmp(json_object_get_string(value), want, strlen(want)) == 0;
}

static bool claim_int(struct json_object *claims, const char *name, long long *out)
{
	struct json_object *value = magento_json_get(claims, name);

	if (!json_object_is_type(value, json_type_int))
		return false;
	*out = json_object_get_int64(value);
	return true;
}

static const char *judge_claims(struct json_object *claims, const char *tenant_id, long long now,
				long long *exp)
{
	long long iat, nbf;
	struct json_object *jti = magento_json_get(claims, "jti");

	if (!claim_is(claims, "iss", "byte8-ledger"))
		return "iss mismatch";
	if (!claim_is(claims, "aud", "magento"))
		return "aud mismatch";
	if (!claim_is(claims, "sub", tenant_id))
		return "sub mismatch";
	if (!claim_int(claims, "iat", &iat))
		return "iat missing or not an integer";
	if (!claim_int(claims, "nbf", &nbf))
		return "nbf missing or not an integer";
	if (!claim_int(claims, "exp", exp))
		return "exp missing or not an integer";
	if (iat > now + SKEW_IAT)
		return "iat is too far in the future (clock skew exceeded)";
	if (nbf > now)
		return "token not yet valid (nbf > now)";
	if (*exp <= now)
		return "token expired";
	if (*exp - iat > TTL_MAX)
		return "token TTL exceeds policy ceiling of 300s";
	if (!json_object_is_type(jti, json_type_string) || json_object_get_string_len(jti) == 0)
		return "jti missing or not a string";
	return TOKEN_ACCEPTED;
}

static const char *judge_replay(struct token_replay *replay, struct json_object *claims,
				long long exp, long long now)
{
	struct json_object *jti = magento_json_get(claims, "jti");
	struct token_seen *seen, **at;
	char sha1[TOKEN_SHA1_HEX];
	unsigned bucket;

	token_sha1_hex(json_object_get_string(jti), (size_t)json_object_get_string_len(jti), sha1);
	sscanf(sha1, "%3x", &bucket);
	at = &replay->buckets[bucket & 1023U];
	while ((seen = *at) != NULL) {
		if (seen->exp <= now) {
			*at = seen->next;
			free(seen);
			continue;
		}
		if (strcmp(seen->sha1, sha1) == 0)
			return "jti already seen — replay rejected";
		at = &seen->next;
	}
	seen = mem_zero(sizeof(*seen));
	seen->exp = exp;
	memcpy(seen->sha1, sha1, sizeof(sha1));
	*at = seen;
	return TOKEN_ACCEPTED;
}

void token_replay_clear(struct token_replay *replay)
{
	for (size_t i = 0; i < sizeof(replay->buckets) / sizeof(replay->buckets[0]); i++)
		while (replay->buckets[i] != NULL) {
			struct token_seen *next = replay->buckets[i]->next;

			free(replay->buckets[i]);
			replay->buckets[i] = next;
		}
}

/* A segment as a JSON object, or NULL. */
static struct json_object *segment_json(const char *text, size_t len)
{
	size_t n;
	char *bytes = base64url_read(text, len, &n);
	struct json_object *value = bytes != NULL ? magento_json_parse(bytes, n) : NULL;

	free(bytes);
	if (!json_object_is_type(value, json_type_object)) {
		json_object_put(value);
		return NULL;
	}
	return value;
}

static bool header_good(const char *text, size_t len)
{
	struct json_object *header = segment_json(text, len);
	bool good = claim_is(header, "alg", "HS256") && claim_is(header, "typ", "JWT");

	json_object_put(header);
	return good;
}

static bool signature_good(const char *input, size_t input_len, const char *signature,
			   const char *api_key)
{
	unsigned char key[KEY_LEN], mac[KEY_LEN];
	size_t len;
	char *given = base64url_read(signature, strlen(signature), &len);
	bool good = given != NULL && len == sizeof(mac) && subkey(api_key, INFO_INBOUND, key) &&
		    HMAC(EVP_sha256(), key, sizeof(key), (const unsigned char *)input, input_len,
			 mac, NULL) != NULL &&
		    CRYPTO_memcmp(given, mac, sizeof(mac)) == 0;

	free(given);
	return good;
}

const char *token_judge(struct token_replay *replay, const char *authorization, const char *api_key,
			const char *tenant_id, long long now)
{
	const char *token, *second, *third, *verdict;
	struct json_object *claims;
	long long exp = 0;

	if (authorization == NULL || strncasecmp(authorization, "Bearer ", 7) != 0)
		return "no bearer token";
	if (api_key == NULL || tenant_id == NULL)
		return "not paired";
	token = authorization + 7 + strspn(authorization + 7, " ");
	second = strchr(token, '.');
	third = second != NULL ? strchr(second + 1, '.') : NULL;
	if (third == NULL || strchr(third + 1, '.') != NULL || strlen(token) > TOKEN_MAX)
		return "token is not three segments";
	if (!header_good(token, (size_t)(second - token)))
		return "header mismatch";
	if (!signature_good(token, (size_t)(third - token), third + 1, api_key))
		return "signature mismatch";
	claims = segment_json(second + 1, (size_t)(third - second - 1));
	verdict = claims == NULL ? "claims are not a JSON object"
				 : judge_claims(claims, tenant_id, now, &exp);
	if (strcmp(verdict, TOKEN_ACCEPTED) == 0)
		verdict = judge_replay(replay, claims, exp, now);
	json_object_put(claims);
	return verdict;
}
