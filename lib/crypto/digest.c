#include "crypto/digest.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <string.h>

enum led_err digest_sha256(const void *data, size_t len, unsigned char out[DIGEST_SIZE])
{
	return EVP_Digest(data, len, out, NULL, EVP_sha256(), NULL) == 1 ? LED_OK : LED_INTERNAL;
}

enum led_err digest_hmac(const struct secret *key, const void *data, size_t len,
			 unsigned char out[DIGEST_SIZE])
{
	if (!key->len)
		return LED_INTERNAL; /* anybody could make what an empty key makes */
	return HMAC(EVP_sha256(), key->bytes, (int)key->len, data, len, out, NULL) ? LED_OK
										   : LED_INTERNAL;
}

enum led_err digest_subkey(const struct secret *api_key, enum subkey which, struct secret *out)
{
	static const char *const infos[] = {
		[SUBKEY_OUTBOUND] = "byte8-magento-outbound-v1",
		[SUBKEY_INBOUND] = "byte8-magento-inbound-v1",
	};
	unsigned char key[SUBKEY_SIZE];
	char info[32];
	char hash[] = "SHA256";
	size_t info_len = strlen(infos[which]);
	memcpy(info, infos[which], info_len);
	enum led_err err = LED_INTERNAL;
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
	EVP_KDF_CTX *ctx = kdf ? EVP_KDF_CTX_new(kdf) : NULL;
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, hash, 0),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, api_key->bytes, api_key->len),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info, info_len),
		OSSL_PARAM_construct_end(),
	};
	if (ctx && EVP_KDF_derive(ctx, key, sizeof key, params) == 1 &&
	    secret_set(out, key, sizeof key))
		err = LED_OK;
	explicit_bzero(key, sizeof key);
	EVP_KDF_CTX_free(ctx);
	EVP_KDF_free(kdf);
	return err;
}
