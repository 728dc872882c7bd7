#include "view/mustache_node.h"

#include <stdlib.h>
#include <string.h>

#define DELIMITER_MAX 16 /* bytes of "{{" or what replaces it */

struct compiler {
	struct mustache *template;
	size_t at;  /* the next byte of the source */
	int line;   /* of that byte, from 1 */
	bool fresh; /* nothing of this line has become a node yet */
	char open[DELIMITER_MAX + 1];
	char close[DELIMITER_MAX + 1];
	size_t sections[MUSTACHE_SECTION_MAX]; /* the nodes of the sections that are open */
	int depth;
	struct led_error *error;
};

/* A tag as found in the source: from `start` up to but not including `end`. */
struct tag {
	size_t start, end;
	int line;
	char sigil;       /* # ^ / > ! = & {, or 0 for {{name}} */
	const char *body; /* between the sigil and the closing delimiter, trimmed */
	size_t len;
	const char *indent; /* when it stands alone: where its line starts */
};

static enum led_err malformed(const struct compiler *c, int line, const char *what,
			      const char *detail, size_t len)
{
	return led_fail(c->error, LED_VALIDATION, "template_malformed", "%s:%d: %s%s%.*s",
			c->template->name, line, what, len ? " " : "", (int)len, detail);
}

static enum led_err short_of_memory(const struct compiler *c)
{
	return led_fail(c->error, LED_INTERNAL, "out_of_memory", "template %s", c->template->name);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void trim(const char **text, size_t *len)
{
	while (*len && is_blank(**text)) {
		(*text)++;
		(*len)--;
	}
	while (*len && is_blank((*text)[*len - 1]))
		(*len)--;
}

/* The position of `what` at or behind `from`, or the source's length. */
static size_t find(const struct compiler *c, size_t from, const char *what)
{
	const struct mustache *t = c->template;
	const char *hit;

	if (from >= t->len)
		return t->len;
	hit = memmem(t->source + from, t->len - from, what, strlen(what));
	return hit ? (size_t)(hit - t->source) : t->len;
}

static int newlines(const struct compiler *c, size_t from, size_t to)
{
	int count = 0;

	for (size_t i = from; i < to; i++)
		count += c->template->source[i] == '\n';
	return count;
}

static struct mustache_node *add_node(struct compiler *c, enum mustache_kind kind, int line)
{
	struct mustache *t = c->template;
	struct mustache_node *node;

	if (t->count == t->size) {
		size_t size = t->size ? 2 * t->size : 32;
		void *grown = reallocarray(t->nodes, size, sizeof(*t->nodes));

		if (!grown)
			return NULL;
		t->nodes = grown;
		t->size = size;
	}
	node = &t->nodes[t->count++];
	*node = (struct mustache_node){.kind = kind, .line = line, .line_start = c->fresh};
	c->fresh = false;
	return node;
}

/* Turns the source up to `end` into text nodes, one a line. */
static enum led_err add_text(struct compiler *c, size_t end)
{
	const char *source = c->template->source;

	while (c->at < end) {
		const char *newline = memchr(source + c->at, '\n', end - c->at);
		size_t stop = newline ? (size_t)(newline - source) + 1 : end;
		struct mustache_node *node = add_node(c, MUSTACHE_TEXT, c->line);

		if (!node)
			return short_of_memory(c);
		node->text = source + c->at;
		node->len = stop - c->at;
		c->at = stop;
		if (newline) {
			c->line++;
			c->fresh = true;
		}
	}
	return LED_OK;
}

/* Whether the tag is of a kind that may stand alone, and is all of its line but blanks.
 * Then *from and *to are the bounds of that line, its ending included. */
static bool stands_alone(const struct compiler *c, const struct tag *tag, size_t *from, size_t *to)
{
	const struct mustache *t = c->template;
	size_t a = tag->start, b = tag->end;

	if (!tag->sigil || !strchr("#^/>!=", tag->sigil))
		return false;
	while (a > 0 && (t->source[a - 1] == ' ' || t->source[a - 1] == '\t'))
		a--;
	if (a > 0 && t->source[a - 1] != '\n')
		return false;
	while (b < t->len && (t->source[b] == ' ' || t->source[b] == '\t'))
		b++;
	if (b + 1 < t->len && t->source[b] == '\r' && t->source[b + 1] == '\n')
		b++;
	if (b < t->len && t->source[b++] != '\n')
		return false;
	*from = a;
	*to = b;
	return true;
}

/* Copies a tag's name into the node, cut at its dots when `dotted`. */
static enum led_err set_name(struct compiler *c, struct mustache_node *node, const struct tag *tag,
			     bool dotted)
{
	char *name;

	for (size_t i = 0; i < tag->len; i++)
		if (is_blank(tag->body[i]))
			return malformed(c, tag->line, "blanks inside the name", tag->body,
					 tag->len);
	if (!tag->len)
		return malformed(c, tag->line, "a tag without a name", "", 0);
	name = arena_strndup(c->template->arena, tag->body, tag->len);
	if (!name)
		return short_of_memory(c);
	node->name = name;
	if (dotted && strcmp(name, ".") == 0)
		return LED_OK;
	node->parts = 1;
	for (size_t i = 0; dotted && i < tag->len; i++) {
		if (name[i] != '.')
			continue;
		if (i == 0 || i + 1 == tag->len || name[i + 1] == '.')
			return malformed(c, tag->line, "an empty part in the name", tag->body,
					 tag->len);
		name[i] = '\0';
		node->parts++;
	}
	return LED_OK;
}

static enum led_err open_section(struct compiler *c, const struct tag *tag, enum mustache_kind kind)
{
	struct mustache_node *node = add_node(c, kind, tag->line);

