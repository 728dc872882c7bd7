/* CSV (RFC 4180) that a spreadsheet can open without running anything. */
#ifndef VIEW_CSV_H
#define VIEW_CSV_H

#include "base/buf.h"

/* Appends one row of `count` cells, each in quotes. A cell that a spreadsheet would take for
 * a formula (its first character is = + - @ or a tab or line end) gets an apostrophe in front. NULL
 * is an empty cell. */
void csv_row(struct buf *out, const char *const *cells, size_t count);

#endif
