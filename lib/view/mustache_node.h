/* What the compiler of templates hands to the renderer. Private to lib/view. */
#ifndef VIEW_MUSTACHE_NODE_H
#define VIEW_MUSTACHE_NODE_H

#include "view/mustache.h"

#include "base/arena.h"

#include <stdbool.h>

enum mustache_kind {
	MUSTACHE_TEXT,
	MUSTACHE_ESCAPED,  /* {{name}} */
	MUSTACHE_RAW,      /* {{{name}}}, {{&name}} */
	MUSTACHE_SECTION,  /* {{#name}} */
	MUSTACHE_INVERTED, /* {{^name}} */
	MUSTACHE_PARTIAL,  /* {{>name}} */
};

/* One step of a template. The nodes stand in the order of the source; a section's body
 * is the nodes behind it, up to but not including number `end`. */
struct mustache_node {
	enum mustache_kind kind;
	/* The first output of a source line: inside an indented partial, the indentation
	 * goes before it. Text nodes never span lines, so that this can be known. */
	bool line_start;
	int line;
	/* MUSTACHE_TEXT: the text. MUSTACHE_PARTIAL: the indentation of its line, when it
	 * stands alone on one. */
	const char *text;
	size_t len;
	/* A dotted name "a.b" is two strings, "a\0b"; "." is none. A partial's is whole. */
	const char *name;
	int parts;
	size_t end;
};

struct mustache {
	struct arena *arena; /* holds the name, the source and the nodes' names */
	const char *name;
	const char *source;
	size_t len;
	struct mustache_node *nodes;
	size_t count;
	size_t size;
};

#endif
