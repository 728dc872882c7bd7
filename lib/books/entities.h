/* Named character references of HTML. Debian has no small C library with the table. */
#ifndef BOOKS_ENTITIES_H
#define BOOKS_ENTITIES_H

#include <stddef.h>
#include <stdint.h>

/* The code point that "&name;" stands for (case matters), 0 when there is no such name. */
uint32_t entities_find(const char *text, size_t len);

#endif
