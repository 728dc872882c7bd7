/* The Sage contact of a document's buyer: known, found, or made on the way. */
#ifndef WORKER_CONTACT_H
#define WORKER_CONTACT_H

#include "magento/entity.h"
#include "worker.h"

struct contact_wanted {
	const struct magento_contact *buyer;
	const struct magento_address *billing; /* the document's, may be NULL */
	const char *currency;
	int64_t grand_total; /* minor units */
};

/* *sage_id lives in the job's arena. */
enum led_err contact_ensure(struct task *task, const struct books_context *books,
			    const struct contact_wanted *wanted, const char **sage_id,
			    struct led_error *error) __attribute__((warn_unused_result));

#endif
