#include "store/invitation.h"

#include "base/text.h"
#include "store/audit.h"
#include "store/mail.h"
#include "store/secret_link.h"

#include <mysqld_error.h>

static enum led_err unknown(struct led_error *error)
{
	return led_fail(error, LED_NOT_FOUND, "invitation_unknown", "No such invitation.");
}

enum led_err invitation_list(struct db *db, struct arena *arena, int64_t account,
			     struct invitation **invitations, size_t *count,
			     struct led_error *error)
{
	struct db_rows rows;
	enum led_err err =
		db_query(db, arena, SQL_PEOPLE_INVITATIONS, DB_ARGS(DB_I(account)), &rows, error);

	*count = 0;
	if (err || !rows.count)
		return err;
	*invitations = arena_alloc(arena, rows.count * sizeof(**invitations));
	if (!*invitations)
		return led_fail(error, LED_INTERNAL, "out_of_memory", "Invitations.");
	for (; !err && *count < rows.count; ++*count) {
		struct invitation *invitation = &(*invitations)[*count];

		*invitation = (struct invitation){
			.id = db_at_int(&rows, *count, 0),
			.account_id = account,
			.email = db_at_text(&rows, *count, 1),
			.expires_at = db_at_int(&rows, *count, 3),
			.expired = !db_at_int(&rows, *count, 4),
		};
		err = member_role_parse(db_at_text(&rows, *count, 2), &invitation->role, error);
	}
	return err;
}

struct inviting {
	struct arena *arena;
	const struct session *by;
	const char *address, *email, *link;
	enum member_role role;
};

static enum led_err check(struct db *db, const struct inviting *i, struct led_error *error)
{
	struct db_rows rows;
	struct member *member;
	enum led_err err = member_by_email(db, i->arena, i->email, &member, error);

	if (!err && member && member->account_id == i->by->account_id)
		return led_fail(error, LED_VALIDATION, "already_member", "A member already.");
	if (!err)
		err = db_query(db, i->arena, SQL_PEOPLE_INVITATIONS,
			       DB_ARGS(DB_I(i->by->account_id)), &rows, error);
	if (!err && rows.count >= INVITATIONS_MAX)
		err = led_fail(error, LED_VALIDATION, "too_many_invitations",
			       "%d invitations are open.", INVITATIONS_MAX);
	return err;
}

static enum led_err store_invitation(struct db *db, void *context, struct led_error *error)
{
	const struct inviting *i = context;
	const char *role = member_role_name(i->role);
	const struct audit_entry entry = {.account_id = i->by->account_id,
					  .actor = i->by->email,
					  .address = i->address,
					  .action = "member.invited",
					  .facts = {{"member", i->email}, {"role", role}}};
	const struct letter_facts facts = {
		.account = i->by->account_name, .who = i->by->email, .role = role, .link = i->link};
	enum led_err err = check(db, i, error);

	if (!err)
		err = db_run(db, SQL_PEOPLE_INVITE,
			     DB_ARGS(DB_I(i->by->account_id), DB_S(i->email), DB_S(role),
				     DB_I(i->by->member_id), DB_I(INVITATION_DAYS)),
			     error);
	if (!err)
		err = mail_add(db, i->by->account_id, i->email, LETTER_INVITATION, &facts, error);
	return err ? err : audit_add(db, &entry, error);
}

enum led_err invitation_add(struct db *db, struct arena *arena, const struct session *by,
			    const char *address, const char *email, enum member_role role,
			    const char *link, struct led_error *error)
{
	struct inviting i = {.arena = arena,
			     .by = by,
			     .address = address,
			     .email = email,
			     .link = link,
			     .role = role};

	return db_transaction(db, store_invitation, &i, error);
}

struct withdrawal {
	struct arena *arena;
	const struct session *by;
	const char *address;
	int64_t id;
};

