#include "view/qr.h"

#include <qrencode.h>

/* One run of dark modules as a rectangle: fewer and larger shapes than one a module. */
static void add_row(struct buf *path, const unsigned char *row, int width, int y)
{
	for (int x = 0, end; x < width; x = end) {
		end = x + 1;
		if (!(row[x] & 1))
			continue;
		while (end < width && row[end] & 1)
			end++;
		buf_addf(path, "M%d %dh%dv1h-%dz", x + QR_QUIET, y + QR_QUIET, end - x, end - x);
	}
}

enum led_err qr_path(const char *text, struct buf *path, int *size, struct led_error *error)
{
	QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);

	if (!code)
		return led_fail(error, LED_INTERNAL, "qr_failed", "A QR code: %m.");
	for (int y = 0; y < code->width; y++)
		add_row(path, code->data + (size_t)y * (size_t)code->width, code->width, y);
	*size = code->width + 2 * QR_QUIET;
	QRcode_free(code);
	if (path->failed)
		return led_fail(error, LED_INTERNAL, "out_of_memory", "A QR code.");
	return LED_OK;
}
