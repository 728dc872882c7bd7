/*
 * creditmemo.created: one credit memo becomes one sales credit note, of the contact that the
 * original invoice has in Sage. The event comes with every save of the memo: a
 * cross-reference ends it without a call. An unfinished original invoice is waited for.
 */
#include "access.h"
#include "base/json.h"
#include "books/credit_note.h"
#include "books/filter.h"
#include "contact.h"
#include "context.h"
#include "document.h"
#include "entitlement.h"
#include "invoice.h"
#include "shop.h"

struct crediting {
	struct task *task;
	const struct job *job;
	const struct run *run;
	struct books_context books;
	struct magento_creditmemo memo;
	struct magento_invoice original;
	struct books_credit_note_input input;
};

static enum led_err judge(struct crediting *crediting, const char **reason, struct led_error *error)
{
	const struct entitlement asked = {
		.feature = PLAN_CREDIT_NOTES,
		.currency = crediting->memo.currency,
		.store = crediting->run->store_id,
	};
	struct books_filter_input input = {
		.event = BOOKS_CREDITMEMO_CREATED,
		.website_id = crediting->run->website_id,
		.store_id = crediting->run->store_id,
		.policy = crediting->books.policy,
		.creditmemo = &crediting->memo,
	};
	enum led_err err = entitlement_check(crediting->task, &crediting->books, &asked,
					     &input.in_plan, error);
	*reason = err ? NULL : books_filter(&input);
	return err;
}

/* A cross-reference without its contact was linked by hand: Sage knows. */
static enum led_err ask_contact(struct task *task, const struct xref *invoice, const char **contact,
				struct led_error *error)
{
	struct json_object *answer = NULL;
	const struct access_call call = {
		.verb = ACCESS_GET,
		.path = arena_printf(task->job_arena, "/sales_invoices/%s", invoice->sage_id)};
	enum led_err err = access_sage(task, &call, &answer, error);
	const char *id = err ? NULL : json_string(json_member(answer, "contact"), "id");
	if (!err && !id)
		err = led_fail(error, LED_SERDE, "sage_answer_invalid",
			       "Sage's invoice has no contact.");
	if (!err)
		*contact = arena_strdup(task->job_arena, id);
	json_object_put(answer);
	return err;
}

/* Whether an event of the original invoice is still being worked on, or waits. */
static enum led_err invoice_unfinished(const struct crediting *crediting, bool *unfinished,
				       struct led_error *error)
{
	struct task *task = crediting->task;
	struct db *db;
	enum led_err err = db_pool_take(task->worker->pool, &db, error);
	if (!err)
		err = job_is_unfinished(db, task->job_arena, &task->lane, crediting->job, "invoice",
					crediting->memo.invoice_id, unfinished, error);
	db_pool_give(task->worker->pool, db);
	return err;
}

/* The original invoice in Sage: its contact, or that there is none. */
static enum led_err find_original(struct crediting *crediting, struct led_error *error)
{
	struct task *task = crediting->task;
	struct xref xref;
	struct intent ignored;
	bool unfinished = false;
	const struct post post = invoice_post(task, crediting->memo.invoice_id);
	enum led_err err = post_look(task, &post, &xref, &ignored, error);
	if (err)
		return err;
	if (xref.found) {
		books_because(&crediting->books, "contact",
			      books_why(&crediting->books, "that of the original invoice, %s",
					xref.displayed_as));
		crediting->input.contact_id = xref.contact_id;
		return xref.contact_id
			       ? LED_OK
			       : ask_contact(task, &xref, &crediting->input.contact_id, error);
	}
	err = invoice_unfinished(crediting, &unfinished, error);
	if (!err && unfinished)
		return task_wait_behind(task, "invoice", crediting->memo.invoice_id, error);
	crediting->input.invoice_not_synced = true;
	books_because(&crediting->books, "contact",
		      books_why(&crediting->books, "the original invoice is not in Sage"));
	return err;
}

/* Memos carry no addresses: the invoice they credit does, as long as the shop has it. */
static enum led_err read_original(struct crediting *crediting, struct led_error *error)
{
	enum led_err err = shop_invoice(crediting->task, crediting->memo.invoice_id,
					&crediting->original, error);
	if (!err)
		crediting->input.invoice = &crediting->original;
	return err == LED_NOT_FOUND ? LED_OK : err;
}

static enum led_err choose_contact(struct crediting *crediting, struct led_error *error)
{
	const struct magento_creditmemo *memo = &crediting->memo;
	const struct contact_wanted wanted = {
		.buyer = &memo->customer,
		.billing = crediting->input.invoice ? crediting->input.invoice->billing : NULL,
		.currency = memo->currency,
		.grand_total = memo->grand_total,
	};
	return contact_ensure(crediting->task, &crediting->books, &wanted,
			      &crediting->input.contact_id, error);
}

static enum led_err intend(struct crediting *crediting, struct post *post, struct intent *intent,
			   struct led_error *error)
{
	struct books_document document = {0};
	enum led_err err = LED_OK;
	crediting->input.memo = &crediting->memo;
	if (crediting->memo.invoice_id)
		err = find_original(crediting, error);
	if (!err && crediting->memo.invoice_id)
		err = read_original(crediting, error);
	if (!err && !crediting->input.contact_id)
		err = choose_contact(crediting, error);
	if (!err)
		err = books_credit_note(&crediting->books, &crediting->input, &document, error);
	if (!err)
		err = document_intend(crediting->task, crediting->run, &document, post, intent,
				      error);
	return err;
}

static enum led_err read_memo(struct crediting *crediting, struct led_error *error)
{
	struct task *task = crediting->task;
	struct magento_creditmemo *memo = &crediting->memo;
	enum led_err err = context_books(task, crediting->run, &crediting->books, error);
	if (!err)
		err = shop_creditmemo(task, crediting->job->magento_id, memo, error);
	if (!err)
		err = document_describe(task, crediting->run, memo->increment_id, memo->currency,
					&memo->grand_total, error);
	return err;
}

enum led_err creditmemo_created(struct task *task, const struct job *job, const struct run *run,
				struct run_end *end, struct led_error *error)
{
	struct crediting crediting = {.task = task, .job = job, .run = run};
	struct post post = {.key = document_key(task, "credit_note", job->magento_id),
			    .path = "/sales_credit_notes"};
	struct xref *xref = &task->posted.xref;
	struct intent intent;
	const char *reason = NULL;
	enum led_err err = post_look(task, &post, xref, &intent, error);
	if (err)
		return err;
	if (xref->found) {
		document_known(xref, end);
		return LED_OK;
	}
	err = read_memo(&crediting, error);
	if (err)
		return document_send_unread(task, &post, &intent, run, end, err, error);
	if (!intent.found)
		err = judge(&crediting, &reason, error);
	if (err)
		return err;
	if (reason) {
		document_skipped(reason, end);
		return LED_OK;
	}
	if (!intent.found)
		err = intend(&crediting, &post, &intent, error);
	if (!err)
		err = document_send(task, &post, &intent, &crediting.memo.grand_total, xref, end,
				    NULL, error);
	if (!err)
		task->posted.key = post.key;
	return err;
}
