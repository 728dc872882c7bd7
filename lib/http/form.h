/*
 * Form fields: application/x-www-form-urlencoded bodies and query strings, by the rules
 * of the URL standard, but strict: malformed escapes, NUL and bytes that are not UTF-8
 * refuse the whole form.
 */
#ifndef HTTP_FORM_H
#define HTTP_FORM_H

#include "base/arena.h"
#include "base/error.h"

#include <stddef.h>

#define HTTP_FORM_FIELDS_MAX 128
#define HTTP_FORM_SIZE_MAX   65536 /* bytes of the encoded text */

struct http_field {
	const char *name;
	const char *value;
};

/* Zeroed, it is a form without fields. */
struct http_form {
	struct http_field *fields; /* in the order sent; in the arena */
	size_t count;
};

/* LED_VALIDATION, code "malformed_form" or "form_too_large"; LED_INTERNAL, no memory. */
enum led_err http_form_parse(const char *text, size_t len, struct arena *arena,
			     struct http_form *form, struct led_error *error)
	__attribute__((warn_unused_result));

/* The first field of that name, or NULL. */
const char *http_form_get(const struct http_form *form, const char *name);

/* The next field of that name from *at on (start with 0), or NULL: for checkboxes. */
const char *http_form_next(const struct http_form *form, const char *name, size_t *at);

#endif
