/* libFuzzer's entry: `make fuzz FUZZ=token SECONDS=60`. */
#include "targets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct fuzz_target *target;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const char *name = getenv("FUZZ");
	(void)argc;
	(void)argv;
	for (size_t i = 0; name && i < FUZZ_TARGET_COUNT; i++)
		if (strcmp(FUZZ_TARGETS[i].name, name) == 0)
			target = &FUZZ_TARGETS[i];
	if (target)
		return 0;
	fprintf(stderr, "FUZZ=%s is none of tests/fuzz/targets.c\n", name ? name : "");
	exit(2);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	target->try(data, size);
	return 0;
}
