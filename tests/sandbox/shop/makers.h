/*
 * What a merchant's day makes in a shop: customers, products, invoices, credit
 * memos. Each takes a simple description, computes as Magento does, stores the
 * canonical entity and queues the events. All want the shop's lock.
 *
 * Each returns {"id","increment_id"?,"grand_total"?,"queued":[event…],"entity":{…}},
 * or NULL with a sentence in `error`.
 */
#ifndef SHOP_MAKERS_H
#define SHOP_MAKERS_H

#include "shop/cart.h"
#include "shop/entity.h"

#include <json-c/json.h>

#define MAKER_ERROR_LEN CART_ERROR_LEN

struct json_object *make_customer(struct shop *shop, struct json_object *in,
				  char error[MAKER_ERROR_LEN]);
struct json_object *make_product(struct shop *shop, struct json_object *in,
				 char error[MAKER_ERROR_LEN]);
struct json_object *make_invoice(struct shop *shop, struct json_object *in,
				 char error[MAKER_ERROR_LEN]);
struct json_object *make_paid(struct shop *shop, long long invoice_id, char error[MAKER_ERROR_LEN]);
struct json_object *make_creditmemo(struct shop *shop, struct json_object *in,
				    char error[MAKER_ERROR_LEN]);
/* An entity (or the list of payment methods) given verbatim; `events` is a comma
 * list of event names or NULL. */
struct json_object *make_raw(struct shop *shop, const char *kind, const char *events,
			     const char *body, size_t len, char error[MAKER_ERROR_LEN]);

/* Shared by the makers. */
struct json_object *maker_result(struct shop *shop, enum entity_kind kind, struct entity *entity,
				 const char *const *events, size_t n);
char *maker_increment(struct json_object *in, long long number); /* malloc'd */
/* The text of `name`, else now on the shop's clock; malloc'd. */
char *maker_time(const struct shop *shop, struct json_object *in, const char *name);
/* The order's contact of a document: the registered customer or the guest. */
struct json_object *maker_contact(struct shop *shop, struct json_object *in,
				  struct json_object *billing, struct json_object *shipping,
				  const char *when, char error[MAKER_ERROR_LEN]);
/* A canonical address from a partial one; missing parts are of a London shop. */
struct json_object *maker_address(struct json_object *in, const char *kind);

#endif
