#include "store/second_factor.h"

#include "base/text.h"
#include "crypto/digest.h"
#include "crypto/random.h"
#include "crypto/totp.h"
#include "store/audit.h"
#include "store/mail.h"
#include "store/place.h"

#include <string.h>

#define CODE_BYTES  10 /* 80 bits: 16 digits of base32 */
#define CODE_DIGITS 16
#define CODE_GROUP  4
#define SEALED_SIZE (TOTP_SECRET_SIZE + SEAL_OVERHEAD)

enum led_err second_factor_get(struct db *db, struct arena *arena, const struct seal_keys *keys,
			       const struct session *by, struct second_factor *second_factor,
			       struct led_error *error)
{
	struct place member = place_of_member(by->account_id, by->member_id);
	struct seal_place place = place_totp_secret(&member);
	const struct db_value *sealed;
	struct db_rows rows;
	enum led_err err =
		db_query(db, arena, SQL_SECOND_FACTOR_GET,
			 DB_ARGS(DB_I(by->account_id), DB_I(by->member_id)), &rows, error);

	*second_factor = (struct second_factor){0};
	if (!err && !rows.count)
		err = led_fail(error, LED_NOT_FOUND, "member_unknown", "No such member.");
	if (err)
		return err;
	second_factor->confirmed = db_at_int(&rows, 0, 1) != 0;
	second_factor->last_step = db_at_int(&rows, 0, 2);
	sealed = db_at(&rows, 0, 0);
	if (sealed->kind == DB_NULL)
		return LED_OK;
	return seal_open(keys, SEAL_VAULT, &place, sealed->data, sealed->len,
			 &second_factor->secret, error);
}

enum led_err second_factor_begin(struct db *db, const struct seal_keys *keys,
				 const struct session *by, struct secret *secret,
				 struct led_error *error)
{
	struct place member = place_of_member(by->account_id, by->member_id);
	struct seal_place place = place_totp_secret(&member);
	unsigned char sealed[SEALED_SIZE];
	size_t len;
	enum led_err err = totp_new_secret(secret, error);

	if (!err)
		err = seal_close(keys, SEAL_VAULT, &place, secret, sealed, sizeof(sealed), &len,
				 error);
	if (!err)
		err = db_run(db, SQL_SECOND_FACTOR_BEGIN,
			     DB_ARGS(DB_B(sealed, len), DB_I(by->account_id), DB_I(by->member_id)),
			     error);
	if (!err && db_affected(db) != 1)
		err = led_fail(error, LED_VALIDATION, "second_factor_on", "One is in use.");
	if (err)
		secret_release(secret);
	return err;
}

struct change {
	const struct session *by;
	const char *address;
	int64_t step;
	unsigned char kept[DIGEST_SIZE];
	char (*codes)[SECOND_FACTOR_CODE_SIZE];
	const char *code; /* of second_factor_recover */
	bool accepted;
};

static enum led_err tell(struct db *db, const struct change *change, const char *action,
			 struct led_error *error)
{
	const struct audit_entry entry = {.account_id = change->by->account_id,
					  .actor = change->by->email,
					  .address = change->address,
					  .action = action};

	return audit_add(db, &entry, error);
}

static enum led_err write_to(struct db *db, const struct change *change, enum letter letter,
			     struct led_error *error)
{
	const struct letter_facts facts = {.account = change->by->account_name,
					   .who = change->by->email};

	return mail_add(db, change->by->account_id, change->by->email, letter, &facts, error);
}

/* The hash of a code as typed: hyphens, blanks and capitals do not count. False for text
 * that is no code. */
static bool hash_code(const char *code, unsigned char *hash)
{
	char digits[CODE_DIGITS];
	size_t len = 0;

	for (; *code; code++) {
		char c = *code;

		if (c == '-' || c == ' ')
			continue;
		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if (len == CODE_DIGITS || !((c >= 'a' && c <= 'z') || (c >= '2' && c <= '7')))
			return false;
		digits[len++] = c;
	}
	return len == CODE_DIGITS && digest_sha256(digits, CODE_DIGITS, hash) == LED_OK;
}

