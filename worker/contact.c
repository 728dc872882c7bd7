#include "contact.h"
#include "access.h"
#include "adopt.h"
#include "base/json.h"
#include "books/contact.h"
#include "post.h"
#include "sage/errors.h"

#include <stdio.h>
#include <string.h>

#define REFERENCES_MAX 16 /* one customer's contacts in other currencies */

static struct post contact_post(const struct task *task, const struct books_contact_key *key)
{
	return (struct post){
		.key = {task->binding.id, task->binding.business, key->kind, key->magento_id},
		.path = CONTACTS_PATH,
	};
}

/* References that the same buyer's contacts in other currencies hold. */
static enum led_err list_taken(struct task *task, const struct books_contact_key *key,
			       const char *taken[REFERENCES_MAX], size_t *count,
			       struct led_error *error)
{
	struct db *db;
	struct xref_item *items;
	size_t found = 0;
	const char *prefix = arena_strndup(task->job_arena, key->kind,
					   (size_t)(strchr(key->kind, ':') - key->kind + 1));
	const struct xref_key all = {task->binding.id, task->binding.business,
				     prefix ? prefix : key->kind, key->magento_id};
	*count = 0;
	enum led_err err = db_pool_take(task->worker->pool, &db, error);
	if (!err)
		err = xref_list(db, task->job_arena, &all, &items, &found, error);
	db_pool_give(task->worker->pool, db);
	for (size_t i = 0; !err && i < found && *count < REFERENCES_MAX; i++)
		if (items[i].xref.reference)
			taken[(*count)++] = items[i].xref.reference;
	return err;
}

static enum led_err reserved(const char *reference, struct led_error *error)
{
	return led_fail(
		error, LED_PROVIDER, "reference_reserved",
		"Sage still holds the reference '%s' of a deleted contact: delete it for good "
		"in Sage (Settings → Deletion), or link the contact by hand.",
		reference);
}

/* The contact that has the reference is ours when it is the same person's, in the same
 * currency; xref->found says so. */
static enum led_err find_own(struct task *task, const struct books_contact *contact,
			     const char *currency, struct xref *xref, struct led_error *error)
{
	const struct adoption adoption = {
		.path = CONTACTS_PATH,
		.member = "reference",
		.wanted = contact->reference,
		.email = contact->email,
		.currency = currency,
	};
	return adopt(task, &adoption, xref, error);
}

/* Sage refused the reference as taken. */
static enum led_err adopt_contact(struct task *task, const struct books_contact *contact,
				  const char *currency, struct xref *xref, struct led_error *error)
{
	enum led_err err = find_own(task, contact, currency, xref, error);
	return err || xref->found ? err : reserved(contact->reference, error);
}

/* What an old intent became is looked up, and by more than its reference, which somebody else's
 * contact may have. When it became nothing, a new one takes its place. */
static enum led_err settle_old(struct task *task, const struct books_contact *contact,
			       const char *currency, const struct post *post, struct intent *intent,
			       struct xref *xref, struct led_error *error)
{
	if (!intent->found || !intent->too_old)
		return LED_OK;
	enum led_err err = find_own(task, contact, currency, xref, error);
	if (err || xref->found)
		return post_look_refused(err, error);
	intent->found = false;
	return post_forget(task, post, error);
}

static enum led_err create(struct task *task, const struct books_context *books,
			   const struct books_contact_input *input, const struct post *like,
			   struct intent *intent, struct xref *xref, struct led_error *error)
{
	struct books_contact contact = {0};
	struct post post = *like;
	struct json_object *answer = NULL;
	unsigned char digest[DIGEST_SIZE];
	enum led_err err = books_contact_body(books, input, &contact, error);
	post.reference = contact.reference;
	/* Updates are told by the body that an update would have. */
	if (!err && input->choice == BOOKS_CONTACT_OWN && input->buyer->magento_id) {
		err = contact_digest(books, input->buyer, input->currency, digest, error);
		post.digest = digest;
	}
	if (!err)
		err = settle_old(task, &contact, input->currency, &post, intent, xref, error);
	if (!err && !intent->found)
		err = post_intend(task, &post, contact.body, 0, NULL, intent, error);
	if (!err && !xref->found)
		err = post_send(task, &post, intent, xref, &answer, error);
	if (err == LED_PROVIDER && sage_refused_field(error, "reference"))
		err = adopt_contact(task, &contact, input->currency, xref, error);
	if (!err)
		err = post_settle_now(task, &post.key, xref, error);
	json_object_put(answer);
	return err;
}

