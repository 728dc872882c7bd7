#include "gate.h"
#include "base/clock.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "crypto/seal.h"
#include "store/place.h"

#include <mysqld_error.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CACHE_SETS 2048   /* enough for several thousand shops at once */
#define CACHE_WAYS 4      /* keys to a set; one is about 180 bytes */
#define CACHE_MS   600000 /* the epoch tells what changed; this is for keys nobody asks for */

struct key {
	char binding[UUID_SIZE]; /* lower case; "" = empty slot */
	int64_t account, key_version, lane, policy, epoch;
	int64_t loaded_ms;
	int64_t previous_until_ms; /* monotonic; what is kept must not outlive it */
	unsigned char current[SUBKEY_SIZE];
	unsigned char previous[SUBKEY_SIZE];
	bool has_previous;
	bool pairing; /* a new key may be in use that is not ours yet */
};

struct gate {
	const struct config *config;
	struct seal_keys *seal; /* NULL until the key files could be read */
	int64_t epoch;
	struct key keys[CACHE_SETS][CACHE_WAYS];
};

struct gate *gate_new(const struct config *config)
{
	struct gate *gate = calloc(1, sizeof *gate);
	if (gate)
		gate->config = config;
	return gate;
}

void gate_free(struct gate *gate)
{
	if (!gate)
		return;
	seal_keys_free(gate->seal);
	explicit_bzero(gate, sizeof *gate);
	free(gate);
}

void gate_set_epoch(struct gate *gate, int64_t epoch)
{
	gate->epoch = epoch;
}

/* The binding's slot, or the one to give up for it: the longest kept of its set (FNV-1a). */
static struct key *slot_of(struct gate *gate, const char *binding)
{
	uint32_t hash = 2166136261u;
	for (const char *s = binding; *s; s++)
		hash = (hash ^ (unsigned char)*s) * 16777619u;
	struct key *set = gate->keys[hash % CACHE_SETS];
	struct key *slot = set;
	for (size_t i = 0; i < CACHE_WAYS; i++) {
		if (strcmp(set[i].binding, binding) == 0)
			return &set[i];
		if (set[i].loaded_ms < slot->loaded_ms)
			slot = &set[i];
	}
	return slot;
}

static enum led_err open_key(struct gate *gate, const struct seal_place *place,
			     const struct db_value *sealed, unsigned char *out,
			     struct led_error *error)
{
	struct secret secret = {0};
	enum led_err err = seal_open(gate->seal, SEAL_INTAKE, place, sealed->data, sealed->len,
				     &secret, error);
	if (!err && secret.len != SUBKEY_SIZE)
		err = led_fail(error, LED_INTERNAL, "seal_broken",
			       "A verifying key has a wrong size.");
	if (!err)
		memcpy(out, secret.bytes, SUBKEY_SIZE);
	secret_release(&secret);
	return err;
}

static enum led_err fill_slot(struct gate *gate, const char *binding, const struct db_rows *rows,
			      struct key *slot, struct led_error *error)
{
	struct place where = place_of(db_at_int(rows, 0, 0), binding);
	struct seal_place place = place_outbound_key(&where);
	const struct db_value *previous = db_at(rows, 0, 4);
	*slot = (struct key){.account = db_at_int(rows, 0, 0),
			     .key_version = db_at_int(rows, 0, 2),
			     .lane = db_at_int(rows, 0, 5),
			     .loaded_ms = clock_monotonic_ms(),
			     .has_previous = previous->kind != DB_NULL,
			     .pairing = db_at_int(rows, 0, 6) != 0,
			     .policy = db_at_int(rows, 0, 8),
			     .epoch = db_at_int(rows, 0, 9)};
	slot->previous_until_ms = slot->loaded_ms + db_at_int(rows, 0, 7) * 1000;
	enum led_err err = open_key(gate, &place, db_at(rows, 0, 3), slot->current, error);
	if (!err && slot->has_previous)
		err = open_key(gate, &place, previous, slot->previous, error);
	if (!err)
		snprintf(slot->binding, sizeof slot->binding, "%s", binding);
	return err;
}

static enum led_err refuse(struct led_error *error)
{
	return led_fail(error, LED_AUTH, "unauthorized", "The token was not accepted.");
}

/* A shop gives an event up for good on a 401, and this one may be signed with the key of a
 * pairing that is being settled at this moment. */
static enum led_err pairing_under_way(struct led_error *error)
{
	return led_fail(error, LED_DATABASE, "pairing_under_way",
			"The shop is being paired; the event is welcome afterwards.");
}

