/* Whose runs say how an entity stands: what the shop's grid shows, and /v1/status says. Two events
 * share an invoice. Source: the contract with the shops, where a row is one entity's. */
#ifndef STORE_STANDING_H
#define STORE_STANDING_H

#include <stdbool.h>

struct standing {
	const char *entity_type;
	const char *event;   /* whose outcome is the entity's */
	const char *overlay; /* whose failure shows over it; NULL: none */
};

/* NULL for a type that the shop does not show; `entity_type` may be NULL. */
const struct standing *standing_of(const char *entity_type);

/* Whether the overlay's run stands for the entity. Statuses of the latest runs; NULL: there is
 * none. An event that failed itself shows why it did, not what could not follow. */
bool standing_is_overlaid(const char *own, const char *overlay);

#endif
