/* Bindings as their pages show them: both sides' state, and nothing sealed. */
#ifndef STORE_CONNECTION_H
#define STORE_CONNECTION_H

#include "db/db.h"
#include "store/audit.h"

struct connection {
	const char *id, *shop_url;
	const char *status; /* active, revoked; one that was never paired is none */
	const char *magento_status, *sage_status;
	bool paused;
	const char *region, *business, *business_name; /* Sage's; NULL where there is none */
	int64_t paired_at, sage_connected_at, reference_at, pinged_at; /* 0 = never */
	bool pairing;        /* a new pairing is under way */
	bool refreshing;     /* its reference data are about to be read */
	const char *waiting; /* why its Sage lane waits; "" when it does not */
};

/* The account's, active ones first. */
enum led_err connection_list(struct db *db, struct arena *arena, int64_t account,
			     struct connection **list, size_t *count, struct led_error *error)
	__attribute__((warn_unused_result));

/* *out is NULL when the account has no such binding. `id` may be any text. */
enum led_err connection_get(struct db *db, struct arena *arena, int64_t account, const char *id,
			    struct connection **out, struct led_error *error)
	__attribute__((warn_unused_result));

/* Pauses or resumes; *changed is false when it was so already or is not active. */
enum led_err connection_pause(struct db *db, int64_t account, const char *id, bool paused,
			      const struct audit_entry *audit, bool *changed,
			      struct led_error *error) __attribute__((warn_unused_result));

/* Queues reading the reference data anew. The binding must have been found for the account. */
enum led_err connection_refresh(struct db *db, const struct connection *connection,
				struct led_error *error) __attribute__((warn_unused_result));

#endif
