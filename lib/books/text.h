/* Texts on their way into Sage's fields. All results are in the arena, all inputs UTF-8. */
#ifndef BOOKS_TEXT_H
#define BOOKS_TEXT_H

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>

/* HTML entities decoded (named, decimal, hex), again until nothing changes, three times at
 * most: shops store names that were escaped twice. NULL when memory is short, as all below. */
char *books_text_decode(struct arena *arena, const char *text) __attribute__((warn_unused_result));

/* Control characters removed, every run of white space one space, none at the ends. */
char *books_text_fold(struct arena *arena, const char *text) __attribute__((warn_unused_result));

/* The first `max_chars` characters, without a space left hanging. */
char *books_text_cut(struct arena *arena, const char *text, size_t max_chars)
	__attribute__((warn_unused_result));

/* Folded, then cut: what every field but a line's description gets. NULL stays NULL, and
 * a text that is empty then becomes NULL: *short_of_memory tells the one from the other. */
const char *books_text_field(struct arena *arena, const char *text, size_t max_chars,
			     bool *short_of_memory) __attribute__((warn_unused_result));

/* What something is called: `name` decoded and folded, else `sku`, else "Item"; cut. */
const char *books_text_name(struct arena *arena, const char *name, const char *sku,
			    size_t max_chars) __attribute__((warn_unused_result));

#endif
