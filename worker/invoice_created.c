/*
 * invoice.created: one Magento invoice becomes one sales invoice in Sage.
 *
 *   cross-reference known          -> succeeded, nothing is sent
 *   intent from an earlier attempt -> the same bytes are sent again
 *   else  read the shop's invoice, filter, find or make the contact, translate, commit
 *         the intent, post
 * The cross-reference is written in the transaction that settles run and job.
 */
#include "base/json.h"
#include "books/filter.h"
#include "books/invoice.h"
#include "contact.h"
#include "context.h"
#include "post.h"
#include "settle.h"
#include "warnings.h"
#include "worker.h"

#include <stdio.h>
#include <string.h>

static struct post invoice_post(struct task *task, int64_t magento_id)
{
	return (struct post){
		.key = {task->binding.id, task->binding.business, "invoice",
			arena_printf(task->job_arena, "%lld", (long long)magento_id)},
		.path = "/sales_invoices",
	};
}

static enum led_err fetch(struct task *task, int64_t id, struct magento_invoice *invoice,
			  struct led_error *error)
{
	struct magento_shop shop;
	struct json_object *json = NULL;
	enum led_err err = task_renew(task, error);
	if (!err)
		err = context_shop(task, &shop, error);
	if (!err)
		err = magento_get(&shop, MAGENTO_INVOICE, id, &json, error);
	if (!err)
		err = magento_parse_invoice(json, task->job_arena, invoice, error);
	json_object_put(json);
	return err;
}

static enum led_err describe(struct task *task, const struct run *run,
			     const struct magento_invoice *invoice, struct led_error *error)
{
	struct db *db;
	struct decimal total = money_of(invoice->grand_total);
	enum led_err err = db_pool_take(task->worker->pool, &db, error);
	if (!err)
		err = run_describe(db, run->id, invoice->increment_id, invoice->currency, &total,
				   error);
	db_pool_give(task->worker->pool, db);
	return err;
}

static const char *skip_reason(const struct books_context *books, const struct run *run,
			       const struct magento_invoice *invoice)
{
	const struct books_filter_input input = {
		.event = BOOKS_INVOICE_CREATED,
		.in_plan = true, /* invoices are in every plan */
		.website_id = run->website_id,
		.store_id = run->store_id,
		.policy = books->policy,
		.invoice = invoice,
	};
	return books_filter(&input);
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
	const char *contact = NULL, *warnings = NULL;
	enum led_err err = contact_ensure(task, books, &wanted, &contact, error);
	if (!err)
		err = books_invoice(books, invoice, contact, &document, error);
	if (!err)
		err = warnings_print(task->job_arena, &document.warnings, &warnings, error);
	if (!err) {
		const char *reference =
			json_string(json_member(document.body, "sales_invoice"), "reference");
		post->reference = reference ? arena_strdup(task->job_arena, reference) : "";
		err = post_intend(task, post, document.body, run->id, warnings, intent, error);
	}
	books_document_release(&document);
	return err;
}

/* What Sage made of it: its number, and its total against ours. */
static enum led_err read_outcome(struct task *task, const struct magento_invoice *invoice,
				 struct json_object *answer, const struct xref *xref,
				 struct run_end *end, struct led_error *error)
{
	struct books_warnings warnings = {0};
	struct json_object *total = json_member(answer, "total_amount");
	end->status = RUN_SUCCEEDED;
	end->sage_id = xref->sage_id;
	end->sage_number = xref->displayed_as;
	end->has_sage_total = json_decimal(total, MONEY_SCALE, &end->sage_total);
	/* The document exists: an unreadable total is a warning about it, never a failure. */
	if (books_compare_total(invoice->grand_total, total, &warnings, NULL))
		books_warn(&warnings, "total_mismatch", "Sage's answer names no total.");
	return warnings.count ? warnings_print(task->job_arena, &warnings, &end->warnings, error)
			      : LED_OK;
}

static enum led_err post_invoice(struct task *task, const struct post *post,
				 const struct intent *intent, const struct magento_invoice *invoice,
				 struct run_end *end, struct led_error *error)
{
	struct json_object *answer = NULL;
	enum led_err err = task_renew(task, error);
	if (!err)
		err = post_send(task, post, intent, &task->posted.xref, &answer, error);
	if (!err)
		err = read_outcome(task, invoice, answer, &task->posted.xref, end, error);
	if (!err)
		task->posted.key = post->key;
	json_object_put(answer);
	return err;
}

enum led_err invoice_created(struct task *task, const struct job *job, const struct run *run,
			     struct run_end *end, struct led_error *error)
{
	struct magento_invoice invoice;
	struct books_context books;
	struct intent intent;
	struct xref xref;
	struct post post = invoice_post(task, job->magento_id);
	enum led_err err = post_look(task, &post, &xref, &intent, error);
	if (err)
		return err;
	if (xref.found) {
		*end = (struct run_end){.status = RUN_SUCCEEDED,
					.sage_id = xref.sage_id,
					.sage_number = xref.displayed_as};
		return LED_OK;
	}
	err = context_books(task, run, &books, error);
	if (!err)
		err = fetch(task, job->magento_id, &invoice, error);
	if (!err)
		err = describe(task, run, &invoice, error);
	if (err)
		return err;
	end->skip_reason = intent.found ? NULL : skip_reason(&books, run, &invoice);
	if (end->skip_reason) {
		end->status = RUN_SKIPPED;
		return LED_OK;
	}
	post.reference = intent.reference;
	if (!intent.found)
		err = intend(task, &books, run, &invoice, &post, &intent, error);
	return err ? err : post_invoice(task, &post, &intent, &invoice, end, error);
}
