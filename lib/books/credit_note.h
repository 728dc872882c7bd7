/* creditmemo.created: one canonical credit memo, one POST /sales_credit_notes. */
#ifndef BOOKS_CREDIT_NOTE_H
#define BOOKS_CREDIT_NOTE_H

#include "books/books.h"
#include "magento/entity.h"

struct books_credit_note_input {
	const struct magento_creditmemo *memo;
	/* The original invoice's contact in Sage, else that of section 8 for the memo's
	 * customer. */
	const char *contact_id;
	/* The original invoice as the shop serves it: memos carry no addresses. NULL when there
	 * is none, or the shop no longer has it: then the customer's addresses serve. */
	const struct magento_invoice *invoice;
	/* The memo names an invoice that is not in Sage, because it was skipped, failed or
	 * never seen: the warning original_invoice_not_synced. */
	bool invoice_not_synced;
};

/*
 * All amounts are positive. Fills `out`: its total is the memo's grand total. Errors as
 * books_invoice().
 */
enum led_err books_credit_note(const struct books_context *context,
			       const struct books_credit_note_input *input,
			       struct books_document *out, struct led_error *error)
	__attribute__((warn_unused_result));

#endif
