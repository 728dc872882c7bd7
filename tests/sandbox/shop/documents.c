/* Invoices and credit memos. */
#include "shop/decimal.h"
#include "shop/magento_json.h"
#include "shop/makers.h"
#include "shop/mem.h"
#include "shop/shop.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct json_object *maker_contact(struct shop *shop, struct json_object *in,
				  struct json_object *billing, struct json_object *shipping,
				  const char *when, char error[MAKER_ERROR_LEN])
{
	struct json_object *guest = magento_json_get(in, "guest");
	struct json_object *contact, *addresses;
	long long id = magento_json_int(in, "customer_id", 0);
	struct entity *profile = entity_find(&shop->entities[ENTITY_CUSTOMER], id);
	struct json_object *person = profile != NULL ? profile->tree : guest;
	const char *company = magento_json_text(in, "company");
	const char *email = magento_json_text(person, "email");

	if (id != 0 && profile == NULL) {
		snprintf(error, MAKER_ERROR_LEN, "no customer %lld", id);
		return NULL;
	}
	if (company == NULL)
		company = magento_json_text(guest, "company");
	contact = json_object_new_object();
	magento_json_add_int(contact, "magento_id", id);
	magento_json_add_text(contact, "email", email != NULL ? email : "guest@example.test");
	magento_json_add_text(contact, "first_name",
			      person != NULL ? magento_json_text(person, "first_name") : "Guy");
	magento_json_add_text(contact, "last_name",
			      person != NULL ? magento_json_text(person, "last_name") : "Guest");
	magento_json_add_text(contact, "company", company);
	magento_json_add_text(contact, "phone", magento_json_text(billing, "telephone"));
	magento_json_add_int(contact, "website_id", profile != NULL ? profile->website_id : 0);
	addresses = json_object_new_array();
	json_object_array_add(addresses, json_object_get(billing));
	if (shipping != NULL)
		json_object_array_add(addresses, json_object_get(shipping));
	magento_json_add(contact, "addresses", addresses);
	magento_json_add_text(contact, "created_at", when);
	magento_json_add_text(contact, "updated_at", when);
	return contact;
}

static struct json_object *rate_of(struct json_object *in, char error[MAKER_ERROR_LEN])
{
	struct json_object *value = magento_json_get(in, "base_to_order_rate");
	long long rate = DECIMAL_ONE;

	/* A null leaves the field out; absent, the order is in the base currency. */
	if (value == NULL && json_object_object_get_ex(in, "base_to_order_rate", NULL))
		return NULL;
	if (value != NULL && !decimal_read(value, &rate))
		snprintf(error, MAKER_ERROR_LEN,
			 "base_to_order_rate is not a decimal of at most four places");
	return decimal_json(rate);
}

static void add_money(struct json_object *tree, const struct cart *cart)
{
	magento_json_add(tree, "lines", cart_lines(cart));
	magento_json_add(tree, "subtotal", decimal_json(cart->subtotal));
	magento_json_add(tree, "tax_amount", decimal_json(cart->tax));
	magento_json_add(tree, "shipping_amount", decimal_json(cart->shipping));
	magento_json_add(tree, "shipping_tax_amount", decimal_json(cart->shipping_tax));
	magento_json_add(tree, "discount_amount", decimal_json(-cart->discount));
	magento_json_add(tree, "grand_total", decimal_json(cart->grand_total));
}

/* {gateway_txn_id?, gateway_metadata}: by default the method's title, as offline
 * methods leave it. */
static struct json_object *payment_of(const struct shop *shop, struct json_object *in,
				      const char *method)
{
	struct json_object *out = json_object_new_object();
	struct json_object *metadata = magento_json_get(in, "gateway_metadata");
	const char *title = method;

	magento_json_add_text(out, "gateway_txn_id", magento_json_text(in, "gateway_txn_id"));
	if (metadata != NULL) {
		magento_json_add(out, "gateway_metadata", json_object_get(metadata));
		return out;
	}
	for (size_t i = 0; i < magento_json_length(shop->payment_methods); i++) {
		struct json_object *one = json_object_array_get_idx(shop->payment_methods, i);
		const char *code = magento_json_text(one, "code");
		const char *label = magento_json_text(one, "label");

		if (code != NULL && label != NULL && strcmp(code, method) == 0)
			title = label;
	}
	metadata = json_object_new_array();
	json_object_array_add(metadata, json_object_new_string(title));
	magento_json_add(out, "gateway_metadata", metadata);
	return out;
}

/* The address given, else the profile's of that kind, else London. */
static struct json_object *document_address(struct shop *shop, struct json_object *in,
					    const char *name, const char *kind)
{
	struct json_object *given = magento_json_get(in, name);
	struct entity *profile = entity_find(&shop->entities[ENTITY_CUSTOMER],
					     magento_json_int(in, "customer_id", 0));
	struct json_object *list =
		profile != NULL ? magento_json_get(profile->tree, "addresses") : NULL;

	for (size_t i = 0; given == NULL && list != NULL && i < magento_json_length(list); i++) {
		struct json_object *address = json_object_array_get_idx(list, i);
		const char *has = magento_json_text(address, "kind");

		if (has != NULL && strcmp(has, kind) == 0)
			given = address;
	}
	return maker_address(given, kind);
}

