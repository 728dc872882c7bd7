#include "words.h"

#include <string.h>

const struct words_state WORDS_STATES[HISTORY_STATES] = {
	[HISTORY_SYNCED] = {"synced", "Synced", "\u2713"},
	/* U+FE0E asks for the plain form where a font also has a coloured picture. */
	[HISTORY_PENDING] = {"pending", "Pending", "\u23f3\ufe0e"},
	[HISTORY_SKIPPED] = {"skipped", "Skipped", "\u23f8\ufe0e"},
	[HISTORY_FAILED] = {"failed", "Failed", "\u2717"},
};

const struct words_event WORDS_EVENTS[] = {
	{"invoice.created", "Invoice"},        {"invoice.paid", "Payment"},
	{"creditmemo.created", "Credit memo"}, {"customer.upserted", "Customer"},
	{"product.upserted", "Product"},
};
const size_t WORDS_EVENT_COUNT = sizeof(WORDS_EVENTS) / sizeof(WORDS_EVENTS[0]);

struct word {
	const char *code, *text;
};

static const struct word ERROR_CLASSES[] = {
	{"auth", "The connection is no longer accepted: reconnect it."},
	{"rate_limited", "Asked to wait; it is sent again by itself."},
	{"http", "The other side could not be reached; it is tried again by itself."},
	{"database", "Ledger's database had a fault; it is tried again by itself."},
	{"not_found", "What this event is about was not found."},
	{"validation", "The document does not pass the checks before posting."},
	{"provider", "Sage refused the document."},
	{"serde", "The answer was not what its contract says."},
	{"internal", "Something went wrong inside Ledger."},
};

static const struct word OUTCOMES[] = {
	{"succeeded", "Succeeded"}, {"skipped_by_policy", "Skipped by the settings"},
	{"failed", "Failed"},       {"retry", "Did not work, tried again later"},
	{"waiting", "Had to wait"},
};

static const char *find(const struct word *words, size_t count, const char *code)
{
	for (size_t i = 0; code && i < count; i++)
		if (strcmp(words[i].code, code) == 0)
			return words[i].text;
	return NULL;
}
#define FIND(words, code) find(words, sizeof(words) / sizeof((words)[0]), code)

const char *words_event(const char *event)
{
	for (size_t i = 0; i < WORDS_EVENT_COUNT; i++)
		if (strcmp(WORDS_EVENTS[i].event, event) == 0)
			return WORDS_EVENTS[i].label;
	return event;
}

const char *words_error_class(const char *class)
{
	return FIND(ERROR_CLASSES, class);
}

const char *words_outcome(const char *outcome)
{
	const char *text = FIND(OUTCOMES, outcome);

	return text ? text : outcome;
}
