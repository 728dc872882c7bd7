/*
 * invoice.paid: the invoice's money becomes one contact payment that is allocated to the
 * invoice in the same call.
 *
 *   payment cross-referenced       -> succeeded, nothing is sent
 *   invoice cross-referenced       -> post the payment
 *   invoice failed                 -> failed, so that a retry of both settles it
 *   invoice skipped, but as unpaid -> skipped for the same reason
 *   otherwise (skipped as unpaid, never seen, or its event comes later)
 *                                  -> post the invoice, then the payment
 *   skipped as unpaid, and this payment is skipped too (a cheque's, which is not mapped)
 *                                  -> post the invoice, for nothing else will
 *
 * An earlier unfinished event of the same invoice is never overtaken: its job blocks this
 * one. A later one finds the cross-reference that this one made.
 */
#include "access.h"
#include "allocation.h"
#include "base/json.h"
#include "books/filter.h"
#include "books/payment.h"
#include "context.h"
#include "document.h"
#include "entitlement.h"
#include "invoice.h"
#include "settle.h"
#include "shop.h"
#include "warnings.h"

#include <string.h>

struct paying {
	struct task *task;
	const struct run *run;
	struct books_context books;
	struct magento_invoice invoice;
	const char *method;
	struct xref sold;     /* the invoice in Sage */
	struct intent intent; /* of the payment */
	struct books_payment_input input;
	const char *reason; /* why it is skipped; NULL: it is not */
	bool owes_invoice;  /* skipped, but the invoice was left to this event */
	struct run_end *end;
};

/* How the invoice's own event last ended. */
static enum led_err read_history(struct paying *paying, struct run_state *state,
				 struct led_error *error)
{
	struct task *task = paying->task;
	struct db *db;
	enum led_err err = db_pool_take(task->worker->pool, &db, error);
	if (!err)
		err = run_latest(db, task->job_arena, task->binding.id, "invoice",
				 paying->invoice.magento_id, "invoice.created", state, error);
	db_pool_give(task->worker->pool, db);
	return err;
}

/* Why the payment is skipped, or NULL. */
static enum led_err judge_payment(struct paying *paying, const char *invoice_skipped,
				  const char **reason, struct led_error *error)
{
	const struct magento_invoice *invoice = &paying->invoice;
	const struct run *run = paying->run;
	const struct entitlement asked = {
		.feature = PLAN_PAYMENTS,
		.currency = invoice->currency,
		.store = run->store_id ? run->store_id : invoice->store_id,
	};
	struct books_filter_input input = {
		.event = BOOKS_INVOICE_PAID,
		.website_id = run->website_id,
		.store_id = run->store_id,
		.policy = paying->books.policy,
		.invoice = invoice,
		.payment_method = paying->method,
		.invoice_skip_reason = invoice_skipped,
	};
	enum led_err err =
		entitlement_check(paying->task, &paying->books, &asked, &input.in_plan, error);
	*reason = err ? NULL : books_filter(&input);
	return err;
}

/* What the invoice's own event came to decides, as long as the invoice is not in Sage. */
static enum led_err judge(struct paying *paying, struct led_error *error)
{
	struct run_state state = {0};
	enum led_err err = paying->sold.found ? LED_OK : read_history(paying, &state, error);
	if (err)
		return err;
	const char *status = state.found ? state.status : "";
	const char *skipped = strcmp(status, "skipped_by_policy") == 0 ? state.skip_reason : NULL;
	if (strcmp(status, "failed") == 0)
		return led_fail(error, LED_NOT_FOUND, "invoice_not_synced",
				"The invoice of this payment failed and is not in Sage. Retry the "
				"invoice first, then this payment.");
	bool was_unpaid = skipped && strcmp(skipped, "unpaid_invoice") == 0;
	err = judge_payment(paying, was_unpaid ? NULL : skipped, &paying->reason, error);
	if (err || !paying->reason || !was_unpaid)
		return err;
	/* Nobody else will post it: it is paid now, wherever the money went. */
	err = invoice_skip_reason(paying->task, &paying->books, paying->run, &paying->invoice,
				  &skipped, error);
	paying->owes_invoice = !err && !skipped;
	return err;
}

struct selling {
	const struct xref_key *key;
	const struct xref *sold;
	int64_t run;
	const char *warnings;
};

static enum led_err write_sold(struct db *db, void *context, struct led_error *error)
{
	const struct selling *selling = context;
	enum led_err err = post_settle(db, selling->key, selling->sold, error);
	return err ? err : run_warn(db, selling->run, selling->warnings, error);
}

