/*
 * What a business sells: /products, /services and /stock_items, one catalogue in which an
 * item code is used once; and /stock_movements, the only way a stock item's quantity changes.
 */
#ifndef SAGE_CATALOGUE_H
#define SAGE_CATALOGUE_H

#include "sage/call.h"

struct lh_entry;

struct item {
	char id[ID_TEXT];
	char collection[CALL_PART]; /* products, services or stock_items */
	struct json_object *input;  /* the request object, later ones merged in */
	dec10 quantity;             /* in stock */
	dec10 last_cost;
	long long created;
	long long updated;
	long long deleted; /* 0: alive */
};

struct movement {
	char id[ID_TEXT];
	char item_id[ID_TEXT];
	struct json_object *input;
	dec10 quantity;
	long number;
	long long created;
	long long deleted;
};

void items_list(struct call *call); /* the three families alike */
void items_post(struct call *call);
void items_get(struct call *call);
void items_put(struct call *call);
void items_delete(struct call *call);

void movements_list(struct call *call);
void movements_post(struct call *call);
void movements_get(struct call *call);
void movements_delete(struct call *call); /* takes its quantity back */

/* The living item of that id in a collection; `collection` NULL: in any. NULL when there
 * is none. */
struct item *item_find(const struct business *business, const char *collection, const char *id);

/* The full records. New references. */
struct json_object *item_json(const struct business *business, const void *item);
struct json_object *movement_json(const struct business *business, const void *movement);

void item_free(struct lh_entry *entry);
void movement_free(struct lh_entry *entry);

#endif
