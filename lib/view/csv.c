#include "view/csv.h"

#include <string.h>

static void add_cell(struct buf *out, const char *text)
{
	buf_add_char(out, '"');
	if (*text && strchr("=+-@\t\r\n", *text))
		buf_add_char(out, '\'');
	for (; *text; text++) {
		if (*text == '"')
			buf_add_char(out, '"');
		buf_add_char(out, *text);
	}
	buf_add_char(out, '"');
}

void csv_row(struct buf *out, const char *const *cells, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (i)
			buf_add_char(out, ',');
		add_cell(out, cells[i] ? cells[i] : "");
	}
	buf_add_str(out, "\r\n");
}
