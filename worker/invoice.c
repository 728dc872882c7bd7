#include "invoice.h"
#include "base/log.h"
#include "books/filter.h"
#include "books/invoice.h"
#include "contact.h"
#include "document.h"
#include "entitlement.h"

struct post invoice_post(struct task *task, int64_t magento_id)
{
	return (struct post){.key = document_key(task, "invoice", magento_id),
			     .path = "/sales_invoices"};
}

enum led_err invoice_skip_reason(struct task *task, const struct books_context *books,
				 const struct run *run, const struct magento_invoice *invoice,
				 const char **reason, struct led_error *error)
{
	const struct entitlement asked = {
		.feature = PLAN_FEATURES,
		.currency = invoice->currency,
		.store = run->store_id ? run->store_id : invoice->store_id,
	};
	struct books_filter_input input = {
		.event = BOOKS_INVOICE_CREATED,
		.website_id = run->website_id,
		.store_id = run->store_id,
		.policy = books->policy,
		.invoice = invoice,
	};
	enum led_err err = entitlement_check(task, books, &asked, &input.in_plan, error);
	*reason = err ? NULL : books_filter(&input);
	return err;
}

/* Contact, translation, intent. */
static enum led_err intend(struct task *task, const struct books_context *books,
			   const struct run *run, const struct magento_invoice *invoice,
			   struct post *post, struct intent *intent, struct led_error *error)
{
	const struct contact_wanted wanted = {
		.buyer = &invoice->customer,
		.billing = invoice->billing,
		.currency = invoice->currency,
		.grand_total = invoice->grand_total,
	};
	struct books_document document = {0};
	const char *contact = NULL;
	enum led_err err = contact_ensure(task, books, &wanted, &contact, error);
	if (!err)
		err = books_invoice(books, invoice, contact, &document, error);
	if (!err)
		err = document_intend(task, run, &document, post, intent, error);
	return err;
}

enum led_err invoice_bring(struct task *task, const struct books_context *books,
			   const struct run *run, const struct magento_invoice *invoice,
			   struct intent *intent, struct xref *xref, struct run_end *end,
			   struct led_error *error)
{
	struct post post = invoice_post(task, invoice->magento_id);
	enum led_err err = LED_OK;
	if (!intent->found)
		err = intend(task, books, run, invoice, &post, intent, error);
	if (!err)
		err = document_send(task, &post, intent, &invoice->grand_total, xref, end, NULL,
				    error);
	return err;
}

enum led_err invoice_update_buyer(struct task *task, const struct books_context *books,
				  const struct magento_invoice *invoice, struct run_end *end,
				  struct led_error *error)
{
	struct led_error why;
	bool updated;
	if (invoice->customer.magento_id == 0)
		return LED_OK;
	enum led_err err = contact_update_known(task, books, &invoice->customer, invoice->currency,
						&updated, &why);
	if (!err)
		return LED_OK;
	/* What is wrong here is no fact about the contact: the invoice is tried again, and its
	 * intent makes it the same one. */
	if (task->lost || err == LED_DATABASE)
		return led_fail(error, why.class, why.code, "%s", why.message);
	log_error("contact_not_updated", &why);
	return document_warn(task, "contact_not_updated", why.message, end, error);
}
