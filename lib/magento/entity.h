/*
 * The shop's canonical entities, as its REST interface serves them. Everything a
 * parser yields lives in the arena it was given and as long as that arena.
 *
 * Conventions of the wire: an optional field is absent when it is null, unknown
 * fields are ignored, money is in the order's currency. Here an absent text is NULL,
 * an absent number or instant has its has_ flag down. A field that is missing or of
 * another type than the contract says is LED_SERDE / "shop_answer_invalid", and the
 * message names it.
 *
 * Money is int64 in minor units (pennies, cents), rounded half-up from the four
 * decimals that Magento keeps in converted amounts. It is within
 * ±MAGENTO_MONEY_MAX and a document has at most MAGENTO_LINES_MAX lines, so the sums
 * over a document need no overflow check.
 */
#ifndef MAGENTO_ENTITY_H
#define MAGENTO_ENTITY_H

#include "base/arena.h"
#include "base/decimal.h"
#include "base/error.h"

#include <json-c/json.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MAGENTO_MONEY_MAX     INT64_C(100000000000000) /* minor units: 10^12 in money */
#define MAGENTO_LINES_MAX     5000
#define MAGENTO_UNIT_SCALE    4  /* quantities and unit prices */
#define MAGENTO_ADDRESSES_MAX 20 /* of one contact */
#define MAGENTO_STREET_MAX    20 /* lines of one address */

struct magento_address {
	bool billing; /* its kind: billing, else shipping */
	const char **street;
	size_t street_count;
	const char *city;
	const char *region;    /* optional: the region's name */
	const char *postcode;  /* optional */
	const char *country;   /* ISO 3166-1 alpha-2 */
	const char *telephone; /* optional */
};

struct magento_contact {
	int64_t magento_id; /* 0: a guest, or a customer who was deleted */
	const char *email;
	const char *first_name; /* optional, as the next three */
	const char *last_name;
	const char *company;
	const char *phone;
	int64_t website_id; /* 0 for guests */
	struct magento_address *addresses;
	size_t address_count; /* may be 0 */
};

struct magento_line {
	const char *sku;
	const char *name;          /* any UTF-8, may hold HTML entities */
	struct decimal quantity;   /* scale 4 */
	struct decimal unit_price; /* scale 4; net, before discount */
	int64_t subtotal;          /* the row's net before discount */
	int64_t tax;               /* after discount */
	int64_t total;             /* subtotal + tax - the row's discount */
	const char *product_type;  /* optional, in practice absent */
};

enum magento_invoice_state { MAGENTO_OPEN, MAGENTO_PAID, MAGENTO_CANCELLED };

struct magento_invoice {
	int64_t magento_id;
	const char *increment_id;
	int64_t order_id;
	const char *order_increment_id;
	int64_t website_id;
	int64_t store_id;
	const char *currency; /* ISO 4217 */
	enum magento_invoice_state state;
	struct magento_contact customer;
	struct magento_line *lines;
	size_t line_count;
	int64_t subtotal;        /* net, before discount */
	int64_t tax_amount;      /* includes shipping's */
	int64_t shipping_amount; /* net */
	int64_t shipping_tax;
	int64_t discount_amount; /* zero or negative */
	int64_t grand_total;
	bool has_created_at;                    /* the wire allows "" */
	int64_t created_at;                     /* Unix seconds */
	const char *payment_method;             /* optional */
	const struct magento_address *billing;  /* optional */
	const struct magento_address *shipping; /* absent for virtual orders */
	const char *po_number;                  /* optional */
	bool has_base_to_order_rate;
	struct decimal base_to_order_rate; /* RATE_SCALE; order = base x rate */
};

struct magento_creditmemo {
	int64_t magento_id;
	const char *increment_id;
	int64_t invoice_id;               /* 0: made from the order, not from an invoice */
	const char *invoice_increment_id; /* optional */
	int64_t website_id;
	const char *currency; /* ISO 4217 */
	struct magento_contact customer;
	struct magento_line *lines; /* what is given back, in positive amounts */
	size_t line_count;
	int64_t adjustment_positive; /* given back on top */
	int64_t adjustment_negative; /* kept back; a positive amount */
	int64_t grand_total;
	int64_t shipping_amount; /* net */
	int64_t shipping_tax;
	const char *reason;  /* optional: the memo's first comment */
	bool has_created_at; /* the wire allows "" */
	int64_t created_at;
	bool has_invoice_created_at;
	int64_t invoice_created_at;
	bool has_base_to_order_rate;
	struct decimal base_to_order_rate; /* RATE_SCALE; order = base x rate */
};

#define MAGENTO_WEBSITES_MAX 1000 /* of one product */

/* Prices are in the shop's base currency. */
struct magento_product {
	int64_t magento_id;
	const char *sku;
	const char *name;
	const char *product_type; /* simple, virtual, downloadable, configurable … */
	bool has_price;
	int64_t price;
	bool has_cost;
	int64_t cost;
	bool has_stock_qty;
	struct decimal stock_qty; /* scale 4; negative when sold beyond stock */
	bool manage_stock;
	int64_t *website_ids;
	size_t website_count;
};

/* What the shop knows of an invoice's payment; its amount and currency are the invoice's. */
struct magento_payment {
	int64_t invoice_id;
	const char *invoice_increment_id;
	const char *method; /* the payment method's code */
	const char *currency;
	int64_t amount;
	bool has_captured_at; /* in practice when the invoice was created */
	int64_t captured_at;
	const char *gateway_txn_id; /* optional */
};

enum led_err magento_parse_invoice(struct json_object *json, struct arena *arena,
				   struct magento_invoice *out, struct led_error *error)
	__attribute__((warn_unused_result));

enum led_err magento_parse_creditmemo(struct json_object *json, struct arena *arena,
				      struct magento_creditmemo *out, struct led_error *error)
	__attribute__((warn_unused_result));

enum led_err magento_parse_product(struct json_object *json, struct arena *arena,
				   struct magento_product *out, struct led_error *error)
	__attribute__((warn_unused_result));

enum led_err magento_parse_payment(struct json_object *json, struct arena *arena,
				   struct magento_payment *out, struct led_error *error)
	__attribute__((warn_unused_result));

/* `/customer/{id}`, and `customer` inside documents. */
enum led_err magento_parse_contact(struct json_object *json, struct arena *arena,
				   struct magento_contact *out, struct led_error *error)
	__attribute__((warn_unused_result));

#endif
