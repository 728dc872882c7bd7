/* Tokens: what the shops' module signs is accepted, what anybody else makes is not. */
#include "base/text.h"
#include "crypto/digest.h"
#include "crypto/token.h"
#include "crypto_support.h"

#include <stdio.h>

#define NOW    1767225600
#define TENANT "0d9c0b1e-5b1a-4a6e-9c43-8f6f2f7f3a10"
#define HEADER "{\"alg\":\"HS256\",\"typ\":\"JWT\"}"

static struct secret key;
static struct token_claims claims;
static struct led_error error;

static void make_key(void)
{
	struct secret api_key = secret_of("an api key");
	cr_assert_eq(digest_subkey(&api_key, SUBKEY_OUTBOUND, &key), LED_OK);
	secret_release(&api_key);
}

static void drop_key(void)
{
	secret_release(&key);
}

TestSuite(crypto_token, .init = make_key, .fini = drop_key);

/* header.payload.signature, signed properly whatever stands in them. */
static void sign(const char *header, const char *payload, char *token)
{
	char part[4096], mac_text[64];
	unsigned char mac[DIGEST_SIZE];
	struct buf out;
	buf_init(&out, 8192);
	text_base64url(header, strlen(header), part);
	buf_addf(&out, "%s.", part);
	text_base64url(payload, strlen(payload), part);
	buf_add_str(&out, part);
	cr_assert_eq(digest_hmac(&key, buf_str(&out), out.len, mac), LED_OK);
	text_base64url(mac, sizeof mac, mac_text);
	buf_addf(&out, ".%s", mac_text);
	memcpy(token, buf_str(&out), out.len + 1);
	buf_release(&out);
}

static enum led_err verify_at(const char *token, int64_t now, int skew)
{
	error = (struct led_error){0};
	return token_verify(&key, token, strlen(token), TENANT, now, skew, &claims, &error);
}

/* LED_OK for a NULL code. */
static void expect(const char *token, const char *code, const char *what)
{
	enum led_err err = verify_at(token, NOW, 120);
	cr_expect_eq(err, code ? LED_AUTH : LED_OK, "%s", what);
	cr_expect_str_eq(error.code, code ? code : "", "%s", what);
}

/* --- The module's own tokens --- */

Test(crypto_token, outbound_tokens_of_the_wire)
{
	struct json_object *vectors = wire_vectors();
	struct json_object *cases = json_member(vectors, "derivation");
	for (size_t i = 0; i < json_object_array_length(cases); i++) {
		struct json_object *c = json_object_array_get_idx(cases, i);
		const char *name = json_string(c, "name"), *tenant = json_string(c, "tenant_id");
		const char *token = json_string(json_member(c, "outbound"), "token");
		const char *inbound = json_string(json_member(c, "inbound"), "token");
		struct secret api_key = secret_of(json_string(c, "api_key"));
		struct secret out = {0}, in = {0};
		int64_t now = 0;
		cr_assert(json_int(c, "now", 0, INT64_MAX, &now));
		cr_assert_eq(digest_subkey(&api_key, SUBKEY_OUTBOUND, &out), LED_OK);
		cr_assert_eq(digest_subkey(&api_key, SUBKEY_INBOUND, &in), LED_OK);
		cr_expect_eq(
			token_verify(&out, token, strlen(token), tenant, now, 0, &claims, &error),
			LED_OK, "%s: %s", name, error.code);
		cr_expect_str_eq(claims.jti, json_string(c, "jti"));
		cr_expect_eq(claims.exp, now + 60);
		cr_expect_eq(
			token_verify(&in, token, strlen(token), tenant, now, 0, &claims, &error),
			LED_AUTH, "%s under the other key", name);
		cr_expect_str_eq(error.code, "token_signature");
		/* Ours, sent back to us: under its own key too, its issuer gives it away. */
		cr_expect_eq(token_verify(&out, inbound, strlen(inbound), tenant, now, 0, &claims,
					  &error),
			     LED_AUTH);
		cr_expect_str_eq(error.code, "token_signature");
		cr_expect_eq(token_verify(&in, inbound, strlen(inbound), tenant, now, 0, &claims,
					  &error),
			     LED_AUTH);
		cr_expect_str_eq(error.code, "token_claims", "%s of the other direction", name);
		secret_release(&api_key);
		secret_release(&out);
		secret_release(&in);
	}
	json_object_put(vectors);
}

