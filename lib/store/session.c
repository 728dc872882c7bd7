#include "store/session.h"

#include "base/text.h"
#include "crypto/digest.h"
#include "crypto/random.h"
#include "store/audit.h"

#include <string.h>

#define SESSION_ID_BYTES 32
#define CSRF_TOKEN_BYTES 32
#define USER_AGENT_MAX   255 /* characters of its column */

enum led_err session_hash(const char *id, unsigned char *hash, struct led_error *error)
{
	if (digest_sha256(id, strlen(id), hash))
		return led_fail(error, LED_INTERNAL, "digest_failed", "A session's id.");
	return LED_OK;
}

struct opening {
	const struct member *member;
	const char *address, *user_agent;
	char csrf_token[2 * CSRF_TOKEN_BYTES + 1];
	unsigned char hash[DIGEST_SIZE];
};

static enum led_err store_opening(struct db *db, void *context, struct led_error *error)
{
	const struct opening *o = context;
	const struct audit_entry entry = {
		.account_id = o->member->account_id,
		.actor = o->member->email,
		.address = o->address,
		.action = o->member->second_factor ? "password_accepted" : "signed_in",
	};
	const struct db_value agent = {
		.kind = DB_TEXT,
		.data = o->user_agent,
		.len = text_utf8_prefix(o->user_agent, strlen(o->user_agent), USER_AGENT_MAX),
	};
	enum led_err err = audit_add(db, &entry, error);

	if (!err)
		err = db_run(db, SQL_SESSION_SWEEP,
			     DB_ARGS(DB_I(o->member->id), DB_I(SESSION_IDLE_SECONDS),
				     DB_I(SESSION_ABSOLUTE_SECONDS)),
			     error);
	if (!err)
		err = db_run(db, SQL_SESSION_OPEN,
			     DB_ARGS(DB_B(o->hash, DIGEST_SIZE), DB_I(o->member->id),
				     DB_I(o->member->account_id), DB_S(o->csrf_token),
				     DB_S(o->address), agent, DB_I(o->member->second_factor)),
			     error);
	return err;
}

enum led_err session_open(struct db *db, const struct member *member, const char *address,
			  const char *user_agent, char *id, struct led_error *error)
{
	struct opening o = {.member = member, .address = address, .user_agent = ""};
	enum led_err err;

	if (user_agent && text_utf8_valid(user_agent, strlen(user_agent)))
		o.user_agent = user_agent;
	if (random_hex(id, SESSION_ID_BYTES) || random_hex(o.csrf_token, CSRF_TOKEN_BYTES))
		return led_fail(error, LED_INTERNAL, "random_failed", "A session's id.");
	err = session_hash(id, o.hash, error);
	return err ? err : db_transaction(db, store_opening, &o, error);
}

static enum led_err take_session(struct arena *arena, const struct db_rows *rows,
				 struct session **out, struct led_error *error)
{
	struct session *session = arena_alloc(arena, sizeof(*session));
	enum led_err err;

	if (!session)
		return led_fail(error, LED_INTERNAL, "out_of_memory", "A session.");
	*session = (struct session){
		.account_id = db_at_int(rows, 0, 0),
		.member_id = db_at_int(rows, 0, 1),
		.csrf_token = db_at_text(rows, 0, 2),
		.email = db_at_text(rows, 0, 3),
		.account_name = db_at_text(rows, 0, 5),
	};
	err = member_role_parse(db_at_text(rows, 0, 4), &session->role, error);
	if (!err)
		*out = session;
	return err;
}

enum led_err session_find(struct db *db, struct arena *arena, const char *id, struct session **out,
			  struct led_error *error)
{
	unsigned char hash[DIGEST_SIZE];
	struct db_rows rows;
	enum led_err err = session_hash(id, hash, error);

	*out = NULL;
	if (!err)
		err = db_query(db, arena, SQL_SESSION_FIND,
			       DB_ARGS(DB_B(hash, DIGEST_SIZE), DB_I(SESSION_IDLE_SECONDS),
				       DB_I(SESSION_ABSOLUTE_SECONDS)),
			       &rows, error);
	return err || !rows.count ? err : take_session(arena, &rows, out, error);
}

