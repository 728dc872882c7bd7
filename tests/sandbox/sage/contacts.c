#include "sage/contacts.h"

#include "sage/addresses.h"
#include "sage/artefacts.h"
#include "sage/dates.h"
#include "sage/js.h"
#include "sage/list.h"
#include "sage/reference.h"
#include "sage/validate.h"

#include <json-c/linkhash.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Fields that the answer shows as they were sent, null when they were not. */
static const char *const plain_fields[] = {"tax_number",
					   "notes",
					   "credit_days",
					   "credit_terms",
					   "credit_terms_and_conditions",
					   "source_guid",
					   "aux_reference",
					   "registered_number",
					   "tax_calculation",
					   "auxiliary_account"};

void contact_free(struct lh_entry *entry)
{
	struct contact *contact = lh_entry_v(entry);

	json_object_put(contact->input);
	free(contact);
}

struct contact *contact_find(const struct business *business, const char *id)
{
	return table_find(business->contacts, id);
}

const char *contact_currency(const struct business *business, const struct contact *contact)
{
	const char *currency = js_str(contact->input, "currency_id");

	return currency != NULL ? currency : business->region->currency;
}

struct json_object *contact_base(const struct contact *contact)
{
	const char *reference = js_str(contact->input, "reference");
	const char *name = js_str(contact->input, "name");
	char text[512];

	if (reference != NULL && *reference != '\0')
		snprintf(text, sizeof(text), "%s (%s)", name, reference);
	else
		snprintf(text, sizeof(text), "%s", name);
	return js_base("contacts", contact->id, text);
}

static struct json_object *types_json(const struct business *business, struct json_object *ids)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; ids != NULL && i < json_object_array_length(ids); i++)
		json_object_array_add(
			list,
			reference_base(business, "contact_types",
				       json_object_get_string(json_object_array_get_idx(ids, i))));
	return list;
}

static struct json_object *person_json(const struct contact *contact, struct json_object *input)
{
	static const char *const fields[] = {"name",  "job_title", "telephone",      "mobile",
					     "email", "fax",       "is_main_contact"};
	struct json_object *out;

	if (input == NULL)
		return NULL;
	out = js_base("contact_persons", contact->person_id, js_str(input, "name"));
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		js_share(out, input, fields[i]);
	return out;
}

static struct json_object *tax_treatment_json(const struct business *business,
					      struct json_object *input)
{
	const char *country = js_str(js_get(input, "main_address"), "country_id");
	bool home = country == NULL || strcmp(country, business->region->id) == 0;
	struct json_object *out = json_object_new_object();

	js_put_bool(out, "home_tax", home);
	js_put_bool(out, "eu_tax_registered", false);
	js_put_bool(out, "eu_not_tax_registered", false);
	js_put_bool(out, "rest_of_world_tax", !home);
	js_put_bool(out, "is_importer", false);
	if (js_get(input, "tax_treatment") != NULL)
		js_merge(out, js_get(input, "tax_treatment"));
	return out;
}

static void put_time(struct json_object *out, const char *key, long long when)
{
	char text[DATE_TEXT];

	if (when != 0)
		time_text(when, text);
	js_put_str(out, key, when != 0 ? text : NULL);
}

struct json_object *contact_json(const struct business *business, const void *item)
{
	const struct contact *contact = item;
	struct json_object *input = contact->input;
	struct json_object *person = js_get(input, "main_contact_person");
	struct json_object *out = contact_base(contact);
	dec10 limit;

	put_time(out, "created_at", contact->created);
	put_time(out, "updated_at", contact->updated);
	put_time(out, "deleted_at", contact->deleted);
	js_put(out, "contact_types", types_json(business, js_get(input, "contact_type_ids")));
	js_share(out, input, "name");
	js_share(out, input, "reference");
	js_put(out, "default_sales_ledger_account",
	       reference_base(business, "ledger_accounts",
			      js_str(input, "default_sales_ledger_account_id")));
	js_put(out, "default_sales_tax_rate",
	       reference_base(business, "tax_rates", js_str(input, "default_sales_tax_rate_id")));
	js_put(out, "default_purchase_ledger_account",
	       reference_base(business, "ledger_accounts",
			      js_str(input, "default_purchase_ledger_account_id")));
	for (size_t i = 0; i < sizeof(plain_fields) / sizeof(plain_fields[0]); i++)
		js_share(out, input, plain_fields[i]);
	js_put_str(out, "locale", js_get(input, "locale") ? js_str(input, "locale") : "en");
	js_put(out, "main_address",
	       address_json(business, js_get(input, "main_address"), contact->main_address_id));
	js_put(out, "delivery_address",
	       address_json(business, js_get(input, "delivery_address"),
			    contact->delivery_address_id));
	js_put(out, "main_contact_person", person_json(contact, person));
	js_share(out, input, "bank_account_details");
	js_put(out, "credit_limit",
	       dec10_of(js_get(input, "credit_limit"), &limit) ? dec10_json(limit) : NULL);
	js_put(out, "currency",
	       reference_base(business, "currencies", contact_currency(business, contact)));
	js_put_bool(out, "deletable", true);
	js_put(out, "tax_treatment", tax_treatment_json(business, input));
	js_share(out, person, "email");
	js_put_bool(out, "gdpr_obfuscated", false);
	js_put_bool(out, "system", false);
	js_put_bool(out, "is_active", contact->deleted == 0);
	return out;
}

