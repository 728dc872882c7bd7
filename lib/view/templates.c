#include "view/templates.h"

#include "base/file.h"
#include "view/mustache.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FOLDER_DEPTH_MAX 4
#define ENDING           ".mustache"

struct entry {
	char *name;
	struct mustache *template;
};

struct templates {
	struct entry *entries; /* sorted by name once all are loaded */
	size_t count, size;
};

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct entry *)a)->name, ((const struct entry *)b)->name);
}

static const struct mustache *find(const struct templates *templates, const char *name)
{
	struct entry key = {.name = (char *)name};
	const struct entry *entry;

	if (!templates->count)
		return NULL;
	entry = bsearch(&key, templates->entries, templates->count, sizeof(key), by_name);
	return entry ? entry->template : NULL;
}

static const struct mustache *find_partial(const void *context, const char *name)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "partials/%s", name);
	return find(context, path);
}

static enum led_err add(struct templates *t, const char *name, struct mustache *template,
			struct led_error *error)
{
	char *copy;

	if (t->count == t->size) {
		size_t size = t->size ? 2 * t->size : 16;
		void *grown = reallocarray(t->entries, size, sizeof(*t->entries));

		if (!grown)
			goto fail;
		t->entries = grown;
		t->size = size;
	}
	copy = strdup(name);
	if (!copy)
		goto fail;
	t->entries[t->count++] = (struct entry){.name = copy, .template = template};
	return LED_OK;
fail:
	return led_fail(error, LED_INTERNAL, "out_of_memory", "template %s", name);
}

/* `name` is the path below the templates' folder, the ending included. */
static enum led_err load_file(struct templates *t, const char *path, const char *name,
			      struct led_error *error)
{
	struct mustache *template = NULL;
	char stem[PATH_MAX];
	struct buf text;
	enum led_err err;

	buf_init(&text, MUSTACHE_SOURCE_MAX);
	err = file_read(path, &text, error);
	if (!err)
		err = mustache_compile(name, buf_str(&text), text.len, &template, error);
	buf_release(&text);
	if (err)
		return err;
	snprintf(stem, sizeof(stem), "%.*s", (int)(strlen(name) - strlen(ENDING)), name);
	err = add(t, stem, template, error);
	if (err)
		mustache_free(template);
	return err;
}

static int is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* "a/b", or "b" when `a` is empty; false when it does not fit PATH_MAX. */
static bool join(char *out, const char *a, const char *b)
{
	return snprintf(out, PATH_MAX, "%s%s%s", a, *a && *b ? "/" : "", b) < PATH_MAX;
}

static bool is_template(const char *name)
{
	size_t len = strlen(name), ending = strlen(ENDING);

	return len > ending && strcmp(name + len - ending, ENDING) == 0;
}

/* Loads what is at `below`, a path under the root: "" is the root itself. */
static enum led_err load_tree(struct templates *t, const char *root, const char *below, int depth,
			      struct led_error *error)
{
	struct dirent **found = NULL;
	char path[PATH_MAX];
	enum led_err err = LED_OK;
	int count = -1;

	if (depth <= FOLDER_DEPTH_MAX && join(path, root, below))
		count = scandir(path, &found, is_visible, alphasort);
	if (count < 0 && depth <= FOLDER_DEPTH_MAX && errno == ENOTDIR)
		return is_template(below) ? load_file(t, path, below, error) : LED_OK;
	if (count < 0)
		return led_fail(error, LED_INTERNAL, "file_unreadable",
				"The templates in %s/%s cannot be read: %m.", root, below);
	for (int i = 0; i < count; i++) {
		char name[PATH_MAX];

		if (!err && !join(name, below, found[i]->d_name))
			err = led_fail(error, LED_INTERNAL, "file_unreadable",
				       "%s/%s: too long a name.", root, below);
		if (!err)
			err = load_tree(t, root, name, depth + 1, error);
		free(found[i]);
	}
	free(found);
	return err;
}

static enum led_err check_partials(const struct templates *t, struct led_error *error)
{
	for (size_t i = 0; i < t->count; i++) {
		const char *partial;
		size_t at = 0;
		int line;

		while ((partial = mustache_next_partial(t->entries[i].template, &at, &line)))
			if (!find_partial(t, partial))
				return led_fail(error, LED_VALIDATION, "partial_missing",
						"%s%s:%d: there is no partials/%s%s",
						t->entries[i].name, ENDING, line, partial, ENDING);
	}
	return LED_OK;
}

enum led_err templates_load(const char *share_dir, struct templates **out, struct led_error *error)
{
	struct templates *t = calloc(1, sizeof(*t));
	char root[PATH_MAX];
	enum led_err err;

	*out = NULL;
	if (!t)
		return led_fail(error, LED_INTERNAL, "out_of_memory", "the templates");
	snprintf(root, sizeof(root), "%s/templates", share_dir);
	err = load_tree(t, root, "", 0, error);
	if (!err && !t->count)
		err = led_fail(error, LED_INTERNAL, "file_unreadable",
			       "The folder %s holds no templates.", root);
	if (err)
		goto out;
	qsort(t->entries, t->count, sizeof(*t->entries), by_name);
	err = check_partials(t, error);
out:
	if (err)
		templates_free(t);
	else
		*out = t;
	return err;
}

void templates_free(struct templates *templates)
{
	if (!templates)
		return;
	for (size_t i = 0; i < templates->count; i++) {
		mustache_free(templates->entries[i].template);
		free(templates->entries[i].name);
	}
	free(templates->entries);
	free(templates);
}

enum led_err templates_render(const struct templates *templates, const char *name,
			      struct json_object *data, struct buf *out, struct led_error *error)
{
	const struct mustache_partials partials = {.find = find_partial, .context = templates};
	const struct mustache *template = find(templates, name);

	if (!template)
		return led_fail(error, LED_INTERNAL, "template_unknown", "%s", name);
	return mustache_render(template, data, &partials, out, error);
}
