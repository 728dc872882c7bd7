/* SHA-256, HMAC, the subkeys, randomness: published vectors, then the wire's own. */
#include "base/text.h"
#include "crypto/digest.h"
#include "crypto/random.h"
#include "crypto_support.h"

Test(crypto_digest, sha256)
{
	/* FIPS 180-4's examples. */
	static const char *const cases[][2] = {
		{"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
		{"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
		{"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		 "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		unsigned char out[DIGEST_SIZE];
		char hex[2 * DIGEST_SIZE + 1];
		cr_assert_eq(digest_sha256(cases[i][0], strlen(cases[i][0]), out), LED_OK);
		text_hex(out, sizeof out, hex);
		cr_expect_str_eq(hex, cases[i][1]);
	}
}

static void expect_hmac(const char *key_hex, const char *data_hex, const char *expected)
{
	unsigned char key[131], data[152], out[DIGEST_SIZE];
	char hex[2 * DIGEST_SIZE + 1];
	struct secret secret = {0};
	cr_assert(text_unhex(key_hex, key, strlen(key_hex) / 2));
	cr_assert(text_unhex(data_hex, data, strlen(data_hex) / 2));
	cr_assert(secret_set(&secret, key, strlen(key_hex) / 2));
	cr_assert_eq(digest_hmac(&secret, data, strlen(data_hex) / 2, out), LED_OK);
	text_hex(out, sizeof out, hex);
	cr_expect_str_eq(hex, expected);
	secret_release(&secret);
}

/* RFC 4231, test cases 1, 2 and 6 (a key longer than the block). */
Test(crypto_digest, hmac)
{
	char long_key[2 * 131 + 1];
	memset(long_key, 'a', sizeof long_key - 1);
	long_key[sizeof long_key - 1] = '\0';
	expect_hmac("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265",
		    "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
	expect_hmac("4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
		    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	expect_hmac(long_key,
		    "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b6579202d"
		    "2048617368204b6579204669727374",
		    "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

Test(crypto_digest, hmac_refuses_an_empty_key)
{
	unsigned char out[DIGEST_SIZE];
	cr_assert_eq(digest_hmac(&(struct secret){0}, "x", 1, out), LED_INTERNAL);
}

/* HKDF by its definition, for one block and an empty salt (RFC 5869, section 2). */
static void hkdf(const struct secret *ikm, const char *info, unsigned char prk[DIGEST_SIZE],
		 unsigned char okm[DIGEST_SIZE])
{
	unsigned char salt[DIGEST_SIZE] = {0}, block[128];
	struct secret key = {0};
	size_t len = strlen(info);
	cr_assert(secret_set(&key, salt, sizeof salt));
	cr_assert_eq(digest_hmac(&key, ikm->bytes, ikm->len, prk), LED_OK);
	cr_assert(secret_set(&key, prk, DIGEST_SIZE));
	memcpy(block, info, len);
	block[len] = 1;
	cr_assert_eq(digest_hmac(&key, block, len + 1, okm), LED_OK);
	secret_release(&key);
}

static void expect_hex(const void *data, const char *expected, const char *what)
{
	char hex[2 * DIGEST_SIZE + 1];
	text_hex(data, DIGEST_SIZE, hex);
	cr_expect_str_eq(hex, expected, "%s", what);
}

/* RFC 5869, test case 3: the yardstick below measures right. */
Test(crypto_digest, hkdf_yardstick)
{
	unsigned char bytes[22], prk[DIGEST_SIZE], okm[DIGEST_SIZE];
	struct secret ikm = {0};
	memset(bytes, 0x0b, sizeof bytes);
	cr_assert(secret_set(&ikm, bytes, sizeof bytes));
	hkdf(&ikm, "", prk, okm);
	expect_hex(prk, "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04", "prk");
	expect_hex(okm, "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d", "okm");
	secret_release(&ikm);
}

Test(crypto_digest, subkeys_of_the_wire)
{
	struct json_object *vectors = wire_vectors();
	struct json_object *cases = json_member(vectors, "derivation");
	cr_assert_geq(json_object_array_length(cases), 4);
	for (size_t i = 0; i < json_object_array_length(cases); i++) {
		struct json_object *c = json_object_array_get_idx(cases, i);
		struct secret api_key = secret_of(json_string(c, "api_key"));
		struct secret out = {0}, in = {0};
		unsigned char prk[DIGEST_SIZE], okm[DIGEST_SIZE];
		cr_assert_eq(digest_subkey(&api_key, SUBKEY_OUTBOUND, &out), LED_OK);
		cr_assert_eq(digest_subkey(&api_key, SUBKEY_INBOUND, &in), LED_OK);
		cr_assert_eq(out.len, SUBKEY_SIZE);
		cr_assert_eq(in.len, SUBKEY_SIZE);
		expect_hex(out.bytes, json_string(c, "outbound_subkey_hex"), "outbound");
		expect_hex(in.bytes, json_string(c, "inbound_subkey_hex"), "inbound");
		hkdf(&api_key, "byte8-magento-outbound-v1", prk, okm);
		expect_hex(prk, json_string(c, "prk_hex"), "prk");
		cr_expect_arr_eq(okm, out.bytes, SUBKEY_SIZE);
		hkdf(&api_key, "byte8-magento-inbound-v1", prk, okm);
		cr_expect_arr_eq(okm, in.bytes, SUBKEY_SIZE);
		secret_release(&api_key);
		secret_release(&out);
		secret_release(&in);
	}
	json_object_put(vectors);
}

Test(crypto_random, uuid_is_version_4_and_never_the_same)
{
	char ids[200][UUID_SIZE];
	for (size_t i = 0; i < 200; i++) {
		cr_assert_eq(random_uuid(ids[i]), LED_OK);
		cr_assert(text_is_uuid(ids[i]));
		cr_assert_eq(ids[i][14], '4');
		cr_assert_not_null(strchr("89ab", ids[i][19]));
		for (size_t j = 0; j < i; j++)
			cr_assert_str_neq(ids[i], ids[j]);
	}
}

Test(crypto_random, hex)
{
	char one[129], other[129];
	cr_assert_eq(random_hex(one, 64), LED_OK);
	cr_assert_eq(random_hex(other, 64), LED_OK);
	cr_assert_eq(strlen(one), 128);
	cr_assert_str_neq(one, other);
	cr_assert_eq(random_hex(one, 65), LED_INTERNAL, "more than it has room for");
	cr_assert_eq(random_hex(one, 0), LED_OK);
	cr_assert_str_eq(one, "");
}
