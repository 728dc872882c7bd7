#include "books/product.h"
#include "base/text.h"
#include "books/body.h"
#include "books/text.h"

#include <stdio.h>
#include <string.h>

#define DESCRIPTION_MAX_CHARS 255
#define REFERENCE_MAX_CHARS   31 /* of a stock movement */
#define PRICE_NAME            "Sales Price"

/* What Sage's three families differ in. */
static const struct family {
	struct books_family_names names;
	size_t sku_max_chars;
	bool needs_code;
	bool needs_purchase_account;
	const char *prices, *price_name, *price, *includes_tax, *price_type;
} FAMILIES[] = {
	[BOOKS_FAMILY_PRODUCT] = {{"product", "/products"},
				  255,
				  false,
				  true,
				  "sales_prices",
				  "price_name",
				  "price",
				  "price_includes_tax",
				  "product_sales_price_type_id"},
	[BOOKS_FAMILY_SERVICE] = {{"service", "/services"},
				  255,
				  false,
				  false,
				  "sales_rates",
				  "rate_name",
				  "rate",
				  "rate_includes_tax",
				  "service_rate_type_id"},
	[BOOKS_FAMILY_STOCK_ITEM] = {{"stock_item", "/stock_items"},
				     30,
				     true,
				     true,
				     "sales_prices",
				     "price_name",
				     "price",
				     "price_includes_tax",
				     "product_sales_price_type_id"},
};

const struct books_family_names *books_family_names(enum books_family family)
{
	return &FAMILIES[family].names;
}

static bool is_type(const struct magento_product *product, const char *type)
{
	return strcmp(product->product_type, type) == 0;
}

bool books_product_supported(const struct magento_product *product)
{
	return is_type(product, "simple") || is_type(product, "virtual") ||
	       is_type(product, "downloadable");
}

enum books_family books_product_family(const struct policy *policy,
				       const struct magento_product *product)
{
	if (!is_type(product, "simple"))
		return BOOKS_FAMILY_SERVICE;
	return product->manage_stock && policy->sync_stock ? BOOKS_FAMILY_STOCK_ITEM
							   : BOOKS_FAMILY_PRODUCT;
}

/* The shop's prices count in its own base currency. */
static bool prices_count(const struct books_context *context)
{
	const char *shop = context->policy->magento_base_currency;
	return !shop || strcmp(shop, context->reference->base_currency) == 0;
}

static enum led_err make_code(const struct books_context *context,
			      const struct books_product_input *input, const char **out,
			      struct led_error *error)
{
	const struct family *family = &FAMILIES[input->family];
	bool short_of_memory = false;
	*out = books_text_field(context->arena, input->product->sku, SIZE_MAX, &short_of_memory);
	if (short_of_memory)
		return led_fail(error, LED_INTERNAL, "out_of_memory", "No memory for a SKU.");
	if (!*out)
		return family->needs_code ? led_fail(error, LED_VALIDATION, "sku_missing",
						     "The product has no SKU, which a stock item "
						     "needs as its item code.")
					  : LED_OK;
	if (text_utf8_length(*out, strlen(*out)) > family->sku_max_chars)
		return led_fail(error, LED_VALIDATION, "sku_too_long",
				"The SKU '%.60s' has more than %zu characters, the most that Sage "
				"takes as an item code.",
				*out, family->sku_max_chars);
	return LED_OK;
}

static void print_price(const struct books_context *context,
			const struct books_product_input *input, struct body *body,
			struct books_warnings *warnings)
{
	const struct family *family = &FAMILIES[input->family];
	if (!input->product->has_price)
		return;
	if (!prices_count(context)) {
		books_warn(warnings, "price_currency_differs", "%s",
			   context->policy->magento_base_currency);
		return;
	}
	body_list(body, family->prices);
	body_object(body, NULL);
	body_text(body, family->price_type, input->price_type_id);
	body_text(body, family->price_name, input->price_name ? input->price_name : PRICE_NAME);
	body_money(body, family->price, input->product->price);
	body_flag(body, family->includes_tax, false);
	body_end_object(body);
	body_end_list(body);
}