/* Settles the invoice at once, and with it what is worth saying of it: whatever becomes of
 * this attempt, the next one finds both. */
static enum led_err settle_invoice(struct paying *paying, const struct xref_key *key,
				   const struct run_end *end, struct led_error *error)
{
	struct task *task = paying->task;
	struct selling selling = {.key = key, .sold = &paying->sold, .run = paying->run->id};
	enum led_err err = warnings_read(task->job_arena, end->warnings, &task->warnings, error);
	if (!err)
		err = warnings_print(task->job_arena, &task->warnings, &selling.warnings, error);
	return err ? err : settle_now(task, write_sold, &selling, error);
}

/* The invoice was not posted by its own event: this one does. What an earlier attempt said
 * of it, when it translated it, goes on with the payment's warnings. */
static enum led_err bring_invoice(struct paying *paying, struct led_error *error)
{
	struct task *task = paying->task;
	struct run_end end = {0};
	struct intent intent;
	struct post post = invoice_post(task, paying->invoice.magento_id);
	enum led_err err = post_look(task, &post, &paying->sold, &intent, error);
	if (!err && (paying->sold.found || intent.found))
		err = warnings_read(task->job_arena, paying->run->warnings, &task->warnings, error);
	if (err || paying->sold.found)
		return err;
	err = invoice_bring(task, &paying->books, paying->run, &paying->invoice, &intent,
			    &paying->sold, &end, error);
	if (!err)
		err = invoice_update_buyer(task, &paying->books, &paying->invoice, &end, error);
	return err ? err : settle_invoice(paying, &post.key, &end, error);
}

/* What Sage says of the invoice: its contact, and what is outstanding. */
static enum led_err read_invoice(struct paying *paying, struct led_error *error)
{
	struct task *task = paying->task;
	struct json_object *answer = NULL;
	struct decimal open;
	const struct access_call call = {
		.verb = ACCESS_GET,
		.path = arena_printf(task->job_arena, "/sales_invoices/%s", paying->sold.sage_id)};
	enum led_err err = access_sage(task, &call, &answer, error);
	if (err)
		return err;
	const char *contact = json_string(json_member(answer, "contact"), "id");
	if (!contact ||
	    !json_decimal(json_member(answer, "outstanding_amount"), MONEY_SCALE, &open)) {
		err = led_fail(error, LED_SERDE, "sage_answer_invalid",
			       "Sage's invoice has no contact or no outstanding amount.");
	} else {
		paying->input.contact_id = arena_strdup(task->job_arena, contact);
		paying->input.has_outstanding = true;
		paying->input.outstanding = open.units;
	}
	json_object_put(answer);
	return err;
}

static enum led_err intend(struct paying *paying, struct post *post, struct led_error *error)
{
	struct books_document document = {0};
	enum led_err err = books_payment(&paying->books, &paying->input, &document, error);
	if (!err)
		err = document_intend(paying->task, paying->run, &document, post, &paying->intent,
				      error);
	return err;
}

static enum led_err send(struct paying *paying, const struct post *post,
			 struct json_object **answer, struct led_error *error)
{
	return document_send(paying->task, post, &paying->intent, &paying->invoice.grand_total,
			     &paying->task->posted.xref, paying->end, answer, error);
}

/* Sage refused the payment: when less is outstanding than was to be allocated, that is why,
 * and the rest goes on account. */
static enum led_err send_less(struct paying *paying, struct post *post, struct json_object **answer,
			      struct led_error *error)
{
	struct led_error why = *error;
	enum led_err err = read_invoice(paying, error);
	if (err)
		return err;
	if (paying->input.outstanding >= paying->invoice.grand_total) {
		*error = why;
		return why.class;
	}
	post->reference = NULL;
	err = intend(paying, post, error);
	return err ? err : send(paying, post, answer, error);
}

/* The payment was found in Sage, perhaps with a rest on account that the invoice lacks. */
static enum led_err finish_allocation(struct paying *paying, struct json_object *payment,
				      struct led_error *error)
{
	bool finished;
	enum led_err err =
		allocation_resume(paying->task, paying->invoice.magento_id, &finished, error);
	if (err || finished)
		return err;
	err = read_invoice(paying, error);
	if (err)
		return err;
	const struct allocation allocation = {
		.invoice = &paying->invoice,
		.contact_id = paying->input.contact_id,
		.invoice_id = paying->sold.sage_id,
		.outstanding = paying->input.outstanding,
		.payment = payment,
	};
	return allocation_make(paying->task, &paying->books, paying->run, &allocation, error);
}

