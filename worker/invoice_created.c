/*
 * invoice.created: one Magento invoice becomes one sales invoice in Sage.
 *
 *   cross-reference known          -> succeeded, nothing is sent
 *   intent from an earlier attempt -> the same bytes are sent again, whatever the shop says
 *   else  read the shop's invoice, filter, find or make the contact, translate, commit
 *         the intent, post
 * The cross-reference is written in the transaction that settles run and job.
 */
#include "context.h"
#include "document.h"
#include "invoice.h"
#include "shop.h"

enum led_err invoice_created(struct task *task, const struct job *job, const struct run *run,
			     struct run_end *end, struct led_error *error)
{
	struct magento_invoice invoice;
	struct books_context books;
	struct intent intent;
	struct xref *xref = &task->posted.xref;
	const struct post post = invoice_post(task, job->magento_id);
	const char *reason = NULL;
	enum led_err err = post_look(task, &post, xref, &intent, error);
	if (err)
		return err;
	if (xref->found) {
		document_known(xref, end);
		return LED_OK;
	}
	err = context_books(task, run, &books, error);
	if (!err)
		err = shop_invoice(task, job->magento_id, &invoice, error);
	if (!err)
		err = document_describe(task, run, invoice.increment_id, invoice.currency,
					&invoice.grand_total, error);
	if (err)
		return document_send_unread(task, &post, &intent, run, end, err, error);
	if (!intent.found)
		err = invoice_skip_reason(task, &books, run, &invoice, &reason, error);
	if (err)
		return err;
	if (reason) {
		document_skipped(reason, end);
		return LED_OK;
	}
	err = invoice_bring(task, &books, run, &invoice, &intent, xref, end, error);
	if (!err)
		task->posted.key = post.key;
	return err ? err : invoice_update_buyer(task, &books, &invoice, end, error);
}
