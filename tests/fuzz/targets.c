#include "targets.h"
#include "canonical.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct fuzz_target FUZZ_TARGETS[] = {
	{"canonical", fuzz_canonical}, /* a shop's entities, and their translation */
	{"token", fuzz_token},         /* what stands behind "Bearer " */
	{"json", fuzz_json},           /* the body of an event */
	{"form", fuzz_form},           /* posted forms and query strings */
	{"cookie", fuzz_cookie},       /* the Cookie header */
	{"path", fuzz_path},           /* REQUEST_URI and the routes */
	{"url", fuzz_url},             /* a shop's address */
	{"shop", fuzz_shop},           /* a shop's answers that are no entities */
	{"sage", fuzz_sage},           /* Sage's answers and refusals */
	{"template", fuzz_template},   /* Mustache */
	{"decimal", fuzz_decimal},     /* numbers, and computing with them */
	{"config", fuzz_config},       /* ledger.conf */
};
const size_t FUZZ_TARGET_COUNT = sizeof FUZZ_TARGETS / sizeof FUZZ_TARGETS[0];

void fuzz_promise(int holds, const char *promise)
{
	if (holds)
		return;
	fprintf(stderr, "broken: %s\n", promise);
	abort();
}

char *fuzz_text(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	fuzz_promise(text != NULL, "memory");
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	return text;
}

void fuzz_canonical(const uint8_t *data, size_t size)
{
	struct canonical_made made;
	canonical_try(data, size, &made);
}
