/*
 * product.upserted: a product, service or stock item in Sage, told from what was last sent by
 * its digest; an item once created stays in its family. For stock items stock.c adds the
 * movement. What did not change costs no call.
 */
#include "access.h"
#include "base/json.h"
#include "books/filter.h"
#include "books/product.h"
#include "context.h"
#include "document.h"
#include "edition.h"
#include "entitlement.h"
#include "product_adopt.h"
#include "sage/errors.h"
#include "settle.h"
#include "shop.h"
#include "stock.h"

#include <string.h>

struct upserting {
	struct task *task;
	const struct run *run;
	struct books_context books;
	struct magento_product product;
	struct books_product_input input;
	struct xref xref; /* the item in Sage, once there is one */
	struct post post;
	struct run_end *end;
};

static enum led_err judge(struct upserting *upserting, const char **reason, struct led_error *error)
{
	const struct entitlement asked = {.feature = PLAN_PRODUCTS};
	struct books_filter_input input = {
		.event = BOOKS_PRODUCT_UPSERTED,
		.website_id = upserting->run->website_id,
		.policy = upserting->books.policy,
		.product = &upserting->product,
	};
	enum led_err err = entitlement_check(upserting->task, &upserting->books, &asked,
					     &input.in_plan, error);
	*reason = err ? NULL : books_filter(&input);
	return err;
}

/* The family in which the product is already, or has begun to be (an intent), else the one
 * that suits it. */
static enum led_err find_family(struct upserting *upserting, struct intent *intent,
				struct led_error *error)
{
	static const enum books_family families[] = {BOOKS_FAMILY_PRODUCT, BOOKS_FAMILY_SERVICE,
						     BOOKS_FAMILY_STOCK_ITEM};
	const struct books_family_names *names;
	enum led_err err = LED_OK;
	for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
		upserting->input.family = families[i];
		names = books_family_names(families[i]);
		upserting->post = (struct post){.key = document_key(upserting->task, names->kind,
								    upserting->run->magento_id),
						.path = names->path};
		err = post_look(upserting->task, &upserting->post, &upserting->xref, intent, error);
		if (err || upserting->xref.found || intent->found)
			return err;
	}
	upserting->input.family =
		books_product_family(upserting->books.policy, &upserting->product);
	names = books_family_names(upserting->input.family);
	upserting->post = (struct post){
		.key = document_key(upserting->task, names->kind, upserting->run->magento_id),
		.path = names->path};
	return LED_OK;
}

/* Makes the item, or takes over the one that has its code. What is kept to tell changes by is what
 * an update would send. */
static enum led_err create(struct upserting *upserting, struct intent *intent,
			   const unsigned char digest[DIGEST_SIZE], struct led_error *error)
{
	struct task *task = upserting->task;
	struct books_document document = {0};
	struct json_object *answer = NULL;
	enum led_err err = LED_OK;
	upserting->post.digest = digest;
	if (!intent->found)
		err = books_product_post(&upserting->books, &upserting->input, &document, error);
	if (!err && !intent->found)
		err = document_intend(task, upserting->run, &document, &upserting->post, intent,
				      error);
	if (!err)
		err = post_send(task, &upserting->post, intent, &upserting->xref, &answer, error);
	if (!err)
		err = post_settle_now(task, &upserting->post.key, &upserting->xref, error);
	else if (err == LED_PROVIDER && sage_refused_field(error, "item_code"))
		err = product_adopt(task, upserting->post.path, &upserting->post.key,
				    intent->reference, &upserting->xref, error);
	upserting->post.digest = NULL; /* it was the caller's */
	json_object_put(answer);
	return err;
}

static enum led_err write_updated(struct db *db, void *context, struct led_error *error)
{
	const struct upserting *upserting = context;
	return xref_put(db, &upserting->post.key, &upserting->xref, error);
}

