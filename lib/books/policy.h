/*
 * The merchant's settings that a translation reads: one version of the policy. The
 * database stores it as JSON, an object of the settings by name; what is absent has its
 * default. The texts and arrays live in the arena of the parser.
 */
#ifndef BOOKS_POLICY_H
#define BOOKS_POLICY_H

#include "base/arena.h"
#include "base/decimal.h"
#include "base/error.h"
#include "books/reference.h"

#include <json-c/json.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct policy_ids {
	const int64_t *item;
	size_t count;
};

/* A text for a text: Magento payment method → bank account (NULL: mapped to none),
 * product type → GOODS or SERVICES. */
struct policy_pair {
	const char *from;
	const char *to;
};
struct policy_pairs {
	const struct policy_pair *item;
	size_t count;
};

struct policy_rate {
	struct decimal percentage; /* PERCENTAGE_SCALE */
	const char *tax_rate_id;
};
struct policy_rates {
	const struct policy_rate *item;
	size_t count;
};

enum policy_name_priority { POLICY_COMPANY_FIRST, POLICY_PERSON_FIRST };

struct policy {
	bool sync_unpaid_invoices;     /* true */
	bool sync_zero_value_invoices; /* true */
	bool has_sync_since;
	int64_t sync_since; /* Unix seconds */
	struct policy_ids website_filter;
	struct policy_ids store_filter;
	bool sync_products;
	bool sync_stock;
	const char *default_tax_rate_id; /* NULL = not set, as every id below */
	const char *default_ledger_account_id;
	const char *default_bank_account_id;
	const char *default_purchase_ledger_account_id;
	struct policy_pairs payment_method_map;
	struct policy_rates tax_rate_map;                 /* keys in JSON: "20.00" */
	const char *invoice_number_prefix;                /* "" */
	enum policy_name_priority customer_name_priority; /* Company */
	const char *time_zone;                            /* NULL = by the business's country */
	const char *magento_base_currency;                /* NULL = the business's own */
	const char *default_eu_goods_services_type;       /* "GOODS" */
	struct policy_pairs product_type_eu_goods_map;    /* six types preset */
	struct {
		bool enabled;
		const char *fallback_contact_name;      /* "Magento Web Sales" */
		const char *fallback_contact_email;     /* NULL */
		const char *fallback_contact_reference; /* "WEBSALES" */
		int64_t min_total_for_individual;       /* minor units; 0 = off */
		bool always_individual_for_b2b;         /* true */
	} b2c_consolidation;
};

/* Every setting at its default. */
void books_policy_defaults(struct policy *policy);

/* Reads the stored JSON. LED_VALIDATION, with a message that names the setting:
 * "unknown_setting" for a key that is none, "invalid_format" for a value that is not of its
 * kind, "out_of_range" for a word that is none of the setting's. Whether ids exist in Sage is the
 * settings page's question, not asked here. */
enum led_err books_policy_parse(struct json_object *json, struct arena *arena, struct policy *out,
				struct led_error *error) __attribute__((warn_unused_result));

/* The JSON of a policy, every setting included; parsing it gives the same policy. *out is in
 * the arena. */
enum led_err books_policy_print(const struct policy *policy, struct arena *arena, const char **out,
				struct led_error *error) __attribute__((warn_unused_result));

/* A percentage as the tax map's key: "20.00", and "14.975" where two digits are not
 * enough. `out` has DECIMAL_TEXT_MAX bytes. Returns `out`. */
const char *books_percentage_print(struct decimal percentage, char *out);

/* Sets default_tax_rate_id and default_ledger_account_id where they are not set: the
 * region's standard rate; the account with nominal code 4000, else the first of type
 * SALES. What cannot be chosen stays unset. */
void books_choose_defaults(const struct reference *reference, struct policy *policy);

/* False while a setting is missing without which nothing can be posted: the lane then
 * waits with the banner settings_incomplete. */
bool books_settings_complete(const struct policy *policy);

#endif
