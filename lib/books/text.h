/* Texts on their way into Sage's fields; all are UTF-8. What changes a text in place never
 * makes it longer. */
#ifndef BOOKS_TEXT_H
#define BOOKS_TEXT_H

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>

/* HTML entities decoded (named, decimal, hex), again until nothing changes, three times at
 * most: shops store names that were escaped twice. */
void books_text_decode(char *text);

/* Control characters removed, every run of white space one space, none at the ends. */
void books_text_fold(char *text);

/* A copy in the arena, folded, then cut to `max_chars` characters without a space left hanging:
 * what every field but a line's description gets. NULL stays NULL, and a text that is empty then
 * becomes NULL; *short_of_memory is set when it is for want of memory. */
const char *books_text_field(struct arena *arena, const char *text, size_t max_chars,
			     bool *short_of_memory) __attribute__((warn_unused_result));

/* What something is called: `name` decoded and folded, else `sku`, else "Item"; cut. NULL when
 * memory is short. */
const char *books_text_name(struct arena *arena, const char *name, const char *sku,
			    size_t max_chars) __attribute__((warn_unused_result));

#endif
