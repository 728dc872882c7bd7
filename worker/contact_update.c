/* Keeping Sage's contacts as the shop knows its customers. */
#include "access.h"
#include "base/json.h"
#include "books/customer.h"
#include "contact.h"
#include "document.h"
#include "post.h"
#include "settle.h"

#include <string.h>

enum led_err contact_digest(const struct books_context *books,
			    const struct magento_contact *customer, const char *currency,
			    unsigned char digest[DIGEST_SIZE], struct led_error *error)
{
	const struct books_customer_put_input input = {.customer = customer, .currency = currency};
	const char *body;
	enum led_err err = books_customer_put(books, &input, &body, error);
	return err ? err : books_body_digest(body, digest, error);
}

/* How the contact is called in Sage, and its person. */
static enum led_err read_held(struct task *task, const char *sage_id,
			      struct books_customer_put_input *input, struct led_error *error)
{
	struct json_object *answer = NULL;
	const struct access_call call = {
		.verb = ACCESS_GET,
		.path = arena_printf(task->job_arena,
				     "/contacts/%s?nested_attributes=main_contact_person",
				     sage_id)};
	enum led_err err = access_sage(task, &call, &answer, error);
	const char *name = err ? NULL : json_string(answer, "name");
	const char *person =
		err ? NULL : json_string(json_member(answer, "main_contact_person"), "name");
	if (!err && !name)
		err = led_fail(error, LED_SERDE, "sage_answer_invalid",
			       "Sage's contact has no name.");
	if (!err) {
		input->held_name = arena_strdup(task->job_arena, name);
		input->held_person = person ? arena_strdup(task->job_arena, person) : NULL;
	}
	json_object_put(answer);
	return err;
}

struct updating {
	struct xref_key key;
	struct xref xref;
};

static enum led_err write_updated(struct db *db, void *context, struct led_error *error)
{
	const struct updating *updating = context;
	return xref_put(db, &updating->key, &updating->xref, error);
}

static enum led_err send(struct task *task, const struct books_context *books,
			 struct books_customer_put_input *input, struct updating *updating,
			 struct led_error *error)
{
	struct json_object *answer = NULL;
	const char *body = NULL;
	enum led_err err = LED_OK;
	if (!input->customer->company)
		err = read_held(task, updating->xref.sage_id, input, error);
	if (!err)
		err = books_customer_put(books, input, &body, error);
	if (err)
		return err;
	const struct access_call call = {
		.verb = ACCESS_PUT,
		.path = arena_printf(task->job_arena, "/contacts/%s", updating->xref.sage_id),
		.body = body};
	err = access_sage(task, &call, &answer, error);
	const char *shown = err ? NULL : json_string(answer, "reference");
	if (shown && (shown = arena_strdup(task->job_arena, shown)))
		updating->xref.displayed_as = shown;
	if (!err)
		err = settle_now(task, write_updated, updating, error);
	json_object_put(answer);
	return err;
}

enum led_err contact_update(struct task *task, const struct books_context *books,
			    const struct magento_contact *customer, const struct contact_held *held,
			    bool *updated, struct led_error *error)
{
	struct books_customer_put_input input = {
		.customer = customer,
		.currency = strchr(held->kind, ':') + 1,
	};
	struct updating updating = {
		.key = document_key(task, held->kind, customer->magento_id),
		.xref = {.sage_id = held->xref->sage_id, .displayed_as = held->xref->displayed_as},
	};
	*updated = false;
	enum led_err err =
		contact_digest(books, customer, input.currency, updating.xref.digest, error);
	if (err || memcmp(updating.xref.digest, held->xref->digest, DIGEST_SIZE) == 0)
		return err;
	*updated = true;
	return send(task, books, &input, &updating, error);
}

enum led_err contact_update_known(struct task *task, const struct books_context *books,
				  const struct magento_contact *customer, const char *currency,
				  bool *updated, struct led_error *error)
{
	struct books_contact_key key = {0};
	struct xref xref;
	struct db *db;
	*updated = false;
	enum led_err err = books_contact_key(BOOKS_CONTACT_OWN, customer, currency, &key, error);
	if (err)
		return err;
	const struct xref_key wanted = {task->binding.id, task->binding.business, key.kind,
					key.magento_id};
	err = db_pool_take(task->worker->pool, &db, error);
	if (!err)
		err = xref_get(db, task->job_arena, &wanted, &xref, error);
	db_pool_give(task->worker->pool, db);
	if (err || !xref.found)
		return err;
	const struct contact_held held = {key.kind, &xref};
	return contact_update(task, books, customer, &held, updated, error);
}

enum led_err contact_list(struct task *task, int64_t customer, struct xref_item **items,
			  size_t *count, struct led_error *error)
{
	struct db *db;
	const struct xref_key all = document_key(task, "contact:", customer);
	enum led_err err = db_pool_take(task->worker->pool, &db, error);
	if (!err)
		err = xref_list(db, task->job_arena, &all, items, count, error);
	db_pool_give(task->worker->pool, db);
	return err;
}
