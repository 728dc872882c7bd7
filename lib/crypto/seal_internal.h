/* What seal.c, seal_keys.c and seal_files.c share; nobody else includes it. */
#ifndef CRYPTO_SEAL_INTERNAL_H
#define CRYPTO_SEAL_INTERNAL_H

#include "crypto/seal.h"

#define SEAL_KEY_SIZE 32
#define SEAL_PATH_MAX 1024

/* What a version's file is called while it only opens, and once it seals too. */
#define SEAL_STAGED "next"
#define SEAL_ACTIVE "key"

void seal_file_path(const char *key_dir, enum seal_ring ring, uint32_t version, const char *suffix,
		    char out[SEAL_PATH_MAX]);

/* The key to seal under, read anew when the directory has changed. The caller cleanses it. */
enum led_err seal_keys_sealing(const struct seal_keys *keys, enum seal_ring ring, uint32_t *version,
			       unsigned char key[SEAL_KEY_SIZE], struct led_error *error)
	__attribute__((warn_unused_result));

/* The key of `version`; the files are read once more before it is called missing. */
enum led_err seal_keys_opening(const struct seal_keys *keys, enum seal_ring ring, uint32_t version,
			       unsigned char key[SEAL_KEY_SIZE], struct led_error *error)
	__attribute__((warn_unused_result));

#endif