static enum led_err update(struct upserting *upserting, const char *body,
			   const unsigned char digest[DIGEST_SIZE], struct led_error *error)
{
	struct task *task = upserting->task;
	struct json_object *answer = NULL;
	const struct access_call call = {.verb = ACCESS_PUT,
					 .path = arena_printf(task->job_arena, "%s/%s",
							      upserting->post.path,
							      upserting->xref.sage_id),
					 .body = body};
	enum led_err err = access_sage(task, &call, &answer, error);
	const char *shown = err ? NULL : json_string(answer, "displayed_as");
	if (shown && (shown = arena_strdup(task->job_arena, shown)))
		upserting->xref.displayed_as = shown;
	if (!err) {
		memcpy(upserting->xref.digest, digest, DIGEST_SIZE);
		upserting->xref.reference = upserting->product.sku;
		err = settle_now(task, write_updated, upserting, error);
	}
	json_object_put(answer);
	return err;
}

/* The update's warnings are the run's, whether or not a call is made. */
static enum led_err note_warnings(struct upserting *upserting,
				  const struct books_warnings *warnings, struct led_error *error)
{
	enum led_err err = LED_OK;
	for (size_t i = 0; !err && i < warnings->count; i++)
		err = document_warn(upserting->task, warnings->item[i].code,
				    warnings->item[i].detail, upserting->end, error);
	return err;
}

/* What the shop's price is among those that Sage's items may have. */
static void choose_price_type(struct upserting *upserting)
{
	const struct reference *reference = &upserting->task->reference;
	const struct reference_price_type *type = upserting->input.family == BOOKS_FAMILY_SERVICE
							  ? &reference->service_rate
							  : &reference->sales_price;
	upserting->input.price_type_id = type->id;
	upserting->input.price_name = type->name;
}

static enum led_err bring(struct upserting *upserting, struct led_error *error)
{
	struct books_document document = {0};
	struct intent intent = {0};
	unsigned char digest[DIGEST_SIZE];
	enum led_err err = find_family(upserting, &intent, error);
	if (!err) {
		choose_price_type(upserting);
		err = books_product_put(&upserting->books, &upserting->input, &document, error);
	}
	if (!err)
		err = books_body_digest(document.body, digest, error);
	if (!err && !upserting->xref.found)
		err = create(upserting, &intent, digest, error);
	/* After a repeated POST the bytes were those of an earlier attempt. */
	if (!err && memcmp(upserting->xref.digest, digest, DIGEST_SIZE) != 0)
		err = update(upserting, document.body, digest, error);
	if (!err)
		document_known(&upserting->xref, upserting->end);
	if (!err)
		err = note_warnings(upserting, &document.warnings, error);
	return err;
}

/* A stock item stays one when its stock is no longer managed: the shop then says 0, and means
 * nothing by it. */
static bool has_stock(const struct upserting *upserting)
{
	return upserting->input.family == BOOKS_FAMILY_STOCK_ITEM &&
	       upserting->books.policy->sync_stock && upserting->product.manage_stock;
}

enum led_err product_upserted(struct task *task, const struct job *job, const struct run *run,
			      struct run_end *end, struct led_error *error)
{
	struct upserting upserting = {.task = task, .run = run, .end = end};
	const char *reason = NULL;
	enum led_err err = context_books(task, run, &upserting.books, error);
	(void)job;
	if (!err)
		err = shop_product(task, run->magento_id, &upserting.product, error);
	if (!err)
		err = document_describe(task, run, upserting.product.sku, NULL, NULL, error);
	if (!err)
		err = judge(&upserting, &reason, error);
	if (err)
		return err;
	if (reason) {
		document_skipped(reason, end);
		return LED_OK;
	}
	upserting.input.product = &upserting.product;
	err = edition_judge(task, &upserting.post, bring(&upserting, error), error);
	if (!err && has_stock(&upserting))
		err = stock_settle(task, &upserting.books, run, &upserting.product,
				   &upserting.post.key, &upserting.xref, error);
	return err;
}
