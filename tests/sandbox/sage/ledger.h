/* What the sandbox holds, as a test wants to see it: "exactly these, these totals". */
#ifndef SAGE_LEDGER_H
#define SAGE_LEDGER_H

#include "sage/store.h"

/* One business: contacts, documents, payments and their sums; `full` gives each
 * record as the API would. New reference. */
struct json_object *ledger_json(const struct business *business, bool full);

#endif
