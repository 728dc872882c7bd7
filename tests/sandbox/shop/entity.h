/*
 * The canonical entities a shop serves (the wire contract, section 4), each a
 * tree of JSON in the order of the wire, or bytes given verbatim.
 */
#ifndef SHOP_ENTITY_H
#define SHOP_ENTITY_H

#include <json-c/json.h>
#include <stddef.h>

struct shop;

enum entity_kind {
	ENTITY_INVOICE,
	ENTITY_CUSTOMER,
	ENTITY_CREDITMEMO,
	ENTITY_PRODUCT,
	ENTITY_PAYMENT, /* only those given verbatim; others are made from the invoice */
	ENTITY_KINDS,
	ENTITY_NONE = -1,
};

struct entity {
	long long id;
	struct json_object *tree; /* owned */
	char *raw;                /* the bytes as given, or NULL: the tree is printed */
	long long website_id;     /* of the order, for the events */
	long long store_id;
	struct json_object *contact; /* made documents: contact as the order knows it, else NULL */
	struct json_object
		*payment; /* made invoices: {gateway_txn_id?, gateway_metadata} or NULL */
};

struct entity_list {
	struct entity **items; /* owned, in the order they came */
	size_t count, room;
	long long last_id;
};

/* "invoice" and so on, as in the path of the REST call; ENTITY_NONE when unknown. */
enum entity_kind entity_kind_of(const char *name);
const char *entity_kind_name(enum entity_kind kind);

void entity_clear(struct entity_list *list);
struct entity *entity_find(const struct entity_list *list, long long id); /* or NULL */

/* The entity with that id, emptied if it was there; id 0 takes the next one. */
struct entity *entity_put(struct entity_list *list, long long id);

/* The wire body, malloc'd; NULL when there is no such entity. The customer in a
 * made document is the profile as it is now, as Magento reads it on each call. */
char *entity_body(struct shop *shop, enum entity_kind kind, long long id);

#endif
