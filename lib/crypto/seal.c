/* Sealing and opening one value; the keys are seal_keys.c's. */
#include "crypto/seal.h"
#include "crypto/random.h"
#include "crypto/seal_internal.h"

#include <openssl/evp.h>
#include <stdatomic.h>
#include <string.h>

#define FORMAT      1
#define NONCE_SIZE  12
#define TAG_SIZE    16
#define HEADER_SIZE 5 /* format and key version */
#define AAD_MAX     512

/* The process's, not one key set's: what was sealed before a reload counts as well. */
static _Atomic int64_t uses[SEAL_RINGS][SEAL_VERSIONS_MAX + 1];

int64_t seal_uses_take(enum seal_ring ring, uint32_t version)
{
	return atomic_exchange(&uses[ring][version], 0);
}

/* Length-prefixed parts, so that no two places share one encoding. */
static size_t place_aad(const struct seal_place *place, const unsigned char header[HEADER_SIZE],
			unsigned char aad[AAD_MAX])
{
	const char *parts[] = {place->table, place->column, place->account, place->row};
	size_t at = 0;
	memcpy(aad, header, HEADER_SIZE);
	at += HEADER_SIZE;
	for (size_t i = 0; i < 4; i++) {
		size_t len = strlen(parts[i]);
		if (len > 100)
			return 0;
		aad[at++] = (unsigned char)len;
		memcpy(aad + at, parts[i], len);
		at += len;
	}
	return at;
}

static bool encrypt(const unsigned char *key, const unsigned char *aad, size_t aad_len,
		    const struct secret *secret, unsigned char *nonce)
{
	unsigned char *text = nonce + NONCE_SIZE, *tag = text + secret->len;
	int n;
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	bool ok = ctx && random_bytes(nonce, NONCE_SIZE) == LED_OK &&
		  EVP_EncryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, key, nonce) == 1 &&
		  EVP_EncryptUpdate(ctx, NULL, &n, aad, (int)aad_len) == 1 &&
		  EVP_EncryptUpdate(ctx, text, &n, secret->bytes, (int)secret->len) == 1 &&
		  EVP_EncryptFinal_ex(ctx, text + n, &n) == 1 &&
		  EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, TAG_SIZE, tag) == 1;
	EVP_CIPHER_CTX_free(ctx);
	return ok;
}

static bool decrypt(const unsigned char *key, const unsigned char *aad, size_t aad_len,
		    const unsigned char *nonce, size_t text_len, unsigned char *out)
{
	const unsigned char *text = nonce + NONCE_SIZE;
	unsigned char tag[TAG_SIZE];
	int n;
	memcpy(tag, text + text_len, TAG_SIZE);
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	bool ok = ctx && EVP_DecryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, key, nonce) == 1 &&
		  EVP_DecryptUpdate(ctx, NULL, &n, aad, (int)aad_len) == 1 &&
		  EVP_DecryptUpdate(ctx, out, &n, text, (int)text_len) == 1 &&
		  EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_SET_TAG, TAG_SIZE, tag) == 1 &&
		  EVP_DecryptFinal_ex(ctx, out + n, &n) == 1;
	EVP_CIPHER_CTX_free(ctx);
	return ok;
}

enum led_err seal_close(const struct seal_keys *keys, enum seal_ring ring,
			const struct seal_place *place, const struct secret *secret,
			unsigned char *out, size_t size, size_t *len, struct led_error *error)
{
	unsigned char aad[AAD_MAX], key[SEAL_KEY_SIZE];
	uint32_t version;
	if (secret->len + SEAL_OVERHEAD > size)
		return led_fail(error, LED_INTERNAL, "seal_failed", "No room to seal %s.",
				place->column);
	enum led_err err = seal_keys_sealing(keys, ring, &version, key, error);
	if (err)
		return err;
	out[0] = FORMAT;
	for (int i = 0; i < 4; i++)
		out[1 + i] = (unsigned char)(version >> (24 - 8 * i));
	size_t aad_len = place_aad(place, out, aad);
	bool ok = aad_len && encrypt(key, aad, aad_len, secret, out + HEADER_SIZE);
	explicit_bzero(key, sizeof key);
	if (!ok)
		return led_fail(error, LED_INTERNAL, "seal_failed", "Sealing %s failed.",
				place->column);
	atomic_fetch_add(&uses[ring][version], 1);
	*len = secret->len + SEAL_OVERHEAD;
	return LED_OK;
}

uint32_t seal_version(const void *sealed, size_t sealed_len)
{
	const unsigned char *in = sealed;
	if (sealed_len < SEAL_OVERHEAD || in[0] != FORMAT)
		return 0;
	return (uint32_t)in[1] << 24 | (uint32_t)in[2] << 16 | (uint32_t)in[3] << 8 | in[4];
}

static bool open_under(const unsigned char *key, const struct seal_place *place,
		       const unsigned char *in, size_t len, struct secret *out)
{
	unsigned char aad[AAD_MAX], plain[SECRET_MAX];
	size_t aad_len = place_aad(place, in, aad), plain_len = len - SEAL_OVERHEAD;
	bool ok = aad_len && decrypt(key, aad, aad_len, in + HEADER_SIZE, plain_len, plain) &&
		  secret_set(out, plain, plain_len);
	explicit_bzero(plain, sizeof plain);
	return ok;
}

enum led_err seal_open(const struct seal_keys *keys, enum seal_ring ring,
		       const struct seal_place *place, const void *sealed, size_t sealed_len,
		       struct secret *out, struct led_error *error)
{
	unsigned char key[SEAL_KEY_SIZE];
	uint32_t version = seal_version(sealed, sealed_len);
	bool ok = version && sealed_len - SEAL_OVERHEAD <= SECRET_MAX;
	if (ok) {
		enum led_err err = seal_keys_opening(keys, ring, version, key, error);
		if (err)
			return err;
		ok = open_under(key, place, sealed, sealed_len, out);
		explicit_bzero(key, sizeof key);
	}
	if (!ok)
		return led_fail(error, LED_INTERNAL, "seal_broken",
				"The sealed %s of %s does not open: altered, moved, or the file "
				"%s.%u.key holds another key.",
				place->column, place->table, seal_ring_name(ring), version);
	return LED_OK;
}
