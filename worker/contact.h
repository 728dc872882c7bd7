/* The Sage contact of a document's buyer: known, found, or made on the way. */
#ifndef WORKER_CONTACT_H
#define WORKER_CONTACT_H

#include "books/books.h"
#include "magento/entity.h"
#include "store/xref.h"
#include "worker.h"

struct contact_wanted {
	const struct magento_contact *buyer;
	const struct magento_address *billing; /* the document's, may be NULL */
	const char *currency;
	int64_t grand_total; /* minor units */
};

/* *sage_id lives in the job's arena. */
enum led_err contact_ensure(struct task *task, const struct books_context *books,
			    const struct contact_wanted *wanted, const char **sage_id,
			    struct led_error *error) __attribute__((warn_unused_result));

/* The buyer's own contact, whatever consolidation says. */
enum led_err contact_ensure_own(struct task *task, const struct books_context *books,
				const struct contact_wanted *wanted, struct xref *xref,
				struct led_error *error) __attribute__((warn_unused_result));

/* After Sage refused a document for its contact (`error` says so): whether that was deleted
 * there. Returns, in `error` too, what the document's job is to return: the refusal itself
 * when the contact is still there, else something to try again, or that nothing helps. */
enum led_err contact_refused(struct task *task, const char *sage_id, struct led_error *error)
	__attribute__((warn_unused_result));

/*
 * Updates a contact in Sage when what the shop says of the customer differs from what was last
 * sent (its digest is kept with the cross-reference); *updated says whether a call was made.
 * A customer whose company the shop does not tell renames no contact that is called after
 * one: its present name is asked for first.
 */
struct contact_held {
	const char *kind; /* "contact:EUR" */
	const struct xref *xref;
};
enum led_err contact_update(struct task *task, const struct books_context *books,
			    const struct magento_contact *customer, const struct contact_held *held,
			    bool *updated, struct led_error *error)
	__attribute__((warn_unused_result));

/* The same for the customer's own contact in a currency, when there is one. */
enum led_err contact_update_known(struct task *task, const struct books_context *books,
				  const struct magento_contact *customer, const char *currency,
				  bool *updated, struct led_error *error)
	__attribute__((warn_unused_result));

/* All contacts of a registered customer, in the job's arena. */
enum led_err contact_list(struct task *task, int64_t customer, struct xref_item **items,
			  size_t *count, struct led_error *error)
	__attribute__((warn_unused_result));

/* SHA-256 of the body that would update the customer's contact in a currency. */
enum led_err contact_digest(const struct books_context *books,
			    const struct magento_contact *customer, const char *currency,
			    unsigned char digest[DIGEST_SIZE], struct led_error *error)
	__attribute__((warn_unused_result));

#endif
