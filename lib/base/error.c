#include "base/error.h"
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum led_err led_fail(struct led_error *error, enum led_err class, const char *code,
		      const char *format, ...)
{
	char text[LED_MESSAGE_MAX]; /* apart: an argument may be the old message */
	if (!error)
		return class;
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	text_utf8_mend(text);
	snprintf(error->message, sizeof error->message, "%s", text);
	error->class = class;
	error->retry_after = 0;
	snprintf(error->code, sizeof error->code, "%s", code);
	return class;
}

static const char *const class_names[] = {
	[LED_OK] = "ok",
	[LED_AUTH] = "auth",
	[LED_RATE_LIMITED] = "rate_limited",
	[LED_HTTP] = "http",
	[LED_DATABASE] = "database",
	[LED_NOT_FOUND] = "not_found",
	[LED_VALIDATION] = "validation",
	[LED_PROVIDER] = "provider",
	[LED_SERDE] = "serde",
	[LED_INTERNAL] = "internal",
};

const char *led_err_name(enum led_err class)
{
	return class_names[class];
}

enum led_err led_err_of_name(const char *name)
{
	for (int i = LED_OK; i <= LED_INTERNAL; i++)
		if (strcmp(name, class_names[i]) == 0)
			return (enum led_err)i;
	return LED_INTERNAL;
}
