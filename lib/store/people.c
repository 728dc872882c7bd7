#include "store/people.h"

#include "base/text.h"
#include "crypto/digest.h"
#include "store/audit.h"
#include "store/mail.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define NUMBER_SIZE 24

static enum led_err no_memory(struct led_error *error)
{
	return led_fail(error, LED_INTERNAL, "out_of_memory", "The people of an account.");
}

enum led_err people_list(struct db *db, struct arena *arena, int64_t account,
			 struct people_member **members, size_t *count, struct led_error *error)
{
	struct db_rows rows;
	enum led_err err =
		db_query(db, arena, SQL_PEOPLE_MEMBERS, DB_ARGS(DB_I(account)), &rows, error);

	*count = 0;
	if (err || !rows.count)
		return err;
	*members = arena_alloc(arena, rows.count * sizeof(**members));
	if (!*members)
		return no_memory(error);
	for (; !err && *count < rows.count; ++*count) {
		struct people_member *member = &(*members)[*count];

		*member = (struct people_member){
			.id = db_at_int(&rows, *count, 0),
			.email = db_at_text(&rows, *count, 1),
			.second_factor = db_at_int(&rows, *count, 3) != 0,
			.since = db_at_int(&rows, *count, 4),
		};
		err = member_role_parse(db_at_text(&rows, *count, 2), &member->role, error);
	}
	return err;
}

/* A change of one member. */
struct change {
	struct arena *arena;
	const struct session *by;
	const char *address;
	int64_t member;
	enum member_role role;            /* of people_set_role */
	const char *password_hash, *link; /* of people_set_password */
	const char *session;              /* hex of a hash, of people_session_end */
	unsigned char kept[DIGEST_SIZE];  /* of a session; zeros: none */
};

static enum led_err keep_session(struct change *change, const char *id, struct led_error *error)
{
	return id ? session_hash(id, change->kept, error) : LED_OK;
}

static enum led_err tell(struct db *db, const struct change *change, const char *action,
			 const struct audit_fact *facts, struct led_error *error)
{
	struct audit_entry entry = {.account_id = change->by->account_id,
				    .actor = change->by->email,
				    .address = change->address,
				    .action = action};

	for (size_t i = 0; facts && i < AUDIT_FACTS_MAX && facts[i].name; i++)
		entry.facts[i] = facts[i];
	return audit_add(db, &entry, error);
}

static enum led_err end_sessions(struct db *db, const struct change *change,
				 struct led_error *error)
{
	return db_run(db, SQL_PEOPLE_SESSIONS_END,
		      DB_ARGS(DB_I(change->by->account_id), DB_I(change->member),
			      DB_B(change->kept, DIGEST_SIZE)),
		      error);
}

/* Holds the account's owners and the member, whose address and role it tells. With
 * `stays_owner` false the member must not be the last owner. */
static enum led_err hold_member(struct db *db, const struct change *change, bool stays_owner,
				const char **email, enum member_role *role, struct led_error *error)
{
	struct db_rows owners, rows;
	enum led_err err = db_query(db, change->arena, SQL_PEOPLE_OWNERS_LOCK,
				    DB_ARGS(DB_I(change->by->account_id)), &owners, error);

	if (!err)
		err = db_query(db, change->arena, SQL_PEOPLE_MEMBER_LOCK,
			       DB_ARGS(DB_I(change->by->account_id), DB_I(change->member)), &rows,
			       error);
	if (err)
		return err;
	if (!rows.count)
		return led_fail(error, LED_NOT_FOUND, "member_unknown", "No such member.");
	*email = db_at_text(&rows, 0, 0);
	err = member_role_parse(db_at_text(&rows, 0, 1), role, error);
	if (!err && *role == MEMBER_OWNER && !stays_owner && owners.count < 2)
		err = led_fail(error, LED_VALIDATION, "last_owner",
			       "The account would have no owner left.");
	return err;
}

static enum led_err store_role(struct db *db, void *context, struct led_error *error)
{
	const struct change *c = context;
	const char *email;
	enum member_role old = MEMBER_VIEWER;
	enum led_err err = hold_member(db, c, c->role == MEMBER_OWNER, &email, &old, error);

	if (err || old == c->role)
		return err;
	err = db_run(
		db, SQL_PEOPLE_SET_ROLE,
		DB_ARGS(DB_S(member_role_name(c->role)), DB_I(c->by->account_id), DB_I(c->member)),
		error);
	if (!err)
		err = end_sessions(db, c, error);
	if (err)
		return err;
	const struct audit_fact facts[] = {{"member", email},
					   {"from", member_role_name(old)},
					   {"to", member_role_name(c->role)},
					   {0}};
	return tell(db, c, "member.role_changed", facts, error);
}

enum led_err people_set_role(struct db *db, struct arena *arena, const struct session *by,
			     const char *address, int64_t member, enum member_role role,
			     const char *kept, struct led_error *error)
{
	struct change c = {
		.arena = arena, .by = by, .address = address, .member = member, .role = role};
	enum led_err err = keep_session(&c, kept, error);

	return err ? err : db_transaction(db, store_role, &c, error);
}

static enum led_err store_removal(struct db *db, void *context, struct led_error *error)
{
	const struct change *c = context;
	const char *email;
	enum member_role role = MEMBER_VIEWER;
	enum led_err err = hold_member(db, c, false, &email, &role, error);