static struct json_object *invoice_result(struct shop *shop, struct json_object *in,
					  struct entity *invoice, const char *state)
{
	static const char *const events[] = {"invoice.created", "invoice.paid"};
	size_t n = strcmp(state, "paid") == 0 ? 2 : strcmp(state, "open") == 0 ? 1 : 0;

	return maker_result(shop, ENTITY_INVOICE, invoice, events,
			    magento_json_bool(in, "events", 1) ? n : 0);
}

/* What make_invoice has read and checked before it stores anything. */
struct invoice_parts {
	struct cart cart;
	struct json_object *billing, *shipping, *contact, *rate;
	const char *state, *currency, *method;
	char *when;
};

static bool parts_read(struct shop *shop, struct json_object *in, struct invoice_parts *parts,
		       char error[MAKER_ERROR_LEN])
{
	*parts = (struct invoice_parts){
		.state = magento_json_text(in, "state"),
		.currency = magento_json_text(in, "currency"),
		.method = magento_json_text(in, "payment_method"),
	};
	parts->state = parts->state != NULL ? parts->state : "paid";
	parts->currency = parts->currency != NULL ? parts->currency : "GBP";
	parts->method = parts->method != NULL ? parts->method : "checkmo";
	parts->when = maker_time(shop, in, "created_at");
	if (!cart_read(in, &parts->cart, error))
		return false;
	parts->rate = rate_of(in, error);
	parts->billing = document_address(shop, in, "billing_address", "billing");
	if (!magento_json_bool(in, "virtual", 0))
		parts->shipping = document_address(shop, in, "shipping_address", "shipping");
	parts->contact =
		maker_contact(shop, in, parts->billing, parts->shipping, parts->when, error);
	if (strcmp(parts->state, "paid") != 0 && strcmp(parts->state, "open") != 0 &&
	    strcmp(parts->state, "cancelled") != 0)
		snprintf(error, MAKER_ERROR_LEN, "state is open, paid or cancelled");
	return error[0] == '\0';
}

static void parts_release(struct invoice_parts *parts)
{
	cart_release(&parts->cart);
	json_object_put(parts->billing);
	json_object_put(parts->shipping);
	json_object_put(parts->contact);
	json_object_put(parts->rate);
	free(parts->when);
}

static void invoice_store(struct shop *shop, struct json_object *in, struct entity *invoice,
			  const struct invoice_parts *parts)
{
	struct json_object *tree = json_object_new_object();
	long long order = magento_json_int(in, "order_id", shop->next_order_id);
	char *increment = maker_increment(in, invoice->id);
	char *order_increment = maker_increment(NULL, order);

	if (order >= shop->next_order_id)
		shop->next_order_id = order + 1;
	invoice->website_id = magento_json_int(in, "website_id", 1);
	invoice->store_id = magento_json_int(in, "store_id", 1);
	magento_json_add_int(tree, "magento_id", invoice->id);
	magento_json_add_text(tree, "increment_id", increment);
	magento_json_add_int(tree, "order_id", order);
	magento_json_add_text(tree, "order_increment_id", order_increment);
	magento_json_add_int(tree, "website_id", invoice->website_id);
	magento_json_add_int(tree, "store_id", invoice->store_id);
	magento_json_add_text(tree, "currency", parts->currency);
	magento_json_add_text(tree, "state", parts->state);
	magento_json_add(tree, "customer", json_object_get(parts->contact));
	add_money(tree, &parts->cart);
	magento_json_add_text(tree, "created_at", parts->when);
	magento_json_add_text(tree, "payment_method", parts->method);
	magento_json_add(tree, "billing_address", json_object_get(parts->billing));
	magento_json_add(tree, "shipping_address", json_object_get(parts->shipping));
	magento_json_add_text(tree, "po_number", magento_json_text(in, "po_number"));
	magento_json_add(tree, "base_to_order_rate", json_object_get(parts->rate));
	invoice->tree = tree;
	invoice->contact = json_object_get(parts->contact);
	invoice->payment = payment_of(shop, in, parts->method);
	free(order_increment);
	free(increment);
}

struct json_object *make_invoice(struct shop *shop, struct json_object *in,
				 char error[MAKER_ERROR_LEN])
{
	struct json_object *out = NULL;
	struct invoice_parts parts;
	struct entity *invoice;

	if (parts_read(shop, in, &parts, error)) {
		invoice =
			entity_put(&shop->entities[ENTITY_INVOICE], magento_json_int(in, "id", 0));
		invoice_store(shop, in, invoice, &parts);
		out = invoice_result(shop, in, invoice, parts.state);
	}
	parts_release(&parts);
	return out;
}

struct json_object *make_paid(struct shop *shop, long long invoice_id, char error[MAKER_ERROR_LEN])
{
	static const char *const events[] = {"invoice.paid"};
	struct entity *invoice = entity_find(&shop->entities[ENTITY_INVOICE], invoice_id);
	const char *state = invoice != NULL ? magento_json_text(invoice->tree, "state") : NULL;

	if (state == NULL || strcmp(state, "open") != 0) {
		snprintf(error, MAKER_ERROR_LEN, "no open invoice %lld", invoice_id);
		return NULL;
	}
	json_object_object_add(invoice->tree, "state", json_object_new_string("paid"));
	/* Its verbatim bytes are of the unpaid invoice: print the tree from now on. */
	free(invoice->raw);
	invoice->raw = NULL;
	return maker_result(shop, ENTITY_INVOICE, invoice, events, 1);
}
