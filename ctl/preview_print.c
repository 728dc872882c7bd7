#include "preview_print.h"
#include "base/json.h"

#include <stdio.h>
#include <string.h>

struct telling {
	struct ctl *ctl;
	struct desk *desk;
	const struct books_context *books;
	const struct run *run;
	struct json_object *list; /* under --json: what was told, request by request */
	struct json_object *reasons;
};

static const char *text_of(struct json_object *object, const char *key)
{
	struct json_object *value = json_member(object, key);
	return value ? json_object_get_string(value) : "";
}

static bool is_zero(struct json_object *value)
{
	struct decimal amount;
	return !json_decimal(value, MONEY_SCALE, &amount) || amount.units == 0;
}

static void because(const struct telling *telling, const char *what, const char *why)
{
	ctl_say(telling->ctl, "      why: %s", why);
	if (telling->ctl->json) {
		struct json_object *reason = json_object_new_object();
		json_object_object_add(reason, "what", json_object_new_string(what));
		json_object_object_add(reason, "why", json_object_new_string(why));
		json_object_array_add(telling->reasons, reason);
	}
}

/* The billing country of a document that a UK business sends abroad, else NULL. */
static const char *abroad(const struct telling *telling, struct json_object *document)
{
	const char *country = json_string(json_member(document, "main_address"), "country_id");
	if (strcmp(telling->books->reference->country, "GB") != 0 || !country ||
	    strcmp(country, "GB") == 0 || strcmp(country, "IM") == 0)
		return NULL;
	return country;
}

/* The reading of books.md section 6 that the rate is the result of. */
static const char *rate_reason(const struct telling *telling, const char *id, bool taxed,
			       const char *country)
{
	struct arena *arena = telling->desk->task.job_arena;
	const struct policy *policy = telling->books->policy;
	char key[DECIMAL_TEXT_MAX];
	if (country)
		return arena_printf(arena,
				    "cross-border: the billing country is %s, and a UK business's "
				    "documents abroad are zero-rated throughout",
				    country);
	for (size_t i = 0; i < policy->tax_rate_map.count; i++)
		if (strcmp(policy->tax_rate_map.item[i].tax_rate_id, id) == 0)
			return arena_printf(arena, "the setting tax_rate_map maps %s %% to %s",
					    books_percentage_print(
						    policy->tax_rate_map.item[i].percentage, key),
					    id);
	if (policy->default_tax_rate_id && strcmp(policy->default_tax_rate_id, id) == 0)
		return "no mapping fits the line's percentage: the default tax rate";
	return taxed ? "chosen by its percentage from Sage's rates"
		     : "no tax, and 0.00 is not mapped: Sage's own rate without tax";
}

static void tell_rate(const struct telling *telling, const char *what, const char *id, bool taxed,
		      const char *country)
{
	if (id)
		because(telling, what, rate_reason(telling, id, taxed, country));
}

static void tell_line(const struct telling *telling, size_t number, struct json_object *line,
		      const char *country)
{
	struct arena *arena = telling->desk->task.job_arena;
	const char *description = text_of(line, "description");
	const char *what = arena_printf(arena, "line %zu", number);
	const char *discount = text_of(line, "discount_amount");
	const char *rate = json_string(line, "tax_rate_id");
	ctl_say(telling->ctl, "   %s: %s", what, description);
	ctl_say(telling->ctl, "      %s x %s%s%s, tax %s at %s",
		*text_of(line, "quantity") ? text_of(line, "quantity") : "1",
		text_of(line, "unit_price"), *discount ? ", discount " : "", discount,
		text_of(line, "tax_amount"), rate ? rate : "no rate");
	tell_rate(telling, what, rate, !is_zero(json_member(line, "tax_amount")), country);
	if (strcmp(description, "Adjustment to Magento total") == 0)
		because(telling, "adjustment",
			"lines and shipping sum to another total than Magento's: a gift card, "
			"store credit, reward points or rounding; this line makes up the "
			"difference");
}

static void tell_lines(const struct telling *telling, struct json_object *document,
		       struct json_object *lines)
{
	const char *country = abroad(telling, document);
	for (size_t i = 0; i < json_object_array_length(lines); i++)
		tell_line(telling, i + 1, json_object_array_get_idx(lines, i), country);
	if (!json_member(document, "shipping_net_amount"))
		return;
	ctl_say(telling->ctl, "   shipping: %s, tax %s at %s",
		text_of(document, "shipping_net_amount"), text_of(document, "shipping_tax_amount"),
		text_of(document, "shipping_tax_rate_id"));
	tell_rate(telling, "shipping", json_string(document, "shipping_tax_rate_id"),
		  !is_zero(json_member(document, "shipping_tax_amount")), country);
}

