/* Stock movements: signed quantities, the only way what is in stock changes. */
#include "sage/catalogue.h"
#include "sage/dates.h"
#include "sage/js.h"
#include "sage/list.h"
#include "sage/validate.h"

#include <json-c/linkhash.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void movement_free(struct lh_entry *entry)
{
	struct movement *movement = lh_entry_v(entry);

	json_object_put(movement->input);
	free(movement);
}

static dec10 number(struct json_object *object, const char *key)
{
	dec10 value;

	return dec10_of(js_get(object, key), &value) ? value : 0;
}

struct json_object *movement_json(const struct business *business, const void *thing)
{
	const struct movement *movement = thing;
	const struct item *item = table_find(business->catalogue, movement->item_id);
	struct json_object *out =
		js_base("stock_movements", movement->id, js_str(movement->input, "details"));
	char text[DATE_TEXT];

	time_text(movement->created, text);
	js_put_str(out, "created_at", text);
	js_put_str(out, "updated_at", text);
	snprintf(text, sizeof(text), "%ld", movement->number);
	js_put_str(out, "movement_number",
		   js_str(movement->input, "movement_number") != NULL
			   ? js_str(movement->input, "movement_number")
			   : text);
	js_share(out, movement->input, "date");
	js_put(out, "cost_price", dec10_json(number(movement->input, "cost_price")));
	js_put(out, "quantity", dec10_json(movement->quantity));
	js_share(out, movement->input, "details");
	js_share(out, movement->input, "reference");
	js_put(out, "stock_item",
	       js_base("stock_items", movement->item_id, js_str(item->input, "description")));
	return out;
}

/* The rules that no field table states; Sage publishes none on going below nothing, and
 * the stricter reading is taken. */
static void check_rules(struct call *call, struct json_object *object, const struct item *item)
{
	const dec10 quantity = number(object, "quantity");

	if (item == NULL) {
		call_invalid(call, "stock_item_id", "This value is not valid.");
		return;
	}
	if (quantity == 0)
		call_invalid(call, "quantity", "This value must not be 0.");
	if (item->quantity + quantity < 0)
		call_invalid(call, "quantity", "There is not enough in stock.");
	if (number(object, "cost_price") < 0)
		call_invalid(call, "cost_price", "This value must not be less than 0.");
}

void movements_post(struct call *call)
{
	struct json_object *object = validate_body(call, true);
	const char *item_id = js_str(object, "stock_item_id");
	struct item *item =
		item_id != NULL ? item_find(call->business, "stock_items", item_id) : NULL;
	struct movement *movement;

	if (object != NULL && item_id != NULL)
		check_rules(call, object, item);
	if (call_refused(call))
		return;
	movement = calloc(1, sizeof(*movement));
	random_id(movement->id);
	snprintf(movement->item_id, sizeof(movement->item_id), "%s", item->id);
	movement->input = json_object_get(object);
	movement->quantity = number(object, "quantity");
	movement->number = (long)table_count(call->business->movements) + 1;
	movement->created = sb_now();
	item->quantity += movement->quantity;
	item->last_cost = number(object, "cost_price");
	item->updated = movement->created;
	lh_table_insert(call->business->movements, movement->id, movement);
	list_reply_one(call, 201, movement_json(call->business, movement));
}

void movements_list(struct call *call)
{
	const char *wanted = call_query(call, "stock_item_id");
	size_t count = table_count(call->business->movements);
	void **items = table_values(call->business->movements);
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		const struct movement *movement = items[i];

		if (movement->deleted == 0 &&
		    (wanted == NULL || strcmp(movement->item_id, wanted) == 0))
			items[kept++] = items[i];
	}
	list_reply(call, items, kept, movement_json);
	free(items);
}

static struct movement *find(const struct call *call)
{
	struct movement *movement = table_find(call->business->movements, call->key);

	return movement != NULL && movement->deleted == 0 ? movement : NULL;
}

void movements_get(struct call *call)
{
	struct movement *movement = find(call);

	if (movement == NULL)
		call_not_found(call);
	else
		list_reply_one(call, 200, movement_json(call->business, movement));
}

void movements_delete(struct call *call)
{
	struct movement *movement = find(call);
	struct item *item;

	if (movement == NULL) {
		call_not_found(call);
		return;
	}
	item = table_find(call->business->catalogue, movement->item_id);
	movement->deleted = sb_now();
	item->quantity -= movement->quantity;
	item->updated = movement->deleted;
	call->reply->status = 204;
}
