/*
 * Secrets are a type of their own: cleansed on release, never NUL-terminated text,
 * so that none slips into a format string or a log line by habit.
 */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#define SECRET_MAX 4096 /* bytes; Sage asks to reserve 2048 for a token */

struct secret {
	unsigned char *bytes; /* NULL when empty */
	size_t len;
};

/* Copies `len` bytes (at most SECRET_MAX); false when memory is short or it is too long. */
bool secret_set(struct secret *secret, const void *bytes, size_t len)
	__attribute__((warn_unused_result));

/* Overwrites, then frees. Safe on a zeroed or released secret. */
void secret_release(struct secret *secret);

#endif