/* Every token of the vectors that was made for the shop is refused here. */
Test(crypto_token, inbound_tokens_of_the_wire_are_refused)
{
	struct json_object *vectors = wire_vectors();
	struct json_object *cases = json_member(vectors, "inbound_checks");
	cr_assert_geq(json_object_array_length(cases), 20);
	for (size_t i = 0; i < json_object_array_length(cases); i++) {
		struct json_object *c = json_object_array_get_idx(cases, i);
		const char *token = json_string(c, "token");
		struct secret api_key = secret_of(json_string(c, "api_key"));
		struct secret in = {0};
		cr_assert_eq(digest_subkey(&api_key, SUBKEY_INBOUND, &in), LED_OK);
		cr_expect_eq(token_verify(&in, token, strlen(token), json_string(c, "tenant_id"),
					  NOW, 120, &claims, &error),
			     LED_AUTH, "%s", json_string(c, "name"));
		secret_release(&api_key);
		secret_release(&in);
	}
	json_object_put(vectors);
}

/* --- Forged tokens, signed under the right key --- */

#define CLAIMS(iss_, sub_, aud_, iat_, nbf_, exp_, jti_)                                           \
	"{" iss_ sub_ aud_ iat_ nbf_ exp_ jti_ "\"x\":1}"
#define ISS  "\"iss\":\"magento\","
#define SUB  "\"sub\":\"" TENANT "\","
#define AUD  "\"aud\":\"byte8-ledger\","
#define IAT  "\"iat\":1767225600,"
#define NBF  "\"nbf\":1767225600,"
#define EXP  "\"exp\":1767225660,"
#define JTI  "\"jti\":\"j-1\","
#define GOOD CLAIMS(ISS, SUB, AUD, IAT, NBF, EXP, JTI)

