/* Memory that is refused on purpose: a piece of an arena, or the growth of a buffer. The linker
 * puts this in the way of both (mk/test.mk). */
#ifndef TESTS_UNIT_SCARCE_H
#define TESTS_UNIT_SCARCE_H

#include <stddef.h>

/* From now on the nth request is refused, and no other; 0: none is. */
void scarce_refuse(size_t nth);

/* Requests since then. */
size_t scarce_requests(void);

#endif