	if (!err)
		err = end_sessions(db, c, error);
	if (!err)
		err = db_run(db, SQL_PEOPLE_RECOVERY_DELETE, DB_ARGS(DB_I(c->member)), error);
	if (!err)
		err = db_run(db, SQL_PEOPLE_RESET_DELETE, DB_ARGS(DB_I(c->member)), error);
	if (!err)
		err = db_run(db, SQL_PEOPLE_MEMBER_DELETE,
			     DB_ARGS(DB_I(c->by->account_id), DB_I(c->member)), error);
	if (err)
		return err;
	const struct audit_fact facts[] = {
		{"member", email}, {"role", member_role_name(role)}, {0}};
	return tell(db, c, "member.removed", facts, error);
}

enum led_err people_remove(struct db *db, struct arena *arena, const struct session *by,
			   const char *address, int64_t member, struct led_error *error)
{
	struct change c = {.arena = arena, .by = by, .address = address, .member = member};

	return db_transaction(db, store_removal, &c, error);
}

static enum led_err store_password(struct db *db, void *context, struct led_error *error)
{
	const struct change *c = context;
	const struct letter_facts facts = {
		.account = c->by->account_name, .who = c->by->email, .link = c->link};
	enum led_err err = db_run(
		db, SQL_PEOPLE_SET_PASSWORD,
		DB_ARGS(DB_S(c->password_hash), DB_I(c->by->account_id), DB_I(c->member)), error);

	if (!err)
		err = end_sessions(db, c, error);
	if (!err)
		err = db_run(db, SQL_PEOPLE_RESET_DELETE, DB_ARGS(DB_I(c->member)), error);
	if (!err)
		err = mail_add(db, c->by->account_id, c->by->email, LETTER_PASSWORD_CHANGED, &facts,
			       error);
	return err ? err : tell(db, c, "password.changed", NULL, error);
}

enum led_err people_set_password(struct db *db, const struct session *by, const char *address,
				 const char *password_hash, const char *kept, const char *link,
				 struct led_error *error)
{
	struct change c = {.by = by,
			   .address = address,
			   .member = by->member_id,
			   .password_hash = password_hash,
			   .link = link};
	enum led_err err = keep_session(&c, kept, error);

	return err ? err : db_transaction(db, store_password, &c, error);
}

enum led_err people_sessions(struct db *db, struct arena *arena, const struct session *by,
			     struct people_session **sessions, size_t *count,
			     struct led_error *error)
{
	struct db_rows rows;
	enum led_err err =
		db_query(db, arena, SQL_PEOPLE_SESSIONS,
			 DB_ARGS(DB_I(by->account_id), DB_I(by->member_id),
				 DB_I(SESSION_IDLE_SECONDS), DB_I(SESSION_ABSOLUTE_SECONDS)),
			 &rows, error);

	*count = 0;
	if (err || !rows.count)
		return err;
	*sessions = arena_alloc(arena, rows.count * sizeof(**sessions));
	if (!*sessions)
		return no_memory(error);
	for (; *count < rows.count; ++*count)
		(*sessions)[*count] = (struct people_session){
			.id = db_at_text(&rows, *count, 0),
			.address = db_at_text(&rows, *count, 1),
			.user_agent = db_at_text(&rows, *count, 2),
			.since = db_at_int(&rows, *count, 3),
			.seen_at = db_at_int(&rows, *count, 4),
		};
	return LED_OK;
}

static enum led_err store_session_end(struct db *db, void *context, struct led_error *error)
{
	const struct change *c = context;
	unsigned char hash[DIGEST_SIZE];
	enum led_err err = LED_OK;

	if (!text_unhex(c->session, hash, DIGEST_SIZE))
		return led_fail(error, LED_NOT_FOUND, "session_unknown", "No such session.");
	err = db_run(db, SQL_PEOPLE_SESSION_END,
		     DB_ARGS(DB_I(c->by->account_id), DB_I(c->member), DB_B(hash, DIGEST_SIZE)),
		     error);
	if (!err && db_affected(db) != 1)
		err = led_fail(error, LED_NOT_FOUND, "session_unknown", "No such session.");
	return err ? err : tell(db, c, "session.ended", NULL, error);
}

enum led_err people_session_end(struct db *db, const struct session *by, const char *address,
				const char *id, struct led_error *error)
{
	struct change c = {.by = by, .address = address, .member = by->member_id, .session = id};

	return db_transaction(db, store_session_end, &c, error);
}

static enum led_err store_sessions_end(struct db *db, void *context, struct led_error *error)
{
	const struct change *c = context;
	char number[NUMBER_SIZE];
	enum led_err err = end_sessions(db, c, error);
	const struct audit_fact facts[] = {{"ended", number}, {0}};

	snprintf(number, sizeof(number), "%" PRIu64, db_affected(db));
	return err ? err : tell(db, c, "session.others_ended", facts, error);
}

enum led_err people_sessions_end(struct db *db, const struct session *by, const char *address,
				 const char *kept, struct led_error *error)
{
	struct change c = {.by = by, .address = address, .member = by->member_id};
	enum led_err err = keep_session(&c, kept, error);

	return err ? err : db_transaction(db, store_sessions_end, &c, error);
}
