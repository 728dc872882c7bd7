#include "base/buf.h"
#include "base/file.h"
#include "base/json.h"
#include "magento/entity.h"

#include <criterion/criterion.h>
#include <string.h>

#define ARENA_CAP (1024 * 1024)
#define FILE_MAX  65536
#define VECTOR    "tests/vectors/canonical/invoice-4.json"

static struct json_object *read_vector(void)
{
	struct buf text;
	struct json_object *json = NULL;
	struct led_error error = {0};
	buf_init(&text, FILE_MAX);
	cr_assert_eq(file_read(VECTOR, &text, &error), LED_OK, "%s", error.message);
	cr_assert_eq(json_parse(text.data, text.len, &json, &error), LED_OK);
	buf_release(&text);
	return json;
}

Test(magento_entity, a_real_invoice)
{
	struct magento_invoice invoice;
	struct led_error error = {0};
	struct arena *arena = arena_new(ARENA_CAP);
	struct json_object *json = read_vector();
	cr_assert_eq(magento_parse_invoice(json, arena, &invoice, &error), LED_OK, "%s",
		     error.message);
	json_object_put(json); /* nothing of it is borrowed */
	cr_expect_eq(invoice.magento_id, 4);
	cr_expect_str_eq(invoice.increment_id, "000000004");
	cr_expect_str_eq(invoice.currency, "EUR");
	cr_expect_eq(invoice.state, MAGENTO_PAID);
	cr_expect_eq(invoice.subtotal, 17550);
	cr_expect_eq(invoice.discount_amount, -1755);
	cr_expect_eq(invoice.grand_total, 21060);
	cr_expect(invoice.has_created_at);
	cr_expect_eq(invoice.created_at, 1795206902);
	cr_expect(invoice.has_base_to_order_rate);
	cr_expect_eq(invoice.base_to_order_rate.units, 11700000000);
	cr_expect_null(invoice.po_number);
	cr_assert_eq(invoice.line_count, 1);
	cr_expect_eq(invoice.lines[0].quantity.units, 30000);
	cr_expect_eq(invoice.lines[0].unit_price.units, 585000);
	cr_expect_eq(invoice.lines[0].tax, 3159);
	cr_expect_str_eq(invoice.lines[0].sku, "SIMPLE-1 & \"Ω\"/é");
	cr_expect_null(invoice.lines[0].product_type);
	cr_expect_eq(invoice.customer.magento_id, 0);
	cr_assert_eq(invoice.customer.address_count, 2);
	cr_expect(invoice.customer.addresses[0].billing);
	cr_expect_not(invoice.customer.addresses[1].billing);
	cr_assert_not_null(invoice.billing);
	cr_expect_str_eq(invoice.billing->street[0], "9 Order Rd");
	cr_expect_str_eq(invoice.billing->postcode, "LS1 1AA");
	arena_free(arena);
}

/* The vector with one member set to `value` (JSON), or left out when that is NULL; the path
 * is of the form "a.b", where a number stands for a list's element. */
static struct json_object *changed_vector(const char *path, const char *value)
{
	struct json_object *json = read_vector(), *at = json, *new_value = NULL;
	char key[64];
	const char *dot;
	struct led_error error;
	for (; (dot = strchr(path, '.')); path = dot + 1) {
		snprintf(key, sizeof key, "%.*s", (int)(dot - path), path);
		at = *key >= '0' && *key <= '9'
			     ? json_object_array_get_idx(at, (size_t)(*key - '0'))
			     : json_member(at, key);
		cr_assert_not_null(at, "%s", key);
	}
	if (value)
		cr_assert_eq(json_parse(value, strlen(value), &new_value, &error), LED_OK);
	if (value)
		json_object_object_add(at, path, new_value);
	else
		json_object_object_del(at, path);
	return json;
}

static enum led_err parse_changed(const char *path, const char *value,
				  struct magento_invoice *invoice, struct arena *arena,
				  struct led_error *error)
{
	struct json_object *json = changed_vector(path, value);
	enum led_err err = magento_parse_invoice(json, arena, invoice, error);
	json_object_put(json);
	return err;
}

