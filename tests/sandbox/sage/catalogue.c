#include "sage/catalogue.h"

#include "sage/dates.h"
#include "sage/js.h"
#include "sage/list.h"
#include "sage/reference.h"
#include "sage/validate.h"

#include <json-c/linkhash.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Fields that the answer shows as they were sent, null when they were not. */
static const char *const plain_fields[] = {
	"item_code", "description", "notes", "source_guid", "purchase_description",
};
static const char *const stock_plain_fields[] = {
	"location",
	"barcode",
	"supplier_part_number",
	"measurement_unit",
};
static const char *const stock_decimal_fields[] = {"reorder_level", "reorder_quantity", "weight"};

/* An id sent and the object it is answered as. */
static const struct {
	const char *sent, *answered, *collection;
} lookups[] = {
	{"sales_ledger_account_id", "sales_ledger_account", "ledger_accounts"},
	{"purchase_ledger_account_id", "purchase_ledger_account", "ledger_accounts"},
	{"sales_tax_rate_id", "sales_tax_rate", "tax_rates"},
	{"purchase_tax_rate_id", "purchase_tax_rate", "tax_rates"},
};

void item_free(struct lh_entry *entry)
{
	struct item *item = lh_entry_v(entry);

	json_object_put(item->input);
	free(item);
}

struct item *item_find(const struct business *business, const char *collection, const char *id)
{
	struct item *item = table_find(business->catalogue, id);

	if (item == NULL || item->deleted != 0 ||
	    (collection != NULL && strcmp(item->collection, collection) != 0))
		return NULL;
	return item;
}

static bool is_family(const struct item *item, const char *collection)
{
	return strcmp(item->collection, collection) == 0;
}

static void put_decimal(struct json_object *out, struct json_object *input, const char *key)
{
	dec10 value;

	js_put(out, key, dec10_of(js_get(input, key), &value) ? dec10_json(value) : NULL);
}

/* A price or a rate as answered: three members of the same shape under two names. */
static struct json_object *price_json(const struct business *business, const char *item_id,
				      struct json_object *input, const char *kind)
{
	struct json_object *out = json_object_new_object();
	const char *type =
		strcmp(kind, "price") == 0 ? "product_sales_price_type" : "service_rate_type";
	char type_key[48], types[48];
	char name[32], includes[48], id[ID_TEXT];

	snprintf(name, sizeof(name), "%s_name", kind);
	snprintf(includes, sizeof(includes), "%s_includes_tax", kind);
	derived_id(business, item_id, js_str(input, name) ? js_str(input, name) : kind, id);
	js_put_str(out, "id", id);
	js_put_str(out, "displayed_as", js_str(input, name));
	js_share(out, input, name);
	put_decimal(out, input, kind);
	js_put_bool(out, includes, js_bool(input, includes, false));
	snprintf(type_key, sizeof(type_key), "%s_id", type);
	snprintf(types, sizeof(types), "%ss", type);
	if (js_str(input, type_key) != NULL)
		js_put(out, type, reference_base(business, types, js_str(input, type_key)));
	return out;
}

static struct json_object *prices_json(const struct business *business, const struct item *item,
				       const char *list_key, const char *kind)
{
	struct json_object *list = json_object_new_array();
	struct json_object *input = js_get(item->input, list_key);

	for (size_t i = 0; input != NULL && i < json_object_array_length(input); i++)
		json_object_array_add(list, price_json(business, item->id,
						       json_object_array_get_idx(input, i), kind));
	return list;
}

static void put_stock(struct json_object *out, const struct item *item)
{
	for (size_t i = 0; i < sizeof(stock_plain_fields) / sizeof(stock_plain_fields[0]); i++)
		js_share(out, item->input, stock_plain_fields[i]);
	for (size_t i = 0; i < sizeof(stock_decimal_fields) / sizeof(stock_decimal_fields[0]); i++)
		put_decimal(out, item->input, stock_decimal_fields[i]);
	js_put(out, "quantity_in_stock", dec10_json(item->quantity));
	js_put(out, "last_cost_price", dec10_json(item->last_cost));
}

static void put_time(struct json_object *out, const char *key, long long when)
{
	char text[DATE_TEXT];

	if (when != 0)
		time_text(when, text);
	js_put_str(out, key, when != 0 ? text : NULL);
}

static void put_family(struct json_object *out, const struct business *business,
		       const struct item *item)
{
	if (is_family(item, "services")) {
		js_put(out, "sales_rates", prices_json(business, item, "sales_rates", "rate"));
		js_put_bool(out, "oss_service", js_bool(item->input, "oss_service", false));
		return;
	}
	js_put(out, "sales_prices", prices_json(business, item, "sales_prices", "price"));
	if (is_family(item, "stock_items"))
		put_stock(out, item);
	else
		js_put(out, "catalog_item_type",
		       reference_base(business, "catalog_item_types", "PRODUCT"));
}

