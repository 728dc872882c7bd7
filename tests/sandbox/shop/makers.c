#include "shop/makers.h"

#include "shop/decimal.h"
#include "shop/magento_json.h"
#include "shop/mem.h"
#include "shop/shop.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct json_object *maker_result(struct shop *shop, enum entity_kind kind, struct entity *entity,
				 const char *const *events, size_t n)
{
	struct json_object *out = json_object_new_object();
	struct json_object *queued = json_object_new_array();
	char *body = entity_body(shop, kind, entity->id);

	for (size_t i = 0; i < n; i++)
		if (outbox_event(shop, events[i], kind, entity) != NULL)
			json_object_array_add(queued, json_object_new_string(events[i]));
	magento_json_add_int(out, "id", entity->id);
	magento_json_add_text(out, "increment_id", magento_json_text(entity->tree, "increment_id"));
	magento_json_add(out, "grand_total",
			 json_object_get(magento_json_get(entity->tree, "grand_total")));
	magento_json_add(out, "queued", queued);
	magento_json_add(out, "entity", magento_json_parse(body, strlen(body)));
	free(body);
	return out;
}

char *maker_increment(struct json_object *in, long long number)
{
	const char *given = magento_json_text(in, "increment_id");

	return given != NULL ? mem_copy(given) : mem_format("%09lld", number);
}

char *maker_time(const struct shop *shop, struct json_object *in, const char *name)
{
	const char *given = magento_json_text(in, name);
	char now[SHOP_TIME_LEN];

	shop_time(shop_now(shop), now);
	return mem_copy(given != NULL ? given : now);
}

struct json_object *maker_address(struct json_object *in, const char *kind)
{
	struct json_object *out = json_object_new_object();
	struct json_object *street = magento_json_get(in, "street");
	bool given = in != NULL;
	const char *city = magento_json_text(in, "city");
	const char *country = magento_json_text(in, "country_id");
	struct json_object *lines;

	if (json_object_is_type(street, json_type_array)) {
		lines = json_object_get(street);
	} else {
		lines = json_object_new_array();
		json_object_array_add(lines, json_object_new_string(
						     street != NULL ? json_object_get_string(street)
								    : "1 High St"));
	}
	magento_json_add_text(out, "kind", kind);
	magento_json_add(out, "street", lines);
	magento_json_add_text(out, "city", city != NULL ? city : "London");
	magento_json_add_text(out, "region", magento_json_text(in, "region"));
	magento_json_add_text(out, "postcode",
			      given ? magento_json_text(in, "postcode") : "SW1A 1AA");
	magento_json_add_text(out, "country_id", country != NULL ? country : "GB");
	magento_json_add_text(out, "telephone",
			      given ? magento_json_text(in, "telephone") : "0207 000");
	return out;
}

/* `address` serves as both kinds; `addresses` says each kind itself; neither: none. */
static struct json_object *profile_addresses(struct json_object *in)
{
	struct json_object *out = json_object_new_array();
	struct json_object *one = magento_json_get(in, "address");
	struct json_object *list = magento_json_get(in, "addresses");

	if (one != NULL) {
		json_object_array_add(out, maker_address(one, "billing"));
		json_object_array_add(out, maker_address(one, "shipping"));
	}
	for (size_t i = 0; list != NULL && i < magento_json_length(list); i++) {
		struct json_object *address = json_object_array_get_idx(list, i);
		const char *kind = magento_json_text(address, "kind");

		json_object_array_add(out, maker_address(address, kind != NULL ? kind : "billing"));
	}
	return out;
}

static const char *first_phone(struct json_object *addresses)
{
	return magento_json_length(addresses) > 0
		       ? magento_json_text(json_object_array_get_idx(addresses, 0), "telephone")
		       : NULL;
}

struct json_object *make_customer(struct shop *shop, struct json_object *in,
				  char error[MAKER_ERROR_LEN])
{
	static const char *const events[] = {"customer.upserted"};
	struct json_object *addresses = magento_json_get(in, "addresses");
	const char *email = magento_json_text(in, "email");
	const char *phone = magento_json_text(in, "phone");
	struct json_object *tree;
	struct entity *customer;
	char *created, *updated;

	if (email == NULL ||
	    (addresses != NULL && !json_object_is_type(addresses, json_type_array))) {
		snprintf(error, MAKER_ERROR_LEN, "a customer needs email; addresses is a list");
		return NULL;
	}
	addresses = profile_addresses(in);
	created = maker_time(shop, in, "created_at");
	updated = maker_time(shop, in, "updated_at");
	customer = entity_put(&shop->entities[ENTITY_CUSTOMER], magento_json_int(in, "id", 0));
	customer->website_id = magento_json_int(in, "website_id", 1);
	tree = json_object_new_object();
	magento_json_add_int(tree, "magento_id", customer->id);
	magento_json_add_text(tree, "email", email);
	magento_json_add_text(tree, "first_name", magento_json_text(in, "first_name"));
	magento_json_add_text(tree, "last_name", magento_json_text(in, "last_name"));
	magento_json_add_text(tree, "phone", phone != NULL ? phone : first_phone(addresses));
	magento_json_add_int(tree, "website_id", customer->website_id);
	magento_json_add_int(tree, "group_id", magento_json_int(in, "group_id", 1));
	magento_json_add(tree, "addresses", addresses);
	magento_json_add_text(tree, "created_at", created);
	magento_json_add_text(tree, "updated_at", updated);
	customer->tree = tree;
	free(updated);
	free(created);
	return maker_result(shop, ENTITY_CUSTOMER, customer, events,
			    magento_json_bool(in, "events", 1) ? 1 : 0);
}

