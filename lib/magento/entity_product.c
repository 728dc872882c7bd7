/* Products, and payments: entities of plain fields. */
#include "base/json.h"
#include "magento/entity.h"
#include "magento/field.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

#define AT(member) offsetof(struct magento_product, member)
static const struct field PRODUCT[] = {
	{"magento_id", FIELD_ID, false, AT(magento_id), 0},
	{"sku", FIELD_TEXT, false, AT(sku), 0},
	{"name", FIELD_TEXT, false, AT(name), 0},
	{"product_type", FIELD_TEXT, false, AT(product_type), 0},
	{"price", FIELD_MONEY, true, AT(price), AT(has_price)},
	{"cost", FIELD_MONEY, true, AT(cost), AT(has_cost)},
	{"stock_qty", FIELD_UNIT, true, AT(stock_qty), AT(has_stock_qty)},
	{"manage_stock", FIELD_FLAG, false, AT(manage_stock), 0},
};
#undef AT

#define AT(member) offsetof(struct magento_payment, member)
static const struct field PAYMENT[] = {
	{"invoice_id", FIELD_ID, false, AT(invoice_id), 0},
	{"invoice_increment_id", FIELD_TEXT, false, AT(invoice_increment_id), 0},
	{"method", FIELD_TEXT, false, AT(method), 0},
	{"currency", FIELD_CURRENCY, false, AT(currency), 0},
	{"amount", FIELD_MONEY, false, AT(amount), 0},
	{"captured_at", FIELD_INSTANT, false, AT(captured_at), AT(has_captured_at)},
	{"gateway_txn_id", FIELD_TEXT, true, AT(gateway_txn_id), 0},
};
#undef AT

static enum led_err take_websites(const struct field_place *place, struct json_object *json,
				  struct magento_product *out)
{
	struct json_object *array;
	enum led_err err = field_array(place, json, "website_ids", MAGENTO_WEBSITES_MAX,
				       sizeof *out->website_ids, &array, &out->website_ids,
				       &out->website_count);
	for (size_t i = 0; !err && i < out->website_count; i++) {
		if (!field_id(json_object_array_get_idx(array, i), &out->website_ids[i]))
			return field_invalid(place, "website_ids", "is no list of ids");
	}
	return err;
}

enum led_err magento_parse_product(struct json_object *json, struct arena *arena,
				   struct magento_product *out, struct led_error *error)
{
	struct field_place place = {.arena = arena, .error = error};
	*out = (struct magento_product){0};
	if (!json_object_is_type(json, json_type_object))
		return field_invalid(&place, "the product", "is no object");
	enum led_err err = fields_take(&place, PRODUCT, COUNT(PRODUCT), json, out);
	return err ? err : take_websites(&place, json, out);
}

enum led_err magento_parse_payment(struct json_object *json, struct arena *arena,
				   struct magento_payment *out, struct led_error *error)
{
	struct field_place place = {.arena = arena, .error = error};
	*out = (struct magento_payment){0};
	if (!json_object_is_type(json, json_type_object))
		return field_invalid(&place, "the payment", "is no object");
	return fields_take(&place, PAYMENT, COUNT(PAYMENT), json, out);
}
