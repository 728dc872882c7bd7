#include "document.h"
#include "base/json.h"
#include "base/log.h"
#include "contact.h"
#include "sage/errors.h"
#include "warnings.h"

#include <string.h>

struct xref_key document_key(const struct task *task, const char *kind, int64_t magento_id)
{
	return (struct xref_key){task->binding.id, task->binding.business, kind,
				 arena_printf(task->job_arena, "%lld", (long long)magento_id)};
}

enum led_err document_describe(struct task *task, const struct run *run, const char *number,
			       const char *currency, const int64_t *total, struct led_error *error)
{
	struct db *db;
	struct decimal amount = money_of(total ? *total : 0);
	if (task->preview)
		return LED_OK;
	enum led_err err = db_pool_take(task->worker->pool, &db, error);
	if (!err)
		err = run_describe(db, run->id, number, currency, total ? &amount : NULL, error);
	db_pool_give(task->worker->pool, db);
	return err;
}

void document_known(const struct xref *xref, struct run_end *end)
{
	*end = (struct run_end){.status = RUN_SUCCEEDED,
				.sage_id = xref->sage_id,
				.sage_number = xref->displayed_as};
}

void document_skipped(const char *reason, struct run_end *end)
{
	*end = (struct run_end){.status = RUN_SKIPPED, .skip_reason = reason};
}

enum led_err document_intend(struct task *task, const struct run *run,
			     const struct books_document *document, struct post *post,
			     struct intent *intent, struct led_error *error)
{
	const char *warnings = NULL;
	for (size_t i = 0; i < document->warnings.count; i++)
		books_warn(&task->warnings, document->warnings.item[i].code, "%s",
			   document->warnings.item[i].detail);
	enum led_err err = warnings_print(task->job_arena, &task->warnings, &warnings, error);
	if (err)
		return err;
	if (!post->reference)
		post->reference = document->reference ? document->reference : "";
	return post_intend(task, post, document->body, run->id, warnings, intent, error);
}

/* What Sage made of it: its number, and its total against ours. The document exists: an
 * unreadable total is a warning about it, never a failure. */
static enum led_err read_outcome(struct task *task, const int64_t *expected,
				 struct json_object *answer, const struct xref *xref,
				 struct run_end *end, struct led_error *error)
{
	struct books_warnings warnings = {0};
	struct json_object *total = json_member(answer, "total_amount");
	document_known(xref, end);
	end->has_sage_total = json_decimal(total, MONEY_SCALE, &end->sage_total);
	/* A preview has no answer to compare with. */
	if (expected && !task->preview && books_compare_total(*expected, total, &warnings, NULL))
		books_warn(&warnings, "total_mismatch", "Sage's answer names no total.");
	return warnings.count ? warnings_print(task->job_arena, &warnings, &end->warnings, error)
			      : LED_OK;
}

/* A refusal of the contact that the document names. */
static bool is_of_contact(enum led_err err, const struct led_error *error)
{
	return err == LED_PROVIDER && sage_refused_field(error, "contact_id");
}

static enum led_err judge_contact(struct task *task, const struct intent *intent,
				  struct led_error *error)
{
	const struct led_error refusal = *error;
	const char *contact = NULL;
	enum led_err err = post_contact(task, intent, &contact, error);
	if (err)
		return err;
	*error = refusal;
	return contact ? contact_refused(task, contact, error) : refusal.class;
}

enum led_err document_send(struct task *task, const struct post *post, const struct intent *intent,
			   const int64_t *total, struct xref *xref, struct run_end *end,
			   struct json_object **answer, struct led_error *error)
{
	struct json_object *made = NULL;
	enum led_err err = task_renew(task, error);
	if (!err)
		err = post_send(task, post, intent, xref, &made, error);
	if (is_of_contact(err, error))
		err = judge_contact(task, intent, error);
	if (!err)
		err = read_outcome(task, total, made, xref, end, error);
	if (answer)
		*answer = made;
	else
		json_object_put(made);
	return err;
}

enum led_err document_send_unread(struct task *task, const struct post *post,
				  const struct intent *intent, const struct run *run,
				  struct run_end *end, enum led_err err, struct led_error *error)
{
	if (!intent->found || task->lost || err == LED_DATABASE)
		return err;
	log_error("sent_unread", error);
	err = document_send(task, post, intent, run->has_total ? &run->total : NULL,
			    &task->posted.xref, end, NULL, error);
	if (!err)
		task->posted.key = post->key;
	return err;
}

enum led_err document_warn(struct task *task, const char *code, const char *detail,
			   struct run_end *end, struct led_error *error)
{
	struct books_warnings warnings = {0};
	const char *text = NULL;
	books_warn(&warnings, code, "%s", detail);
	enum led_err err = warnings_print(task->job_arena, &warnings, &text, error);
	if (err)
		return err;
	/* Both are JSON lists that are not empty: one is continued by the other. */
	end->warnings = end->warnings ? arena_printf(task->job_arena, "%.*s,%s",
						     (int)strlen(end->warnings) - 1, end->warnings,
						     text + 1)
				      : text;
	return end->warnings ? LED_OK
			     : led_fail(error, LED_INTERNAL, "out_of_memory", "No memory.");
}
