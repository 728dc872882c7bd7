/* The words for what the tables hold; those for reasons and errors are lib/books's. */
#ifndef DASHBOARD_WORDS_H
#define DASHBOARD_WORDS_H

#include "store/history.h"

struct words_state {
	const char *name;   /* in the URL: "synced" */
	const char *label;  /* "Synced" */
	const char *symbol; /* so that no colour is needed */
};
extern const struct words_state WORDS_STATES[HISTORY_STATES]; /* by enum history_state */

struct words_event {
	const char *event; /* "invoice.created" */
	const char *label; /* "Invoice" */
};
extern const struct words_event WORDS_EVENTS[];
extern const size_t WORDS_EVENT_COUNT;

/* The event's label; its own name when it is none of ours. */
const char *words_event(const char *event);

/* What a failure of this class is, when the run has no sentence of its own. */
const char *words_error_class(const char *class);

/* "Sent again later" … for an attempt's outcome; the code itself when unknown. */
const char *words_outcome(const char *outcome);

#endif
