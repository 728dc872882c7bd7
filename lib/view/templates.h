/*
 * The installation's templates: every *.mustache file below share_dir/templates, compiled
 * once at start. A template is named by its path there without the ending ("sync");
 * {{>name}} means the file partials/name.mustache. A partial that is missing is an error
 * at start, not an empty place on a page.
 */
#ifndef VIEW_TEMPLATES_H
#define VIEW_TEMPLATES_H

#include "base/buf.h"
#include "base/error.h"

#include <json-c/json.h>

struct templates;

/* LED_INTERNAL "file_unreadable", LED_VALIDATION "template_malformed" or "partial_missing",
 * with the file and the line. */
enum led_err templates_load(const char *share_dir, struct templates **out, struct led_error *error)
	__attribute__((warn_unused_result));
void templates_free(struct templates *templates);

/* Appends the template filled with `data` (borrowed). LED_INTERNAL as mustache_render, and
 * "template_unknown". */
enum led_err templates_render(const struct templates *templates, const char *name,
			      struct json_object *data, struct buf *out, struct led_error *error)
	__attribute__((warn_unused_result));

#endif
