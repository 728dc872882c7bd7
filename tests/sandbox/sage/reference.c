#include "sage/reference.h"

#include "sage/js.h"
#include "sage/list.h"
#include "sage/seed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEEDED_AT "2013-07-03T10:38:09Z"

static struct json_object *shared; /* {collection: {id: item}} */

/* The items of a collection, made when `make`; borrowed. */
static struct json_object *items_of(struct json_object *all, const char *collection, bool make)
{
	struct json_object *items = js_get(all, collection);

	if (items == NULL && make) {
		items = json_object_new_object();
		js_put(all, collection, items);
	}
	return items;
}

/* Adds a base-form item with its times and returns it, borrowed, for more fields. */
static struct json_object *add(struct json_object *all, const char *collection, const char *id,
			       const char *displayed_as)
{
	struct json_object *item = js_base(collection, id, displayed_as);

	js_put_str(item, "created_at", SEEDED_AT);
	js_put_str(item, "updated_at", SEEDED_AT);
	js_put(items_of(all, collection, true), id, item);
	return item;
}

/* A lookup is in base form: Sage publishes no other fields of it. */
static void add_lookup(const char *collection, const char *id, const char *displayed_as)
{
	js_put(items_of(shared, collection, true), id, js_base(collection, id, displayed_as));
}

void reference_init(void)
{
	char text[128];

	shared = json_object_new_object();
	for (const struct seed_lookup *seed = seed_lookups; seed->collection != NULL; seed++)
		add_lookup(seed->collection, seed->id, seed->displayed_as);
	for (const struct seed_country *seed = seed_countries; seed->id != NULL; seed++) {
		snprintf(text, sizeof(text), "%s (%s)", seed->name, seed->id);
		add_lookup("countries", seed->id, text);
	}
	for (const struct seed_currency *seed = seed_currencies; seed->id != NULL; seed++) {
		snprintf(text, sizeof(text), "%s (%s)", seed->name, seed->id);
		add_lookup("currencies", seed->id, text);
	}
}

static struct json_object *percentages(const char *percentage)
{
	struct json_object *list = json_object_new_array();
	struct json_object *one = json_object_new_object();

	js_put_str(one, "percentage", percentage);
	js_put_str(one, "from_date", "1900-01-01");
	js_put_str(one, "to_date", NULL);
	json_object_array_add(list, one);
	return list;
}

static void seed_tax_rates(struct json_object *all, const struct seed_region *region)
{
	for (const struct seed_rate *rate = region->rates; rate->id != NULL; rate++) {
		struct json_object *item = add(all, "tax_rates", rate->id, rate->displayed_as);

		js_put_str(item, "name", strchr(rate->id, '_') + 1);
		js_put_str(item, "agency", NULL);
		js_put_str(item, "percentage", rate->percentage);
		js_put(item, "percentages", percentages(rate->percentage));
		js_put_bool(item, "is_visible", true);
		js_put_bool(item, "retailer", false);
		js_put_bool(item, "editable", false);
		js_put_bool(item, "deletable", false);
		js_put_bool(item, "is_combined_rate", false);
		js_put(item, "component_tax_rates", json_object_new_array());
	}
}

