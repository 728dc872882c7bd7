#include "post.h"
#include "access.h"
#include "base/json.h"
#include "base/log.h"
#include "crypto/random.h"
#include "settle.h"

#include <string.h>

static enum led_err no_memory(struct led_error *error)
{
	return led_fail(error, LED_INTERNAL, "out_of_memory", "No memory for a document.");
}

enum led_err post_look(struct task *task, const struct post *post, struct xref *xref,
		       struct intent *intent, struct led_error *error)
{
	struct db *db;
	enum led_err err = db_pool_take(task->worker->pool, &db, error);
	if (!err)
		err = xref_get(db, task->job_arena, &post->key, xref, error);
	if (!err)
		err = intent_get(db, task->job_arena, &post->key, intent, error);
	db_pool_give(task->worker->pool, db);
	return err;
}

struct intending {
	const struct post *post;
	const struct intent *intent;
	int64_t run;
	const char *warnings;
};

static enum led_err write_intent(struct db *db, void *context, struct led_error *error)
{
	const struct intending *intending = context;
	enum led_err err = intent_put(db, &intending->post->key, intending->intent, error);
	if (!err && intending->run)
		err = run_warn(db, intending->run, intending->warnings, error);
	return err;
}

enum led_err post_intend(struct task *task, const struct post *post, const char *body, int64_t run,
			 const char *warnings, struct intent *intent, struct led_error *error)
{
	*intent = (struct intent){.found = true, .path = post->path, .reference = post->reference};
	/* The digest is of the content alone, so that an unchanged record is known again. */
	enum led_err err = books_body_digest(body, intent->digest, error);
	if (err)
		return err;
	if (post->digest)
		memcpy(intent->digest, post->digest, sizeof intent->digest);
	if (random_hex(intent->idempotency_id, 16) == LED_OK)
		intent->body =
			books_with_idempotency_id(task->job_arena, body, intent->idempotency_id);
	if (!intent->body)
		return no_memory(error);
	struct intending intending = {post, intent, run, warnings};
	return settle_now(task, write_intent, &intending, error);
}

static enum led_err write_forget(struct db *db, void *context, struct led_error *error)
{
	return intent_delete(db, context, error);
}

/* A text member in the arena, NULL when there is none. */
static const char *keep(struct arena *arena, struct json_object *object, const char *key)
{
	const char *text = json_string(object, key);
	return text && *text ? arena_strdup(arena, text) : NULL;
}

/* The one resource object of a request's body. */
static struct json_object *resource_of(struct json_object *body)
{
	struct json_object_iterator at = json_object_iter_begin(body);
	return json_object_iter_peek_value(&at);
}

/* The record's own facts: what was sent, and the total that came of it. */
static enum led_err read_facts(struct arena *arena, const struct intent *intent,
			       struct json_object *answer, struct xref *xref,
			       struct led_error *error)
{
	struct json_object *body;
	struct decimal total;
	char text[DECIMAL_TEXT_MAX];
	enum led_err err = json_parse(intent->body, strlen(intent->body), &body, error);
	if (err)
		return err;
	struct json_object *sent = resource_of(body);
	xref->contact_id = keep(arena, sent, "contact_id");
	xref->reference = keep(arena, sent, "reference");
	if (!xref->reference)
		xref->reference = keep(arena, sent, "item_code");
	xref->document_date = keep(arena, sent, "date");
	if (json_decimal(json_member(answer, "total_amount"), MONEY_SCALE, &total))
		xref->total = arena_strdup(arena, decimal_print(total, text));
	json_object_put(body);
	return LED_OK;
}

enum led_err post_contact(struct task *task, const struct intent *intent, const char **sage_id,
			  struct led_error *error)
{
	struct json_object *body;
	enum led_err err = json_parse(intent->body, strlen(intent->body), &body, error);
	*sage_id = err ? NULL : keep(task->job_arena, resource_of(body), "contact_id");
	if (!err)
		json_object_put(body);
	return err;
}

static enum led_err read_answer(struct task *task, const struct intent *intent,
				struct json_object *answer, struct xref *xref,
				struct led_error *error)
{
	const char *id = json_string(answer, "id");
	const char *displayed_as = json_string(answer, "displayed_as");
	if (!id || strlen(id) != 32 || !displayed_as)
		return led_fail(error, LED_SERDE, "sage_answer_invalid",
				"Sage's answer has no id or displayed_as.");
	*xref = (struct xref){.found = true,
			      .sage_id = arena_strdup(task->job_arena, id),
			      .displayed_as = arena_strdup(task->job_arena, displayed_as)};
	memcpy(xref->digest, intent->digest, sizeof xref->digest);
	if (!xref->sage_id || !xref->displayed_as)
		return no_memory(error);
	enum led_err err = read_facts(task->job_arena, intent, answer, xref, error);
	/* How Sage displays a contact is somebody's name: the history keeps none. */
	if (!err && xref->reference && strcmp(intent->path, CONTACTS_PATH) == 0)
		xref->displayed_as = xref->reference;
	return err;
}

