/* What an account's plan lets an event do. */
#ifndef WORKER_ENTITLEMENT_H
#define WORKER_ENTITLEMENT_H

#include "books/books.h"
#include "worker.h"

struct entitlement {
	enum plan_feature feature; /* the event's; PLAN_FEATURES: it is in every plan */
	const char *currency;      /* a document's; NULL: the event has none */
	int64_t store;             /* a document's; 0: not known, or the event has none */
};

/*
 * Whether the plan has the feature, foreign currency where the document is in one, the store,
 * and room for this binding. A plan of one store posts the documents of the first store that
 * the filters name, else of the one that the first document in Sage came from.
 */
enum led_err entitlement_check(struct task *task, const struct books_context *books,
			       const struct entitlement *asked, bool *granted,
			       struct led_error *error) __attribute__((warn_unused_result));

#endif
