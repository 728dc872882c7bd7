/* Warnings as they are stored: a JSON list of {code, detail}. */
#ifndef WORKER_WARNINGS_H
#define WORKER_WARNINGS_H

#include "base/arena.h"
#include "books/books.h"

/* *text lives in the arena; NULL when there are none. */
enum led_err warnings_print(struct arena *arena, const struct books_warnings *warnings,
			    const char **text, struct led_error *error)
	__attribute__((warn_unused_result));

/* Adds what is stored in `text` (NULL: nothing). The codes live in the arena. */
enum led_err warnings_read(struct arena *arena, const char *text, struct books_warnings *warnings,
			   struct led_error *error) __attribute__((warn_unused_result));

#endif
