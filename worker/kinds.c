/* Every kind of job. */
#include "magento/client.h"
#include "worker.h"

#include <string.h>

static const struct job_kind kinds[] = {
	{"invoice.created", invoice_created, true, false, MAGENTO_INVOICE},
	{"invoice.paid", invoice_paid, true, false, MAGENTO_INVOICE},
	{"creditmemo.created", creditmemo_created, true, false, MAGENTO_CREDITMEMO},
	{"customer.upserted", customer_upserted, true, false, MAGENTO_CUSTOMER},
	{"product.upserted", product_upserted, true, false, MAGENTO_PRODUCT},
	{"push_state", push_state, false, false, JOB_READS_NOTHING},
	{"refresh_reference", refresh_reference, false, false, JOB_READS_NOTHING},
	{"refresh_shop", refresh_shop, false, false, JOB_READS_NOTHING},
	{"ping", ping, false, true, JOB_READS_NOTHING},
};

const struct job_kind *job_kind_find(const char *name)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	return NULL;
}