static bool new_code(char *out)
{
	unsigned char bytes[CODE_BYTES];
	char digits[TEXT_BASE32_SIZE(CODE_BYTES)];

	if (random_bytes(bytes, sizeof(bytes)))
		return false;
	text_base32(bytes, sizeof(bytes), digits);
	for (size_t i = 0; i < CODE_DIGITS; i++) {
		if (i && i % CODE_GROUP == 0)
			*out++ = '-';
		*out++ = (char)(digits[i] >= 'A' ? digits[i] - 'A' + 'a' : digits[i]);
	}
	*out = '\0';
	explicit_bzero(bytes, sizeof(bytes));
	explicit_bzero(digits, sizeof(digits));
	return true;
}

static enum led_err replace_codes(struct db *db, const struct change *change,
				  struct led_error *error)
{
	unsigned char hash[DIGEST_SIZE];
	enum led_err err =
		db_run(db, SQL_RECOVERY_CLEAR, DB_ARGS(DB_I(change->by->member_id)), error);

	for (int i = 0; !err && i < SECOND_FACTOR_CODES; i++) {
		if (!new_code(change->codes[i]) || !hash_code(change->codes[i], hash))
			return led_fail(error, LED_INTERNAL, "random_failed", "Recovery codes.");
		err = db_run(db, SQL_RECOVERY_ADD,
			     DB_ARGS(DB_I(change->by->member_id), DB_B(hash, DIGEST_SIZE)), error);
	}
	return err;
}

static enum led_err store_confirm(struct db *db, void *context, struct led_error *error)
{
	const struct change *c = context;
	enum led_err err = db_run(
		db, SQL_SECOND_FACTOR_CONFIRM,
		DB_ARGS(DB_I(c->step), DB_I(c->by->account_id), DB_I(c->by->member_id)), error);

	if (!err && db_affected(db) != 1)
		err = led_fail(error, LED_VALIDATION, "second_factor_on", "One is in use.");
	if (!err)
		err = replace_codes(db, c, error);
	if (!err)
		err = db_run(db, SQL_SESSION_CLOSE_OTHERS,
			     DB_ARGS(DB_I(c->by->member_id), DB_B(c->kept, DIGEST_SIZE)), error);
	if (!err)
		err = write_to(db, c, LETTER_SECOND_FACTOR_ON, error);
	return err ? err : tell(db, c, "second_factor.set_up", error);
}

enum led_err second_factor_confirm(struct db *db, const struct session *by, const char *address,
				   int64_t step, const char *kept,
				   char codes[SECOND_FACTOR_CODES][SECOND_FACTOR_CODE_SIZE],
				   struct led_error *error)
{
	struct change c = {.by = by, .address = address, .step = step, .codes = codes};
	enum led_err err = session_hash(kept, c.kept, error);

	return err ? err : db_transaction(db, store_confirm, &c, error);
}

static enum led_err store_codes(struct db *db, void *context, struct led_error *error)
{
	const struct change *c = context;
	enum led_err err = replace_codes(db, c, error);

	return err ? err : tell(db, c, "second_factor.codes_renewed", error);
}

enum led_err second_factor_renew_codes(struct db *db, const struct session *by, const char *address,
				       char codes[SECOND_FACTOR_CODES][SECOND_FACTOR_CODE_SIZE],
				       struct led_error *error)
{
	struct change c = {.by = by, .address = address, .codes = codes};

	return db_transaction(db, store_codes, &c, error);
}

static enum led_err store_removal(struct db *db, void *context, struct led_error *error)
{
	const struct change *c = context;
	enum led_err err = db_run(db, SQL_SECOND_FACTOR_REMOVE,
				  DB_ARGS(DB_I(c->by->account_id), DB_I(c->by->member_id)), error);

	if (!err)
		err = db_run(db, SQL_RECOVERY_CLEAR, DB_ARGS(DB_I(c->by->member_id)), error);
	if (!err)
		err = write_to(db, c, LETTER_SECOND_FACTOR_OFF, error);
	return err ? err : tell(db, c, "second_factor.removed", error);
}

enum led_err second_factor_remove(struct db *db, const struct session *by, const char *address,
				  struct led_error *error)
{
	struct change c = {.by = by, .address = address};

	return db_transaction(db, store_removal, &c, error);
}

