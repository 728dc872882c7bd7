#include "allocation.h"
#include "base/json.h"
#include "books/payment.h"
#include "document.h"
#include "post.h"

static struct post allocation_post(struct task *task, int64_t magento_id)
{
	return (struct post){.key = document_key(task, "invoice_allocation", magento_id),
			     .path = "/contact_allocations",
			     .reference = ""};
}

static enum led_err send(struct task *task, const struct post *post, const struct intent *intent,
			 struct led_error *error)
{
	struct xref xref;
	struct json_object *answer = NULL;
	enum led_err err = post_send(task, post, intent, &xref, &answer, error);
	json_object_put(answer);
	return err ? err : post_settle_now(task, &post->key, &xref, error);
}

enum led_err allocation_resume(struct task *task, int64_t magento_id, bool *finished,
			       struct led_error *error)
{
	const struct post post = allocation_post(task, magento_id);
	struct xref ignored;
	struct intent intent;
	enum led_err err = post_look(task, &post, &ignored, &intent, error);
	*finished = !err && intent.found && !intent.too_old;
	if (err || !intent.found)
		return err;
	return intent.too_old ? post_forget(task, &post, error) : send(task, &post, &intent, error);
}

enum led_err allocation_make(struct task *task, const struct books_context *books,
			     const struct run *run, const struct allocation *allocation,
			     struct led_error *error)
{
	struct json_object *rest = json_member(allocation->payment, "payment_on_account");
	struct post post = allocation_post(task, allocation->invoice->magento_id);
	struct books_document document = {0};
	struct decimal on_account;
	struct intent intent;
	if (!json_decimal(json_member(rest, "outstanding_amount"), MONEY_SCALE, &on_account) ||
	    on_account.units <= 0 || allocation->outstanding <= 0)
		return LED_OK;
	const struct books_allocation_input input = {
		.contact_id = allocation->contact_id,
		.invoice_id = allocation->invoice_id,
		.payment_on_account_id = json_string(rest, "id"),
		.currency = allocation->invoice->currency,
		.on_account = on_account.units,
		.outstanding = allocation->outstanding,
		.occurred_at = run->occurred_at,
	};
	enum led_err err = books_allocation(books, &input, &document, error);
	if (!err)
		err = document_intend(task, run, &document, &post, &intent, error);
	if (!err)
		err = send(task, &post, &intent, error);
	return err;
}
