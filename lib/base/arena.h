/*
 * An arena: memory that lives as long as one request or one job and is released
 * all at once. It has a hard cap, so that no input can make a process grow without
 * bound. Not thread-safe: an arena belongs to one thread.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

struct arena;

/* `cap` bytes at most will ever be handed out. NULL when memory is short. */
struct arena *arena_new(size_t cap);
void arena_free(struct arena *arena);

/* Forgets everything handed out, keeping the first block for the next use. */
void arena_reset(struct arena *arena);

/* Zeroed, aligned for any type. NULL when the cap is reached or memory is short. */
void *arena_alloc(struct arena *arena, size_t size) __attribute__((warn_unused_result));

/* Copies with a NUL behind. NULL as arena_alloc. */
char *arena_strndup(struct arena *arena, const char *text, size_t len)
	__attribute__((warn_unused_result));
char *arena_strdup(struct arena *arena, const char *text) __attribute__((warn_unused_result));
char *arena_printf(struct arena *arena, const char *format, ...)
	__attribute__((format(printf, 2, 3), warn_unused_result));

#endif