Test(magento_entity, refuses_and_names)
{
	static const struct {
		const char *path, *value, *says;
	} cases[] = {
		{"magento_id", NULL, "magento_id is missing"},
		{"magento_id", "null", "magento_id is missing"},
		{"magento_id", "\"\"", "magento_id is no whole"},
		{"magento_id", "\"4.0\"", "magento_id is no whole"},
		{"magento_id", "\" 4\"", "magento_id is no whole"},
		{"magento_id", "\"9223372036854775808\"", "magento_id is no whole"},
		{"magento_id", "true", "magento_id is no whole"},
		{"magento_id", "4.5", "magento_id is no whole"},
		{"magento_id", "-1", "magento_id is no whole"},
		{"increment_id", "4", "increment_id is no text"},
		{"currency", "\"eur\"", "currency is no currency"},
		{"currency", "\"EURO\"", "currency is no currency"},
		{"grand_total", "\"\"", "grand_total is no number"},
		{"grand_total", "\"210,6\"", "grand_total is no number"},
		{"grand_total", "\"210.6 GBP\"", "grand_total is no number"},
		{"grand_total", "\"1000000000001\"", "grand_total is too large"},
		{"grand_total", "true", "grand_total is no number"},
		{"grand_total", "1000000000001", "grand_total is too large"},
		{"grand_total", "1e30", "grand_total is too large"},
		{"created_at", "\"2026-11-20T20:35:02+00:00\"", "created_at is no instant"},
		{"created_at", "5", "created_at is no text"},
		{"state", "\"closed\"", "state is none of"},
		{"state", NULL, "state is none of"},
		{"base_to_order_rate", "\"x\"", "base_to_order_rate is no number"},
		{"customer", NULL, "customer.magento_id is missing"},
		{"customer", "[]", "customer.magento_id is missing"},
		{"customer.email", NULL, "customer.email is missing"},
		{"customer.addresses", "{}", "customer.addresses is no list"},
		{"customer.addresses.1.kind", "\"work\"", "customer.addresses[1].kind is neither"},
		{"customer.addresses.0.street", "\"1 High St\"", "addresses[0].street is no list"},
		{"customer.addresses.0.street", "[1]", "addresses[0].street is no text"},
		{"lines", NULL, "lines is missing"},
		{"lines.0.qty", "[3]", "lines[0].qty is no number"},
		{"lines.0.name", NULL, "lines[0].name is missing"},
		{"billing_address", "[]", "billing_address is no object"},
		{"billing_address.country_id", "\"United Kingdom\"", "country_id is no country"},
		{"shipping_address.city", NULL, "shipping_address.city is missing"},
	};
	struct arena *arena = arena_new(ARENA_CAP);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct magento_invoice invoice;
		struct led_error error = {0};
		cr_expect_eq(parse_changed(cases[i].path, cases[i].value, &invoice, arena, &error),
			     LED_SERDE, "%s: %s", cases[i].path, cases[i].value);
		cr_expect_str_eq(error.code, "shop_answer_invalid");
		cr_expect(strstr(error.message, cases[i].says), "%s", error.message);
	}
	arena_free(arena);
}

Test(magento_entity, takes_what_the_wire_allows)
{
	struct magento_invoice invoice;
	struct led_error error = {0};
	struct arena *arena = arena_new(ARENA_CAP);
	cr_expect_eq(parse_changed("created_at", "\"\"", &invoice, arena, &error), LED_OK);
	cr_expect_not(invoice.has_created_at);
	cr_expect_eq(parse_changed("base_to_order_rate", "null", &invoice, arena, &error), LED_OK);
	cr_expect_not(invoice.has_base_to_order_rate);
	cr_expect_eq(parse_changed("shipping_address", NULL, &invoice, arena, &error), LED_OK);
	cr_expect_null(invoice.shipping);
	cr_expect_eq(parse_changed("from_the_future", "[{}]", &invoice, arena, &error), LED_OK);
	cr_expect_eq(parse_changed("lines", "[]", &invoice, arena, &error), LED_OK);
	cr_expect_eq(invoice.line_count, 0);
	cr_expect_eq(parse_changed("subtotal", "175.5050", &invoice, arena, &error), LED_OK);
	cr_expect_eq(invoice.subtotal, 17551, "half-up on reading");
	cr_expect_eq(parse_changed("discount_amount", "-0.0050", &invoice, arena, &error), LED_OK);
	cr_expect_eq(invoice.discount_amount, -1, "half-up is away from zero");
	cr_expect_eq(parse_changed("grand_total", "1.0e-5", &invoice, arena, &error), LED_OK);
	cr_expect_eq(invoice.grand_total, 0);
	/* A number as a database column holds it. */
	cr_expect_eq(parse_changed("magento_id", "\"7\"", &invoice, arena, &error), LED_OK);
	cr_expect_eq(invoice.magento_id, 7);
	cr_expect_eq(parse_changed("grand_total", "\"210.6000\"", &invoice, arena, &error), LED_OK);
	cr_expect_eq(invoice.grand_total, 21060);
	cr_expect_eq(parse_changed("lines.0.qty", "\"3\"", &invoice, arena, &error), LED_OK);
	cr_expect_eq(invoice.lines[0].quantity.units, 30000);
	cr_expect_eq(parse_changed("customer.addresses", "[]", &invoice, arena, &error), LED_OK);
	cr_expect_eq(invoice.customer.address_count, 0);
	cr_expect_eq(parse_changed("magento_id", "9223372036854775806", &invoice, arena, &error),
		     LED_OK);
	arena_free(arena);
}

Test(magento_entity, is_no_object)
{
	struct magento_invoice invoice;
	struct magento_contact contact;
	struct led_error error = {0};
	struct arena *arena = arena_new(ARENA_CAP);
	cr_expect_eq(magento_parse_invoice(NULL, arena, &invoice, &error), LED_SERDE);
	cr_expect_eq(magento_parse_contact(NULL, arena, &contact, &error), LED_SERDE);
	arena_free(arena);
}

Test(magento_entity, says_when_memory_is_short)
{
	struct magento_invoice invoice;
	struct led_error error = {0};
	struct json_object *json = read_vector();
	struct arena *arena = arena_new(100);
	cr_expect_eq(magento_parse_invoice(json, arena, &invoice, &error), LED_INTERNAL);
	cr_expect_str_eq(error.code, "out_of_memory");
	json_object_put(json);
	arena_free(arena);
}
