#include "crypto/seal.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/text.h"
#include "crypto/random.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FORMAT       1
#define KEY_SIZE     32
#define NONCE_SIZE   12
#define TAG_SIZE     16
#define HEADER_SIZE  5 /* format and key version */
#define VERSIONS_MAX 64
#define AAD_MAX      512

static const char *const ring_names[] = {[SEAL_INTAKE] = "intake", [SEAL_VAULT] = "vault"};
#define RINGS (sizeof ring_names / sizeof *ring_names)

struct ring {
	uint32_t newest; /* 0: the ring is not loaded */
	unsigned char keys[VERSIONS_MAX + 1][KEY_SIZE];
};

struct seal_keys {
	struct ring rings[RINGS];
};

static void key_path(const char *key_dir, size_t ring, unsigned version, char *out, size_t size)
{
	snprintf(out, size, "%s/%s.%u.key", key_dir, ring_names[ring], version);
}

static enum led_err load_key(const char *path, unsigned char *key, struct led_error *error)
{
	struct buf text;
	struct stat status;
	buf_init(&text, 128);
	enum led_err err = file_read(path, &text, error);
	while (!err && text.len && text.data[text.len - 1] == '\n')
		text.data[--text.len] = '\0';
	if (!err && !text_unhex(buf_str(&text), key, KEY_SIZE))
		err = led_fail(error, LED_INTERNAL, "key_unreadable", "%s is not 64 hex digits.",
			       path);
	else if (!err && (stat(path, &status) || (status.st_mode & 077)))
		err = led_fail(error, LED_INTERNAL, "key_unreadable",
			       "%s can be read by others: chmod 0400 it.", path);
	if (text.data)
		explicit_bzero(text.data, text.len);
	buf_release(&text);
	return err;
}

static enum led_err load_ring(const char *key_dir, size_t index, struct ring *ring,
			      struct led_error *error)
{
	char path[1024];
	for (uint32_t version = 1; version <= VERSIONS_MAX; version++) {
		key_path(key_dir, index, version, path, sizeof path);
		if (version > 1 && access(path, F_OK) != 0)
			break;
		if (load_key(path, ring->keys[version], error)) {
			if (error)
				snprintf(error->code, sizeof error->code, "key_unreadable");
			return LED_INTERNAL;
		}
		ring->newest = version;
	}
	return LED_OK;
}

enum led_err seal_keys_load(const char *key_dir, unsigned rings, struct seal_keys **out,
			    struct led_error *error)
{
	struct seal_keys *keys = calloc(1, sizeof *keys);
	if (!keys)
		return led_fail(error, LED_INTERNAL, "out_of_memory", "No memory for keys.");
	for (size_t i = 0; i < RINGS; i++) {
		if (!(rings & 1U << i))
			continue;
		if (load_ring(key_dir, i, &keys->rings[i], error)) {
			seal_keys_free(keys);
			return LED_INTERNAL;
		}
	}
	*out = keys;
	return LED_OK;
}

void seal_keys_free(struct seal_keys *keys)
{
	if (keys)
		explicit_bzero(keys, sizeof *keys);
	free(keys);
}

uint32_t seal_keys_newest(const struct seal_keys *keys, enum seal_ring ring)
{
	return keys->rings[ring].newest;
}

/* O_EXCL, so that a key once made is never overwritten, whoever else is at it. */
static enum led_err create_key(const char *path, bool *made, struct led_error *error)
{
	char text[2 * KEY_SIZE + 2];
	if (random_hex(text, KEY_SIZE))
		return led_fail(error, LED_INTERNAL, "no_randomness", "No random bytes for a key.");
	text[2 * KEY_SIZE] = '\n';
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0400);
	*made = fd >= 0;
	if (fd < 0 && errno == EEXIST)
		return LED_OK;
	ssize_t written = fd < 0 ? -1 : write(fd, text, 2 * KEY_SIZE + 1);
	explicit_bzero(text, sizeof text);
	bool whole = written == 2 * KEY_SIZE + 1 && fsync(fd) == 0;
	if (fd >= 0 && close(fd) != 0)
		whole = false;
	if (!whole) {
		if (fd >= 0)
			unlink(path);
		return led_fail(error, LED_INTERNAL, "key_not_written", "Cannot write %s: %m.",
				path);
	}
	return LED_OK;
}

enum led_err seal_keys_init(const char *key_dir, int *created, struct led_error *error)
{
	*created = 0;
	for (size_t i = 0; i < RINGS; i++) {
		char path[1024];
		bool made = false;
		key_path(key_dir, i, 1, path, sizeof path);
		if (create_key(path, &made, error))
			return LED_INTERNAL;
		*created += made;
	}
	return LED_OK;
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
	const struct ring *r = &keys->rings[ring];
	unsigned char aad[AAD_MAX];
	if (!r->newest || secret->len + SEAL_OVERHEAD > size)
		return led_fail(error, LED_INTERNAL, "seal_failed",
				"The key ring %s cannot seal %s.", ring_names[ring], place->column);
	out[0] = FORMAT;
	for (int i = 0; i < 4; i++)
		out[1 + i] = (unsigned char)(r->newest >> (24 - 8 * i));
	size_t aad_len = place_aad(place, out, aad);
	if (!aad_len || !encrypt(r->keys[r->newest], aad, aad_len, secret, out + HEADER_SIZE))
		return led_fail(error, LED_INTERNAL, "seal_failed", "Sealing %s failed.",
				place->column);
	*len = secret->len + SEAL_OVERHEAD;
	return LED_OK;
}

enum led_err seal_open(const struct seal_keys *keys, enum seal_ring ring,
		       const struct seal_place *place, const void *sealed, size_t sealed_len,
		       struct secret *out, struct led_error *error)
{
	const unsigned char *in = sealed;
	const struct ring *r = &keys->rings[ring];
	unsigned char aad[AAD_MAX], plain[SECRET_MAX];
	bool ok = sealed_len >= SEAL_OVERHEAD && sealed_len - SEAL_OVERHEAD <= sizeof plain &&
		  in[0] == FORMAT;
	if (ok) {
		uint32_t version = (uint32_t)in[1] << 24 | (uint32_t)in[2] << 16 |
				   (uint32_t)in[3] << 8 | in[4];
		size_t aad_len = place_aad(place, in, aad);
		size_t plain_len = sealed_len - SEAL_OVERHEAD;
		ok = aad_len && version >= 1 && version <= r->newest &&
		     decrypt(r->keys[version], aad, aad_len, in + HEADER_SIZE, plain_len, plain) &&
		     secret_set(out, plain, plain_len);
		explicit_bzero(plain, sizeof plain);
	}
	if (!ok)
		return led_fail(
			error, LED_INTERNAL, "seal_broken",
			"The sealed %s of %s does not open: altered, moved, or its key is missing.",
			place->column, place->table);
	return LED_OK;
}
