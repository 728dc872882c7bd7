/* Reading small files whole: templates, migrations, key files. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/buf.h"
#include "base/error.h"

/* Appends the file to `out`, whose cap bounds its size. LED_INTERNAL, code
 * "file_unreadable", with the path and the reason. */
enum led_err file_read(const char *path, struct buf *out, struct led_error *error)
	__attribute__((warn_unused_result));

#endif
