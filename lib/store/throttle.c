#include "store/throttle.h"

#include "crypto/digest.h"

#include <stdio.h>
#include <string.h>

#define SUBJECT_MAX 512 /* bytes of "email:…" with the NUL */

/* An address is not stored in clear where only its equality counts. */
static enum led_err hash_subject(const char *kind, const char *value, unsigned char *hash,
				 struct led_error *error)
{
	char subject[SUBJECT_MAX];
	int len = snprintf(subject, sizeof(subject), "%s:%s", kind, value);

	if (len < 0 || len >= SUBJECT_MAX || digest_sha256(subject, (size_t)len, hash))
		return led_fail(error, LED_INTERNAL, "digest_failed", "What is throttled.");
	return LED_OK;
}

static enum led_err count(struct db *db, struct arena *arena, const char *kind, const char *value,
			  int64_t *tries, struct led_error *error)
{
	unsigned char hash[DIGEST_SIZE];
	struct db_rows rows;
	enum led_err err = hash_subject(kind, value, hash, error);

	if (!err)
		err = db_query(db, arena, SQL_THROTTLE_COUNT,
			       DB_ARGS(DB_B(hash, DIGEST_SIZE), DB_I(THROTTLE_WINDOW_SECONDS),
				       DB_I(THROTTLE_WINDOW_SECONDS)),
			       &rows, error);
	if (err)
		return err;
	if (rows.count != 1)
		return led_fail(error, LED_INTERNAL, "throttle_count", "No count came back.");
	*tries = db_at_int(&rows, 0, 0);
	return LED_OK;
}

enum led_err throttle_try(struct db *db, struct arena *arena, const char *email,
			  const char *address, bool *allowed, struct led_error *error)
{
	int64_t of_email = 0, of_address = 0;
	enum led_err err = count(db, arena, "email", email, &of_email, error);

	if (!err)
		err = count(db, arena, "address", address, &of_address, error);
	*allowed = !err && of_email <= THROTTLE_EMAIL_MAX && of_address <= THROTTLE_ADDRESS_MAX;
	return err;
}

enum led_err throttle_clear(struct db *db, const char *email, const char *address,
			    struct led_error *error)
{
	unsigned char hash[DIGEST_SIZE];
	enum led_err err = hash_subject("email", email, hash, error);

	if (!err)
		err = db_run(db, SQL_THROTTLE_FORGET, DB_ARGS(DB_B(hash, DIGEST_SIZE)), error);
	if (!err)
		err = hash_subject("address", address, hash, error);
	if (!err)
		err = db_run(db, SQL_THROTTLE_GIVE_BACK, DB_ARGS(DB_B(hash, DIGEST_SIZE)), error);
	return err;
}

enum led_err throttle_pairing(struct db *db, struct arena *arena, int64_t member, const char *host,
			      bool *allowed, struct led_error *error)
{
	char name[24];
	int64_t of_member = 0, of_host = 0;
	enum led_err err;

	snprintf(name, sizeof(name), "%lld", (long long)member);
	err = count(db, arena, "pairing", name, &of_member, error);
	if (!err)
		err = count(db, arena, "pairing-host", host, &of_host, error);
	*allowed =
		!err && of_member <= THROTTLE_PAIRING_MAX && of_host <= THROTTLE_PAIRING_HOST_MAX;
	return err;
}