enum led_err second_factor_of(struct db *db, struct arena *arena, const struct session *by,
			      int64_t member, const char **email, bool *on, struct led_error *error)
{
	struct db_rows rows;
	enum led_err err = db_query(db, arena, SQL_SECOND_FACTOR_OF,
				    DB_ARGS(DB_I(by->account_id), DB_I(member)), &rows, error);

	if (!err && !rows.count)
		err = led_fail(error, LED_NOT_FOUND, "member_unknown", "No such member.");
	if (err)
		return err;
	*email = db_at_text(&rows, 0, 0);
	*on = db_at_int(&rows, 0, 1) != 0;
	return LED_OK;
}

struct reset {
	struct arena *arena;
	const struct session *by;
	const char *address, *link;
	int64_t member;
};

static enum led_err clear(struct db *db, const struct reset *r, struct led_error *error)
{
	static const unsigned char no_session[DIGEST_SIZE];
	enum led_err err = db_run(db, SQL_SECOND_FACTOR_REMOVE,
				  DB_ARGS(DB_I(r->by->account_id), DB_I(r->member)), error);

	if (!err)
		err = db_run(db, SQL_RECOVERY_CLEAR, DB_ARGS(DB_I(r->member)), error);
	if (err)
		return err;
	return db_run(db, SQL_SESSION_CLOSE_OTHERS,
		      DB_ARGS(DB_I(r->member), DB_B(no_session, DIGEST_SIZE)), error);
}

static enum led_err store_reset(struct db *db, void *context, struct led_error *error)
{
	const struct reset *r = context;
	const struct letter_facts facts = {
		.account = r->by->account_name, .who = r->by->email, .link = r->link};
	struct audit_entry entry = {.account_id = r->by->account_id,
				    .actor = r->by->email,
				    .address = r->address,
				    .action = "second_factor.reset"};
	const char *email = NULL;
	bool on = false;
	enum led_err err = second_factor_of(db, r->arena, r->by, r->member, &email, &on, error);

	if (!err && !on)
		err = led_fail(error, LED_VALIDATION, "second_factor_off", "There is none.");
	if (!err)
		err = clear(db, r, error);
	if (!err)
		err = mail_add(db, r->by->account_id, email, LETTER_SECOND_FACTOR_RESET, &facts,
			       error);
	entry.facts[0] = (struct audit_fact){"member", email};
	return err ? err : audit_add(db, &entry, error);
}

enum led_err second_factor_reset(struct db *db, struct arena *arena, const struct session *by,
				 const char *address, int64_t member, const char *link,
				 struct led_error *error)
{
	struct reset r = {
		.arena = arena, .by = by, .address = address, .link = link, .member = member};

	return db_transaction(db, store_reset, &r, error);
}

enum led_err second_factor_spend(struct db *db, const struct session *by, int64_t step, bool *first,
				 struct led_error *error)
{
	enum led_err err = db_run(
		db, SQL_SECOND_FACTOR_SPEND,
		DB_ARGS(DB_I(step), DB_I(by->account_id), DB_I(by->member_id), DB_I(step)), error);

	*first = !err && db_affected(db) == 1;
	return err;
}

static enum led_err store_recovery(struct db *db, void *context, struct led_error *error)
{
	struct change *c = context;
	unsigned char hash[DIGEST_SIZE];
	enum led_err err = LED_OK;

	c->accepted = false;
	if (!hash_code(c->code, hash))
		return LED_OK;
	err = db_run(db, SQL_RECOVERY_SPEND,
		     DB_ARGS(DB_I(c->by->member_id), DB_B(hash, DIGEST_SIZE)), error);
	c->accepted = !err && db_affected(db) == 1;
	return c->accepted ? write_to(db, c, LETTER_RECOVERY_CODE_USED, error) : err;
}

enum led_err second_factor_recover(struct db *db, const struct session *by, const char *code,
				   bool *accepted, struct led_error *error)
{
	struct change c = {.by = by, .code = code};
	enum led_err err = db_transaction(db, store_recovery, &c, error);

	*accepted = !err && c.accepted;
	return err;
}

enum led_err second_factor_codes_left(struct db *db, struct arena *arena, const struct session *by,
				      int64_t *left, struct led_error *error)
{
	struct db_rows rows;
	enum led_err err =
		db_query(db, arena, SQL_RECOVERY_LEFT, DB_ARGS(DB_I(by->member_id)), &rows, error);

	*left = err ? 0 : db_at_int(&rows, 0, 0);
	return err;
}