static enum led_err pay(struct paying *paying, struct post *post, struct led_error *error)
{
	struct json_object *answer = NULL;
	enum led_err err = LED_OK;
	bool resent = paying->intent.found && paying->intent.too_old;
	paying->input = (struct books_payment_input){
		.invoice = &paying->invoice,
		.method = paying->method,
		.contact_id = paying->sold.contact_id,
		.invoice_id = paying->sold.sage_id,
		.occurred_at = paying->run->occurred_at,
	};
	if (!paying->input.contact_id)
		err = read_invoice(paying, error);
	books_because(
		&paying->books, "contact",
		books_why(&paying->books, "that of the invoice, %s", paying->sold.displayed_as));
	post->list = arena_printf(paying->task->job_arena, "/contact_payments?contact_id=%s",
				  paying->input.contact_id ? paying->input.contact_id : "");
	if (!err && !paying->intent.found)
		err = intend(paying, post, error);
	if (!err) {
		err = send(paying, post, &answer, error);
		if (err == LED_PROVIDER && !paying->input.has_outstanding)
			err = send_less(paying, post, &answer, error);
	}
	if (!err && resent)
		err = finish_allocation(paying, answer, error);
	if (!err)
		paying->task->posted.key = post->key;
	json_object_put(answer);
	return err;
}

static enum led_err read_all(struct paying *paying, int64_t id, struct led_error *error)
{
	struct task *task = paying->task;
	struct intent ignored;
	const struct post sold = invoice_post(task, id);
	enum led_err err = context_books(task, paying->run, &paying->books, error);
	if (!err)
		err = shop_invoice(task, id, &paying->invoice, error);
	if (!err)
		err = document_describe(task, paying->run, paying->invoice.increment_id,
					paying->invoice.currency, &paying->invoice.grand_total,
					error);
	if (!err)
		err = shop_payment_method(task, &paying->invoice, &paying->method, error);
	return err ? err : post_look(task, &sold, &paying->sold, &ignored, error);
}

/* The shop could not be read, as `err` says: what an earlier attempt left is finished without it.
 * The payment then ends the event; an invoice alone does not, but is known from now on. */
static enum led_err finish_unread(struct paying *paying, const struct post *post, int64_t id,
				  enum led_err err, struct led_error *error)
{
	struct task *task = paying->task;
	const struct run *run = paying->run;
	const struct led_error why = *error;
	struct run_end end = {0};
	struct intent intent;
	/* An old one is looked for among the payments of a contact that only the invoice tells. */
	if (paying->intent.found)
		return paying->intent.too_old ? err
					      : document_send_unread(task, post, &paying->intent,
								     run, paying->end, err, error);
	const struct post invoice = invoice_post(task, id);
	enum led_err looked = post_look(task, &invoice, &paying->sold, &intent, error);
	if (!looked && !paying->sold.found && intent.found)
		looked = document_send(task, &invoice, &intent, run->has_total ? &run->total : NULL,
				       &paying->sold, &end, NULL, error);
	if (!looked && end.sage_id)
		looked = settle_invoice(paying, &invoice.key, &end, error);
	if (looked)
		return looked;
	*error = why;
	return err;
}

enum led_err invoice_paid(struct task *task, const struct job *job, const struct run *run,
			  struct run_end *end, struct led_error *error)
{
	struct paying paying = {.task = task, .run = run, .end = end};
	struct post post = {.key = document_key(task, "invoice_payment", job->magento_id),
			    .path = "/contact_payments"};
	struct xref *xref = &task->posted.xref;
	enum led_err err = post_look(task, &post, xref, &paying.intent, error);
	if (err)
		return err;
	if (xref->found) {
		document_known(xref, end);
		return LED_OK;
	}
	err = read_all(&paying, job->magento_id, error);
	if (err)
		return task->lost || err == LED_DATABASE
			       ? err
			       : finish_unread(&paying, &post, job->magento_id, err, error);
	if (!paying.intent.found)
		err = judge(&paying, error);
	if (!err && (!paying.reason || paying.owes_invoice))
		err = bring_invoice(&paying, error);
	if (err || !paying.reason)
		return err ? err : pay(&paying, &post, error);
	document_skipped(paying.reason, end);
	return LED_OK;
}