struct json_object *item_json(const struct business *business, const void *thing)
{
	const struct item *item = thing;
	struct json_object *input = item->input;
	struct json_object *out = js_base(item->collection, item->id, js_str(input, "description"));
	dec10 cost;

	put_time(out, "created_at", item->created);
	put_time(out, "updated_at", item->updated);
	put_time(out, "deleted_at", item->deleted);
	js_put_bool(out, "deletable", true);
	js_put_bool(out, "deactivatable", true);
	js_put_bool(out, "used_on_recurring_invoice", false);
	for (size_t i = 0; i < sizeof(plain_fields) / sizeof(plain_fields[0]); i++)
		js_share(out, input, plain_fields[i]);
	for (size_t i = 0; i < sizeof(lookups) / sizeof(lookups[0]); i++)
		js_put(out, lookups[i].answered,
		       reference_base(business, lookups[i].collection,
				      js_str(input, lookups[i].sent)));
	js_put(out, "usual_supplier", NULL);
	if (!dec10_of(js_get(input, "cost_price"), &cost))
		cost = 0;
	js_put(out, "cost_price", dec10_json(cost));
	js_put_bool(out, "active", js_bool(input, "active", true));
	put_family(out, business, item);
	return out;
}

static bool passes(const struct call *call, const struct item *item)
{
	const char *search = call_query(call, "search");
	const char *active = call_query(call, "active");

	if (item->deleted != 0 || !is_family(item, call->collection))
		return false;
	if (search != NULL && !list_contains(js_str(item->input, "item_code"), search) &&
	    !list_contains(js_str(item->input, "description"), search))
		return false;
	if (active != NULL && js_bool(item->input, "active", true) != (strcmp(active, "true") == 0))
		return false;
	return list_since(call, item->updated);
}

void items_list(struct call *call)
{
	size_t count = table_count(call->business->catalogue);
	void **items = table_values(call->business->catalogue);
	size_t kept = 0;

	for (size_t i = 0; i < count; i++)
		if (passes(call, items[i]))
			items[kept++] = items[i];
	list_reply(call, items, kept, item_json);
	free(items);
}

void items_get(struct call *call)
{
	struct item *item = item_find(call->business, call->collection, call->key);

	if (item == NULL)
		call_not_found(call);
	else
		list_reply_one(call, 200, item_json(call->business, item));
}

static void check_ledger(struct call *call, struct json_object *changes, const char *key,
			 const char *visible)
{
	const char *id = js_str(changes, key);
	struct json_object *account =
		id != NULL ? reference_find(call->business, "ledger_accounts", id) : NULL;

	if (account != NULL && !js_bool(account, visible, false))
		call_invalid(call, key, "This ledger account cannot be used here.");
}

/* The rules that no field table states. `item` is NULL for a new one. */
static void check_rules(struct call *call, struct json_object *changes, const struct item *item)
{
	const char *code = js_str(changes, "item_code");
	struct lh_entry *entry;
	dec10 cost;

	check_ledger(call, changes, "sales_ledger_account_id", "visible_in_sales");
	check_ledger(call, changes, "purchase_ledger_account_id", "visible_in_expenses");
	if (dec10_of(js_get(changes, "cost_price"), &cost) && cost < 0)
		call_invalid(call, "cost_price", "This value must not be less than 0.");
	if (code == NULL || *code == '\0')
		return;
	lh_foreach(call->business->catalogue, entry)
	{
		const struct item *other = lh_entry_v(entry);
		const char *held = js_str(other->input, "item_code");

		if (other != item && other->deleted == 0 && held != NULL && strcmp(held, code) == 0)
			call_invalid(call, "item_code", "This item code is already in use.");
	}
}

void items_post(struct call *call)
{
	struct json_object *object = validate_body(call, true);
	struct item *item;

	if (object != NULL)
		check_rules(call, object, NULL);
	if (call_refused(call))
		return;
	item = calloc(1, sizeof(*item));
	random_id(item->id);
	snprintf(item->collection, sizeof(item->collection), "%s", call->collection);
	item->input = json_object_get(object);
	item->created = sb_now();
	item->updated = item->created;
	lh_table_insert(call->business->catalogue, item->id, item);
	list_reply_one(call, 201, item_json(call->business, item));
}

void items_put(struct call *call)
{
	struct item *item = item_find(call->business, call->collection, call->key);
	struct json_object *object;

	if (item == NULL) {
		call_not_found(call);
		return;
	}
	object = validate_body(call, false);
	if (object != NULL)
		check_rules(call, object, item);
	if (call_refused(call))
		return;
	js_merge(item->input, object);
	item->updated = sb_now();
	list_reply_one(call, 200, item_json(call->business, item));
}

void items_delete(struct call *call)
{
	struct item *item = item_find(call->business, call->collection, call->key);

	if (item == NULL) {
		call_not_found(call);
		return;
	}
	item->deleted = sb_now();
	item->updated = item->deleted;
	call->reply->status = 204;
}
