/* libFuzzer's entry: `make fuzz FUZZ=canonical SECONDS=60`. */
#include "canonical.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	canonical_try(data, size);
	return 0;
}
