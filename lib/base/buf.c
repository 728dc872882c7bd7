#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void buf_init(struct buf *buf, size_t cap)
{
	*buf = (struct buf){.cap = cap};
}

void buf_release(struct buf *buf)
{
	free(buf->data);
	*buf = (struct buf){.cap = buf->cap};
}

void buf_clear(struct buf *buf)
{
	buf->len = 0;
	buf->failed = false;
	if (buf->data)
		buf->data[0] = '\0';
}

static bool buf_reserve(struct buf *buf, size_t more)
{
	if (buf->failed)
		return false;
	if (more > buf->cap - buf->len) {
		buf->failed = true;
		return false;
	}
	size_t need = buf->len + more + 1;
	if (need <= buf->size)
		return true;
	size_t size = buf->size ? buf->size : 256;
	while (size < need)
		size *= 2;
	char *data = realloc(buf->data, size);
	if (!data) {
		buf->failed = true;
		return false;
	}
	buf->data = data;
	buf->size = size;
	return true;
}

void buf_add(struct buf *buf, const void *data, size_t len)
{
	if (!buf_reserve(buf, len))
		return;
	if (len)
		memcpy(buf->data + buf->len, data, len);
	buf->len += len;
	buf->data[buf->len] = '\0';
}

void buf_add_str(struct buf *buf, const char *text)
{
	buf_add(buf, text, strlen(text));
}

void buf_add_char(struct buf *buf, char c)
{
	if (!buf_reserve(buf, 1))
		return;
	buf->data[buf->len++] = c;
	buf->data[buf->len] = '\0';
}

void buf_add_int(struct buf *buf, int64_t number)
{
	char digits[24];
	size_t at = sizeof digits;
	uint64_t rest = number < 0 ? -(uint64_t)number : (uint64_t)number;
	do {
		digits[--at] = (char)('0' + rest % 10);
	} while (rest /= 10);
	if (number < 0)
		digits[--at] = '-';
	buf_add(buf, digits + at, sizeof digits - at);
}

/* Into the room there is; only what does not fit is printed twice. */
void buf_addf(struct buf *buf, const char *format, ...)
{
	va_list args;
	size_t room = buf->failed ? 0 : buf->size - buf->len;
	va_start(args, format);
	int len = vsnprintf(room ? buf->data + buf->len : NULL, room, format, args);
	va_end(args);
	if (len < 0) {
		buf->failed = true;
		return;
	}
	if (!buf_reserve(buf, (size_t)len)) {
		if (room)
			buf->data[buf->len] = '\0';
		return;
	}
	if ((size_t)len >= room) {
		va_start(args, format);
		vsnprintf(buf->data + buf->len, (size_t)len + 1, format, args);
		va_end(args);
	}
	buf->len += (size_t)len;
}

const char *buf_str(const struct buf *buf)
{
	return buf->data ? buf->data : "";
}