static enum led_err store_withdrawal(struct db *db, void *context, struct led_error *error)
{
	const struct withdrawal *w = context;
	struct audit_entry entry = {.account_id = w->by->account_id,
				    .actor = w->by->email,
				    .address = w->address,
				    .action = "member.invitation_withdrawn"};
	struct db_rows rows;
	enum led_err err = db_query(db, w->arena, SQL_PEOPLE_INVITATION_LOCK,
				    DB_ARGS(DB_I(w->by->account_id), DB_I(w->id)), &rows, error);

	if (err)
		return err;
	if (!rows.count)
		return unknown(error);
	entry.facts[0] = (struct audit_fact){"member", db_at_text(&rows, 0, 0)};
	err = db_run(db, SQL_PEOPLE_INVITATION_DELETE,
		     DB_ARGS(DB_I(w->by->account_id), DB_I(w->id)), error);
	return err ? err : audit_add(db, &entry, error);
}

enum led_err invitation_withdraw(struct db *db, struct arena *arena, const struct session *by,
				 const char *address, int64_t id, struct led_error *error)
{
	struct withdrawal w = {.arena = arena, .by = by, .address = address, .id = id};

	return db_transaction(db, store_withdrawal, &w, error);
}

enum led_err invitation_find(struct db *db, struct arena *arena, const char *token,
			     struct invitation **out, struct led_error *error)
{
	unsigned char hash[DIGEST_SIZE];
	struct db_rows rows;
	enum led_err err;

	*out = NULL;
	if (!secret_link_hash(token, hash))
		return LED_OK;
	err = db_query(db, arena, SQL_PEOPLE_INVITATION_FIND, DB_ARGS(DB_B(hash, DIGEST_SIZE)),
		       &rows, error);
	if (err || !rows.count)
		return err;
	*out = arena_alloc(arena, sizeof(**out));
	if (!*out)
		return led_fail(error, LED_INTERNAL, "out_of_memory", "An invitation.");
	**out = (struct invitation){
		.id = db_at_int(&rows, 0, 0),
		.account_id = db_at_int(&rows, 0, 1),
		.account_name = db_at_text(&rows, 0, 2),
		.email = db_at_text(&rows, 0, 3),
	};
	memcpy((*out)->token_hash, hash, DIGEST_SIZE);
	return member_role_parse(db_at_text(&rows, 0, 4), &(*out)->role, error);
}

struct acceptance {
	const struct invitation *invitation;
	const char *password_hash, *address;
	struct member *member;
};

static enum led_err store_acceptance(struct db *db, void *context, struct led_error *error)
{
	const struct acceptance *a = context;
	const struct invitation *invitation = a->invitation;
	const char *role = member_role_name(invitation->role);
	const struct audit_entry entry = {.account_id = invitation->account_id,
					  .actor = invitation->email,
					  .address = a->address,
					  .action = "member.joined",
					  .facts = {{"role", role}}};
	enum led_err err = db_run(db, SQL_PEOPLE_INVITATION_TAKE,
				  DB_ARGS(DB_I(invitation->account_id), DB_I(invitation->id),
					  DB_B(invitation->token_hash, DIGEST_SIZE)),
				  error);

	if (!err && db_affected(db) != 1)
		err = unknown(error);
	if (err)
		return err;
	err = db_run(db, SQL_PEOPLE_MEMBER_ADD,
		     DB_ARGS(DB_I(invitation->account_id), DB_S(invitation->email),
			     DB_S(a->password_hash), DB_S(role)),
		     error);
	if (err && db_errno(db) == ER_DUP_ENTRY)
		return led_fail(error, LED_VALIDATION, "email_taken", "The address is taken.");
	if (err)
		return err;
	*a->member = (struct member){.id = db_insert_id(db),
				     .account_id = invitation->account_id,
				     .email = invitation->email,
				     .password_hash = a->password_hash};
	return audit_add(db, &entry, error);
}

enum led_err invitation_accept(struct db *db, const struct invitation *invitation,
			       const char *password_hash, const char *address,
			       struct member *member, struct led_error *error)
{
	struct acceptance a = {.invitation = invitation,
			       .password_hash = password_hash,
			       .address = address,
			       .member = member};

	return db_transaction(db, store_acceptance, &a, error);
}