static enum led_err choose(struct task *task, const struct books_context *books,
			   const struct contact_wanted *wanted, enum books_contact_choice *choice,
			   struct books_contact_key *key, struct xref *xref, struct intent *intent,
			   struct led_error *error)
{
	enum led_err err =
		books_contact_key(BOOKS_CONTACT_OWN, wanted->buyer, wanted->currency, key, error);
	if (err)
		return err;
	struct post post = contact_post(task, key);
	err = post_look(task, &post, xref, intent, error);
	if (err)
		return err;
	*choice = books_contact_choose(books->policy, wanted->buyer, xref->found,
				       wanted->grand_total);
	if (*choice == BOOKS_CONTACT_OWN)
		return LED_OK;
	err = books_contact_key(*choice, wanted->buyer, wanted->currency, key, error);
	post = contact_post(task, key);
	return err ? err : post_look(task, &post, xref, intent, error);
}

/* The contact under that key, made when it is not there yet. */
static enum led_err ensure(struct task *task, const struct books_context *books,
			   const struct contact_wanted *wanted, enum books_contact_choice choice,
			   const struct books_contact_key *key, struct intent *intent,
			   struct xref *xref, struct led_error *error)
{
	const char *taken[REFERENCES_MAX];
	struct books_contact_input input = {
		.choice = choice,
		.buyer = wanted->buyer,
		.billing = wanted->billing,
		.currency = wanted->currency,
		.taken = taken,
	};
	const struct post post = contact_post(task, key);
	if (xref->found)
		return LED_OK;
	enum led_err err = list_taken(task, key, taken, &input.taken_count, error);
	return err ? err : create(task, books, &input, &post, intent, xref, error);
}

static void note_choice(const struct books_context *books, const struct contact_wanted *wanted,
			enum books_contact_choice choice, bool is_known)
{
	bool is_own = choice == BOOKS_CONTACT_OWN;
	const char *rule = books_contact_why(books->policy, wanted->buyer, is_own && is_known,
					     wanted->grand_total);
	books_because(books, "contact",
		      books_why(books, "%s: %s%s", is_own ? "the buyer's own" : "the fallback",
				rule,
				is_known ? ""
					 : "; there is none in this currency yet, and the request "
					   "before makes it"));
}

enum led_err contact_ensure(struct task *task, const struct books_context *books,
			    const struct contact_wanted *wanted, const char **sage_id,
			    struct led_error *error)
{
	enum books_contact_choice choice;
	struct books_contact_key key = {0};
	struct xref xref = {0};
	struct intent intent = {0};
	enum led_err err = choose(task, books, wanted, &choice, &key, &xref, &intent, error);
	bool is_known = xref.found;
	if (!err)
		err = ensure(task, books, wanted, choice, &key, &intent, &xref, error);
	*sage_id = err ? NULL : xref.sage_id;
	if (!err)
		note_choice(books, wanted, choice, is_known);
	return err;
}

enum led_err contact_ensure_own(struct task *task, const struct books_context *books,
				const struct contact_wanted *wanted, struct xref *xref,
				struct led_error *error)
{
	struct books_contact_key key = {0};
	struct intent intent = {0};
	enum led_err err =
		books_contact_key(BOOKS_CONTACT_OWN, wanted->buyer, wanted->currency, &key, error);
	const struct post post = contact_post(task, &key);
	if (!err)
		err = post_look(task, &post, xref, &intent, error);
	return err ? err
		   : ensure(task, books, wanted, BOOKS_CONTACT_OWN, &key, &intent, xref, error);
}
