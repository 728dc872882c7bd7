/*
 * invoice.paid: one POST /contact_payments that is allocated to the invoice in the same
 * call; POST /contact_allocations only for a payment that is there already, unallocated.
 */
#ifndef BOOKS_PAYMENT_H
#define BOOKS_PAYMENT_H

#include "books/books.h"
#include "magento/entity.h"

/* The bank account that a payment method's money goes to: the method's own, else the
 * default. NULL: the payment is not posted (payment_method_not_mapped). `method` may be
 * NULL, which is an unmapped one. */
const char *books_bank_account(const struct policy *policy, const char *method);

struct books_payment_input {
	const struct magento_invoice *invoice;
	const char *method;     /* the payment method's code; NULL = the shop names none */
	const char *contact_id; /* in Sage: the invoice's contact */
	const char *invoice_id; /* in Sage: the invoice */
	int64_t occurred_at;    /* the event's, Unix seconds */
	/* What Sage says is still outstanding. Without it the whole invoice is taken to be;
	 * Sage refuses an allocation beyond it, and then it is worth asking. */
	bool has_outstanding;
	int64_t outstanding; /* minor units of the invoice's currency */
};

/*
 * Fills `out`: its total is the invoice's grand total. A part that is not outstanding stays
 * on account, with the warning allocated_in_part.
 * LED_VALIDATION: "payment_method_not_mapped" (books_filter() skips such events first),
 * "amount_not_positive", "reference_too_long".
 */
enum led_err books_payment(const struct books_context *context,
			   const struct books_payment_input *input, struct books_document *out,
			   struct led_error *error) __attribute__((warn_unused_result));

struct books_allocation_input {
	const char *contact_id;
	const char *invoice_id;            /* in Sage */
	const char *payment_on_account_id; /* in Sage: `payment_on_account.id` of the payment */
	const char *currency;
	int64_t on_account;  /* what is left of the payment, minor units */
	int64_t outstanding; /* what is left of the invoice */
	int64_t occurred_at;
};

/* Allocates the smaller of the two; `out`'s total is that. A rest on account is the warning
 * allocated_in_part. LED_VALIDATION, "amount_not_positive", when there is nothing to
 * allocate. */
enum led_err books_allocation(const struct books_context *context,
			      const struct books_allocation_input *input,
			      struct books_document *out, struct led_error *error)
	__attribute__((warn_unused_result));

#endif
