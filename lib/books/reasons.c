#include "books/reasons.h"
#include "books/books.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define WHY_MAX 400 /* bytes with the NUL; names are cut before */

const char *books_why(const struct books_context *context, const char *format, ...)
{
	char text[WHY_MAX];
	va_list args;
	if (!context->reasons)
		return NULL;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	return arena_strdup(context->arena, text);
}

static bool make_room(struct books_reasons *reasons, struct arena *arena)
{
	if (reasons->count < reasons->room)
		return true;
	size_t room = reasons->room ? 2 * reasons->room : 16;
	struct books_reason *item = arena_alloc(arena, room * sizeof *item);
	if (!item)
		return false;
	if (reasons->count)
		memcpy(item, reasons->item, reasons->count * sizeof *item);
	reasons->item = item;
	reasons->room = room;
	return true;
}

void books_because(const struct books_context *context, const char *what, const char *why)
{
	struct books_reasons *reasons = context->reasons;
	if (!reasons || !why || !make_room(reasons, context->arena))
		return;
	const char *kept = arena_strdup(context->arena, what);
	if (kept)
		reasons->item[reasons->count++] = (struct books_reason){kept, why};
}
