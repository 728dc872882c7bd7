#include "store/reset.h"

#include "store/audit.h"
#include "store/mail.h"
#include "store/secret_link.h"

enum led_err reset_request(struct db *db, const char *email, const char *address, const char *link,
			   struct led_error *error)
{
	const struct letter_facts facts = {.link = link, .address = address};

	return mail_add(db, 0, email, LETTER_RESET, &facts, error);
}

enum led_err reset_find(struct db *db, struct arena *arena, const char *token, struct reset **out,
			struct led_error *error)
{
	unsigned char hash[DIGEST_SIZE];
	struct db_rows rows;
	enum led_err err;

	*out = NULL;
	if (!secret_link_hash(token, hash))
		return LED_OK;
	err = db_query(db, arena, SQL_PEOPLE_RESET_FIND, DB_ARGS(DB_B(hash, DIGEST_SIZE)), &rows,
		       error);
	if (err || !rows.count)
		return err;
	*out = arena_alloc(arena, sizeof(**out));
	if (!*out)
		return led_fail(error, LED_INTERNAL, "out_of_memory", "A forgotten password.");
	**out = (struct reset){
		.account_id = db_at_int(&rows, 0, 0),
		.member_id = db_at_int(&rows, 0, 1),
		.email = db_at_text(&rows, 0, 2),
		.account_name = db_at_text(&rows, 0, 3),
	};
	return LED_OK;
}

struct use {
	const struct reset *reset;
	const char *password_hash, *address, *link;
	unsigned char hash[DIGEST_SIZE];
};

static enum led_err store_use(struct db *db, void *context, struct led_error *error)
{
	static const unsigned char no_session[DIGEST_SIZE];
	const struct use *u = context;
	const struct reset *reset = u->reset;
	const struct letter_facts facts = {
		.account = reset->account_name, .who = reset->email, .link = u->link};
	const struct audit_entry entry = {.account_id = reset->account_id,
					  .actor = reset->email,
					  .address = u->address,
					  .action = "password.reset"};
	enum led_err err =
		db_run(db, SQL_PEOPLE_RESET_TAKE, DB_ARGS(DB_B(u->hash, DIGEST_SIZE)), error);

	if (!err && db_affected(db) != 1)
		err = led_fail(error, LED_NOT_FOUND, "reset_unknown", "The link is void.");
	if (!err)
		err = db_run(db, SQL_PEOPLE_SET_PASSWORD,
			     DB_ARGS(DB_S(u->password_hash), DB_I(reset->account_id),
				     DB_I(reset->member_id)),
			     error);
	if (!err)
		err = db_run(db, SQL_PEOPLE_SESSIONS_END,
			     DB_ARGS(DB_I(reset->account_id), DB_I(reset->member_id),
				     DB_B(no_session, DIGEST_SIZE)),
			     error);
	if (!err)
		err = mail_add(db, reset->account_id, reset->email, LETTER_PASSWORD_CHANGED, &facts,
			       error);
	return err ? err : audit_add(db, &entry, error);
}

enum led_err reset_use(struct db *db, const struct reset *reset, const char *token,
		       const char *password_hash, const char *address, const char *link,
		       struct led_error *error)
{
	struct use u = {
		.reset = reset, .password_hash = password_hash, .address = address, .link = link};

	if (!secret_link_hash(token, u.hash))
		return led_fail(error, LED_NOT_FOUND, "reset_unknown", "The link is void.");
	return db_transaction(db, store_use, &u, error);
}
