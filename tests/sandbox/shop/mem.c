#include "shop/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *checked(void *memory)
{
	if (memory == NULL)
		abort();
	return memory;
}

void *mem_zero(size_t size)
{
	return checked(calloc(1, size));
}

void *mem_grow(void *old, size_t size)
{
	return checked(realloc(old, size));
}

char *mem_copy(const char *text)
{
	return text != NULL ? checked(strdup(text)) : NULL;
}

char *mem_copy_n(const char *text, size_t len)
{
	char *copy = mem_zero(len + 1);

	memcpy(copy, text, len);
	return copy;
}

char *mem_format(const char *format, ...)
{
	char *out = NULL;
	va_list args;
	int n;

	va_start(args, format);
	n = vasprintf(&out, format, args);
	va_end(args);
	return n < 0 ? checked(NULL) : out;
}

void text_add(struct text *text, const char *bytes, size_t len)
{
	if (text->len + len + 1 > text->room) {
		text->room = (text->len + len + 1) * 2;
		text->at = mem_grow(text->at, text->room);
	}
	memcpy(text->at + text->len, bytes, len);
	text->len += len;
	text->at[text->len] = '\0';
}

void text_puts(struct text *text, const char *string)
{
	text_add(text, string, strlen(string));
}