static bool is_text(struct json_object *item, const char *key, const char *wanted)
{
	const char *text = json_string(item, key);
	return text && strcmp(text, wanted) == 0;
}

/* Payments of one invoice share its reference: only one of the same amount is ours. */
static bool same_amount(struct json_object *item, struct json_object *sent)
{
	struct decimal here, there;
	if (!json_member(sent, "total_amount"))
		return true;
	return json_decimal(json_member(item, "total_amount"), MONEY_SCALE, &here) &&
	       json_decimal(json_member(sent, "total_amount"), MONEY_SCALE, &there) &&
	       here.units == there.units;
}

/* The one item of the list whose reference (or item code) is exactly this, or NULL. */
static struct json_object *find_reference(struct json_object *items, const char *reference,
					  struct json_object *sent)
{
	for (size_t i = 0; i < json_object_array_length(items); i++) {
		struct json_object *item = json_object_array_get_idx(items, i);
		if ((is_text(item, "reference", reference) ||
		     is_text(item, "item_code", reference)) &&
		    same_amount(item, sent))
			return item;
	}
	return NULL;
}

/* Sage keeps idempotency ids for seven days. After six, what an unsettled intent became is
 * looked up by its reference; *answer stays NULL when it became nothing. */
static enum led_err look_in_sage(struct task *task, const struct post *post,
				 const struct intent *intent, struct json_object **answer,
				 struct led_error *error)
{
	struct buf path;
	struct json_object *items = NULL, *body = NULL;
	buf_init(&path, 1024);
	if (post->list)
		buf_addf(&path, "%s&attributes=all", post->list);
	else
		buf_addf(&path, "%s?attributes=all&search=", intent->path);
	if (!post->list)
		sage_encode(&path, intent->reference);
	const struct access_call call = {.verb = ACCESS_LIST, .path = buf_str(&path)};
	enum led_err err = json_parse(intent->body, strlen(intent->body), &body, error);
	if (!err)
		err = path.failed ? no_memory(error) : access_sage(task, &call, &items, error);
	if (!err)
		*answer = json_object_get(
			find_reference(items, intent->reference, resource_of(body)));
	json_object_put(items);
	json_object_put(body);
	buf_release(&path);
	return err;
}

enum led_err post_forget(struct task *task, const struct post *post, struct led_error *error)
{
	return settle_now(task, write_forget, (void *)&post->key, error);
}

/* True when Sage said no and nothing was made. */
static bool is_refusal(enum led_err err)
{
	return err == LED_PROVIDER || err == LED_NOT_FOUND || err == LED_VALIDATION;
}

static enum led_err try_again(struct led_error *error)
{
	if (error)
		error->class = LED_HTTP;
	return LED_HTTP;
}

enum led_err post_look_refused(enum led_err err, struct led_error *error)
{
	return is_refusal(err) ? try_again(error) : err;
}

static enum led_err settle_old(struct task *task, const struct post *post,
			       const struct intent *intent, struct json_object **answer,
			       struct led_error *error)
{
	enum led_err err = look_in_sage(task, post, intent, answer, error);
	if (err || *answer)
		return post_look_refused(err, error);
	err = post_forget(task, post, error);
	if (err)
		return err;
	return led_fail(error, LED_HTTP, "intent_expired",
			"An unfinished post of more than six days ago is not in Sage; it is posted "
			"anew with the next attempt.");
}

enum led_err post_send(struct task *task, const struct post *post, const struct intent *intent,
		       struct xref *xref, struct json_object **answer, struct led_error *error)
{
	const struct access_call call = {
		.verb = ACCESS_POST, .path = intent->path, .body = intent->body};
	enum led_err err;
	*answer = NULL;
	if (intent->too_old)
		err = settle_old(task, post, intent, answer, error);
	else
		err = access_sage(task, &call, answer, error);
	if (!err)
		err = read_answer(task, intent, *answer, xref, error);
	/* An unreadable answer to a POST says nothing of whether the document was made. */
	if (err == LED_SERDE)
		return try_again(error);
	if (is_refusal(err)) {
		struct led_error why = error ? *error : (struct led_error){0};
		enum led_err forgotten = post_forget(task, post, error);
		if (forgotten)
			return forgotten;
		if (error)
			*error = why;
	}
	return err;
}

enum led_err post_settle(struct db *db, const struct xref_key *key, const struct xref *xref,
			 struct led_error *error)
{
	enum led_err err = xref_put(db, key, xref, error);
	return err ? err : intent_delete(db, key, error);
}

struct settling {
	const struct xref_key *key;
	const struct xref *xref;
};

static enum led_err write_settled(struct db *db, void *context, struct led_error *error)
{
	const struct settling *settling = context;
	return post_settle(db, settling->key, settling->xref, error);
}

enum led_err post_settle_now(struct task *task, const struct xref_key *key, const struct xref *xref,
			     struct led_error *error)
{
	struct settling settling = {key, xref};
	return settle_now(task, write_settled, &settling, error);
}