Test(crypto_token, headers)
{
	static const struct {
		const char *header, *code;
	} cases[] = {
		{HEADER, NULL},
		{"{\"typ\":\"JWT\",\"alg\":\"HS256\"}", NULL},
		{"{\"alg\":\"HS256\",\"typ\":\"JWT\",\"kid\":\"x\"}", NULL},
		{"{\"alg\":\"none\",\"typ\":\"JWT\"}", "token_header"},
		{"{\"alg\":\"None\",\"typ\":\"JWT\"}", "token_header"},
		{"{\"alg\":\"\",\"typ\":\"JWT\"}", "token_header"},
		{"{\"alg\":\"hs256\",\"typ\":\"JWT\"}", "token_header"},
		{"{\"alg\":\"HS384\",\"typ\":\"JWT\"}", "token_header"},
		{"{\"alg\":\"HS512\",\"typ\":\"JWT\"}", "token_header"},
		{"{\"alg\":\"RS256\",\"typ\":\"JWT\"}", "token_header"},
		{"{\"alg\":\"ES256\",\"typ\":\"JWT\"}", "token_header"},
		{"{\"alg\":\"HS2567\",\"typ\":\"JWT\"}", "token_header"},
		{"{\"alg\":\"HS256\\u0000\",\"typ\":\"JWT\"}", "token_header"},
		{"{\"alg\\u0000\":\"HS256\",\"typ\":\"JWT\"}", "token_header"},
		{"{\"alg\":[\"HS256\"],\"typ\":\"JWT\"}", "token_header"},
		{"{\"alg\":null,\"typ\":\"JWT\"}", "token_header"},
		{"{\"alg\":256,\"typ\":\"JWT\"}", "token_header"},
		{"{\"alg\":\"none\",\"alg\":\"HS256\",\"typ\":\"JWT\"}", "token_header"},
		{"{\"typ\":\"JWT\"}", "token_header"},
		{"{\"alg\":\"HS256\"}", "token_header"},
		{"{\"alg\":\"HS256\",\"typ\":\"jwt\"}", "token_header"},
		{"{\"alg\":\"HS256\",\"typ\":\"JWS\"}", "token_header"},
		{"{\"alg\":\"HS256\",\"typ\":1}", "token_header"},
		{"{\"alg\":\"HS256\",\"typ\":\"JWT\"", "token_header"},
		{"{\"alg\":\"HS256\",\"typ\":\"JWT\"}x", "token_header"},
		{"\"HS256\"", "token_header"},
		{"[]", "token_header"},
		{"null", "token_header"},
		{"", "token_header"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char token[8192];
		sign(cases[i].header, GOOD, token);
		expect(token, cases[i].code, cases[i].header);
	}
}

Test(crypto_token, claims)
{
	static const struct {
		const char *what, *payload, *code;
	} cases[] = {
#define WITH(what_, code_, ...) {what_, CLAIMS(__VA_ARGS__), code_}
		WITH("all of them", NULL, ISS, SUB, AUD, IAT, NBF, EXP, JTI),
		WITH("iss missing", "token_claims", "", SUB, AUD, IAT, NBF, EXP, JTI),
		WITH("iss ours", "token_claims", "\"iss\":\"byte8-ledger\",", SUB, AUD, IAT, NBF,
		     EXP, JTI),
		WITH("iss longer", "token_claims", "\"iss\":\"magento2\",", SUB, AUD, IAT, NBF, EXP,
		     JTI),
		WITH("iss shorter", "token_claims", "\"iss\":\"magent\",", SUB, AUD, IAT, NBF, EXP,
		     JTI),
		WITH("iss a list", "token_claims", "\"iss\":[\"magento\"],", SUB, AUD, IAT, NBF,
		     EXP, JTI),
		WITH("iss null", "token_claims", "\"iss\":null,", SUB, AUD, IAT, NBF, EXP, JTI),
		WITH("sub missing", "token_claims", ISS, "", AUD, IAT, NBF, EXP, JTI),
		WITH("sub another", "token_claims", ISS,
		     "\"sub\":\"0d9c0b1e-5b1a-4a6e-9c43-8f6f2f7f3a11\",", AUD, IAT, NBF, EXP, JTI),
		WITH("sub in capitals", "token_claims", ISS,
		     "\"sub\":\"0D9C0B1E-5B1A-4A6E-9C43-8F6F2F7F3A10\",", AUD, IAT, NBF, EXP, JTI),
		WITH("sub a number", "token_claims", ISS, "\"sub\":1,", AUD, IAT, NBF, EXP, JTI),
		WITH("aud missing", "token_claims", ISS, SUB, "", IAT, NBF, EXP, JTI),
		WITH("aud the shop", "token_claims", ISS, SUB, "\"aud\":\"magento\",", IAT, NBF,
		     EXP, JTI),
		WITH("aud a list", "token_claims", ISS, SUB, "\"aud\":[\"byte8-ledger\"],", IAT,
		     NBF, EXP, JTI),
		WITH("iat missing", "token_claims", ISS, SUB, AUD, "", NBF, EXP, JTI),
		WITH("nbf missing", "token_claims", ISS, SUB, AUD, IAT, "", EXP, JTI),
		WITH("exp missing", "token_claims", ISS, SUB, AUD, IAT, NBF, "", JTI),
		WITH("jti missing", "token_claims", ISS, SUB, AUD, IAT, NBF, EXP, ""),
		WITH("jti empty", "token_claims", ISS, SUB, AUD, IAT, NBF, EXP, "\"jti\":\"\","),
		WITH("jti a number", "token_claims", ISS, SUB, AUD, IAT, NBF, EXP, "\"jti\":1,"),
		WITH("jti twice", "token_malformed", ISS, SUB, AUD, IAT, NBF, EXP,
		     JTI "\"jti\":\"j-2\","),
		WITH("an escaped NUL", "token_malformed", ISS, SUB, AUD, IAT, NBF, EXP,
		     "\"jti\":\"j\\u0000\","),
		WITH("exp = iat", "token_claims", ISS, SUB, AUD, IAT, NBF, "\"exp\":1767225600,",
		     JTI),
		WITH("a life of 300 s", NULL, ISS, SUB, AUD, IAT, NBF, "\"exp\":1767225900,", JTI),
		WITH("a life of 301 s", "token_claims", ISS, SUB, AUD, IAT, NBF,
		     "\"exp\":1767225901,", JTI),
#undef WITH
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char token[8192];
		sign(HEADER, cases[i].payload, token);
		expect(token, cases[i].code, cases[i].what);
	}
}

/* Each time claim in each form that is no whole number in range. */
Test(crypto_token, times_are_whole_numbers)
{
	static const char *const names[] = {"iat", "nbf", "exp"};
	static const char *const values[] = {
		"1767225600.0",
		"1767225600.5",
		"1.5",
		"1.7672256e9",
		"\"1767225600\"",
		"-1767225600",
		"-1",
		"0",
		"null",
		"true",
		"[]",
		"[1767225600]",
		"{}",
		"9223372036854775807",
		"9223372036854775808",
		"18446744073709551616",
		"-9223372036854775809",
		"1e400",
		"NaN",
		"01767225600",
	};
	static const char *const good[] = {"1767225600", "1767225600", "1767225660"};
	for (size_t n = 0; n < 3; n++) {
		for (size_t v = 0; v < sizeof values / sizeof *values; v++) {
			char payload[1024], token[8192];
			const char *use[] = {good[0], good[1], good[2]};
			use[n] = values[v];
			/* nbf in the far past is in range and early enough. */
			bool fine = n == 1 && strcmp(values[v], "0") == 0;
			snprintf(payload, sizeof payload,
				 "{" ISS SUB AUD JTI "\"iat\":%s,\"nbf\":%s,\"exp\":%s}", use[0],
				 use[1], use[2]);
			sign(HEADER, payload, token);
			cr_expect_eq(verify_at(token, NOW, 120), fine ? LED_OK : LED_AUTH,
				     "%s = %s", names[n], values[v]);
		}
	}
}

/* Both edges of each time, with and without tolerance. */
Test(crypto_token, times_against_the_clock)
{
	static const struct {
		int64_t iat, nbf, exp;
		int skew;
		const char *code;
	} cases[] = {
		{0, 0, 60, 0, NULL},
		{1, 0, 60, 0, "token_early"},
		{0, 1, 60, 0, "token_early"},
		{-60, -60, 0, 0, "token_expired"},
		{-60, -60, 1, 0, NULL},
		{120, 120, 180, 120, NULL},
		{121, 120, 180, 120, "token_early"},
		{120, 121, 180, 120, "token_early"},
		{-180, -180, -119, 120, NULL},
		{-180, -180, -120, 120, "token_expired"},
		{-600, -600, -540, 120, "token_expired"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char payload[1024], token[8192];
		snprintf(payload, sizeof payload,
			 "{" ISS SUB AUD JTI "\"iat\":%lld,\"nbf\":%lld,\"exp\":%lld}",
			 (long long)(NOW + cases[i].iat), (long long)(NOW + cases[i].nbf),
			 (long long)(NOW + cases[i].exp));
		sign(HEADER, payload, token);
		enum led_err err = verify_at(token, NOW, cases[i].skew);
		cr_expect_eq(err, cases[i].code ? LED_AUTH : LED_OK, "case %zu", i);
		cr_expect_str_eq(error.code, cases[i].code ? cases[i].code : "", "case %zu", i);
	}
}

Test(crypto_token, jti_has_a_limit)
{
	char payload[1024], token[8192];
	for (int len = TOKEN_JTI_MAX; len <= TOKEN_JTI_MAX + 1; len++) {
		snprintf(payload, sizeof payload, "{" ISS SUB AUD IAT NBF EXP "\"jti\":\"%0*d\"}",
			 len, 0);
		sign(HEADER, payload, token);
		cr_expect_eq(verify_at(token, NOW, 0), len <= TOKEN_JTI_MAX ? LED_OK : LED_AUTH);
	}
	cr_expect_eq(strlen(claims.jti), TOKEN_JTI_MAX);
}

/* --- Broken forms --- */

Test(crypto_token, segments)
{
	char good[8192], token[9000];
	sign(HEADER, GOOD, good);
	expect(good, NULL, "the good one");
	static const char *const forms[] = {"%s.", ".%s",  "%s.x", "%s=", "%s==", " %s",
					    "%s ", "%s\n", "x%s",  "%sA", "..%s", "%s.%s"};
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		struct buf out;
		buf_init(&out, sizeof token);
		for (const char *f = forms[i]; *f; f++) {
			if (*f == '%' && *++f)
				buf_add_str(&out, good);
			else
				buf_add_char(&out, *f);
		}
		cr_expect_eq(verify_at(buf_str(&out), NOW, 120), LED_AUTH, "%s", forms[i]);
		buf_release(&out);
	}
	static const char *const fragments[] = {"",    ".",     "..",         "...",
						"a.b", "a.b.c", "e30.e30.e30"};
	for (size_t i = 0; i < sizeof fragments / sizeof *fragments; i++)
		cr_expect_eq(verify_at(fragments[i], NOW, 120), LED_AUTH, "%s", fragments[i]);
	/* No signature at all, as of alg none. */
	memcpy(token, good, strlen(good) + 1);
	strrchr(token, '.')[1] = '\0';
	expect(token, "token_signature", "an empty signature");
	*strrchr(token, '.') = '\0';
	expect(token, "token_malformed", "two segments");
}

/* Every single character of a good token matters. */
Test(crypto_token, any_change_is_refused)
{
	char good[8192], token[8192];
	sign(HEADER, GOOD, good);
	size_t len = strlen(good);
	for (size_t i = 0; i < len; i++) {
		for (int bit = 0; bit < 8; bit++) {
			memcpy(token, good, len + 1);
			token[i] = (char)(token[i] ^ 1 << bit);
			cr_assert_eq(
				token_verify(&key, token, len, TENANT, NOW, 120, &claims, NULL),
				LED_AUTH, "byte %zu, bit %d", i, bit);
		}
	}
	for (size_t cut = 0; cut < len; cut++)
		cr_assert_eq(token_verify(&key, good, cut, TENANT, NOW, 120, &claims, NULL),
			     LED_AUTH);
}

Test(crypto_token, length_is_capped)
{
	char payload[4096], token[8192];
	snprintf(payload, sizeof payload, "{" ISS SUB AUD IAT NBF EXP JTI "\"pad\":\"%01600d\"}",
		 0);
	sign(HEADER, payload, token);
	cr_assert_gt(strlen(token), TOKEN_MAX);
	expect(token, "token_malformed", "longer than any we accept");
}

/* The signature is judged first: a wrong one hides what else is wrong. */
Test(crypto_token, signature_first)
{
	char token[8192];
	sign("{\"alg\":\"none\"}", "{", token);
	char *last = token + strlen(token) - 2;
	*last = *last == 'A' ? 'B' : 'A';
	expect(token, "token_signature", "everything wrong");
}

Test(crypto_token, other_keys)
{
	char token[8192];
	struct secret other = secret_of("another key of 32 bytes, exactly");
	struct secret empty = {0};
	sign(HEADER, GOOD, token);
	cr_expect_eq(token_verify(&other, token, strlen(token), TENANT, NOW, 0, &claims, &error),
		     LED_AUTH);
	/* A key we do not have is our trouble: a 401 would make the shop drop the event. */
	cr_expect_eq(token_verify(&empty, token, strlen(token), TENANT, NOW, 0, &claims, &error),
		     LED_INTERNAL);
	secret_release(&other);
}

Test(crypto_token, subject)
{
	char token[8192], sub[UUID_SIZE];
	sign(HEADER, GOOD, token);
	cr_expect(token_subject(token, strlen(token), sub));
	cr_expect_str_eq(sub, TENANT);
	sign(HEADER, "{\"sub\":\"" TENANT "0\"}", token);
	cr_expect_not(token_subject(token, strlen(token), sub), "too long");
	sign(HEADER, "{\"sub\":5}", token);
	cr_expect_not(token_subject(token, strlen(token), sub));
	sign(HEADER, "[]", token);
	cr_expect_not(token_subject(token, strlen(token), sub));
	cr_expect_not(token_subject("a.b", 3, sub));
}

/* --- What we sign --- */

/* By the shop's rules (its module's verifier): no tolerance on nbf, 300 s of life. */
Test(crypto_token, signed_tokens_meet_the_shops_rules)
{
	static const char *const tenants[] = {TENANT, "t1", "shop/\xc3\xa9 \"1\""};
	for (size_t i = 0; i < 3; i++) {
		char token[TOKEN_MAX], json[TOKEN_MAX], mac_text[64];
		unsigned char mac[DIGEST_SIZE];
		int64_t iat = 0, nbf = 0, exp = 0;
		struct json_object *payload;
		cr_assert_eq(token_sign(&key, tenants[i], NOW, token, &error), LED_OK);
		char *first = strchr(token, '.'), *second = strrchr(token, '.');
		cr_assert(first && second && first != second);
		long n = text_unbase64url(token, (size_t)(first - token), json, sizeof json);
		cr_assert_eq(n, (long)strlen(HEADER));
		cr_expect_arr_eq(json, HEADER, (size_t)n);
		n = text_unbase64url(first + 1, (size_t)(second - first - 1), json, sizeof json);
		cr_assert_eq(json_parse(json, (size_t)n, &payload, &error), LED_OK);
		cr_expect_str_eq(json_string(payload, "iss"), "byte8-ledger");
		cr_expect_str_eq(json_string(payload, "aud"), "magento");
		cr_expect_str_eq(json_string(payload, "sub"), tenants[i]);
		cr_expect(text_is_uuid(json_string(payload, "jti")));
		cr_expect(json_int(payload, "iat", NOW, NOW + 30, &iat));
		cr_expect(json_int(payload, "nbf", 0, NOW, &nbf));
		cr_expect(json_int(payload, "exp", NOW + 1, INT64_MAX, &exp));
		cr_expect_leq(exp - iat, 300);
		json_object_put(payload);
		cr_assert_eq(digest_hmac(&key, token, (size_t)(second - token), mac), LED_OK);
		text_base64url(mac, sizeof mac, mac_text);
		cr_expect_str_eq(second + 1, mac_text);
	}
}

Test(crypto_token, every_signed_token_is_new)
{
	char one[TOKEN_MAX], other[TOKEN_MAX];
	cr_assert_eq(token_sign(&key, TENANT, NOW, one, &error), LED_OK);
	cr_assert_eq(token_sign(&key, TENANT, NOW, other, &error), LED_OK);
	cr_assert_str_neq(one, other);
}

Test(crypto_token, signing_that_does_not_fit_fails)
{
	char tenant[3000], token[TOKEN_MAX];
	for (size_t len = 1300; len < sizeof tenant; len += 100) {
		memset(tenant, 'x', len);
		tenant[len] = '\0';
		enum led_err err = token_sign(&key, tenant, NOW, token, &error);
		if (!err)
			cr_assert_lt(strlen(token), TOKEN_MAX);
		else
			cr_assert_eq(err, LED_INTERNAL);
		if (len > 1500)
			cr_assert_eq(err, LED_INTERNAL, "%zu", len);
	}
}
