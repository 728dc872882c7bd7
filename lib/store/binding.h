/* A binding as the worker needs it: whose it is, where its two sides are. */
#ifndef STORE_BINDING_H
#define STORE_BINDING_H

#include "base/arena.h"
#include "base/secret.h"
#include "crypto/seal.h"
#include "db/db.h"

struct binding {
	const char *id;
	int64_t account;
	const char *shop_url, *status, *sage_status, *magento_status;
	const char *region, *business; /* Sage's; NULL before a business is chosen */
	int64_t policy_version;
	int64_t key_version; /* counts pairings */
	bool paused;
	bool has_reference;
	const void *inbound_key; /* sealed; NULL after a disconnect */
	size_t inbound_key_len;
};

/* LED_NOT_FOUND when there is none. Everything lives in the arena. */
enum led_err binding_get(struct db *db, struct arena *arena, const char *id,
			 struct binding *binding, struct led_error *error)
	__attribute__((warn_unused_result));

/* How a binding that was read before stands now. */
enum binding_change {
	BINDING_AS_BEFORE,
	BINDING_CHANGED, /* let go, paused, paired or joined anew: read it again before going on */
	BINDING_PAIRING, /* as before, but a new pairing is under way */
};
enum led_err binding_compare(struct db *db, struct arena *arena, const struct binding *before,
			     enum binding_change *change, struct led_error *error)
	__attribute__((warn_unused_result));

/* The key that signs our calls to the shop; the caller releases it. */
enum led_err binding_open_inbound_key(const struct seal_keys *keys, const struct binding *binding,
				      struct secret *out, struct led_error *error)
	__attribute__((warn_unused_result));

enum led_err binding_set_sage_status(struct db *db, const char *id, const char *status,
				     struct led_error *error) __attribute__((warn_unused_result));
enum led_err binding_set_magento_status(struct db *db, const char *id, const char *status,
					struct led_error *error)
	__attribute__((warn_unused_result));

#endif