	if (!node)
		return short_of_memory(c);
	if (c->depth == MUSTACHE_SECTION_MAX)
		return malformed(c, tag->line, "too many sections inside each other at", tag->body,
				 tag->len);
	c->sections[c->depth++] = c->template->count - 1;
	return set_name(c, node, tag, true);
}

static bool names_equal(const struct mustache_node *node, const struct tag *tag)
{
	const char *part = node->name;
	size_t at = 0;

	if (!node->parts)
		return tag->len == 1 && tag->body[0] == '.';
	for (int i = 0; i < node->parts; i++) {
		size_t len = strlen(part);

		if (i && (at == tag->len || tag->body[at++] != '.'))
			return false;
		if (tag->len - at < len || strncmp(tag->body + at, part, len) != 0)
			return false;
		at += len;
		part += len + 1;
	}
	return at == tag->len;
}

static enum led_err close_section(struct compiler *c, const struct tag *tag)
{
	struct mustache_node *node;

	if (!c->depth)
		return malformed(c, tag->line, "closes a section that is not open:", tag->body,
				 tag->len);
	node = &c->template->nodes[c->sections[c->depth - 1]];
	if (!names_equal(node, tag))
		return led_fail(c->error, LED_VALIDATION, "template_malformed",
				"%s:%d: closes %.*s, but the section opened on line %d is another",
				c->template->name, tag->line, (int)tag->len, tag->body, node->line);
	node->end = c->template->count;
	c->depth--;
	return LED_OK;
}

static enum led_err set_delimiters(struct compiler *c, const struct tag *tag)
{
	const char *gap;
	size_t open = 0, close = 0, gap_len;

	while (open < tag->len && !is_blank(tag->body[open]))
		open++;
	while (close < tag->len - open && !is_blank(tag->body[tag->len - close - 1]))
		close++;
	gap = tag->body + open;
	gap_len = tag->len - open - close;
	if (!gap_len || open > DELIMITER_MAX || close > DELIMITER_MAX ||
	    memchr(tag->body, '=', tag->len))
		goto fault;
	trim(&gap, &gap_len);
	if (gap_len)
		goto fault;
	memcpy(c->open, tag->body, open);
	c->open[open] = '\0';
	memcpy(c->close, tag->body + tag->len - close, close);
	c->close[close] = '\0';
	return LED_OK;
fault:
	return malformed(c, tag->line, "not a pair of delimiters:", tag->body, tag->len);
}

static enum led_err add_value(struct compiler *c, const struct tag *tag, enum mustache_kind kind)
{
	struct mustache_node *node = add_node(c, kind, tag->line);

	return node ? set_name(c, node, tag, true) : short_of_memory(c);
}

static enum led_err add_partial(struct compiler *c, const struct tag *tag)
{
	struct mustache_node *node = add_node(c, MUSTACHE_PARTIAL, tag->line);

	if (!node)
		return short_of_memory(c);
	if (tag->indent) {
		node->text = tag->indent;
		node->len = (size_t)(c->template->source + tag->start - tag->indent);
	}
	return set_name(c, node, tag, false);
}

/* Reads the tag whose opening delimiter is at `at`. */
static enum led_err read_tag(const struct compiler *c, size_t at, struct tag *tag)
{
	const struct mustache *t = c->template;
	char close[DELIMITER_MAX + 2];
	size_t body = at + strlen(c->open), end;