static void seed_ledger_account(const struct business *business, struct json_object *all,
				const struct seed_ledger *ledger)
{
	static const char *const scopes[] = {"banking",        "expenses",       "journals",
					     "other_payments", "other_receipts", "reporting",
					     "sales"};
	struct json_object *item;
	char text[256];
	char code[16];
	char id[ID_TEXT];

	snprintf(code, sizeof(code), "%d", ledger->nominal_code);
	snprintf(text, sizeof(text), "%s (%s)", ledger->name, code);
	derived_id(business, "ledger_accounts", code, id);
	item = add(all, "ledger_accounts", id, text);
	js_put_str(item, "name", ledger->name);
	js_put_str(item, "display_name", ledger->name);
	js_put_int(item, "nominal_code", ledger->nominal_code);
	js_put(item, "ledger_account_type",
	       js_base_of(reference_find(business, "ledger_account_types", ledger->type)));
	js_put_bool(item, "included_in_chart", true);
	js_put(item, "tax_rate",
	       js_base_of(js_get(js_get(all, "tax_rates"), business->region->standard_rate)));
	js_put_bool(item, "fixed_tax_rate", false);
	for (size_t i = 0; i < sizeof(scopes) / sizeof(scopes[0]); i++) {
		bool visible = strcmp(scopes[i], ledger->scope) == 0 ||
			       strcmp(scopes[i], "reporting") == 0 ||
			       strcmp(scopes[i], "journals") == 0 ||
			       (strcmp(scopes[i], "other_receipts") == 0 &&
				strcmp(ledger->scope, "sales") == 0) ||
			       (strcmp(scopes[i], "other_payments") == 0 &&
				strcmp(ledger->scope, "expenses") == 0);

		snprintf(text, sizeof(text), "visible_in_%s", scopes[i]);
		js_put_bool(item, text, visible);
	}
	js_put_bool(item, "is_control_account", strcmp(ledger->scope, "journals") == 0);
	js_put_str(item, "control_name", NULL);
}

static void seed_bank_account(const struct business *business, struct json_object *all,
			      const struct seed_ledger *ledger, bool cash)
{
	struct json_object *details = json_object_new_object();
	struct json_object *item;
	char text[256];
	char code[16];
	char id[ID_TEXT];
	char ledger_id[ID_TEXT];

	snprintf(code, sizeof(code), "%d", ledger->nominal_code);
	snprintf(text, sizeof(text), "%s (%s)", ledger->name, code);
	derived_id(business, "bank_accounts", code, id);
	derived_id(business, "ledger_accounts", code, ledger_id);
	js_put_str(details, "account_name", ledger->name);
	js_put_str(details, "account_number", cash ? NULL : "12345678");
	js_put_str(details, "sort_code", cash ? NULL : "112233");
	js_put_str(details, "bic", NULL);
	js_put_str(details, "iban", NULL);
	item = add(all, "bank_accounts", id, text);
	js_put(item, "bank_account_details", details);
	js_put(item, "ledger_account",
	       js_base_of(js_get(js_get(all, "ledger_accounts"), ledger_id)));
	js_put(item, "bank_account_type",
	       js_base_of(reference_find(business, "bank_account_types",
					 cash ? "CASH_IN_HAND" : "CHECKING")));
	js_put_str(item, "balance", "0.0");
	js_put(item, "nominal_code", NULL); /* often null, as recorded */
	js_put_bool(item, "editable", true);
	js_put_bool(item, "deletable", false);
	js_put(item, "journal_code", NULL);
	js_put(item, "default_payment_method",
	       js_base_of(reference_find(business, "payment_methods",
					 cash ? "CASH" : "CREDIT_DEBIT")));
	js_put(item, "gifi_code", NULL);
	js_put_bool(item, "is_active", true);
	js_put(item, "currency",
	       js_base_of(reference_find(business, "currencies", business->region->currency)));
}

/* `rate` is what one unit of the currency is worth in the base currency: the same
 * direction as an invoice's exchange_rate. Sage does not say which way it is. */
