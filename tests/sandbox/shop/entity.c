#include "shop/entity.h"

#include "shop/magento_json.h"
#include "shop/mem.h"
#include "shop/shop.h"

#include <stdlib.h>
#include <string.h>

static const char *const kind_names[ENTITY_KINDS] = {
	[ENTITY_INVOICE] = "invoice",       [ENTITY_CUSTOMER] = "customer",
	[ENTITY_CREDITMEMO] = "creditmemo", [ENTITY_PRODUCT] = "product",
	[ENTITY_PAYMENT] = "payment",
};

enum entity_kind entity_kind_of(const char *name)
{
	for (int kind = 0; name != NULL && kind < ENTITY_KINDS; kind++)
		if (strcmp(kind_names[kind], name) == 0)
			return (enum entity_kind)kind;
	return ENTITY_NONE;
}

const char *entity_kind_name(enum entity_kind kind)
{
	return kind_names[kind];
}

static void entity_empty(struct entity *entity)
{
	json_object_put(entity->tree);
	json_object_put(entity->contact);
	json_object_put(entity->payment);
	free(entity->raw);
	*entity = (struct entity){.id = entity->id};
}

void entity_clear(struct entity_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		entity_empty(list->items[i]);
		free(list->items[i]);
	}
	free(list->items);
	*list = (struct entity_list){0};
}

struct entity *entity_find(const struct entity_list *list, long long id)
{
	/* From the end: tests and the demo ask for what was made last. */
	for (size_t i = list->count; i > 0; i--)
		if (list->items[i - 1]->id == id)
			return list->items[i - 1];
	return NULL;
}

struct entity *entity_put(struct entity_list *list, long long id)
{
	struct entity *entity = id > 0 ? entity_find(list, id) : NULL;

	if (entity != NULL) {
		entity_empty(entity);
		return entity;
	}
	if (list->count == list->room) {
		list->room = list->room * 2 + 16;
		list->items = mem_grow(list->items, list->room * sizeof(*list->items));
	}
	entity = mem_zero(sizeof(*entity));
	entity->id = id > 0 ? id : list->last_id + 1;
	if (entity->id > list->last_id)
		list->last_id = entity->id;
	list->items[list->count++] = entity;
	return entity;
}

/* An invoice falls back on its order for what the profile lacks; a credit memo
 * does not, as measured on the modules. */
static struct json_object *contact_now(struct shop *shop, enum entity_kind kind,
				       const struct entity *document)
{
	static const char *const order_fields[] = {"company", "phone", "addresses"};
	static const char *const fields[] = {"magento_id", "email",      "first_name", "last_name",
					     "company",    "phone",      "website_id", "group_id",
					     "addresses",  "created_at", "updated_at"};
	long long id = magento_json_int(document->contact, "magento_id", 0);
	struct entity *profile = entity_find(&shop->entities[ENTITY_CUSTOMER], id);
	struct json_object *contact, *addresses;

	if (id == 0 || profile == NULL)
		return json_object_get(document->contact);
	addresses = magento_json_get(profile->tree, "addresses");
	if (kind != ENTITY_INVOICE || magento_json_length(addresses) > 0)
		return json_object_get(profile->tree);
	contact = json_object_new_object();
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		struct json_object *value = magento_json_get(profile->tree, fields[i]);

		for (size_t j = 0; j < sizeof(order_fields) / sizeof(order_fields[0]); j++)
			if (strcmp(fields[i], order_fields[j]) == 0)
				value = magento_json_get(document->contact, fields[i]);
		magento_json_add(contact, fields[i], json_object_get(value));
	}
	return contact;
}

/* The contract's payment entity is nothing but the invoice seen from its payment. */
static char *payment_body(struct shop *shop, long long invoice_id)
{
	static const struct {
		const char *name, *from;
	} fields[] = {
		{"magento_id", "magento_id"},
		{"invoice_id", "magento_id"},
		{"invoice_increment_id", "increment_id"},
		{"method", "payment_method"},
		{"currency", "currency"},
		{"amount", "grand_total"},
		{"captured_at", "created_at"},
	};
	struct entity *invoice = entity_find(&shop->entities[ENTITY_INVOICE], invoice_id);
	struct json_object *tree, *metadata;
	char *body;

	if (invoice == NULL)
		return NULL;
	tree = json_object_new_object();
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		magento_json_add(tree, fields[i].name,
				 json_object_get(magento_json_get(invoice->tree, fields[i].from)));
	magento_json_add(tree, "gateway_txn_id",
			 json_object_get(magento_json_get(invoice->payment, "gateway_txn_id")));
	metadata = magento_json_get(invoice->payment, "gateway_metadata");
	magento_json_add(tree, "gateway_metadata",
			 metadata != NULL ? json_object_get(metadata) : json_object_new_array());
	body = magento_json(tree, MAGENTO_JSON_PLAIN);
	json_object_put(tree);
	return body;
}

char *entity_body(struct shop *shop, enum entity_kind kind, long long id)
{
	struct entity *entity = entity_find(&shop->entities[kind], id);

	if (entity == NULL)
		return kind == ENTITY_PAYMENT ? payment_body(shop, id) : NULL;
	if (entity->raw != NULL)
		return mem_copy(entity->raw);
	/* Replacing a member keeps its place in the order of the wire. */
	if (entity->contact != NULL)
		json_object_object_add(entity->tree, "customer", contact_now(shop, kind, entity));
	return magento_json(entity->tree, MAGENTO_JSON_PLAIN);
}
