#include "books/document.h"
#include "base/text.h"

#include <string.h>

#define REFERENCE_MAX_CHARS 25

static bool starts_with(const char *text, const char *prefix)
{
	return *prefix && strncmp(text, prefix, strlen(prefix)) == 0;
}

enum led_err document_reference(const struct books_context *context, const char *number,
				const char **out, struct led_error *error)
{
	const char *prefix = context->policy->invoice_number_prefix;
	bool prefixed = starts_with(number, prefix);
	for (size_t i = 0; i < context->former_prefix_count; i++)
		prefixed = prefixed || starts_with(number, context->former_prefixes[i]);
	*out = arena_printf(context->arena, "%s%s", prefixed ? "" : prefix, number);
	if (!*out)
		return led_fail(error, LED_INTERNAL, "out_of_memory", "No memory for a reference.");
	if (text_utf8_length(*out, strlen(*out)) > REFERENCE_MAX_CHARS)
		return led_fail(error, LED_VALIDATION, "reference_too_long",
				"The reference '%.60s' has more than %d characters; cut, it might "
				"equal another's.",
				*out, REFERENCE_MAX_CHARS);
	return LED_OK;
}
