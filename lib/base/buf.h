/*
 * A growing byte string, born with a hard cap (after curl's dynbuf). The first
 * append that fails makes the buffer failed and every later one a no-op, so that a
 * writer checks once, at the end. Always NUL-terminated when not failed.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf {
	char *data; /* NULL until the first append */
	size_t len;
	size_t size;
	size_t cap;  /* bytes of content at most */
	bool failed; /* the cap was reached or memory was short */
};

void buf_init(struct buf *buf, size_t cap);
void buf_release(struct buf *buf);
void buf_clear(struct buf *buf); /* keeps the memory, forgets the failure */

void buf_add(struct buf *buf, const void *data, size_t len);
void buf_add_str(struct buf *buf, const char *text);
void buf_add_char(struct buf *buf, char c);
void buf_add_int(struct buf *buf, int64_t number); /* in decimal */
void buf_addf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The content as a C string, "" when empty. */
const char *buf_str(const struct buf *buf);

#endif
