/* Bringing an invoice into Sage: of invoice.created, and of a payment that came first. */
#ifndef WORKER_INVOICE_H
#define WORKER_INVOICE_H

#include "magento/entity.h"
#include "post.h"
#include "worker.h"

/* The post of an invoice's document; its key is "invoice" and the id. */
struct post invoice_post(struct task *task, int64_t magento_id);

/* Why the invoice is not posted; *reason is NULL when it is. */
enum led_err invoice_skip_reason(struct task *task, const struct books_context *books,
				 const struct run *run, const struct magento_invoice *invoice,
				 const char **reason, struct led_error *error)
	__attribute__((warn_unused_result));

/* Posts the invoice, exactly once: with the earlier attempt's intent when there is one, else
 * contact, translation, intent. Fills `xref` and `end`; the caller settles both. */
enum led_err invoice_bring(struct task *task, const struct books_context *books,
			   const struct run *run, const struct magento_invoice *invoice,
			   struct intent *intent, struct xref *xref, struct run_end *end,
			   struct led_error *error) __attribute__((warn_unused_result));

/* After it was posted: brings the contact of a registered buyer up to what the invoice
 * embeds, when that differs from what was last sent. A refusal is a warning of `end`: the
 * invoice stands, and the buyer's next event tries again. A failure of our own database fails. */
enum led_err invoice_update_buyer(struct task *task, const struct books_context *books,
				  const struct magento_invoice *invoice, struct run_end *end,
				  struct led_error *error) __attribute__((warn_unused_result));

#endif
