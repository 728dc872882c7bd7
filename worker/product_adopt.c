#include "product_adopt.h"
#include "adopt.h"
#include "post.h"
#include "settle.h"
#include "shop.h"

#include <stdlib.h>
#include <string.h>

struct taking {
	const struct xref_key *key;
	const struct xref *xref;
	const char *owner; /* the product that has the item now; NULL: none */
};

static enum led_err read_owner(struct task *task, struct taking *taking, struct led_error *error)
{
	struct db *db;
	enum led_err err = db_pool_take(task->worker->pool, &db, error);
	if (!err)
		err = xref_owner(db, task->job_arena, taking->key, taking->xref->sage_id,
				 &taking->owner, error);
	db_pool_give(task->worker->pool, db);
	return err;
}

/* A product that the shop still has keeps its item. */
static enum led_err check_owner(struct task *task, const struct taking *taking, const char *code,
				struct led_error *error)
{
	struct magento_product product;
	struct led_error why;
	if (!taking->owner)
		return LED_OK;
	enum led_err err = shop_product(task, strtoll(taking->owner, NULL, 10), &product, &why);
	if (err == LED_NOT_FOUND)
		return LED_OK;
	if (err) {
		*error = why;
		return err;
	}
	return led_fail(error, LED_PROVIDER, "item_code_taken",
			"Sage's item with the code '%.60s' is that of product %s, which has the "
			"SKU '%.60s' by now. Save that product in Magento, so that Sage learns its "
			"SKU, then retry this one.",
			code, taking->owner, product.sku);
}

static enum led_err write_taken(struct db *db, void *context, struct led_error *error)
{
	const struct taking *taking = context;
	enum led_err err = LED_OK;
	if (taking->owner)
		err = xref_rekey(db, taking->key, taking->xref->sage_id, error);
	return err ? err : post_settle(db, taking->key, taking->xref, error);
}

enum led_err product_adopt(struct task *task, const char *path, const struct xref_key *key,
			   const char *code, struct xref *xref, struct led_error *error)
{
	const struct adoption adoption = {.path = path, .member = "item_code", .wanted = code};
	struct taking taking = {.key = key, .xref = xref};
	enum led_err err = adopt(task, &adoption, xref, error);
	if (err)
		return err;
	if (!xref->found)
		return led_fail(error, LED_PROVIDER, "item_code_taken",
				"Sage has the item code '%.60s' already, but not among its %s: an "
				"item cannot change its kind. Change the code of the item in Sage, "
				"or delete it there, then retry.",
				code, strcmp(path, "/stock_items") == 0 ? "stock items" : path + 1);
	err = read_owner(task, &taking, error);
	if (!err)
		err = check_owner(task, &taking, code, error);
	return err ? err : settle_now(task, write_taken, &taking, error);
}
