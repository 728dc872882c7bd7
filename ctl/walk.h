/*
 * Walking a shop's documents. The shop has no listing, but its ids are consecutive with gaps:
 * they are asked for one after another, from behind the last one that came before the period,
 * until 50 in a row are missing or later than the period.
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

/* A document of the shop as far as a comparison needs it, in the command's arena. */
struct walk_document {
	int64_t magento_id;
	const char *number, *currency, *date; /* the date in the business's calendar */
	int64_t total;
};

struct walk_documents {
	struct walk_document *item;
	size_t count, room;
};

/* All of a kind, invoices or credit memos, that were created in the period. */
enum led_err walk_documents(struct desk *desk, const struct books_context *books,
			    const char *entity_type, const struct walk_period *period,
			    struct walk_documents *out, struct led_error *error)
	__attribute__((warn_unused_result));

#endif