	*tag = (struct tag){.start = at, .line = c->line + newlines(c, c->at, at)};
	if (body < t->len && memchr("#^/>!=&{", t->source[body], 8))
		tag->sigil = t->source[body++];
	snprintf(close, sizeof(close), "%s%s",
		 tag->sigil == '{'   ? "}"
		 : tag->sigil == '=' ? "="
				     : "",
		 c->close);
	end = find(c, body, close);
	if (end == t->len)
		return malformed(c, tag->line, "a tag is never closed; expected", close,
				 strlen(close));
	tag->body = t->source + body;
	tag->len = end - body;
	tag->end = end + strlen(close);
	trim(&tag->body, &tag->len);
	return LED_OK;
}

static enum led_err add_tag(struct compiler *c, const struct tag *tag)
{
	switch (tag->sigil) {
	case '#':
		return open_section(c, tag, MUSTACHE_SECTION);
	case '^':
		return open_section(c, tag, MUSTACHE_INVERTED);
	case '/':
		return close_section(c, tag);
	case '>':
		return add_partial(c, tag);
	case '=':
		return set_delimiters(c, tag);
	case '!':
		return LED_OK;
	case '&':
	case '{':
		return add_value(c, tag, MUSTACHE_RAW);
	default:
		return add_value(c, tag, MUSTACHE_ESCAPED);
	}
}

/* One tag and the text before it; at the end, the text that is left. */
static enum led_err step(struct compiler *c)
{
	size_t open = find(c, c->at, c->open), from, to;
	struct tag tag;
	enum led_err err;

	if (open == c->template->len)
		return add_text(c, open);
	/* The tag is read first: whether it stands alone decides where the text ends. */
	err = read_tag(c, open, &tag);
	if (err)
		return err;
	if (stands_alone(c, &tag, &from, &to)) {
		err = add_text(c, from);
		tag.indent = c->template->source + from;
		c->fresh = false; /* its line puts nothing out */
	} else {
		err = add_text(c, open);
		to = tag.end;
	}
	if (!err)
		err = add_tag(c, &tag);
	c->fresh = c->fresh || tag.indent;
	c->line += newlines(c, c->at, to);
	c->at = to;
	return err;
}

static enum led_err compile_all(struct compiler *c)
{
	struct mustache *t = c->template;
	enum led_err err = LED_OK;

	while (!err && c->at < t->len)
		err = step(c);
	if (!err && c->depth) {
		const struct mustache_node *node = &t->nodes[c->sections[c->depth - 1]];

		err = malformed(c, node->line, "a section is never closed:", node->name,
				strlen(node->name));
	}
	return err;
}

enum led_err mustache_compile(const char *name, const char *text, size_t len, struct mustache **out,
			      struct led_error *error)
{
	struct mustache *t;
	struct compiler c = {.line = 1, .fresh = true, .open = "{{", .close = "}}", .error = error};
	enum led_err err;

	*out = NULL;
	if (len > MUSTACHE_SOURCE_MAX)
		return led_fail(error, LED_VALIDATION, "template_malformed",
				"%s: longer than %d bytes", name, MUSTACHE_SOURCE_MAX);
	c.template = t = calloc(1, sizeof(*t));
	if (!t)
		return led_fail(error, LED_INTERNAL, "out_of_memory", "template %s", name);
	/* The names of all tags together are shorter than the source. */
	t->arena = arena_new(strlen(name) + 2 * len + 2);
	if (t->arena) {
		t->name = arena_strdup(t->arena, name);
		t->source = arena_strndup(t->arena, text, len);
	}
	t->len = len;
	if (t->name && t->source)
		err = compile_all(&c);
	else
		err = led_fail(error, LED_INTERNAL, "out_of_memory", "template %s", name);
	if (err)
		mustache_free(t);
	else
		*out = t;
	return err;
}

void mustache_free(struct mustache *template)
{
	if (!template)
		return;
	free(template->nodes);
	arena_free(template->arena);
	free(template);
}

const char *mustache_next_partial(const struct mustache *template, size_t *at, int *line)
{
	while (*at < template->count) {
		const struct mustache_node *node = &template->nodes[(*at)++];

		if (node->kind == MUSTACHE_PARTIAL) {
			*line = node->line;
			return node->name;
		}
	}
	return NULL;
}
