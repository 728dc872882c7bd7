#include "ids.h"

#include <ctype.h>
#include <stdlib.h>

static bool take_id(const char **text, int64_t *id)
{
	char *end;
	if (!isdigit((unsigned char)**text))
		return false;
	*id = strtoll(*text, &end, 10); /* what is too large for it is too large for an id too */
	*text = end;
	return *id >= 1 && *id <= IDS_LAST;
}

bool ids_take(const char **list, struct ids_range *range)
{
	const char *text = *list;
	if (!take_id(&text, &range->first))
		return false;
	range->last = range->first;
	if (*text == '-') {
		text++;
		if (!take_id(&text, &range->last) || range->last < range->first)
			return false;
	}
	if (*text == ',' && text[1])
		text++;
	else if (*text)
		return false;
	*list = text;
	return true;
}
