/* Finishing a payment that is in Sage already, with a rest on account that its invoice still lacks.
 */
#ifndef WORKER_ALLOCATION_H
#define WORKER_ALLOCATION_H

#include "books/books.h"
#include "magento/entity.h"
#include "worker.h"

#include <json-c/json.h>

struct allocation {
	const struct magento_invoice *invoice;
	const char *contact_id, *invoice_id; /* in Sage */
	int64_t outstanding;                 /* of the invoice, as Sage says; minor units */
	struct json_object *payment;         /* Sage's contact payment */
};

/* Sends an allocation that an earlier attempt began; *finished is false when there was none.
 * One too old to be repeated is forgotten: what is outstanding tells what became of it. */
enum led_err allocation_resume(struct task *task, int64_t magento_id, bool *finished,
			       struct led_error *error) __attribute__((warn_unused_result));

/* Allocates what is on account to what is outstanding; nothing when either is nothing. */
enum led_err allocation_make(struct task *task, const struct books_context *books,
			     const struct run *run, const struct allocation *allocation,
			     struct led_error *error) __attribute__((warn_unused_result));

#endif