/* Every family needs the sales account, a service no other. */
static enum led_err check_accounts(const struct policy *policy, const struct family *family,
				   struct led_error *error)
{
	const char *missing = NULL;
	if (family->needs_purchase_account && !policy->default_purchase_ledger_account_id)
		missing = "default_purchase_ledger_account_id";
	if (!policy->default_ledger_account_id)
		missing = "default_ledger_account_id";
	return missing ? led_fail(error, LED_VALIDATION, "settings_incomplete",
				  "The setting %s is not set.", missing)
		       : LED_OK;
}

static enum led_err print_item(const struct books_context *context,
			       const struct books_product_input *input, bool is_new,
			       struct books_document *out, struct led_error *error)
{
	struct body body;
	const char *code;
	const struct policy *policy = context->policy;
	const struct family *family = &FAMILIES[input->family];
	*out = (struct books_document){0};
	enum led_err err = make_code(context, input, &code, error);
	if (!err && is_new)
		err = check_accounts(policy, family, error);
	if (err)
		return err;
	body_init(&body);
	body_object(&body, family->names.kind);
	const char *description = books_text_name(context->arena, input->product->name,
						  input->product->sku, DESCRIPTION_MAX_CHARS);
	body.failed = !description;
	body_text(&body, "item_code", code);
	body_text(&body, "description", description);
	if (is_new) {
		body_text(&body, "sales_ledger_account_id", policy->default_ledger_account_id);
		body_text(&body, "purchase_ledger_account_id",
			  policy->default_purchase_ledger_account_id);
	}
	print_price(context, input, &body, &out->warnings);
	body_end_object(&body);
	out->reference = code;
	return body_finish(&body, context->arena, &out->body, error);
}

enum led_err books_product_post(const struct books_context *context,
				const struct books_product_input *input, struct books_document *out,
				struct led_error *error)
{
	return print_item(context, input, true, out, error);
}

enum led_err books_product_put(const struct books_context *context,
			       const struct books_product_input *input, struct books_document *out,
			       struct led_error *error)
{
	return print_item(context, input, false, out, error);
}

/* "12/98": the product's id and the stock observed, by which the movement can be found. */
static const char *movement_reference(const struct magento_product *product, char *out, size_t size)
{
	char observed[DECIMAL_TEXT_MAX];
	int len = snprintf(out, size, "%lld/%s", (long long)product->magento_id,
			   decimal_print_short(product->stock_qty, observed));
	return len <= REFERENCE_MAX_CHARS ? out : NULL;
}

enum led_err books_stock_movement(const struct books_context *context,
				  const struct books_stock_input *input, struct books_document *out,
				  struct led_error *error)
{
	struct body body;
	struct decimal difference;
	char date[ZONE_DATE_SIZE], reference[64];
	const struct magento_product *product = input->product;
	bool has_cost = product->has_cost && product->cost > 0 && prices_count(context);
	*out = (struct books_document){0};
	if (!product->has_stock_qty)
		return LED_OK;
	if (decimal_sub(product->stock_qty, input->in_stock, &difference))
		return led_fail(error, LED_VALIDATION, "amount_too_large",
				"The stock of '%.60s' is too large to compute with.", product->sku);
	if (difference.units == 0)
		return LED_OK;
	body_init(&body);
	body_object(&body, "stock_movement");
	body_text(&body, "stock_item_id", input->stock_item_id);
	body_text(&body, "date", zone_date(context->zone, input->occurred_at, date));
	body_quantity(&body, "quantity", difference);
	body_money(&body, "cost_price", has_cost ? product->cost : 0);
	body_text(&body, "details", "STOCKTAKE");
	body_text(&body, "reference", movement_reference(product, reference, sizeof reference));
	body_end_object(&body);
	return body_finish(&body, context->arena, &out->body, error);
}
