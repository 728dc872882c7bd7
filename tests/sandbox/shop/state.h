/*
 * The mirror of sync states that the server's callbacks fill (the wire
 * contract, section 6). The functions want the shop's lock.
 */
#ifndef SHOP_STATE_H
#define SHOP_STATE_H

#include <json-c/json.h>
#include <stddef.h>

#define STATE_PROVIDER_SAGE "sage_accounting"

enum { STATE_TEXT_MAX = 64, STATE_PROVIDER_MAX = 32 };

/* One row of the table; texts are owned, NULL when the column is null. */
struct state_row {
	char *entity_type;
	long long magento_entity_id;
	char *provider;
	char *sync_status; /* synced, skipped, failed, pending */
	char *provider_entity_id;
	char *provider_reference;
	char *skip_reason;
	char *error_code;
	char *last_sync_at; /* "YYYY-MM-DD HH:MM:SS" as MariaDB would have kept it */
	long writes;        /* callbacks taken; not in Magento's table, for the tests */
};

struct state_list {
	struct state_row **rows; /* owned */
	size_t count, room;
};

void state_clear(struct state_list *list);

/* The row, made when it is not there. */
struct state_row *state_row(struct state_list *list, const char *entity_type, long long id,
			    const char *provider);

/* The row of an event just queued: pending, and only if there was none. */
void state_pending(struct state_list *list, const char *entity_type, long long id);

/* A copy cut at `max` characters (not bytes), as a VARCHAR does; NULL stays NULL. */
char *state_cut(const char *text, size_t max);

/* A DATETIME from what was sent: an offset is ignored, junk is 0000-00-00. */
char *state_datetime(const char *text);

/* With `chip` and `tooltip` as the grids show them. */
struct json_object *state_row_json(const struct state_row *row);

#endif
