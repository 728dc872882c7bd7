/*
 * Mustache templates (the specification's required modules: interpolation, sections,
 * inverted sections, partials, comments, delimiters; https://github.com/mustache/spec)
 * over json-c values.
 *
 * A template is compiled once and may then be rendered any number of times, by any
 * number of threads as long as no two render the same data at once. {{name}} escapes
 * for HTML; {{{name}}} and {{&name}} do not. Numbers print from their own source text,
 * never through a double. In a section, false, null, an absent name, "" and [] are
 * false; everything else is true, 0 included: it is a value to show.
 */
#ifndef VIEW_MUSTACHE_H
#define VIEW_MUSTACHE_H

#include "base/buf.h"
#include "base/error.h"

#include <json-c/json.h>

#define MUSTACHE_SOURCE_MAX  (1024 * 1024) /* bytes of one template */
#define MUSTACHE_SECTION_MAX 32            /* sections open at once in one template */
#define MUSTACHE_DEPTH_MAX   64            /* sections and partials entered at once */

struct mustache;

/* Where a template's partials are found. `find` answers a compiled template (borrowed)
 * or NULL, which renders as nothing. */
struct mustache_partials {
	const struct mustache *(*find)(const void *context, const char *name);
	const void *context;
};

/* Compiles `text`, which is copied. `name` stands in messages. The caller owns *out.
 * LED_VALIDATION, code "template_malformed", message "name:line: what is wrong"; LED_INTERNAL
 * when memory is short. */
enum led_err mustache_compile(const char *name, const char *text, size_t len, struct mustache **out,
			      struct led_error *error) __attribute__((warn_unused_result));
void mustache_free(struct mustache *template);

/* The name of the partial that the template includes next, or NULL behind the last. Start
 * with *at = 0. *line is where it is included. */
const char *mustache_next_partial(const struct mustache *template, size_t *at, int *line);

/* Appends the template filled with `data` (borrowed; NULL is JSON's null) to `out`.
 * `partials` may be NULL. LED_INTERNAL: "template_too_deep" when sections and partials
 * nest beyond MUSTACHE_DEPTH_MAX, "page_too_large" when the buffer's cap was reached. */
enum led_err mustache_render(const struct mustache *template, struct json_object *data,
			     const struct mustache_partials *partials, struct buf *out,
			     struct led_error *error) __attribute__((warn_unused_result));

#endif
