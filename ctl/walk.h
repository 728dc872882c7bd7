/*
 * Walking a shop's entities. The shop has no listing, but its ids are consecutive with gaps:
 * they are asked for one after another until 50 in a row are missing, and ids that a webhook
 * named are looked at beyond such a gap too.
 *
 * Invoices and credit memos are numbered as they are made, so their walk begins behind the last
 * one that came before the period and ends when 50 in a row are later. Customers and products
 * also count when they were changed in the period, so all of them are asked for; one that
 * tells no date counts as well, for it may be of the period.
 *
 * A walk is long, so it outlasts a shop's hiccup: what a shop does not answer, or asks to wait
 * for, is asked for again three times. One answer that is not as agreed does not end it either.
 */
#ifndef CTL_WALK_H
#define CTL_WALK_H

#include "desk.h"

#define WALK_MISSING_MAX 50

/* Days of the business's own calendar, both included. */
struct walk_period {
	char from[11], to[11]; /* YYYY-MM-DD */
};

/* --from and --to; exits as a usage error when they are no days. */
enum led_err walk_take_period(const struct ctl *ctl, struct walk_period *period,
			      struct led_error *error) __attribute__((warn_unused_result));

/* An entity of the shop as far as a comparison needs it, in the command's arena. */
struct walk_document {
	int64_t magento_id;
	int64_t created_at; /* Unix seconds; 0: the shop does not say */
	/* Of invoices and credit memos; else NULL and 0. */
	const char *number, *currency, *date; /* the date in the business's calendar */
	int64_t total;
	bool is_paid; /* an invoice */
	/* Why the shop's answer is none, or NULL. All else is then unknown but magento_id. */
	const char *unreadable;
};

struct walk_documents {
	struct walk_document *item;
	size_t count, room;
};

/* All of a kind ("invoice", "creditmemo", "customer", "product") of the period. */
enum led_err walk_documents(struct desk *desk, const struct books_context *books,
			    const char *entity_type, const struct walk_period *period,
			    struct walk_documents *out, struct led_error *error)
	__attribute__((warn_unused_result));

/* One of a kind by its id; *found is false when the shop does not have it, or when it is
 * unreadable. */
enum led_err walk_one(struct desk *desk, const struct books_context *books, const char *entity_type,
		      int64_t id, struct walk_document *document, bool *found,
		      struct led_error *error) __attribute__((warn_unused_result));

#endif