enum led_err session_find_awaiting(struct db *db, struct arena *arena, const char *id,
				   struct session **out, struct led_error *error)
{
	unsigned char hash[DIGEST_SIZE];
	struct db_rows rows;
	enum led_err err = session_hash(id, hash, error);

	*out = NULL;
	if (!err)
		err = db_query(db, arena, SQL_SESSION_FIND_AWAITING,
			       DB_ARGS(DB_B(hash, DIGEST_SIZE), DB_I(SESSION_CODE_SECONDS)), &rows,
			       error);
	return err || !rows.count ? err : take_session(arena, &rows, out, error);
}

/* A session's next id and token, and where they replace the old. */
struct renewal {
	struct audit_entry entry; /* of session_confirm */
	char csrf_token[2 * CSRF_TOKEN_BYTES + 1];
	unsigned char old_hash[DIGEST_SIZE], new_hash[DIGEST_SIZE];
};

static enum led_err prepare_renewal(struct renewal *r, const char *id, char *new_id,
				    struct led_error *error)
{
	enum led_err err = session_hash(id, r->old_hash, error);

	if (random_hex(new_id, SESSION_ID_BYTES) || random_hex(r->csrf_token, CSRF_TOKEN_BYTES))
		return led_fail(error, LED_INTERNAL, "random_failed", "A session's id.");
	return err ? err : session_hash(new_id, r->new_hash, error);
}

static enum led_err replace(struct db *db, enum db_statement statement, const struct renewal *r,
			    struct led_error *error)
{
	enum led_err err = db_run(db, statement,
				  DB_ARGS(DB_B(r->new_hash, DIGEST_SIZE), DB_S(r->csrf_token),
					  DB_B(r->old_hash, DIGEST_SIZE)),
				  error);

	if (!err && db_affected(db) != 1)
		err = led_fail(error, LED_NOT_FOUND, "session_gone", "The session has ended.");
	return err;
}

static enum led_err store_confirmation(struct db *db, void *context, struct led_error *error)
{
	const struct renewal *r = context;
	enum led_err err = replace(db, SQL_SESSION_CONFIRM, r, error);

	return err ? err : audit_add(db, &r->entry, error);
}

enum led_err session_confirm(struct db *db, const struct session *session, const char *id,
			     const char *address, const char *factor, char *new_id,
			     struct led_error *error)
{
	struct renewal r = {.entry = {.account_id = session->account_id,
				      .actor = session->email,
				      .address = address,
				      .action = "signed_in",
				      .facts = {{"second_factor", factor}}}};
	enum led_err err = prepare_renewal(&r, id, new_id, error);

	return err ? err : db_transaction(db, store_confirmation, &r, error);
}

enum led_err session_renew(struct db *db, const char *id, char *new_id, struct led_error *error)
{
	struct renewal r = {0};
	enum led_err err = prepare_renewal(&r, id, new_id, error);

	return err ? err : replace(db, SQL_SESSION_RENEW, &r, error);
}

enum led_err session_touch(struct db *db, const char *id, struct led_error *error)
{
	unsigned char hash[DIGEST_SIZE];
	enum led_err err = session_hash(id, hash, error);

	if (err)
		return err;
	return db_run(db, SQL_SESSION_TOUCH,
		      DB_ARGS(DB_B(hash, DIGEST_SIZE), DB_I(SESSION_TOUCH_SECONDS)), error);
}

struct closing {
	struct audit_entry entry;
	unsigned char hash[DIGEST_SIZE];
};

static enum led_err store_closing(struct db *db, void *context, struct led_error *error)
{
	const struct closing *c = context;
	enum led_err err = audit_add(db, &c->entry, error);

	if (err)
		return err;
	return db_run(db, SQL_SESSION_CLOSE, DB_ARGS(DB_B(c->hash, DIGEST_SIZE)), error);
}

enum led_err session_close(struct db *db, const struct session *session, const char *id,
			   const char *address, struct led_error *error)
{
	struct closing c = {.entry = {.account_id = session->account_id,
				      .actor = session->email,
				      .address = address,
				      .action = "signed_out"}};
	enum led_err err = session_hash(id, c.hash, error);

	return err ? err : db_transaction(db, store_closing, &c, error);
}
