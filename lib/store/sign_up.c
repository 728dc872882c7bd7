#include "store/sign_up.h"

#include "store/audit.h"
#include "store/mail.h"
#include "store/secret_link.h"

#include <mysqld_error.h>

enum led_err sign_up_request(struct db *db, const char *company, const char *email,
			     const char *address, const char *link, struct led_error *error)
{
	const struct letter_facts facts = {.account = company, .link = link, .address = address};

	return mail_add(db, 0, email, LETTER_SIGN_UP, &facts, error);
}

enum led_err sign_up_find(struct db *db, struct arena *arena, const char *token,
			  struct sign_up **out, struct led_error *error)
{
	unsigned char hash[DIGEST_SIZE];
	struct db_rows rows;
	enum led_err err;

	*out = NULL;
	if (!secret_link_hash(token, hash))
		return LED_OK;
	err = db_query(db, arena, SQL_PEOPLE_SIGN_UP_FIND, DB_ARGS(DB_B(hash, DIGEST_SIZE)), &rows,
		       error);
	if (err || !rows.count)
		return err;
	*out = arena_alloc(arena, sizeof(**out));
	if (!*out)
		return led_fail(error, LED_INTERNAL, "out_of_memory", "A sign-up.");
	**out = (struct sign_up){db_at_text(&rows, 0, 0), db_at_text(&rows, 0, 1)};
	return LED_OK;
}

struct finish {
	const struct sign_up *sign_up;
	const char *password_hash, *address;
	struct member *owner;
	unsigned char hash[DIGEST_SIZE];
};

static enum led_err add_owner(struct db *db, const struct finish *f, int64_t account,
			      struct led_error *error)
{
	enum led_err err =
		db_run(db, SQL_PEOPLE_MEMBER_ADD,
		       DB_ARGS(DB_I(account), DB_S(f->sign_up->email), DB_S(f->password_hash),
			       DB_S(member_role_name(MEMBER_OWNER))),
		       error);

	if (err && db_errno(db) == ER_DUP_ENTRY)
		return led_fail(error, LED_VALIDATION, "email_taken", "The address is taken.");
	if (err)
		return err;
	*f->owner = (struct member){.id = db_insert_id(db),
				    .account_id = account,
				    .email = f->sign_up->email,
				    .password_hash = f->password_hash};
	return LED_OK;
}

static enum led_err store_finish(struct db *db, void *context, struct led_error *error)
{
	const struct finish *f = context;
	struct audit_entry entry = {.actor = f->sign_up->email,
				    .address = f->address,
				    .action = "account.signed_up",
				    .facts = {{"company", f->sign_up->company}}};
	enum led_err err =
		db_run(db, SQL_PEOPLE_SIGN_UP_TAKE, DB_ARGS(DB_B(f->hash, DIGEST_SIZE)), error);

	if (!err && db_affected(db) != 1)
		err = led_fail(error, LED_NOT_FOUND, "sign_up_unknown", "The link is void.");
	if (err)
		return err;
	err = db_run(db, SQL_PEOPLE_ACCOUNT_ADD, DB_ARGS(DB_S(f->sign_up->company)), error);
	if (err && db_errno(db) == ER_DUP_ENTRY)
		return led_fail(error, LED_VALIDATION, "company_taken", "The name is taken.");
	if (err)
		return err;
	entry.account_id = db_insert_id(db);
	err = add_owner(db, f, entry.account_id, error);
	return err ? err : audit_add(db, &entry, error);
}

enum led_err sign_up_finish(struct db *db, const struct sign_up *sign_up, const char *token,
			    const char *password_hash, const char *address, struct member *owner,
			    struct led_error *error)
{
	struct finish f = {.sign_up = sign_up,
			   .password_hash = password_hash,
			   .address = address,
			   .owner = owner};

	if (!secret_link_hash(token, f.hash))
		return led_fail(error, LED_NOT_FOUND, "sign_up_unknown", "The link is void.");
	return db_transaction(db, store_finish, &f, error);
}
