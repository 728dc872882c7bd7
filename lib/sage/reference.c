#include "sage/reference.h"
#include "base/json.h"

#include <stdio.h>
#include <string.h>

/* One item being read; the first fault sticks, so that readers check once. */
struct reader {
	struct arena *arena;
	struct json_object *item;
	bool invalid;
	bool no_memory;
	const char *on; /* the day whose percentages count */
};

static const char *copy(struct reader *reader, const char *text)
{
	if (!text)
		return NULL;
	const char *kept = arena_strdup(reader->arena, text);
	reader->no_memory |= !kept;
	return kept;
}

/* A text that may be absent or null, but not of another type. "" counts as absent. */
static const char *optional(struct reader *reader, struct json_object *object, const char *key)
{
	struct json_object *value = json_member(object, key);
	const char *text = json_string(object, key);
	reader->invalid |= value && !text;
	return copy(reader, text && text[0] ? text : NULL);
}

static const char *required(struct reader *reader, struct json_object *object, const char *key)
{
	const char *text = optional(reader, object, key);
	reader->invalid |= !text && !reader->no_memory;
	return text;
}

/* A boolean; absent and null are false. */
static bool flag(struct reader *reader, const char *key, bool absent)
{
	struct json_object *value = json_member(reader->item, key);
	if (!value)
		return absent;
	reader->invalid |= !json_object_is_type(value, json_type_boolean);
	return json_object_get_boolean(value);
}

/* The id of a nested {id, displayed_as}; NULL when absent. */
static const char *nested_id(struct reader *reader, const char *key)
{
	return optional(reader, json_member(reader->item, key), "id");
}

/* ---- the kinds of item; each returns whether the item is kept ---- */

static bool read_business(struct reader *reader, void *out)
{
	struct sage_business *business = out;
	business->id = required(reader, reader->item, "id");
	const char *name = optional(reader, reader->item, "name");
	business->name = name ? name : required(reader, reader->item, "displayed_as");
	business->country = nested_id(reader, "country");
	return true;
}

/* Whether a percentage's span holds the day. Dates of one form compare as text. */
static bool in_force(struct json_object *span, const char *on)
{
	const char *from = json_string(span, "from_date"), *to = json_string(span, "to_date");
	return (!from || strcmp(from, on) <= 0) && (!to || strcmp(on, to) <= 0);
}

static bool read_tax_rate(struct reader *reader, void *out)
{
	struct sage_tax_rate *rate = out;
	rate->id = required(reader, reader->item, "id");
	rate->name = required(reader, reader->item, "displayed_as");
	rate->visible = flag(reader, "is_visible", true);
	struct json_object *spans = json_member(reader->item, "percentages");
	struct json_object *value = json_member(reader->item, "percentage");
	size_t count =
		json_object_is_type(spans, json_type_array) ? json_object_array_length(spans) : 0;
	if (count > 0)
		value = NULL;
	for (size_t i = 0; i < count && !value; i++) {
		struct json_object *span = json_object_array_get_idx(spans, i);
		if (in_force(span, reader->on))
			value = json_member(span, "percentage");
	}
	if (!value)
		return false;
	reader->invalid |= !json_decimal(value, SAGE_PERCENTAGE_SCALE, &rate->percentage);
	return true;
}

static bool read_ledger_account(struct reader *reader, void *out)
{
	struct sage_ledger_account *account = out;
	account->id = required(reader, reader->item, "id");
	account->name = required(reader, reader->item, "displayed_as");
	account->type = nested_id(reader, "ledger_account_type");
	account->in_sales = flag(reader, "visible_in_sales", false);
	account->in_expenses = flag(reader, "visible_in_expenses", false);
	account->in_banking = flag(reader, "visible_in_banking", false);
	account->in_other_payments = flag(reader, "visible_in_other_payments", false);
	account->in_other_receipts = flag(reader, "visible_in_other_receipts", false);
	if (json_member(reader->item, "nominal_code"))
		reader->invalid |= !json_int(reader->item, "nominal_code", 0, 99999999,
					     &account->nominal_code);
	return true;
}

static bool read_bank_account(struct reader *reader, void *out)
{
	struct sage_bank_account *account = out;
	account->id = required(reader, reader->item, "id");
	account->name = required(reader, reader->item, "displayed_as");
	account->type = nested_id(reader, "bank_account_type");
	account->currency = nested_id(reader, "currency");
	account->active = flag(reader, "is_active", true);
	return true;
}

static bool read_payment_method(struct reader *reader, void *out)
{
	struct sage_payment_method *method = out;
	method->id = required(reader, reader->item, "id");
	method->name = required(reader, reader->item, "displayed_as");
	return true;
}

static bool read_price_type(struct reader *reader, void *out)
{
	struct sage_price_type *type = out;
	type->id = required(reader, reader->item, "id");
	type->name = required(reader, reader->item, "displayed_as");
	type->active = flag(reader, "active", true);
	return true;
}

/* ---- reading a list ---- */

struct kind {
	const char *path;
	size_t size; /* of one item's struct */
	bool (*read)(struct reader *reader, void *out);
};

