#include "base/error.h"
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum led_err led_fail(struct led_error *error, enum led_err class, const char *code,
		      const char *format, ...)
{
	if (!error)
		return class;
	va_list args;
	va_start(args, format);
	int n = vsnprintf(error->message, sizeof error->message, format, args);
	va_end(args);
	if (n >= (int)sizeof error->message) {
		size_t keep = text_utf8_cut(error->message, strlen(error->message),
					    sizeof error->message - 1);
		error->message[keep] = '\0';
	}
	error->class = class;
	error->retry_after = 0;
	snprintf(error->code, sizeof error->code, "%s", code);
	return class;
}

const char *led_err_name(enum led_err class)
{
	static const char *const names[] = {
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
	return names[class];
}
