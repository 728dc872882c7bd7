/* Every kind of job. */
#include "worker.h"

#include <string.h>

static const struct job_kind kinds[] = {
	{"invoice.created", invoice_created, true},
	{"invoice.paid", invoice_paid, true},
	{"creditmemo.created", creditmemo_created, true},
	{"customer.upserted", customer_upserted, true},
	{"product.upserted", product_upserted, true},
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
