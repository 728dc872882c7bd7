/* The table of errors, which is a file of its own. Read it through codes.h. */
#ifndef BOOKS_CODES_TABLES_H
#define BOOKS_CODES_TABLES_H

#include "books/codes.h"

extern const struct books_code CODES_ERRORS[];
extern const size_t CODES_ERRORS_COUNT;

#endif