/* Whose contact it is, from the cross-references. */
static enum led_err tell_contact(const struct telling *telling, const char *id,
				 struct led_error *error)
{
	struct task *task = &telling->desk->task;
	struct db_rows rows = {0};
	const char *why, *shown = id;
	enum led_err err = LED_OK;
	if (strcmp(id, PREVIEW_ID) == 0) {
		shown = "(new)";
		why = "the request before makes it: this buyer has no contact in this currency "
		      "yet";
	} else {
		err = desk_query(
			telling->desk, SQL_ADMIN_XREF_OF_SAGE,
			DB_ARGS(DB_S(task->binding.id), DB_S(task->binding.business), DB_S(id)),
			&rows, error);
		bool known = !err && rows.count > 0;
		if (known)
			shown = db_at_text(&rows, 0, 2);
		if (!known)
			why = "the contact of the original invoice, as Sage says";
		else if (strncmp(db_at_text(&rows, 0, 0), "contact_fallback", 16) == 0)
			why = "B2C consolidation: web sales share the fallback contact";
		else if (strcmp(telling->run->event, "invoice.created") == 0)
			why = "the buyer's own contact in this currency";
		else
			why = "the contact of the invoice it belongs to, else the buyer's own";
	}
	if (err)
		return err;
	ctl_say(telling->ctl, "   contact: %s", shown);
	because(telling, "contact", why);
	return LED_OK;
}

static void tell_fields(const struct telling *telling, struct json_object *resource)
{
	static const char *const fields[] = {"name",
					     "reference",
					     "item_code",
					     "description",
					     "date",
					     "original_invoice_date",
					     "currency_id",
					     "exchange_rate",
					     "inverse_exchange_rate",
					     "total_amount",
					     "bank_account_id",
					     "quantity",
					     "cost_price",
					     "details",
					     "notes"};
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		if (json_member(resource, fields[i]))
			ctl_say(telling->ctl, "   %s: %s", fields[i], text_of(resource, fields[i]));
}

static void tell_bank(const struct telling *telling, const char *bank)
{
	const struct policy_pairs *map = &telling->books->policy->payment_method_map;
	for (size_t i = 0; i < map->count; i++)
		if (map->item[i].to && strcmp(map->item[i].to, bank) == 0) {
			because(telling, "bank_account",
				arena_printf(telling->desk->task.job_arena,
					     "the setting payment_method_map sends %s there",
					     map->item[i].from));
			return;
		}
	because(telling, "bank_account", "the default bank account: the method is not mapped");
}

static enum led_err tell_request(const struct telling *telling, size_t number,
				 const struct preview_request *request, struct led_error *error)
{
	struct json_object_iterator at = json_object_iter_begin(request->body);
	struct json_object *resource = json_object_iter_peek_value(&at);
	struct json_object *lines = json_member(resource, "invoice_lines");
	const char *contact = json_string(resource, "contact_id");
	const char *bank = json_string(resource, "bank_account_id");
	enum led_err err = LED_OK;
	if (!lines)
		lines = json_member(resource, "credit_note_lines");
	ctl_say(telling->ctl, "%zu. %s %s", number, request->method, request->path);
	tell_fields(telling, resource);
	if (contact)
		err = tell_contact(telling, contact, error);
	if (!err && bank)
		tell_bank(telling, bank);
	if (!err && lines)
		tell_lines(telling, resource, lines);
	if (telling->ctl->json) {
		struct json_object *one = json_object_new_object();
		json_object_object_add(one, "method", json_object_new_string(request->method));
		json_object_object_add(one, "path", json_object_new_string(request->path));
		json_object_object_add(one, "body", json_object_get(request->body));
		json_object_array_add(telling->list, one);
	}
	return err;
}

static const char *outcome_of(const struct preview *preview, const struct run_end *end)
{
	if (end->status == RUN_SKIPPED)
		return "skipped";
	return preview->count ? "posted" : "unchanged";
}

static void tell_warnings(const struct telling *telling)
{
	const struct books_warnings *warnings = &telling->desk->task.warnings;
	struct json_object *list = json_object_new_array();
	for (size_t i = 0; i < warnings->count; i++) {
		ctl_say(telling->ctl, "warning %s %s", warnings->item[i].code,
			warnings->item[i].detail);
		json_object_array_add(list, json_object_new_string(warnings->item[i].code));
	}
	ctl_result(telling->ctl, "warnings", list);
}

enum led_err preview_print(struct ctl *ctl, struct desk *desk, const struct books_context *books,
			   const struct run *run, const struct preview *preview,
			   const struct run_end *end, struct led_error *error)
{
	struct telling telling = {.ctl = ctl,
				  .desk = desk,
				  .books = books,
				  .run = run,
				  .list = json_object_new_array(),
				  .reasons = json_object_new_array()};
	const char *outcome = outcome_of(preview, end);
	enum led_err err = LED_OK;
	if (end->status == RUN_SKIPPED)
		ctl_say(ctl, "%s %lld would be skipped: %s", run->event, (long long)run->magento_id,
			end->skip_reason);
	else if (preview->count == 0)
		ctl_say(ctl, "%s %lld is in Sage already (%s): nothing would be posted", run->event,
			(long long)run->magento_id,
			end->sage_number ? end->sage_number : "no number");
	for (size_t i = 0; !err && i < preview->count; i++)
		err = tell_request(&telling, i + 1, &preview->request[i], error);
	tell_warnings(&telling);
	ctl_result(ctl, "outcome", json_object_new_string(outcome));
	if (end->skip_reason)
		ctl_result(ctl, "skip_reason", json_object_new_string(end->skip_reason));
	ctl_result(ctl, "requests", telling.list);
	ctl_result(ctl, "reasons", telling.reasons);
	return err;
}
