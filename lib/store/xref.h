/*
 * Cross-references and intents: what makes one Magento record one Sage record. A
 * cross-reference says it exists; an intent, committed before the POST, holds the very
 * bytes that were or will be sent, so that whatever crashes, a repeat is the same.
 */
#ifndef STORE_XREF_H
#define STORE_XREF_H

#include "base/arena.h"
#include "crypto/digest.h"
#include "db/db.h"

#define INTENT_ID_SIZE 33 /* 32 hex digits and the NUL */

/* Which record: of this binding and this Sage business, a kind and Magento's key for it. */
struct xref_key {
	const char *binding, *business, *kind, *magento_key;
};

struct xref {
	bool found;
	const char *sage_id, *displayed_as; /* in the arena */
	unsigned char digest[DIGEST_SIZE];  /* SHA-256 of the body last sent */
	/* In the arena; NULL where it does not apply or was not known. */
	const char *contact_id;    /* Sage's, of documents */
	const char *reference;     /* as sent; of items their code */
	const char *document_date; /* YYYY-MM-DD, as sent */
	const char *total;         /* as Sage answered it */
	const char *stock_qty;     /* of stock items: the shop's quantity last settled */
};

enum led_err xref_get(struct db *db, struct arena *arena, const struct xref_key *key,
		      struct xref *xref, struct led_error *error)
	__attribute__((warn_unused_result));
enum led_err xref_put(struct db *db, const struct xref_key *key, const struct xref *xref,
		      struct led_error *error) __attribute__((warn_unused_result));

/* The Magento key under which a Sage record is cross-referenced; *owner is NULL for none. Of
 * `key` the Magento key is not read. */
enum led_err xref_owner(struct db *db, struct arena *arena, const struct xref_key *key,
			const char *sage_id, const char **owner, struct led_error *error)
	__attribute__((warn_unused_result));

/* Gives a Sage record's cross-reference to the Magento key of `key`. */
enum led_err xref_rekey(struct db *db, const struct xref_key *key, const char *sage_id,
			struct led_error *error) __attribute__((warn_unused_result));

/* Puts a Sage record's cross-reference under a Magento key that no record of the shop has:
 * Sage's was deleted, or is no longer the one. Of `key` the Magento key is not read. */
enum led_err xref_set_aside(struct db *db, const struct xref_key *key, const char *sage_id,
			    struct led_error *error) __attribute__((warn_unused_result));

/* Whether a Magento key is one of those. */
bool xref_is_aside(const char *magento_key);

/* One of several cross-references of one Magento key. */
struct xref_item {
	const char *kind;
	struct xref xref; /* id, displayed_as, digest and reference */
};

/* Of all kinds that begin with `kind_prefix` ("contact:"; "" = all), in the arena: one
 * customer's contacts in every currency, one product in whatever family it is. */
enum led_err xref_list(struct db *db, struct arena *arena, const struct xref_key *key_prefix,
		       struct xref_item **items, size_t *count, struct led_error *error)
	__attribute__((warn_unused_result));

/* The references of all records of a kind, in the arena: the SKUs of a family. */
enum led_err xref_references(struct db *db, struct arena *arena, const char *binding,
			     const char *business, const char *kind, const char ***references,
			     size_t *count, struct led_error *error)
	__attribute__((warn_unused_result));

/* Notes the shop's quantity that is settled in Sage. */
enum led_err xref_put_stock(struct db *db, const struct xref_key *key, const char *quantity,
			    struct led_error *error) __attribute__((warn_unused_result));

struct intent {
	bool found;
	bool too_old; /* older than six days: Sage forgets ids after seven */
	char idempotency_id[INTENT_ID_SIZE];
	const char *path, *reference, *body; /* in the arena */
	unsigned char digest[DIGEST_SIZE];
};

enum led_err intent_get(struct db *db, struct arena *arena, const struct xref_key *key,
			struct intent *intent, struct led_error *error)
	__attribute__((warn_unused_result));
enum led_err intent_put(struct db *db, const struct xref_key *key, const struct intent *intent,
			struct led_error *error) __attribute__((warn_unused_result));
enum led_err intent_delete(struct db *db, const struct xref_key *key, struct led_error *error)
	__attribute__((warn_unused_result));

#endif
