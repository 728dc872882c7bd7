#include "stock.h"
#include "access.h"
#include "base/json.h"
#include "books/product.h"
#include "document.h"
#include "edition.h"
#include "post.h"
#include "settle.h"

#include <string.h>

struct stocking {
	struct task *task;
	const struct books_context *books;
	const struct run *run;
	const struct magento_product *product;
	const struct xref_key *key; /* the stock item's */
	const struct xref *item;
	struct post post; /* the movement's */
	const char *observed;
};

struct settled {
	const struct stocking *stocking;
	const char *quantity;
};

/* The movement is no record that anything refers to: only its quantity is kept. */
static enum led_err write_settled(struct db *db, void *context, struct led_error *error)
{
	const struct settled *settled = context;
	const struct stocking *stocking = settled->stocking;
	enum led_err err = xref_put_stock(db, stocking->key, settled->quantity, error);
	return err ? err : intent_delete(db, &stocking->post.key, error);
}

static enum led_err settle(const struct stocking *stocking, const char *quantity,
			   struct led_error *error)
{
	struct settled settled = {stocking, quantity};
	return settle_now(stocking->task, write_settled, &settled, error);
}

static enum led_err send(const struct stocking *stocking, const struct intent *intent,
			 struct led_error *error)
{
	struct json_object *answer = NULL;
	struct xref ignored;
	enum led_err err =
		post_send(stocking->task, &stocking->post, intent, &ignored, &answer, error);
	json_object_put(answer);
	return err ? err : settle(stocking, intent->reference, error);
}

static enum led_err read_level(const struct stocking *stocking, struct decimal *level,
			       struct led_error *error)
{
	struct task *task = stocking->task;
	struct json_object *answer = NULL;
	const struct access_call call = {
		.verb = ACCESS_GET,
		.path = arena_printf(task->job_arena, "/stock_items/%s", stocking->item->sage_id)};
	enum led_err err = access_sage(task, &call, &answer, error);
	if (!err &&
	    !json_decimal(json_member(answer, "quantity_in_stock"), MAGENTO_UNIT_SCALE, level))
		err = led_fail(error, LED_SERDE, "sage_answer_invalid",
			       "Sage's stock item has no quantity.");
	json_object_put(answer);
	return err;
}

static enum led_err move(struct stocking *stocking, struct led_error *error)
{
	struct books_document document = {0};
	struct books_stock_input input = {
		.product = stocking->product,
		.stock_item_id = stocking->item->sage_id,
		.occurred_at = stocking->run->occurred_at,
	};
	struct intent intent;
	enum led_err err = read_level(stocking, &input.in_stock, error);
	if (!err)
		err = books_stock_movement(stocking->books, &input, &document, error);
	stocking->post.reference = stocking->observed;
	if (!err && !document.body)
		err = settle(stocking, stocking->observed, error);
	else if (!err) {
		err = document_intend(stocking->task, stocking->run, &document, &stocking->post,
				      &intent, error);
		if (!err)
			err = send(stocking, &intent, error);
	}
	return err;
}

/* An earlier attempt's movement comes first: the level means nothing before it is settled.
 * When it is too old to be repeated, the level itself tells whether it was made. */
static enum led_err finish_earlier(struct stocking *stocking, const char **settled,
				   struct led_error *error)
{
	struct intent intent;
	struct xref ignored;
	enum led_err err = post_look(stocking->task, &stocking->post, &ignored, &intent, error);
	if (err || !intent.found)
		return err;
	if (intent.too_old)
		return post_forget(stocking->task, &stocking->post, error);
	err = send(stocking, &intent, error);
	if (!err)
		*settled = intent.reference;
	return err;
}

enum led_err stock_settle(struct task *task, const struct books_context *books,
			  const struct run *run, const struct magento_product *product,
			  const struct xref_key *key, const struct xref *item,
			  struct led_error *error)
{
	struct stocking stocking = {
		.task = task,
		.books = books,
		.run = run,
		.product = product,
		.key = key,
		.item = item,
		.post = {.key = document_key(task, "stock_movement", run->magento_id),
			 .path = "/stock_movements"},
	};
	char text[DECIMAL_TEXT_MAX];
	const char *settled = item->stock_qty;
	if (!product->has_stock_qty)
		return LED_OK;
	stocking.observed = arena_strdup(task->job_arena, decimal_print(product->stock_qty, text));
	if (!stocking.observed)
		return led_fail(error, LED_INTERNAL, "out_of_memory", "No memory for stock.");
	enum led_err err = finish_earlier(&stocking, &settled, error);
	if (!err && (!settled || strcmp(settled, stocking.observed) != 0))
		err = move(&stocking, error);
	return edition_judge(task, &stocking.post, err, error);
}
