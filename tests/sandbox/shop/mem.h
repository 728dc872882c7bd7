/*
 * Allocation and growing text. A sandbox that is out of memory has no answer
 * worth giving, so these end the process by abort() instead of returning NULL.
 */
#ifndef SHOP_MEM_H
#define SHOP_MEM_H

#include <stddef.h>

void *mem_zero(size_t size);
void *mem_grow(void *old, size_t size);
char *mem_copy(const char *text); /* NULL gives NULL */
char *mem_copy_n(const char *text, size_t len);
char *mem_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Text that grows; always NUL-terminated. Start from {0}; the caller frees `at`. */
struct text {
	char *at;
	size_t len, room;
};

void text_add(struct text *text, const char *bytes, size_t len);
void text_puts(struct text *text, const char *string);

#endif
