/* Runners of the cases about customers and products. */
#include "base/json.h"
#include "books/customer.h"
#include "books/product.h"
#include "golden.h"
#include "sage_sum.h"

#include <criterion/criterion.h>
#include <string.h>

static enum led_err put_customer(struct golden *golden, const struct magento_contact *customer,
				 const char **body)
{
	struct json_object *held = json_member(golden->json, "held");
	const char *currency = json_string(golden->json, "currency");
	struct books_customer_put_input input = {
		.customer = customer,
		.currency = currency ? currency : golden->setting.reference.base_currency,
		.held_name = json_string(held, "name"),
		.held_person = json_string(held, "person"),
	};
	return books_customer_put(&golden->setting.context, &input, body, &golden->error);
}

/* As worker/contact.c makes a customer's own contact. */
static enum led_err post_customer(struct golden *golden, const struct magento_contact *customer,
				  struct books_contact *contact)
{
	const struct books_contact_input input = {
		.choice = BOOKS_CONTACT_OWN,
		.buyer = customer,
		.currency = golden->setting.reference.base_currency,
	};
	return books_contact_body(&golden->setting.context, &input, contact, &golden->error);
}

enum led_err golden_customer_upserted(struct golden *golden)
{
	struct magento_contact customer;
	struct books_contact contact = {0};
	struct json_object *expected = json_member(golden->expect, "body");
	bool is_update = golden_flag(golden, "update");
	struct books_filter_input filter = {
		.event = BOOKS_CUSTOMER_UPSERTED,
		.customer = &customer,
		.has_own_contact = golden_flag(golden, "has_own_contact"),
	};
	enum led_err err =
		magento_parse_contact(golden->canonical, golden->arena, &customer, &golden->error);
	if (err || golden_skips(golden, &filter))
		return err;
	if (is_update)
		err = put_customer(golden, &customer, &contact.body);
	else
		err = post_customer(golden, &customer, &contact);
	if (!err && expected)
		golden_expect_body(golden, expected, contact.body, is_update);
	return err;
}

/* The family that the item was created in, else the one for a new item. */
static enum books_family choose_family(const struct golden *golden,
				       const struct magento_product *product)
{
	const char *held = json_string(golden->json, "family");
	for (int i = BOOKS_FAMILY_PRODUCT; held && i <= BOOKS_FAMILY_STOCK_ITEM; i++)
		if (strcmp(books_family_names((enum books_family)i)->kind, held) == 0)
			return (enum books_family)i;
	return books_product_family(&golden->setting.policy, product);
}

static enum led_err move_stock(struct golden *golden, const struct magento_product *product,
			       struct books_document *document)
{
	struct books_stock_input input = {
		.product = product,
		.stock_item_id = STOCK_ITEM_ID,
		.occurred_at = golden->occurred_at,
	};
	cr_assert(json_decimal(json_member(golden->json, "in_stock"), MAGENTO_UNIT_SCALE,
			       &input.in_stock));
	return books_stock_movement(&golden->setting.context, &input, document, &golden->error);
}

static enum led_err write_item(struct golden *golden, const struct magento_product *product,
			       struct books_document *document)
{
	const struct books_context *context = &golden->setting.context;
	struct books_product_input input = {
		.product = product,
		.family = choose_family(golden, product),
		.price_type_id = json_string(golden->json, "price_type_id"),
	};
	const char *path = json_string(golden->expect, "path");
	if (path)
		cr_expect_str_eq(books_family_names(input.family)->path, path, "%s", golden->path);
	return golden_flag(golden, "update")
		       ? books_product_put(context, &input, document, &golden->error)
		       : books_product_post(context, &input, document, &golden->error);
}

enum led_err golden_product_upserted(struct golden *golden)
{
	struct magento_product product;
	struct books_document document = {0};
	struct json_object *expected = json_member(golden->expect, "body");
	struct books_filter_input filter = {.event = BOOKS_PRODUCT_UPSERTED, .product = &product};
	enum led_err err =
		magento_parse_product(golden->canonical, golden->arena, &product, &golden->error);
	if (err || golden_skips(golden, &filter))
		return err;
	err = json_member(golden->json, "in_stock") ? move_stock(golden, &product, &document)
						    : write_item(golden, &product, &document);
	if (!err && json_member(golden->expect, "nothing"))
		cr_expect_null(document.body, "%s: something would be posted", golden->path);
	else if (!err && expected)
		golden_expect_body(golden, expected, document.body, golden_flag(golden, "update"));
	if (!err)
		golden_expect_warnings(golden, &document.warnings);
	return err;
}
