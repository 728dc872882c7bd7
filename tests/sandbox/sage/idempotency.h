/*
 * Sage's idempotency_id: inside the resource object, remembered for seven days,
 * successes only. A repeat gets the first answer and changes nothing.
 */
#ifndef SAGE_IDEMPOTENCY_H
#define SAGE_IDEMPOTENCY_H

#include "sage/call.h"

struct lh_entry;

/* Answers a repeat from memory (or refuses a wrong one); false: not a repeat. */
bool idempotency_replay(struct call *call);
/* Remembers the answer when it is a success and the request carried an id. */
void idempotency_remember(struct call *call);

void idempotency_free(struct lh_entry *entry);

#endif
