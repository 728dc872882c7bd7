/*
 * Runs the Mustache specification's own cases through lib/view.
 *
 *	mustache-conformance DIR
 *
 * DIR holds the specification's JSON files, as published. Failing cases are printed with
 * what was expected and what came; the last line is the tally.
 */
#include "view/mustache.h"

#include "base/file.h"
#include "base/json.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX    (4 * 1024 * 1024)
#define OUTPUT_MAX  (64 * 1024)
#define PARTIAL_MAX 8

struct tally {
	int passed, failed;
};

/* The partials of one case. */
struct shelf {
	struct mustache *template[PARTIAL_MAX];
	const char *name[PARTIAL_MAX];
	int count;
};

static const struct mustache *shelf_find(const void *context, const char *name)
{
	const struct shelf *shelf = context;

	for (int i = 0; i < shelf->count; i++)
		if (strcmp(shelf->name[i], name) == 0)
			return shelf->template[i];
	return NULL;
}

static enum led_err shelf_fill(struct shelf *shelf, struct json_object *partials,
			       struct led_error *error)
{
	if (!partials)
		return LED_OK;
	json_object_object_foreach(partials, name, text)
	{
		const char *source = json_object_get_string(text);
		enum led_err err;

		if (shelf->count == PARTIAL_MAX)
			return led_fail(error, LED_INTERNAL, "too_many_partials", "over %d",
					PARTIAL_MAX);
		err = mustache_compile(name, source, strlen(source), &shelf->template[shelf->count],
				       error);
		if (err)
			return err;
		shelf->name[shelf->count++] = name;
	}
	return LED_OK;
}

static void report(const char *file, const char *name, const char *expected, const char *came)
{
	printf("FAILED %s: %s\n--- expected\n%s\n--- came\n%s\n", file, name, expected, came);
}

static void run_case(const char *file, struct json_object *test, struct tally *tally)
{
	const char *name = json_string(test, "name"), *source = json_string(test, "template");
	const char *expected = json_string(test, "expected");
	struct shelf shelf = {0};
	struct mustache_partials partials = {.find = shelf_find, .context = &shelf};
	struct mustache *template = NULL;
	struct led_error error = {0};
	struct buf out;
	enum led_err err;

	buf_init(&out, OUTPUT_MAX);
	err = shelf_fill(&shelf, json_member(test, "partials"), &error);
	if (!err)
		err = mustache_compile(name, source, strlen(source), &template, &error);
	if (!err)
		err = mustache_render(template, json_member(test, "data"), &partials, &out, &error);
	if (!err && strcmp(buf_str(&out), expected) == 0) {
		tally->passed++;
	} else {
		tally->failed++;
		report(file, name, expected, err ? error.message : buf_str(&out));
	}
	buf_release(&out);
	mustache_free(template);
	for (int i = 0; i < shelf.count; i++)
		mustache_free(shelf.template[i]);
}

static enum led_err run_file(const char *path, struct tally *tally, struct led_error *error)
{
	struct json_object *spec = NULL, *tests;
	struct buf text;
	enum led_err err;

	buf_init(&text, FILE_MAX);
	err = file_read(path, &text, error);
	if (err)
		goto out;
	/* json-c alone: a case's data may hold what lib/base refuses of the outside. */
	spec = json_tokener_parse(buf_str(&text));
	tests = json_member(spec, "tests");
	if (!json_object_is_type(tests, json_type_array)) {
		err = led_fail(error, LED_SERDE, "not_a_specification", "%s holds no tests", path);
		goto out;
	}
	for (size_t i = 0; i < json_object_array_length(tests); i++)
		run_case(path, json_object_array_get_idx(tests, i), tally);
out:
	json_object_put(spec);
	buf_release(&text);
	return err;
}

static int is_json(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return len > 5 && strcmp(entry->d_name + len - 5, ".json") == 0;
}

int main(int argc, char **argv)
{
	struct tally tally = {0};
	struct led_error error = {0};
	struct dirent **files = NULL;
	int count, status = EXIT_SUCCESS;

	if (argc != 2) {
		fprintf(stderr, "usage: mustache-conformance DIR\n");
		return 2;
	}
	count = scandir(argv[1], &files, is_json, alphasort);
	if (count <= 0) {
		fprintf(stderr, "mustache-conformance: no *.json in %s\n", argv[1]);
		return 2;
	}
	for (int i = 0; i < count; i++) {
		char path[4096];

		snprintf(path, sizeof(path), "%s/%s", argv[1], files[i]->d_name);
		if (run_file(path, &tally, &error)) {
			fprintf(stderr, "mustache-conformance: %s\n", error.message);
			status = 2;
		}
		free(files[i]);
	}
	free(files);
	printf("%d passed, %d failed\n", tally.passed, tally.failed);
	return tally.failed ? EXIT_FAILURE : status;
}
