#include "mail_link.h"

#include "store/audit.h"
#include "store/invitation.h"
#include "store/reset.h"
#include "store/secret_link.h"
#include "store/sign_up.h"

#include <string.h>

struct making {
	struct arena *arena;
	struct letter_due *due;
	bool wanted; /* else there is nothing to send any more */
	bool known;  /* who signs up has a sign-in */
	unsigned char hash[DIGEST_SIZE];
};

/* Whose address it is; *member is 0 when it is nobody's. */
static enum led_err find_member(struct db *db, const struct making *m, int64_t *member,
				int64_t *account, struct led_error *error)
{
	struct db_rows rows;
	enum led_err err = db_query(db, m->arena, SQL_POST_MEMBER, DB_ARGS(DB_S(m->due->recipient)),
				    &rows, error);

	*member = *account = 0;
	if (!err && rows.count) {
		*member = db_at_int(&rows, 0, 0);
		*account = db_at_int(&rows, 0, 1);
	}
	return err;
}

/* Asked for once, however often the relay has to be asked: a letter has its `address` until
 * the audit log has it. */
static enum led_err audit_once(struct db *db, const struct making *m, int64_t account,
			       struct led_error *error)
{
	const struct audit_entry entry = {.account_id = account,
					  .actor = m->due->recipient,
					  .address = m->due->facts.address,
					  .action = "password.reset_requested"};
	enum led_err err = LED_OK;

	if (!entry.address)
		return LED_OK;
	err = db_run(db, SQL_POST_AUDITED, DB_ARGS(DB_I(m->due->id)), error);
	return err || db_affected(db) != 1 ? err : audit_add(db, &entry, error);
}

static enum led_err for_reset(struct db *db, struct making *m, struct led_error *error)
{
	int64_t member, account;
	enum led_err err = find_member(db, m, &member, &account, error);

	m->wanted = member != 0;
	if (err || !member)
		return err;
	err = db_run(db, SQL_POST_RESET_CLEAR, DB_ARGS(DB_I(member)), error);
	if (!err)
		err = db_run(db, SQL_POST_RESET_ADD,
			     DB_ARGS(DB_B(m->hash, DIGEST_SIZE), DB_I(member), DB_I(RESET_MINUTES)),
			     error);
	return err ? err : audit_once(db, m, account, error);
}

static enum led_err for_sign_up(struct db *db, struct making *m, struct led_error *error)
{
	int64_t member, account;
	enum led_err err = find_member(db, m, &member, &account, error);

	m->wanted = true;
	m->known = member != 0;
	if (err || member)
		return err;
	err = db_run(db, SQL_POST_SIGN_UP_CLEAR, DB_ARGS(DB_S(m->due->recipient)), error);
	if (err)
		return err;
	return db_run(db, SQL_POST_SIGN_UP,
		      DB_ARGS(DB_S(m->due->recipient), DB_S(m->due->facts.account),
			      DB_B(m->hash, DIGEST_SIZE), DB_I(SIGN_UP_HOURS)),
		      error);
}

static enum led_err for_invitation(struct db *db, struct making *m, struct led_error *error)
{
	enum led_err err = db_run(db, SQL_POST_INVITATION,
				  DB_ARGS(DB_B(m->hash, DIGEST_SIZE), DB_I(INVITATION_DAYS),
					  DB_I(m->due->account), DB_S(m->due->recipient)),
				  error);

	m->wanted = !err && db_affected(db) == 1;
	return err;
}

static const struct {
	enum letter letter;
	enum led_err (*make)(struct db *db, struct making *making, struct led_error *error);
} LINKS[] = {
	{LETTER_RESET, for_reset},
	{LETTER_SIGN_UP, for_sign_up},
	{LETTER_INVITATION, for_invitation},
};
#define LINK_COUNT (sizeof(LINKS) / sizeof(LINKS[0]))

static enum led_err store(struct db *db, void *context, struct led_error *error)
{
	struct making *m = context;
	size_t i = 0;

	while (LINKS[i].letter != m->due->letter)
		i++;
	return LINKS[i].make(db, m, error);
}

bool mail_link_needed(enum letter letter)
{
	for (size_t i = 0; i < LINK_COUNT; i++)
		if (LINKS[i].letter == letter)
			return true;
	return false;
}

/* The letter's facts, now that it is known what to say. */
static bool complete(const struct worker *worker, const struct making *m, const char *token)
{
	struct letter_due *due = m->due;

	due->facts.who = due->facts.who ? due->facts.who : due->recipient;
	if (m->known) {
		due->letter = LETTER_SIGN_UP_KNOWN;
		due->facts.link =
			arena_printf(m->arena, "%s/login/forgot", worker->config.public_url);
	} else {
		due->facts.link = arena_printf(m->arena, "%s?token=%s", due->facts.link, token);
	}
	return due->facts.link;
}

enum led_err mail_link_make(struct worker *worker, struct arena *arena, struct letter_due *due,
			    bool *wanted, struct led_error *error)
{
	struct making m = {.arena = arena, .due = due};
	char token[SECRET_LINK_SIZE];
	struct db *db;
	enum led_err err = secret_link_new(token, m.hash, error);

	if (!err)
		err = db_pool_take(worker->pool, &db, error);
	if (err)
		return err;
	err = db_transaction(db, store, &m, error);
	db_pool_give(worker->pool, db);
	*wanted = m.wanted;
	if (!err && m.wanted && !complete(worker, &m, token))
		err = led_fail(error, LED_INTERNAL, "out_of_memory", "A mailed link.");
	explicit_bzero(token, sizeof(token));
	return err;
}