static enum led_err read_items(struct json_object *items, const struct kind *kind,
			       struct reader *reader, void **list, size_t *count,
			       struct led_error *error)
{
	size_t total = json_object_array_length(items);
	char *rows = arena_alloc(reader->arena, (total + 1) * kind->size);
	reader->no_memory |= !rows;
	*count = 0;
	for (size_t i = 0; i < total && !reader->no_memory && !reader->invalid; i++) {
		reader->item = json_object_array_get_idx(items, i);
		if (kind->read(reader, rows + *count * kind->size))
			(*count)++;
		else
			memset(rows + *count * kind->size, 0, kind->size);
	}
	if (reader->no_memory)
		return led_fail(error, LED_INTERNAL, "no_memory", "No memory for reference data");
	if (reader->invalid)
		return led_fail(error, LED_SERDE, "sage_answer_invalid",
				"An item of Sage's %.*s is not what its interface promises.",
				(int)strcspn(kind->path + 1, "?"), kind->path + 1);
	*list = rows;
	return LED_OK;
}

static enum led_err fetch(const struct sage *sage, const struct kind *kind, struct reader *reader,
			  void **list, size_t *count, struct led_error *error)
{
	struct json_object *items = NULL;
	*list = NULL;
	*count = 0;
	enum led_err err = sage_list(sage, kind->path, &items, error);
	if (!err)
		err = read_items(items, kind, reader, list, count, error);
	json_object_put(items);
	return err;
}

enum led_err sage_businesses(const struct sage *sage, struct arena *arena,
			     struct sage_business **list, size_t *count, struct led_error *error)
{
	static const struct kind kind = {"/businesses?attributes=all", sizeof **list,
					 read_business};
	struct reader reader = {.arena = arena};
	void *rows;
	enum led_err err = fetch(sage, &kind, &reader, &rows, count, error);
	*list = rows;
	return err;
}

enum led_err sage_tax_rates(const struct sage *sage, struct arena *arena, const char *on,
			    struct sage_tax_rate **list, size_t *count, struct led_error *error)
{
	static const struct kind kind = {"/tax_rates?usage=sales&attributes=all", sizeof **list,
					 read_tax_rate};
	struct reader reader = {.arena = arena, .on = on};
	void *rows;
	enum led_err err = fetch(sage, &kind, &reader, &rows, count, error);
	*list = rows;
	return err;
}

enum led_err sage_ledger_accounts(const struct sage *sage, struct arena *arena,
				  struct sage_ledger_account **list, size_t *count,
				  struct led_error *error)
{
	static const struct kind kind = {"/ledger_accounts?attributes=all", sizeof **list,
					 read_ledger_account};
	struct reader reader = {.arena = arena};
	void *rows;
	enum led_err err = fetch(sage, &kind, &reader, &rows, count, error);
	*list = rows;
	return err;
}

enum led_err sage_bank_accounts(const struct sage *sage, struct arena *arena,
				struct sage_bank_account **list, size_t *count,
				struct led_error *error)
{
	static const struct kind kind = {"/bank_accounts?attributes=all", sizeof **list,
					 read_bank_account};
	struct reader reader = {.arena = arena};
	void *rows;
	enum led_err err = fetch(sage, &kind, &reader, &rows, count, error);
	*list = rows;
	return err;
}

enum led_err sage_payment_methods(const struct sage *sage, struct arena *arena,
				  struct sage_payment_method **list, size_t *count,
				  struct led_error *error)
{
	static const struct kind kind = {"/payment_methods", sizeof **list, read_payment_method};
	struct reader reader = {.arena = arena};
	void *rows;
	enum led_err err = fetch(sage, &kind, &reader, &rows, count, error);
	*list = rows;
	return err;
}

static enum led_err fetch_types(const struct sage *sage, const char *path, struct arena *arena,
				struct sage_price_type **list, size_t *count,
				struct led_error *error)
{
	const struct kind kind = {path, sizeof **list, read_price_type};
	struct reader reader = {.arena = arena};
	void *rows;
	enum led_err err = fetch(sage, &kind, &reader, &rows, count, error);
	*list = rows;
	return err;
}

enum led_err sage_price_types(const struct sage *sage, struct arena *arena,
			      struct sage_price_type **list, size_t *count, struct led_error *error)
{
	return fetch_types(sage, "/product_sales_price_types?attributes=all", arena, list, count,
			   error);
}

enum led_err sage_rate_types(const struct sage *sage, struct arena *arena,
			     struct sage_price_type **list, size_t *count, struct led_error *error)
{
	return fetch_types(sage, "/service_rate_types?attributes=all", arena, list, count, error);
}

enum led_err sage_financial_settings(const struct sage *sage, struct arena *arena,
				     struct sage_financial_settings *settings,
				     struct led_error *error)
{
	struct json_object *body = NULL;
	enum led_err err = sage_get(sage, "/financial_settings", &body, error);
	if (err)
		return err;
	struct reader reader = {.arena = arena, .item = body};
	settings->base_currency = required(&reader, json_member(body, "base_currency"), "id");
	settings->tax_scheme = nested_id(&reader, "tax_scheme");
	settings->lockdown_date = optional(&reader, body, "year_end_lockdown_date");
	settings->multi_currency = flag(&reader, "multi_currency_enabled", false);
	if (reader.no_memory)
		err = led_fail(error, LED_INTERNAL, "no_memory", "No memory for reference data");
	else if (reader.invalid)
		err = led_fail(error, LED_SERDE, "sage_answer_invalid",
			       "Sage's financial settings are not what its interface promises.");
	json_object_put(body);
	return err;
}
