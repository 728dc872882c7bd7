/* What every posted document has in common: described, intended, sent, its total compared. */
#ifndef WORKER_DOCUMENT_H
#define WORKER_DOCUMENT_H

#include "post.h"
#include "worker.h"

/* The key of a record in the job's arena. */
struct xref_key document_key(const struct task *task, const char *kind, int64_t magento_id);

/* The run's number, and for documents currency and total (else NULL), as the shop says. */
enum led_err document_describe(struct task *task, const struct run *run, const char *number,
			       const char *currency, const int64_t *total, struct led_error *error)
	__attribute__((warn_unused_result));

/* How a run ends whose record is there already. */
void document_known(const struct xref *xref, struct run_end *end);
void document_skipped(const char *reason, struct run_end *end);

/* Commits the intent to post a translated document. Its warnings join those of the job, and
 * all are noted on the run. */
enum led_err document_intend(struct task *task, const struct run *run,
			     const struct books_document *document, struct post *post,
			     struct intent *intent, struct led_error *error)
	__attribute__((warn_unused_result));

/* Sends it, and compares Sage's total with `total` (NULL: not known). Fills `xref` and `end`;
 * *answer may be NULL when nobody wants it, else the caller owns it. */
enum led_err document_send(struct task *task, const struct post *post, const struct intent *intent,
			   const int64_t *total, struct xref *xref, struct run_end *end,
			   struct json_object **answer, struct led_error *error)
	__attribute__((warn_unused_result));

/* When the shop or the settings could not be read (`err` says why) for a document that an earlier
 * attempt left: sends what it left, which needs neither, and makes it the one that is settled
 * with the run. Without an intent, or when our own database fails, it is `err` that stands. */
enum led_err document_send_unread(struct task *task, const struct post *post,
				  const struct intent *intent, const struct run *run,
				  struct run_end *end, enum led_err err, struct led_error *error)
	__attribute__((warn_unused_result));

/* Adds a warning to a run that ends well. */
enum led_err document_warn(struct task *task, const char *code, const char *detail,
			   struct run_end *end, struct led_error *error)
	__attribute__((warn_unused_result));

#endif
