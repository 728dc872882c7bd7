/*
 * What Ledger writes to people: one table of subjects and texts. {account}, {who}, {role},
 * {link}, {shop} stand for what the letter's facts say.
 *
 * A letter waits as its name and facts (the table mail), never as text: some letters carry a
 * link that opens something, and its secret is made only when the letter is sent.
 */
#ifndef MAIL_LETTER_H
#define MAIL_LETTER_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"

#define LETTER_SUBJECT_MAX 200  /* characters */
#define LETTER_BODY_MAX    8192 /* bytes */
#define LETTER_FACTS_MAX   8192 /* bytes of their JSON */

enum letter {
	LETTER_SIGN_UP,
	LETTER_SIGN_UP_KNOWN,
	LETTER_INVITATION,
	LETTER_RESET,
	LETTER_PASSWORD_CHANGED,
	LETTER_SECOND_FACTOR_ON,
	LETTER_SECOND_FACTOR_OFF,
	LETTER_SECOND_FACTOR_RESET,
	LETTER_RECOVERY_CODE_USED,
	LETTER_SAGE_RECONNECT,
	LETTER_SAGE_NO_SUBSCRIPTION,
	LETTER_SAGE_ACCESS_DENIED,
	LETTER_SHOP_REVOKED,
	LETTER_COUNT,
};

struct letter_facts {
	/* NULL: this letter has none. `address` is where the request came from, for the audit. */
	const char *account, *who, *role, *link, *shop, *address;
};

/* "invitation" …: how the table mail names it. */
const char *letter_name(enum letter letter);

/* LED_INTERNAL, "letter_unknown", for a name that none has. */
enum led_err letter_parse(const char *name, enum letter *letter, struct led_error *error)
	__attribute__((warn_unused_result));

/* The facts as a JSON object, appended, and back into the arena. */
void letter_facts_print(const struct letter_facts *facts, struct buf *out);
enum led_err letter_facts_parse(struct arena *arena, const char *json, struct letter_facts *facts,
				struct led_error *error) __attribute__((warn_unused_result));

/* Appends the letter's subject, on one line and cut to LETTER_SUBJECT_MAX characters, and its
 * text. What the facts bring of line ends and other control characters becomes blanks. A
 * buffer that is too small is marked failed. */
void letter_write(enum letter letter, const struct letter_facts *facts, struct buf *subject,
		  struct buf *body);

#endif
