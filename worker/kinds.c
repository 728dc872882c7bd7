/* Every kind of job. */
#include "worker.h"

#include <string.h>

static const struct job_kind kinds[] = {
	{"invoice.created", invoice_created, true, false},
	{"invoice.paid", invoice_paid, true, false},
	{"creditmemo.created", creditmemo_created, true, false},
	{"customer.upserted", customer_upserted, true, false},
	{"product.upserted", product_upserted, true, false},
	{"push_state", push_state, false, false},
	{"refresh_reference", refresh_reference, false, false},
	{"refresh_shop", refresh_shop, false, false},
	{"ping", ping, false, true},
};

const struct job_kind *job_kind_find(const char *name)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	return NULL;
}
