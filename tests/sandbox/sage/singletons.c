/* The singletons and the signed-in user: /businesses, /user, /financial_settings … */
#include "sage/dates.h"
#include "sage/js.h"
#include "sage/list.h"
#include "sage/reference.h"

#include <limits.h>
#include <string.h>

struct listing {
	struct call *call;
	struct json_object *items;
};

static void list_business(struct business *business, void *arg)
{
	struct listing *listing = arg;
	const char *attributes = call_query(listing->call, "attributes");
	struct json_object *full;

	if (strcmp(business->user, listing->call->user->email) != 0)
		return;
	full = business_json(business);
	if (attributes == NULL || strcmp(attributes, "all") != 0) {
		struct json_object *base = js_base_of(full);

		json_object_put(full);
		full = base;
	}
	json_object_array_add(listing->items, full);
}

/* Not paged; the only envelope that spells $items_per_page, as recorded. */
void businesses_list(struct call *call)
{
	struct listing listing = {.call = call, .items = json_object_new_array()};
	struct json_object *out = json_object_new_object();

	store_each_business(list_business, &listing);
	js_put_int(out, "$total", (long long)json_object_array_length(listing.items));
	js_put_int(out, "$page", 1);
	js_put(out, "$next", NULL);
	js_put(out, "$back", NULL);
	js_put_int(out, "$items_per_page", INT_MAX);
	js_put(out, "$items", listing.items);
	sb_reply_json(call->reply, 200, out);
}

void businesses_get(struct call *call)
{
	struct business *business = store_business(call->key);

	if (business == NULL || strcmp(business->user, call->user->email) != 0)
		call_not_found(call);
	else
		list_reply_one(call, 200, business_json(business));
}

void user_get(struct call *call)
{
	sb_reply_json(call->reply, 200, user_json(call->user));
}

static struct json_object *singleton(const struct business *business, const char *path)
{
	struct json_object *out = json_object_new_object();
	char when[DATE_TEXT];

	time_text(business->created, when);
	js_put_str(out, "$path", path);
	js_put_str(out, "updated_at", when);
	return out;
}

void financial_settings_get(struct call *call)
{
	const struct business *business = call->business;
	struct json_object *out = singleton(business, "/financial_settings");

	js_put_str(out, "year_end_date", "2026-12-31");
	js_put(out, "year_end_lockdown_date", NULL);
	js_put_str(out, "accounting_type", "accrual");
	js_put(out, "accounts_start_date", NULL);
	js_put(out, "base_currency",
	       reference_base(business, "currencies", business->region->currency));
	js_put_bool(out, "multi_currency_enabled", business->multi_currency);
	js_put_bool(out, "use_live_exchange_rates", true);
	js_put_str(out, "mtd_activation_status", "mtd_unavailable");
	js_put_bool(out, "mtd_connected", false);
	js_put_str(out, "mtd_authenticated_date", "");
	js_put(out, "tax_scheme",
	       reference_base(business, "tax_schemes",
			      business->vat_registered ? "STANDARD" : "NOT_REGISTERED"));
	js_put(out, "tax_return_frequency", NULL);
	js_put(out, "tax_number", NULL);
	js_put_str(out, "general_tax_number", "");
	js_put(out, "tax_office", NULL);
	js_put_str(out, "default_irpf_rate", "0.0");
	js_put(out, "flat_rate_tax_percentage", NULL);
	js_put(out, "recoverable_percentage", NULL);
	js_put(out, "sales_tax_calculation", NULL);
	js_put(out, "purchase_tax_calculation", NULL);
	js_put_bool(out, "postponed_accounting", false);
	js_put_bool(out, "destination_vat", false);
	sb_reply_json(call->reply, 200, out);
}

void business_settings_get(struct call *call)
{
	struct json_object *out = singleton(call->business, "/business_settings");
	char when[DATE_TEXT];

	time_text(call->business->created, when);
	js_put(out, "siret", NULL);
	js_put(out, "business_activity_type", NULL);
	js_put(out, "legal_form_type", NULL);
	js_put_bool(out, "auxiliary_accounts_visible", false);
	js_put(out, "country_of_registration",
	       reference_base(call->business, "countries", call->business->region->id));
	js_put_str(out, "business_created_at", when);
	js_put_bool(out, "wizard_complete", true);
	sb_reply_json(call->reply, 200, out);
}

void invoice_settings_get(struct call *call)
{
	struct json_object *out = singleton(call->business, "/invoice_settings");

	js_put_int(out, "next_invoice_number", call->business->next_number[0]);
	js_put_int(out, "next_credit_note_number", call->business->next_number[1]);
	js_put_bool(out, "separate_invoice_credit_note_numbering", true);
	js_put_str(out, "sales_invoice_number_prefix", "SI-");
	js_put_str(out, "sales_credit_note_number_prefix", "SCN-");
	js_put(out, "invoice_terms_and_conditions", NULL);
	js_put_int(out, "customer_credit_days", 30);
	js_put_int(out, "vendor_credit_days", 30);
	js_put_str(out, "customer_credit_terms", "date_from_invoice");
	js_put_str(out, "vendor_credit_terms", "date_from_invoice");
	sb_reply_json(call->reply, 200, out);
}
