/*
 * The gate: whose token is this? Keeps opened verifying keys in memory, bounded, so
 * that the hot path asks the database nothing before its one transaction. What is kept
 * may be stale, so it never refuses by itself: before any 401 the key is read anew,
 * and the transaction checks that no binding changed since, by their common epoch, or
 * that this one did not, by its key version.
 */
#ifndef WEBHOOK_GATE_H
#define WEBHOOK_GATE_H

#include "base/config.h"
#include "crypto/token.h"
#include "db/db.h"
#include "http/request.h"

struct gate;

/* One use of one token. */
struct gate_pass {
	char binding[UUID_SIZE];
	int64_t account, key_version;
	int64_t lane;                 /* of the binding's calls to Sage; 0 when it has none */
	int64_t policy;               /* the version of the binding's settings */
	int64_t epoch;                /* of all bindings, when this was read */
	unsigned char token_hash[16]; /* what remembers the token's one use */
	int64_t expires_at;           /* Unix seconds: when that may be forgotten */
};

/* `config` is borrowed. NULL when memory is short. */
struct gate *gate_new(const struct config *config);
void gate_free(struct gate *gate);

/* Checks the request's bearer token. `tenant` is the path's, NULL where the token's own
 * sub names it. LED_OK fills `pass`; LED_AUTH is a certain refusal; anything else (database,
 * keys) is temporary. With `fresh` the key is read from the database in any case. */
enum led_err gate_admit(struct gate *gate, struct db *db, const struct http_request *request,
			const char *tenant, bool fresh, struct gate_pass *pass,
			struct led_error *error) __attribute__((warn_unused_result));

/* The epoch as the database has it now: what was kept under another is read anew. */
void gate_set_epoch(struct gate *gate, int64_t epoch);

/* For reads, which have no transaction of their own: admits with a fresh key and uses the
 * token up. */
enum led_err gate_admit_once(struct gate *gate, struct db *db, const struct http_request *request,
			     struct gate_pass *pass, struct led_error *error)
	__attribute__((warn_unused_result));

#endif
