#include "crypto/token.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/text.h"
#include "crypto/digest.h"

#include <openssl/crypto.h>
#include <string.h>

#define SIGNATURE_TEXT_SIZE TEXT_BASE64URL_SIZE(DIGEST_SIZE) /* 44: 43 digits and the NUL */

static const char header_json[] = "{\"alg\":\"HS256\",\"typ\":\"JWT\"}";
/* The same as it goes over the wire; every shop's header is these bytes. */
static const char header_segment[] = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9";
#define HEADER_SEGMENT_LEN (sizeof header_segment - 1)

static enum led_err add_signature(const struct secret *key, struct buf *token)
{
	unsigned char mac[DIGEST_SIZE];
	char text[SIGNATURE_TEXT_SIZE];
	if (token->failed || digest_hmac(key, token->data, token->len, mac))
		return LED_INTERNAL;
	text_base64url(mac, sizeof mac, text);
	buf_add_char(token, '.');
	buf_add_str(token, text);
	return token->failed ? LED_INTERNAL : LED_OK;
}

static void add_encoded(struct buf *token, const char *json, size_t len)
{
	char encoded[TOKEN_MAX];
	if (TEXT_BASE64URL_SIZE(len) > sizeof encoded) {
		token->failed = true;
		return;
	}
	text_base64url(json, len, encoded);
	buf_add_str(token, encoded);
}

enum led_err token_sign(const struct secret *inbound_key, const char *tenant_id, int64_t now,
			char *out, struct led_error *error)
{
	char jti[UUID_SIZE];
	struct buf claims, token;
	buf_init(&claims, TOKEN_MAX);
	buf_init(&token, TOKEN_MAX - 1);
	enum led_err err = random_uuid(jti);
	if (!err) {
		buf_add_str(&claims, "{\"iss\":\"byte8-ledger\",\"sub\":");
		json_quote(&claims, tenant_id);
		buf_addf(&claims,
			 ",\"aud\":\"magento\",\"iat\":%lld,\"nbf\":%lld,\"exp\":%lld,\"jti\":\"%"
			 "s\"}",
			 (long long)now, (long long)now - 60, (long long)now + 240, jti);
		token.failed = claims.failed;
		add_encoded(&token, header_json, sizeof header_json - 1);
		buf_add_char(&token, '.');
		add_encoded(&token, buf_str(&claims), claims.len);
		err = add_signature(inbound_key, &token);
	}
	if (err)
		led_fail(error, err, "token_not_signed", "Signing a token for the shop failed.");
	else
		memcpy(out, token.data, token.len + 1);
	buf_release(&claims);
	buf_release(&token);
	return err;
}

struct segments {
	const char *header, *payload, *signature;
	size_t header_len, payload_len, signature_len;
};

static bool split(const char *token, size_t len, struct segments *s)
{
	const char *first = memchr(token, '.', len);
	const char *second =
		first ? memchr(first + 1, '.', len - (size_t)(first + 1 - token)) : NULL;
	if (!second)
		return false;
	*s = (struct segments){
		.header = token,
		.header_len = (size_t)(first - token),
		.payload = first + 1,
		.payload_len = (size_t)(second - first - 1),
		.signature = second + 1,
		.signature_len = len - (size_t)(second + 1 - token),
	};
	return !memchr(s->signature, '.', s->signature_len);
}

/* Decodes and parses one segment. *out is NULL when it is not strict JSON, which is the
 * token's fault; an error is ours alone. The caller puts it. */
static enum led_err decode(const char *segment, size_t len, struct json_object **out)
{
	char json[TOKEN_MAX];
	*out = NULL;
	long n = text_unbase64url(segment, len, json, sizeof json);
	enum led_err err = n < 0 ? LED_OK : json_parse(json, (size_t)n, out, NULL);
	return err == LED_SERDE ? LED_OK : err;
}

static bool member_is(struct json_object *object, const char *key, const char *expected)
{
	const char *text = json_string(object, key);
	size_t len = strlen(expected);
	return text && strlen(text) == len && CRYPTO_memcmp(text, expected, len) == 0;
}

