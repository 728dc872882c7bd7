/*
 * customer.upserted: every contact that the customer has in Sage is updated, and one in the
 * business's own currency is made when there is none and consolidation does not keep the
 * customer among the web sales. What did not change since it was last sent costs no call.
 */
#include "base/json.h"
#include "books/contact.h"
#include "books/filter.h"
#include "contact.h"
#include "context.h"
#include "document.h"
#include "entitlement.h"
#include "shop.h"

#include <string.h>

struct upserting {
	struct task *task;
	struct books_context books;
	struct magento_contact customer;
	struct xref_item *held; /* their contacts in Sage */
	size_t held_count;
	const struct xref_item *base; /* of those, the one in the business's currency */
};

static enum led_err read_all(struct upserting *upserting, const struct run *run,
			     struct led_error *error)
{
	struct task *task = upserting->task;
	const char *number = arena_printf(task->job_arena, "%lld", (long long)run->magento_id);
	enum led_err err = context_books(task, run, &upserting->books, error);
	if (!err)
		err = shop_customer(task, run->magento_id, &upserting->customer, error);
	if (!err)
		err = document_describe(task, run, number, NULL, NULL, error);
	if (!err)
		err = contact_list(task, run->magento_id, &upserting->held, &upserting->held_count,
				   error);
	for (size_t i = 0; !err && i < upserting->held_count; i++)
		if (strcmp(strchr(upserting->held[i].kind, ':') + 1,
			   task->reference.base_currency) == 0)
			upserting->base = &upserting->held[i];
	return err;
}

static enum led_err make_base(struct upserting *upserting, struct run_end *end,
			      struct led_error *error)
{
	struct task *task = upserting->task;
	const struct contact_wanted wanted = {
		.buyer = &upserting->customer,
		.currency = task->reference.base_currency,
	};
	struct xref xref;
	struct books_contact_key key = {0};
	bool updated;
	enum led_err err = contact_ensure_own(task, &upserting->books, &wanted, &xref, error);
	if (!err)
		err = books_contact_key(BOOKS_CONTACT_OWN, &upserting->customer,
					task->reference.base_currency, &key, error);
	/* One that was adopted is as somebody else left it; one just made needs no call. */
	const struct contact_held held = {key.kind, &xref};
	if (!err)
		err = contact_update(task, &upserting->books, &upserting->customer, &held, &updated,
				     error);
	if (!err)
		document_known(&xref, end);
	return err;
}

static enum led_err update_all(struct upserting *upserting, struct led_error *error)
{
	enum led_err err = LED_OK;
	bool updated;
	for (size_t i = 0; !err && i < upserting->held_count; i++) {
		const struct contact_held held = {upserting->held[i].kind,
						  &upserting->held[i].xref};
		err = contact_update(upserting->task, &upserting->books, &upserting->customer,
				     &held, &updated, error);
	}
	return err;
}

enum led_err customer_upserted(struct task *task, const struct job *job, const struct run *run,
			       struct run_end *end, struct led_error *error)
{
	struct upserting upserting = {.task = task};
	enum led_err err = read_all(&upserting, run, error);
	(void)job;
	if (err)
		return err;
	const struct entitlement asked = {.feature = PLAN_FEATURES};
	struct books_filter_input input = {
		.event = BOOKS_CUSTOMER_UPSERTED,
		.website_id = run->website_id,
		.policy = upserting.books.policy,
		.customer = &upserting.customer,
		.has_own_contact = upserting.held_count > 0,
	};
	err = entitlement_check(task, &upserting.books, &asked, &input.in_plan, error);
	if (err)
		return err;
	const char *reason = books_filter(&input);
	if (reason) {
		document_skipped(reason, end);
		return LED_OK;
	}
	err = update_all(&upserting, error);
	if (err)
		return err;
	if (upserting.held_count)
		document_known(upserting.base ? &upserting.base->xref : &upserting.held[0].xref,
			       end);
	/* What rule 8.2 says of a customer who has not bought anything yet. */
	if (!upserting.base && books_contact_choose(upserting.books.policy, &upserting.customer,
						    false, 0) == BOOKS_CONTACT_OWN)
		err = make_base(&upserting, end, error);
	return err;
}