static bool has_type(const struct contact *contact, const char *type)
{
	struct json_object *ids = js_get(contact->input, "contact_type_ids");

	for (size_t i = 0; ids != NULL && i < json_object_array_length(ids); i++)
		if (strcmp(json_object_get_string(json_object_array_get_idx(ids, i)), type) == 0)
			return true;
	return false;
}

static bool passes(const struct call *call, const struct contact *contact)
{
	struct json_object *input = contact->input;
	const char *search = call_query(call, "search");
	const char *email = call_query(call, "email");
	const char *type = call_query(call, "contact_type_id");
	const char *deleted_since = call_query(call, "deleted_since");
	const char *held = js_str(js_get(input, "main_contact_person"), "email");
	long long when;

	if (deleted_since != NULL) {
		if (!time_parse(deleted_since, &when) || contact->deleted <= when)
			return false;
	} else if (contact->deleted != 0) {
		return false;
	}
	if (search != NULL && !list_contains(js_str(input, "name"), search) &&
	    !list_contains(js_str(input, "reference"), search) &&
	    !list_contains(js_str(js_get(input, "main_contact_person"), "name"), search))
		return false;
	if (email != NULL && (held == NULL || strcasecmp(held, email) != 0))
		return false;
	return (type == NULL || has_type(contact, type)) && list_since(call, contact->updated);
}

void contacts_list(struct call *call)
{
	size_t count = table_count(call->business->contacts);
	void **items = table_values(call->business->contacts);
	size_t kept = 0;

	for (size_t i = 0; i < count; i++)
		if (passes(call, items[i]))
			items[kept++] = items[i];
	list_reply(call, items, kept, contact_json);
	free(items);
}

void contacts_get(struct call *call)
{
	struct contact *contact = contact_find(call->business, call->key);

	if (contact == NULL)
		call_not_found(call);
	else
		list_reply_one(call, 200, contact_json(call->business, contact));
}

/* The rules that no field table states. `contact` is NULL for a new one. */
static void check_rules(struct call *call, struct json_object *changes,
			const struct contact *contact)
{
	const struct business *business = call->business;
	const char *reference = js_str(changes, "reference");
	const char *currency = js_str(changes, "currency_id");
	const struct contact *holder;

	/* Taken is taken, by a deleted contact too. */
	holder = reference != NULL && *reference != '\0'
			 ? table_find(business->contact_references, reference)
			 : NULL;
	if (holder != NULL && holder != contact)
		call_invalid(call, "reference", "This reference is already in use.");
	if (currency == NULL)
		return;
	if (!business->multi_currency && strcmp(currency, business->region->currency) != 0)
		call_invalid(call, "currency_id", "Multi-currency is not enabled.");
	if (contact != NULL && strcmp(currency, contact_currency(business, contact)) != 0 &&
	    artefacts_of_contact(business, contact->id))
		call_invalid(call, "currency_id",
			     "The currency of a contact with transactions cannot be changed.");
}

static void keep_reference(struct business *business, struct contact *contact)
{
	const char *reference = js_str(contact->input, "reference");

	if (reference != NULL && *reference != '\0')
		lh_table_insert(business->contact_references, strdup(reference), contact);
}

void contacts_post(struct call *call)
{
	struct json_object *object = validate_body(call, true);
	struct contact *contact;

	if (object != NULL)
		check_rules(call, object, NULL);
	if (call_refused(call))
		return;
	contact = calloc(1, sizeof(*contact));
	random_id(contact->id);
	random_id(contact->main_address_id);
	random_id(contact->delivery_address_id);
	random_id(contact->person_id);
	contact->input = json_object_get(object);
	contact->created = sb_now();
	contact->updated = contact->created;
	lh_table_insert(call->business->contacts, contact->id, contact);
	keep_reference(call->business, contact);
	list_reply_one(call, 201, contact_json(call->business, contact));
}

void contacts_put(struct call *call)
{
	struct contact *contact = contact_find(call->business, call->key);
	const char *reference;
	struct json_object *object;

	if (contact == NULL) {
		call_not_found(call);
		return;
	}
	object = validate_body(call, false);
	if (object != NULL)
		check_rules(call, object, contact);
	if (contact->deleted != 0)
		call_invalid(call, "base", "This contact has been deleted.");
	if (call_refused(call))
		return;
	reference = js_str(contact->input, "reference");
	if (reference != NULL)
		lh_table_delete(call->business->contact_references, reference);
	js_merge(contact->input, object);
	contact->updated = sb_now();
	keep_reference(call->business, contact);
	list_reply_one(call, 200, contact_json(call->business, contact));
}

void contacts_delete(struct call *call)
{
	struct contact *contact = contact_find(call->business, call->key);

	if (contact == NULL || contact->deleted != 0) {
		call_not_found(call);
		return;
	}
	contact->deleted = sb_now();
	contact->updated = contact->deleted;
	call->reply->status = 204;
}
