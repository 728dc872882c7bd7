#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum led_err file_read(const char *path, struct buf *out, struct led_error *error)
{
	char chunk[4096];
	ssize_t n;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return led_fail(error, LED_INTERNAL, "file_unreadable", "Cannot open %s: %m.",
				path);
	do {
		n = read(fd, chunk, sizeof chunk);
		if (n > 0)
			buf_add(out, chunk, (size_t)n);
	} while (!out->failed && (n > 0 || (n < 0 && errno == EINTR)));
	enum led_err err = LED_OK;
	if (n < 0)
		err = led_fail(error, LED_INTERNAL, "file_unreadable", "Cannot read %s: %m.", path);
	else if (out->failed)
		err = led_fail(error, LED_INTERNAL, "file_unreadable", "%s is too large.", path);
	close(fd);
	explicit_bzero(chunk, sizeof chunk); /* it may have been a key */
	return err;
}