/* Reads the binding's key into its slot. LED_AUTH when there is no such active binding. */
static enum led_err load(struct gate *gate, struct db *db, struct arena *arena, const char *binding,
			 struct key **out, struct led_error *error)
{
	struct db_rows rows;
	struct key *slot = slot_of(gate, binding);
	explicit_bzero(slot, sizeof *slot);
	if (!gate->seal &&
	    seal_keys_load(gate->config->key_dir, 1U << SEAL_INTAKE, &gate->seal, error))
		return LED_INTERNAL;
	enum led_err err =
		db_query(db, arena, SQL_INTAKE_BINDING, DB_ARGS(DB_S(binding)), &rows, error);
	if (err)
		return err;
	if (rows.count && db_at_int(&rows, 0, 6))
		slot->pairing = true;
	if (rows.count == 0 || strcmp(db_at_text(&rows, 0, 1), "active") != 0)
		return slot->pairing ? pairing_under_way(error) : refuse(error);
	err = fill_slot(gate, binding, &rows, slot, error);
	if (!err) {
		gate_set_epoch(gate, slot->epoch);
		*out = slot;
	}
	return err;
}

static enum led_err verify(const struct gate *gate, const struct key *key, const char *token,
			   struct token_claims *claims, struct led_error *error)
{
	const struct secret current = {.bytes = (unsigned char *)key->current, .len = SUBKEY_SIZE};
	const struct secret previous = {.bytes = (unsigned char *)key->previous,
					.len = SUBKEY_SIZE};
	int64_t now = clock_now();
	int skew = gate->config->token_skew;
	size_t len = strlen(token);
	enum led_err err =
		token_verify(&current, token, len, key->binding, now, skew, claims, error);
	if (err == LED_AUTH && key->has_previous && clock_monotonic_ms() <= key->previous_until_ms)
		err = token_verify(&previous, token, len, key->binding, now, skew, claims, error);
	return err;
}

static enum led_err make_pass(const struct gate *gate, const struct key *key,
			      const struct token_claims *claims, struct gate_pass *pass,
			      struct led_error *error)
{
	char subject[UUID_SIZE + TOKEN_JTI_MAX + 1];
	unsigned char digest[DIGEST_SIZE];
	int len = snprintf(subject, sizeof subject, "%s %s", key->binding, claims->jti);
	if (digest_sha256(subject, (size_t)len, digest))
		return led_fail(error, LED_INTERNAL, "digest_failed", "SHA-256 failed.");
	*pass = (struct gate_pass){.account = key->account,
				   .key_version = key->key_version,
				   .lane = key->lane,
				   .policy = key->policy,
				   .epoch = key->epoch};
	memcpy(pass->binding, key->binding, sizeof pass->binding);
	memcpy(pass->token_hash, digest, sizeof pass->token_hash);
	pass->expires_at = claims->exp + gate->config->token_skew + 1;
	return LED_OK;
}

/* The tenant in lower case, as tokens are signed for and keys are sealed under it. */
static bool normalise(const char *tenant, char binding[UUID_SIZE])
{
	if (!text_is_uuid(tenant))
		return false;
	for (int i = 0; i < UUID_SIZE; i++)
		binding[i] =
			tenant[i] >= 'A' && tenant[i] <= 'F' ? (char)(tenant[i] + 32) : tenant[i];
	return true;
}

enum led_err gate_admit(struct gate *gate, struct db *db, const struct http_request *request,
			const char *tenant, bool fresh, struct gate_pass *pass,
			struct led_error *error)
{
	char subject[UUID_SIZE], binding[UUID_SIZE];
	struct token_claims claims;
	const char *token = http_request_bearer(request);
	if (!token)
		return refuse(error);
	if (!tenant)
		tenant = token_subject(token, strlen(token), subject) ? subject : "";
	if (!normalise(tenant, binding))
		return refuse(error);
	struct key *key = slot_of(gate, binding);
	bool known = !fresh && key->epoch == gate->epoch && strcmp(key->binding, binding) == 0 &&
		     clock_monotonic_ms() - key->loaded_ms < CACHE_MS;
	if (known && verify(gate, key, token, &claims, error) == LED_OK)
		return make_pass(gate, key, &claims, pass, error);
	/* What is no token at all costs no read of the database. */
	if (!token_subject(token, strlen(token), subject))
		return refuse(error);
	enum led_err err = load(gate, db, request->arena, binding, &key, error);
	if (!err)
		err = verify(gate, key, token, &claims, error);
	if (err == LED_AUTH && key->pairing)
		return pairing_under_way(error);
	return err ? err : make_pass(gate, key, &claims, pass, error);
}

enum led_err gate_admit_once(struct gate *gate, struct db *db, const struct http_request *request,
			     struct gate_pass *pass, struct led_error *error)
{
	enum led_err err = gate_admit(gate, db, request, NULL, true, pass, error);
	if (err)
		return err;
	err = db_run(
		db, SQL_INTAKE_TOKEN_USE,
		DB_ARGS(DB_B(pass->token_hash, sizeof pass->token_hash), DB_I(pass->expires_at)),
		error);
	if (err && db_errno(db) == ER_DUP_ENTRY)
		return refuse(error);
	return err;
}