static void seed_exchange_rates(const struct business *business, struct json_object *all)
{
	dec10 base_dollars = DEC10_ONE;

	for (const struct seed_currency *seed = seed_currencies; seed->id != NULL; seed++)
		if (strcmp(seed->id, business->region->currency) == 0)
			dec10_parse(seed->dollars, &base_dollars);
	for (const struct seed_currency *seed = seed_currencies; seed->id != NULL; seed++) {
		struct json_object *item;
		dec10 dollars = DEC10_ONE;
		dec10 rate;

		if (strcmp(seed->id, business->region->currency) == 0)
			continue;
		dec10_parse(seed->dollars, &dollars);
		rate = (dollars * DEC10_ONE + base_dollars / 2) / base_dollars;
		item = add(all, "exchange_rates", seed->id, seed->name);
		json_object_object_del(item, "id");
		js_put(item, "rate", dec10_json(rate));
		js_put(item, "inverse_rate", dec10_json(dec10_inverse(rate)));
		js_put(item, "base_currency",
		       js_base_of(
			       reference_find(business, "currencies", business->region->currency)));
		js_put(item, "currency",
		       js_base_of(reference_find(business, "currencies", seed->id)));
	}
}

static void seed_price_types(const struct business *business, struct json_object *all)
{
	/* Of the rates' names nothing is published. */
	static const char *const types[][2] = {
		{"product_sales_price_types", "Sales Price"},
		{"product_sales_price_types", "Trade"},
		{"product_sales_price_types", "Wholesale"},
		{"service_rate_types", "Rate"},
		{"service_rate_types", "Trade"},
	};
	char id[ID_TEXT];

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		derived_id(business, types[i][0], types[i][1], id);
		js_put_bool(add(all, types[i][0], id, types[i][1]), "active", true);
	}
}

struct json_object *reference_seed(const struct business *business)
{
	struct json_object *all = json_object_new_object();

	seed_tax_rates(all, business->region);
	for (const struct seed_ledger *at = business->region->ledgers; at->name != NULL; at++)
		seed_ledger_account(business, all, at);
	for (const struct seed_ledger *at = business->region->ledgers; at->name != NULL; at++)
		if (strcmp(at->type, "BANK") == 0) /* the last of a chart is the cash box */
			seed_bank_account(business, all, at, at[1].name == NULL);
	seed_exchange_rates(business, all);
	seed_price_types(business, all);
	return all;
}

static struct json_object *collection_of(const struct business *business, const char *collection)
{
	struct json_object *items = items_of(shared, collection, false);

	return items != NULL ? items : items_of(business->reference, collection, false);
}

struct json_object *reference_find(const struct business *business, const char *collection,
				   const char *id)
{
	return js_get(collection_of(business, collection), id);
}

struct json_object *reference_base(const struct business *business, const char *collection,
				   const char *id)
{
	return id != NULL ? js_base_of(reference_find(business, collection, id)) : NULL;
}

bool reference_has_collection(const struct business *business, const char *collection)
{
	return collection_of(business, collection) != NULL;
}

/* Whether the filters of the query let an item of this collection pass. */
static bool passes(const struct call *call, struct json_object *item)
{
	const char *scope = call_query(call, "visible_in");
	const char *search = call_query(call, "search");
	const char *type = call_query(call, "ledger_account_type_id");
	char field[CALL_PART];

	if (strcmp(call->collection, "ledger_accounts") != 0)
		return true;
	if (scope != NULL) {
		snprintf(field, sizeof(field), "visible_in_%.40s", scope);
		if (!js_bool(item, field, false))
			return false;
	}
	if (type != NULL && strcmp(js_str(js_get(item, "ledger_account_type"), "id"), type) != 0)
		return false;
	return search == NULL || strcasestr(js_str(item, "displayed_as"), search) != NULL;
}

void reference_list(struct call *call)
{
	struct json_object *items = collection_of(call->business, call->collection);
	void **values = calloc((size_t)json_object_object_length(items) + 1, sizeof(*values));
	size_t count = 0;

	json_object_object_foreach(items, id, item)
	{
		(void)id;
		if (passes(call, item))
			values[count++] = item;
	}
	list_reply_json(call, values, count);
	free(values);
}

void reference_get(struct call *call)
{
	struct json_object *item = reference_find(call->business, call->collection, call->key);

	if (item == NULL)
		call_not_found(call);
	else
		list_reply_one(call, 200, json_object_get(item));
}
