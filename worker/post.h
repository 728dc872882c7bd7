/*
 * Posting exactly once. An intent with the very bytes is committed before the POST; its
 * idempotency id makes Sage answer a repeat with the first result. Whatever crashes, the
 * next attempt finds the intent and sends the same bytes again.
 */
#ifndef WORKER_POST_H
#define WORKER_POST_H

#include "store/xref.h"
#include "worker.h"

#include <json-c/json.h>

#define CONTACTS_PATH "/contacts" /* Sage displays these by people's names */

/* What one Magento record is to become. */
struct post {
	struct xref_key key;
	const char *path;      /* "/sales_invoices" */
	const char *reference; /* how to find it in Sage when the intent is too old to repeat */
	/* What to list for that; NULL: `path` searched for the reference. */
	const char *list;
	/* What the cross-reference keeps to tell changes by; NULL: the body's own digest. */
	const unsigned char *digest;
};

/* What is known already: a cross-reference, or an intent from an earlier attempt. */
enum led_err post_look(struct task *task, const struct post *post, struct xref *xref,
		       struct intent *intent, struct led_error *error)
	__attribute__((warn_unused_result));

/* Commits the intent to post `body` with an idempotency id of its own. `run` (0: none) is
 * given `warnings` (JSON or NULL) in the same transaction. */
enum led_err post_intend(struct task *task, const struct post *post, const char *body, int64_t run,
			 const char *warnings, struct intent *intent, struct led_error *error)
	__attribute__((warn_unused_result));

/* The contact that the intent's body names, in the job's arena; NULL when it names none. */
enum led_err post_contact(struct task *task, const struct intent *intent, const char **sage_id,
			  struct led_error *error) __attribute__((warn_unused_result));

/* What a refused look for an old intent's record means: nothing is known of the record, so
 * LED_HTTP, and it is looked for again. Any other outcome as it is. */
enum led_err post_look_refused(enum led_err err, struct led_error *error)
	__attribute__((warn_unused_result));

/* Sends the intent's bytes, or finds what they became. Fills `xref` and the answer, which
 * the caller owns. A refusal that is certain deletes the intent; after anything less the
 * intent stays, and the error is one that is tried again. */
enum led_err post_send(struct task *task, const struct post *post, const struct intent *intent,
		       struct xref *xref, struct json_object **answer, struct led_error *error)
	__attribute__((warn_unused_result));

/* Forgets an intent without sending it: what it was for is looked at anew. */
enum led_err post_forget(struct task *task, const struct post *post, struct led_error *error)
	__attribute__((warn_unused_result));

/* Inside a transaction: the record exists, the intent is done with. */
enum led_err post_settle(struct db *db, const struct xref_key *key, const struct xref *xref,
			 struct led_error *error) __attribute__((warn_unused_result));

/* The same in a transaction of its own, for records made on the way (contacts). */
enum led_err post_settle_now(struct task *task, const struct xref_key *key, const struct xref *xref,
			     struct led_error *error) __attribute__((warn_unused_result));

#endif
