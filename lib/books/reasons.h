/*
 * Why a translation chose what it did: noted by whoever decides, at the moment of deciding, so
 * that what a preview tells is what was done. Nobody else asks, and then nothing is noted.
 */
#ifndef BOOKS_REASONS_H
#define BOOKS_REASONS_H

#include "base/arena.h"

#include <stddef.h>

struct books_reason {
	const char *what; /* "contact", "line 3", "shipping", "adjustment", "bank_account" */
	const char *why;
};

/* Zeroed, it is empty. Grows in the arena of the context that names it. */
struct books_reasons {
	struct books_reason *item;
	size_t count, room;
};

struct books_context;

/* A sentence in the context's arena; NULL when nobody asks for reasons, or memory is short. */
const char *books_why(const struct books_context *context, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Notes a reason, when somebody asks; a NULL `why` is none. A preview short of memory tells
 * fewer: what is posted does not depend on it. */
void books_because(const struct books_context *context, const char *what, const char *why);

#endif