/* Copies decimals as PHP prints them; false when one is not a decimal. */
static bool copy_decimals(struct json_object *tree, struct json_object *in,
			  const char *const *names, size_t n, char error[MAKER_ERROR_LEN])
{
	for (size_t i = 0; i < n; i++) {
		struct json_object *value = magento_json_get(in, names[i]);
		long long number;

		if (value == NULL)
			continue;
		if (!decimal_read(value, &number)) {
			snprintf(error, MAKER_ERROR_LEN, "%s is not a decimal", names[i]);
			return false;
		}
		magento_json_add(tree, names[i], decimal_json(number));
	}
	return true;
}

struct json_object *make_product(struct shop *shop, struct json_object *in,
				 char error[MAKER_ERROR_LEN])
{
	static const char *const events[] = {"product.upserted"};
	static const char *const decimals[] = {"price", "special_price", "cost", "weight",
					       "stock_qty"};
	const char *sku = magento_json_text(in, "sku");
	const char *name = magento_json_text(in, "name");
	const char *type = magento_json_text(in, "product_type");
	const char *tax_class = magento_json_text(in, "tax_class");
	struct json_object *websites = magento_json_get(in, "website_ids");
	struct json_object *tree = json_object_new_object();
	struct entity *product;
	char *when;

	/* Its place is first; the value comes with the id. */
	magento_json_add_int(tree, "magento_id", 0);
	magento_json_add_text(tree, "sku", sku);
	magento_json_add_text(tree, "name", name != NULL ? name : sku);
	magento_json_add_text(tree, "product_type", type != NULL ? type : "simple");
	if (sku == NULL)
		snprintf(error, MAKER_ERROR_LEN, "a product needs sku");
	if (sku == NULL || !copy_decimals(tree, in, decimals, 5, error)) {
		json_object_put(tree);
		return NULL;
	}
	product = entity_put(&shop->entities[ENTITY_PRODUCT], magento_json_int(in, "id", 0));
	magento_json_add_int(tree, "magento_id", product->id);
	magento_json_add(tree, "manage_stock",
			 json_object_new_boolean(magento_json_bool(in, "manage_stock", 1)));
	magento_json_add_text(tree, "tax_class", tax_class != NULL ? tax_class : "2");
	if (websites == NULL) {
		websites = json_object_new_array();
		json_object_array_add(websites, json_object_new_int(1));
	} else {
		json_object_get(websites);
	}
	magento_json_add(tree, "website_ids", websites);
	when = maker_time(shop, in, "created_at");
	magento_json_add_text(tree, "created_at", when);
	free(when);
	when = maker_time(shop, in, "updated_at");
	magento_json_add_text(tree, "updated_at", when);
	free(when);
	product->tree = tree;
	return maker_result(shop, ENTITY_PRODUCT, product, events,
			    magento_json_bool(in, "events", 1) ? 1 : 0);
}

/* Queues the comma list's events that are of this kind. */
static struct json_object *raw_result(struct shop *shop, enum entity_kind kind,
				      struct entity *entity, const char *events)
{
	const char *names[8];
	char *list = mem_copy(events != NULL ? events : "");
	char *rest = list, *name;
	struct json_object *out;
	size_t n = 0;

	while ((name = strsep(&rest, ",")) != NULL)
		if (*name != '\0' && n < sizeof(names) / sizeof(names[0]))
			names[n++] = name;
	out = maker_result(shop, kind, entity, names, n);
	free(list);
	return out;
}

struct json_object *make_raw(struct shop *shop, const char *kind_name, const char *events,
			     const char *body, size_t len, char error[MAKER_ERROR_LEN])
{
	enum entity_kind kind = entity_kind_of(kind_name);
	struct json_object *tree = magento_json_parse(body, len);
	struct entity *entity;
	long long id;

	if (kind_name != NULL && strcmp(kind_name, "payment-methods") == 0 &&
	    json_object_is_type(tree, json_type_array)) {
		json_object_put(shop->payment_methods);
		shop->payment_methods = tree;
		return json_object_get(tree);
	}
	id = magento_json_int(tree, "magento_id", 0);
	if (kind == ENTITY_NONE || id <= 0) {
		snprintf(error, MAKER_ERROR_LEN,
			 "?kind=invoice|customer|creditmemo|product|payment|payment-methods, and a "
			 "JSON body with a magento_id above 0");
		json_object_put(tree);
		return NULL;
	}
	entity = entity_put(&shop->entities[kind], id);
	entity->tree = tree;
	entity->raw = mem_copy_n(body, len);
	entity->website_id = magento_json_int(tree, "website_id", 1);
	entity->store_id = magento_json_int(tree, "store_id", 1);
	return raw_result(shop, kind, entity, events);
}
