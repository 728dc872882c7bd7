/*
 * Requests and answers fit to be kept and shown. By type, not by pattern: of every text only
 * those stay whose member cannot name a person (ids, codes, dates, amounts, references, what
 * Sage says of a fault); all others become "…". Numbers and flags stay.
 */
#ifndef SAGE_MASK_H
#define SAGE_MASK_H

#include "base/buf.h"

#include <stddef.h>

/* Appends the masked JSON to `out`, whose cap may cut it short (out->failed). What is not
 * JSON, a gateway's page, appends its size alone. */
void sage_mask(const char *text, size_t len, struct buf *out);

#endif
