/* Escaping of text for where it is put. */
#ifndef VIEW_ESCAPE_H
#define VIEW_ESCAPE_H

#include "base/buf.h"

/* Appends `len` bytes of text so that they are safe as HTML text and inside an attribute
 * quoted with " or ' : & < > " ' become references, all else is kept. */
void escape_html(struct buf *out, const char *text, size_t len);

#endif