static enum led_err check_header(const struct segments *s, const char **fault)
{
	struct json_object *header;
	if (s->header_len == HEADER_SEGMENT_LEN &&
	    CRYPTO_memcmp(s->header, header_segment, HEADER_SEGMENT_LEN) == 0)
		return LED_OK;
	enum led_err err = decode(s->header, s->header_len, &header);
	if (!member_is(header, "alg", "HS256") || !member_is(header, "typ", "JWT"))
		*fault = "token_header";
	json_object_put(header);
	return err;
}

static enum led_err check_signature(const struct secret *key, const char *token,
				    const struct segments *s, const char **fault)
{
	unsigned char mac[DIGEST_SIZE];
	char expected[SIGNATURE_TEXT_SIZE];
	size_t signed_len = s->header_len + 1 + s->payload_len;
	enum led_err err = digest_hmac(key, token, signed_len, mac);
	if (err)
		return err;
	text_base64url(mac, sizeof mac, expected);
	if (s->signature_len != SIGNATURE_TEXT_SIZE - 1 ||
	    CRYPTO_memcmp(expected, s->signature, SIGNATURE_TEXT_SIZE - 1) != 0)
		*fault = "token_signature";
	return LED_OK;
}

bool token_subject(const char *token, size_t len, char *out)
{
	struct segments s;
	if (len > TOKEN_MAX || !split(token, len, &s))
		return false;
	struct json_object *claims;
	if (decode(s.payload, s.payload_len, &claims))
		return false;
	const char *sub = json_string(claims, "sub");
	bool ok = sub && strlen(sub) < UUID_SIZE;
	if (ok)
		memcpy(out, sub, strlen(sub) + 1);
	json_object_put(claims);
	return ok;
}

/* The claims' own rules; the reason's code, or NULL when all hold. */
static const char *claims_fault(struct json_object *json, const char *tenant_id, int64_t now,
				int skew, struct token_claims *claims)
{
	const int64_t max = INT64_MAX / 4; /* so that the sums below cannot overflow */
	int64_t iat, nbf, exp;
	const char *jti = json_string(json, "jti");
	if (!member_is(json, "iss", "magento") || !member_is(json, "aud", "byte8-ledger") ||
	    !member_is(json, "sub", tenant_id))
		return "token_claims";
	if (!json_int(json, "iat", 0, max, &iat) || !json_int(json, "nbf", 0, max, &nbf) ||
	    !json_int(json, "exp", 0, max, &exp))
		return "token_claims";
	if (!jti || !*jti || strlen(jti) > TOKEN_JTI_MAX)
		return "token_claims";
	if (exp <= iat || exp - iat > TOKEN_LIFE_MAX)
		return "token_claims";
	if (exp + skew <= now)
		return "token_expired";
	if (iat > now + skew || nbf > now + skew)
		return "token_early";
	memcpy(claims->jti, jti, strlen(jti) + 1);
	claims->exp = exp;
	return NULL;
}

static enum led_err check_claims(const struct segments *s, const char *tenant_id, int64_t now,
				 int skew, struct token_claims *claims, const char **fault)
{
	struct json_object *json;
	enum led_err err = decode(s->payload, s->payload_len, &json);
	*fault = json ? claims_fault(json, tenant_id, now, skew, claims) : "token_malformed";
	json_object_put(json);
	return err;
}

enum led_err token_verify(const struct secret *outbound_key, const char *token, size_t len,
			  const char *tenant_id, int64_t now, int skew, struct token_claims *claims,
			  struct led_error *error)
{
	struct segments s;
	const char *fault = NULL;
	enum led_err err = LED_OK;
	if (len > TOKEN_MAX || !split(token, len, &s))
		fault = "token_malformed";
	else
		err = check_signature(outbound_key, token, &s, &fault);
	if (!err && !fault)
		err = check_header(&s, &fault);
	if (!err && !fault)
		err = check_claims(&s, tenant_id, now, skew, claims, &fault);
	if (err)
		return led_fail(error, err, "token_not_checked", "Checking a token failed.");
	if (fault)
		return led_fail(error, LED_AUTH, fault, "The token was not accepted.");
	return LED_OK;
}
