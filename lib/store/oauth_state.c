#include "store/oauth_state.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "store/place.h"

#include <openssl/crypto.h>
#include <string.h>

#define RANDOM_BYTES    32
#define VERIFIER_SEALED (OAUTH_VERIFIER_SIZE + SEAL_OVERHEAD)

static enum led_err hash(const char *text, unsigned char out[DIGEST_SIZE], struct led_error *error)
{
	if (digest_sha256(text, strlen(text), out))
		return led_fail(error, LED_INTERNAL, "digest_failed", "SHA-256 failed.");
	return LED_OK;
}

static enum led_err random_text(char out[OAUTH_STATE_SIZE], struct led_error *error)
{
	unsigned char bytes[RANDOM_BYTES];
	if (random_bytes(bytes, sizeof bytes))
		return led_fail(error, LED_INTERNAL, "no_randomness", "No random bytes.");
	text_base64url(bytes, sizeof bytes, out);
	explicit_bzero(bytes, sizeof bytes);
	return LED_OK;
}

static enum led_err seal_verifier(const struct seal_keys *keys, const struct oauth_beginning *b,
				  unsigned char out[VERIFIER_SEALED], size_t *len,
				  struct led_error *error)
{
	struct place where = place_of(b->account, b->binding);
	struct seal_place place = place_verifier(&where);
	struct secret verifier = {0};
	enum led_err err;
	if (!secret_set(&verifier, b->verifier, strlen(b->verifier)))
		return led_fail(error, LED_INTERNAL, "out_of_memory", "A verifier.");
	err = seal_close(keys, SEAL_VAULT, &place, &verifier, out, VERIFIER_SEALED, len, error);
	secret_release(&verifier);
	return err;
}

enum led_err oauth_state_begin(struct db *db, const struct seal_keys *keys,
			       struct oauth_beginning *b, struct led_error *error)
{
	unsigned char state_hash[DIGEST_SIZE], session_hash[DIGEST_SIZE], sealed[VERIFIER_SEALED];
	size_t len;
	enum led_err err = random_text(b->state, error);
	if (!err)
		err = random_text(b->verifier, error);
	if (!err)
		err = hash(b->state, state_hash, error);
	if (!err)
		err = hash(b->session_id, session_hash, error);
	if (!err)
		err = seal_verifier(keys, b, sealed, &len, error);
	if (!err)
		err = db_run(db, SQL_CONNECT_STATE_THIN, DB_ARGS(DB_S(b->binding)), error);
	if (!err)
		err = db_run(db, SQL_CONNECT_STATE_ADD,
			     DB_ARGS(DB_S(b->binding), DB_B(state_hash, sizeof state_hash),
				     DB_B(session_hash, sizeof session_hash), DB_I(b->account),
				     DB_S(b->region), DB_B(sealed, len)),
			     error);
	return err;
}

struct taking {
	struct arena *arena;
	const struct seal_keys *keys;
	unsigned char state_hash[DIGEST_SIZE], session_hash[DIGEST_SIZE];
	int64_t account;
	struct oauth_return *out;
};

static enum oauth_state_verdict judge(const struct taking *t, const struct db_rows *rows)
{
	if (!rows->count || db_at_int(rows, 0, 1) != t->account ||
	    db_at(rows, 0, 0)->len != DIGEST_SIZE ||
	    CRYPTO_memcmp(db_at(rows, 0, 0)->data, t->session_hash, DIGEST_SIZE) != 0)
		return OAUTH_STATE_UNKNOWN;
	if (db_at_int(rows, 0, 5))
		return OAUTH_STATE_USED;
	return db_at_int(rows, 0, 6) ? OAUTH_STATE_EXPIRED : OAUTH_STATE_GOOD;
}

static enum led_err take(struct db *db, void *context, struct led_error *error)
{
	const struct taking *t = context;
	struct oauth_return *out = t->out;
	struct db_rows rows;
	enum led_err err = db_query(db, t->arena, SQL_CONNECT_STATE_GET,
				    DB_ARGS(DB_B(t->state_hash, DIGEST_SIZE)), &rows, error);
	if (err)
		return err;
	secret_release(&out->verifier); /* of a try that met a deadlock */
	out->verdict = judge(t, &rows);
	if (out->verdict == OAUTH_STATE_UNKNOWN)
		return LED_OK;
	memcpy(out->binding, db_at_text(&rows, 0, 2), UUID_SIZE);
	memcpy(out->region, db_at_text(&rows, 0, 3), sizeof out->region);
	if (out->verdict != OAUTH_STATE_GOOD)
		return LED_OK;
	struct place where = place_of(t->account, out->binding);
	struct seal_place place = place_verifier(&where);
	const struct db_value *sealed = db_at(&rows, 0, 4);
	err = seal_open(t->keys, SEAL_VAULT, &place, sealed->data, sealed->len, &out->verifier,
			error);
	if (!err)
		err = db_run(db, SQL_CONNECT_STATE_USE, DB_ARGS(DB_B(t->state_hash, DIGEST_SIZE)),
			     error);
	return err;
}

enum led_err oauth_state_take(struct db *db, struct arena *arena, const struct seal_keys *keys,
			      const char *state, const char *session_id, int64_t account,
			      struct oauth_return *out, struct led_error *error)
{
	struct taking t = {.arena = arena, .keys = keys, .account = account, .out = out};
	*out = (struct oauth_return){0};
	enum led_err err = hash(state, t.state_hash, error);
	if (!err)
		err = hash(session_id, t.session_hash, error);
	if (!err)
		err = db_transaction(db, take, &t, error);
	if (err)
		secret_release(&out->verifier);
	return err;
}

enum led_err oauth_state_latest(struct db *db, struct arena *arena, const char *session_id,
				int64_t account, const char **binding, struct led_error *error)
{
	unsigned char session_hash[DIGEST_SIZE];
	struct db_rows rows;
	*binding = NULL;
	enum led_err err = hash(session_id, session_hash, error);
	if (!err)
		err = db_query(db, arena, SQL_CONNECT_STATE_LATEST,
			       DB_ARGS(DB_I(account), DB_B(session_hash, sizeof session_hash)),
			       &rows, error);
	if (!err && rows.count)
		*binding = db_at_text(&rows, 0, 0);
	return err;
}
