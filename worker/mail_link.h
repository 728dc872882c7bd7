/*
 * The secret of a mailed link, made when the letter that carries it is sent: what waits in the
 * table mail opens nothing, and of the secret only its hash is stored. A letter that goes out
 * again carries a new one, which takes the place of the former. That it was asked for is told to
 * the audit log in the transaction that stores the first of them.
 */
#ifndef WORKER_MAIL_LINK_H
#define WORKER_MAIL_LINK_H

#include "mail/letter.h"
#include "worker.h"

/* A letter that is to be sent now. */
struct letter_due {
	int64_t id, attempts, created_at;
	int64_t account; /* 0: of none, or not known */
	const char *recipient;
	enum letter letter;
	struct letter_facts facts;
};

/* Whether the letter has a link that opens something. */
bool mail_link_needed(enum letter letter);

/* Makes it: due->facts.link is then the whole of it, in the arena. A sign-up under an address
 * that has a sign-in becomes the letter that says so. *wanted is false when there is nothing to
 * send any more: nobody has the address, or the invitation was withdrawn. */
enum led_err mail_link_make(struct worker *worker, struct arena *arena, struct letter_due *due,
			    bool *wanted, struct led_error *error)
	__attribute__((warn_unused_result));

#endif
