/* Every kind of job. A NULL function is an event that is accepted but not built yet: its
 * runs end as failed, and say so. */
#include "worker.h"

#include <string.h>

static const struct job_kind kinds[] = {
	{"invoice.created", invoice_created, true},
	{"invoice.paid", NULL, true},
	{"creditmemo.created", NULL, true},
	{"customer.upserted", NULL, true},
	{"product.upserted", NULL, true},
	{"push_state", push_state, false},
	{"refresh_reference", refresh_reference, false},
	{"refresh_shop", refresh_shop, false},
};

const struct job_kind *job_kind_find(const char *name)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	return NULL;
}
