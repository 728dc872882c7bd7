#include "preview_print.h"
#include "base/json.h"

#include <stdio.h>
#include <string.h>

struct telling {
	struct ctl *ctl;
	struct desk *desk;
	struct json_object *list; /* under --json: what was told, request by request */
	const struct books_reasons *reasons;
	size_t first, end; /* those of the request at hand */
};

static const char *text_of(struct json_object *object, const char *key)
{
	struct json_object *value = json_member(object, key);
	return value ? json_object_get_string(value) : "";
}

/* Says why, as the event's own function noted it. */
static void tell_reasons(const struct telling *telling, const char *what)
{
	for (size_t i = telling->first; i < telling->end; i++)
		if (strcmp(telling->reasons->item[i].what, what) == 0)
			ctl_say(telling->ctl, "      why: %s", telling->reasons->item[i].why);
}

static struct json_object *list_reasons(const struct telling *telling)
{
	struct json_object *list = json_object_new_array();
	for (size_t i = telling->first; i < telling->end; i++) {
		struct json_object *reason = json_object_new_object();
		json_object_object_add(reason, "what",
				       json_object_new_string(telling->reasons->item[i].what));
		json_object_object_add(reason, "why",
				       json_object_new_string(telling->reasons->item[i].why));
		json_object_array_add(list, reason);
	}
	return list;
}

static void tell_line(const struct telling *telling, size_t number, struct json_object *line)
{
	const char *what = arena_printf(telling->desk->task.job_arena, "line %zu", number);
	const char *description = text_of(line, "description");
	const char *discount = text_of(line, "discount_amount");
	const char *rate = json_string(line, "tax_rate_id");
	ctl_say(telling->ctl, "   %s: %s", what, description);
	ctl_say(telling->ctl, "      %s x %s%s%s, tax %s at %s",
		*text_of(line, "quantity") ? text_of(line, "quantity") : "1",
		text_of(line, "unit_price"), *discount ? ", discount " : "", discount,
		text_of(line, "tax_amount"), rate ? rate : "no rate");
	tell_reasons(telling, what);
	if (strcmp(description, "Adjustment to Magento total") == 0)
		tell_reasons(telling, "adjustment");
}

static void tell_lines(const struct telling *telling, struct json_object *document,
		       struct json_object *lines)
{
	for (size_t i = 0; i < json_object_array_length(lines); i++)
		tell_line(telling, i + 1, json_object_array_get_idx(lines, i));
	tell_reasons(telling, "discount");
	if (json_member(document, "shipping_net_amount"))
		ctl_say(telling->ctl, "   shipping: %s, tax %s at %s",
			text_of(document, "shipping_net_amount"),
			text_of(document, "shipping_tax_amount"),
			text_of(document, "shipping_tax_rate_id"));
	tell_reasons(telling, "shipping");
}

/* Its name, where a cross-reference knows it. */
static enum led_err tell_contact(const struct telling *telling, const char *id,
				 struct led_error *error)
{
	struct task *task = &telling->desk->task;
	struct db_rows rows = {0};
	enum led_err err =
		desk_query(telling->desk, SQL_ADMIN_XREF_OF_SAGE,
			   DB_ARGS(DB_S(task->binding.id), DB_S(task->binding.business), DB_S(id)),
			   &rows, error);
	if (err)
		return err;
	const char *shown = strcmp(id, PREVIEW_ID) == 0 ? "(new)" : id;
	ctl_say(telling->ctl, "   contact: %s", rows.count ? db_at_text(&rows, 0, 2) : shown);
	tell_reasons(telling, "contact");
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

static enum led_err tell_request(struct telling *telling, size_t number,
				 const struct preview_request *request, struct led_error *error)
{
	struct json_object_iterator at = json_object_iter_begin(request->body);
	struct json_object *resource = json_object_iter_peek_value(&at);
	struct json_object *lines = json_member(resource, "invoice_lines");
	const char *contact = json_string(resource, "contact_id");
	const char *bank = json_string(resource, "bank_account_id");
	enum led_err err = LED_OK;
	telling->end = request->reasons_end;
	if (!lines)
		lines = json_member(resource, "credit_note_lines");
	ctl_say(telling->ctl, "%zu. %s %s", number, request->method, request->path);
	tell_fields(telling, resource);
	if (contact)
		err = tell_contact(telling, contact, error);
	if (bank)
		tell_reasons(telling, "bank_account");
	if (!err && lines)
		tell_lines(telling, resource, lines);
	if (telling->ctl->json) {
		struct json_object *one = json_object_new_object();
		json_object_object_add(one, "method", json_object_new_string(request->method));
		json_object_object_add(one, "path", json_object_new_string(request->path));
		json_object_object_add(one, "body", json_object_get(request->body));
		json_object_object_add(one, "reasons", list_reasons(telling));
		json_object_array_add(telling->list, one);
	}
	telling->first = telling->end;
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

enum led_err preview_print(struct ctl *ctl, struct desk *desk, const struct run *run,
			   const struct preview *preview, const struct run_end *end,
			   struct led_error *error)
{
	struct telling telling = {.ctl = ctl,
				  .desk = desk,
				  .list = json_object_new_array(),
				  .reasons = &preview->reasons};
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
	return err;
}
