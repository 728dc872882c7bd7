/*
 * A golden case: one file that holds a canonical invoice, a policy, reference data and what
 * must come of them, worked out by hand. The format is described in tests/golden/README.md.
 */
#ifndef GOLDEN_CASE_H
#define GOLDEN_CASE_H

#include "base/arena.h"
#include "base/error.h"
#include "books/books.h"

#include <json-c/json.h>

#include <stdbool.h>

#define CASE_DIR "tests/golden/"

/* Reads a JSON file; NULL, and a Criterion failure, when it cannot be read. The caller owns. */
struct json_object *case_read_json(const char *path);

/* The reference data of a case: an object, or the name of a file in references/. Owned. */
struct json_object *case_reference(struct json_object *value);

/* What a translation is given, built from JSON; all of it in the arena. */
struct case_setting {
	struct policy policy;
	struct reference reference;
	struct books_context context;
};

/* False, and a Criterion failure, when policy or reference data are no good. */
bool case_set_up(struct arena *arena, struct json_object *policy, struct json_object *reference,
		 struct case_setting *out);

/* NULL, or the first difference between what is expected and what is there. Numbers are
 * compared by value, from their digits; the order of keys does not matter. */
const char *case_difference(struct json_object *expected, struct json_object *actual, char *room,
			    size_t size);

#endif
