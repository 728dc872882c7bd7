/* QR codes (libqrencode) as one SVG path. */
#ifndef VIEW_QR_H
#define VIEW_QR_H

#include "base/buf.h"
#include "base/error.h"

#define QR_QUIET 4 /* modules of white that a reader needs around the code */

/* The path of the dark modules of `text`, one unit each, the quiet zone included: fill it
 * black on white within a viewBox of "0 0 *size *size". LED_INTERNAL when `text` is too
 * long for a code (about 2,300 bytes) or memory is short. */
enum led_err qr_path(const char *text, struct buf *path, int *size, struct led_error *error)
	__attribute__((warn_unused_result));

#endif
