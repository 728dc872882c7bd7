/*
 * Pairing at rest. An attempt's keys are stored as pending before the shop is called; they
 * take over in one transaction when the shop has taken them, and go when it has not. A crash
 * in between leaves them pending, for a later ping to decide. The api_key itself is never
 * stored: its two subkeys are, each sealed as the column that it will move to.
 */
#ifndef STORE_PAIRING_H
#define STORE_PAIRING_H

#include "base/secret.h"
#include "crypto/digest.h"
#include "crypto/random.h"
#include "crypto/seal.h"
#include "db/db.h"
#include "store/audit.h"

/* An attempt is its own program's matter for this long; then anybody may settle it. */
#define PAIRING_ALONE_SECONDS 60
#define PAIRING_SEALED        (SUBKEY_SIZE + SEAL_OVERHEAD)

struct pairing {
	char binding[UUID_SIZE];
	int64_t account;
	const char *shop_url;
	unsigned char key[PAIRING_SEALED]; /* the pending inbound key: names this attempt */
	bool hopeless; /* of an unsettled one: the shop was never paired, for a day by now */
};

/* What the shop is to be given; the caller releases both. */
struct pairing_secrets {
	struct secret api_key;     /* 64 hex digits */
	struct secret inbound_key; /* signs our calls once the shop has the api_key */
};

/* Begins an attempt: finds the account's binding of this shop (revoked ones too: it is
 * revived) or makes one, and stores fresh keys as pending. `keys` holds both rings.
 * LED_VALIDATION "pairing_in_progress" when another attempt began a moment ago or is not
 * settled. */
enum led_err pairing_begin(struct db *db, struct arena *arena, const struct seal_keys *keys,
			   int64_t account, const char *shop_url, struct pairing *pairing,
			   struct pairing_secrets *secrets, struct led_error *error)
	__attribute__((warn_unused_result));

/* The shop has the keys: they are the binding's, and what it waited with goes on. False in
 * *accepted when this attempt was settled by somebody else. */
enum led_err pairing_accept(struct db *db, struct arena *arena, const struct pairing *pairing,
			    const struct audit_entry *audit, bool *accepted,
			    struct led_error *error) __attribute__((warn_unused_result));

/* The shop did not take them: they go, and a binding that was new with them. */
enum led_err pairing_refuse(struct db *db, const struct pairing *pairing, struct led_error *error)
	__attribute__((warn_unused_result));

/* Nobody can tell yet: asked again in PAIRING_ALONE_SECONDS. */
enum led_err pairing_put_off(struct db *db, const struct pairing *pairing, struct led_error *error)
	__attribute__((warn_unused_result));

/* Attempts to be settled, in the arena: of one shop (`shop_url`), or with NULL of the whole
 * installation, a few at a time. */
enum led_err pairing_unsettled(struct db *db, struct arena *arena, int64_t account,
			       const char *shop_url, struct pairing **list, size_t *count,
			       struct led_error *error) __attribute__((warn_unused_result));

/* The key under which a ping says whether the shop took it; the caller releases it. */
enum led_err pairing_open_key(const struct seal_keys *keys, const struct pairing *pairing,
			      struct secret *key, struct led_error *error)
	__attribute__((warn_unused_result));

#endif
