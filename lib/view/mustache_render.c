#include "view/mustache_node.h"

#include "view/escape.h"

#include <string.h>

/* The indentation of a partial, and of the partials around it. */
struct indent {
	const struct indent *outer;
	const char *text;
	size_t len;
};

struct renderer {
	const struct mustache_partials *partials;
	struct buf *out;
	struct led_error *error;
	struct json_object *context[MUSTACHE_DEPTH_MAX + 1]; /* innermost last */
	int contexts;
	int depth; /* sections and partials entered */
};

static enum led_err render_range(struct renderer *r, const struct mustache *t, size_t from,
				 size_t to, const struct indent *indent);

/* The value of a node's name: the first part is looked for from the innermost context
 * outwards, the others only inside what was found. False when there is none. */
static bool lookup(const struct renderer *r, const struct mustache_node *node,
		   struct json_object **value)
{
	const char *part = node->name;
	bool found = false;

	if (!node->parts) {
		*value = r->context[r->contexts - 1];
		return true;
	}
	for (int i = r->contexts; i > 0 && !found; i--)
		found = json_object_is_type(r->context[i - 1], json_type_object) &&
			json_object_object_get_ex(r->context[i - 1], part, value);
	for (int i = 1; i < node->parts && found; i++) {
		part += strlen(part) + 1;
		found = json_object_is_type(*value, json_type_object) &&
			json_object_object_get_ex(*value, part, value);
	}
	return found;
}

static bool is_true(struct json_object *value)
{
	switch (json_object_get_type(value)) {
	case json_type_null:
		return false;
	case json_type_boolean:
		return json_object_get_boolean(value);
	case json_type_string:
		return json_object_get_string_len(value) > 0;
	case json_type_array:
		return json_object_array_length(value) > 0;
	default:
		return true;
	}
}

static void add_indent(struct buf *out, const struct indent *indent)
{
	if (!indent)
		return;
	add_indent(out, indent->outer);
	buf_add(out, indent->text, indent->len);
}

static void add_value(struct renderer *r, const struct mustache_node *node)
{
	struct json_object *value = NULL;
	const char *text;
	size_t len;

	if (!lookup(r, node, &value) || !value)
		return;
	/* Of a number, json-c keeps and gives back the source text. */
	text = json_object_get_string(value);
	len = json_object_is_type(value, json_type_string)
		      ? (size_t)json_object_get_string_len(value)
		      : strlen(text);
	if (node->kind == MUSTACHE_RAW)
		buf_add(r->out, text, len);
	else
		escape_html(r->out, text, len);
}

static enum led_err enter(struct renderer *r, const struct mustache *t,
			  const struct mustache_node *node)
{
	if (r->depth == MUSTACHE_DEPTH_MAX)
		return led_fail(r->error, LED_INTERNAL, "template_too_deep",
				"%s:%d: more than %d sections and partials inside each other",
				t->name, node->line, MUSTACHE_DEPTH_MAX);
	r->depth++;
	return LED_OK;
}

static enum led_err render_with(struct renderer *r, const struct mustache *t, size_t at,
				struct json_object *context, const struct indent *indent)
{
	enum led_err err;

	r->context[r->contexts++] = context;
	err = render_range(r, t, at + 1, t->nodes[at].end, indent);
	r->contexts--;
	return err;
}

static enum led_err render_section(struct renderer *r, const struct mustache *t, size_t at,
				   const struct indent *indent)
{
	const struct mustache_node *node = &t->nodes[at];
	struct json_object *value = NULL;
	bool truth = lookup(r, node, &value) && is_true(value);
	enum led_err err;

	if (truth == (node->kind == MUSTACHE_INVERTED))
		return LED_OK;
	err = enter(r, t, node);
	if (err)
		return err;
	if (node->kind == MUSTACHE_INVERTED) {
		err = render_range(r, t, at + 1, node->end, indent);
	} else if (json_object_is_type(value, json_type_array)) {
		size_t count = json_object_array_length(value);

		for (size_t i = 0; i < count && !err; i++)
			err = render_with(r, t, at, json_object_array_get_idx(value, i), indent);
	} else {
		err = render_with(r, t, at, value, indent);
	}
	r->depth--;
	return err;
}

static enum led_err render_partial(struct renderer *r, const struct mustache *t,
				   const struct mustache_node *node, const struct indent *outer)
{
	const struct mustache *partial = NULL;
	struct indent indent = {.outer = outer, .text = node->text, .len = node->len};
	enum led_err err;

	if (r->partials)
		partial = r->partials->find(r->partials->context, node->name);
	if (!partial)
		return LED_OK;
	err = enter(r, t, node);
	if (err)
		return err;
	/* Inside a line the partial's text continues that line as it is. */
	err = render_range(r, partial, 0, partial->count, node->text ? &indent : NULL);
	r->depth--;
	return err;
}

static enum led_err render_range(struct renderer *r, const struct mustache *t, size_t from,
				 size_t to, const struct indent *indent)
{
	enum led_err err = LED_OK;

	for (size_t i = from; i < to && !err && !r->out->failed; i++) {
		const struct mustache_node *node = &t->nodes[i];

		if (node->line_start)
			add_indent(r->out, indent);
		switch (node->kind) {
		case MUSTACHE_TEXT:
			buf_add(r->out, node->text, node->len);
			break;
		case MUSTACHE_ESCAPED:
		case MUSTACHE_RAW:
			add_value(r, node);
			break;
		case MUSTACHE_PARTIAL:
			err = render_partial(r, t, node, indent);
			break;
		case MUSTACHE_SECTION:
		case MUSTACHE_INVERTED:
			err = render_section(r, t, i, indent);
			i = node->end - 1;
			break;
		}
	}
	return err;
}

enum led_err mustache_render(const struct mustache *template, struct json_object *data,
			     const struct mustache_partials *partials, struct buf *out,
			     struct led_error *error)
{
	struct renderer r = {.partials = partials, .out = out, .error = error};
	enum led_err err;

	r.context[r.contexts++] = data;
	err = render_range(&r, template, 0, template->count, NULL);
	if (!err && out->failed)
		err = led_fail(error, LED_INTERNAL, "page_too_large", "%s: over %zu bytes",
			       template->name, out->cap);
	return err;
}
