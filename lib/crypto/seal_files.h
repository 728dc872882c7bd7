/*
 * The files of the key-encryption keys: key_dir/<ring>.<version>.key, 64 hex digits, mode
 * 0400. A version begins as <ring>.<version>.next, which opens values and seals none, when
 * programs on other hosts must be given it before anything is sealed under it; renaming it
 * to .key puts it to use. Every file appears whole, under a name that was free, and is on
 * the disk when these functions return.
 */
#ifndef CRYPTO_SEAL_FILES_H
#define CRYPTO_SEAL_FILES_H

#include "crypto/seal.h"

/* Creates version 1 of each ring that has no key at all; *created counts them. */
enum led_err seal_files_init(const char *key_dir, int *created, struct led_error *error)
	__attribute__((warn_unused_result));

/* Adds the version behind the ring's highest. `staged`: it may not seal yet. A version that
 * is staged already is put to use, or with `staged` left as it is. *version says which. */
enum led_err seal_files_rotate(const char *key_dir, enum seal_ring ring, bool staged,
			       uint32_t *version, struct led_error *error)
	__attribute__((warn_unused_result));

enum seal_file_state { SEAL_FILE_NONE, SEAL_FILE_STAGED, SEAL_FILE_ACTIVE };

/* *age is how many seconds ago the file was put in place. */
enum seal_file_state seal_files_state(const char *key_dir, enum seal_ring ring, uint32_t version,
				      int64_t *age);

/* Removes a version's file, overwriting it first. Whether it is still needed is for the
 * caller to know. */
enum led_err seal_files_remove(const char *key_dir, enum seal_ring ring, uint32_t version,
			       struct led_error *error) __attribute__((warn_unused_result));

#endif
