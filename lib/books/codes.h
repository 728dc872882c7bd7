/*
 * Every code that a run can end with or carry: what it means in plain words, and what
 * the merchant can do. The dashboard, `ledgerctl explain` and the tests read this table.
 */
#ifndef BOOKS_CODES_H
#define BOOKS_CODES_H

#include <stddef.h>

enum books_code_kind { BOOKS_CODE_SKIP, BOOKS_CODE_WARNING, BOOKS_CODE_ERROR };

struct books_code {
	const char *code;
	const char *means;   /* one sentence */
	const char *to_do;   /* one sentence */
	const char *setting; /* the setting concerned, or NULL */
};

/* The table of one kind, in the order of the specification. */
const struct books_code *books_codes(enum books_code_kind kind, size_t *count);

/* The code's row, or NULL; a code is of one kind only. `kind` may be NULL. */
const struct books_code *books_code_find(const char *code, enum books_code_kind *kind);

#endif
