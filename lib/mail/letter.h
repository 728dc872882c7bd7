/*
 * What Ledger writes to people: one table of subjects and texts. {account}, {who}, {role},
 * {link}, {shop} stand for what the letter's facts say.
 */
#ifndef MAIL_LETTER_H
#define MAIL_LETTER_H

#include "base/buf.h"

#define LETTER_SUBJECT_MAX 200 /* characters: what the table mail keeps */
#define LETTER_BODY_MAX    8192

enum letter {
	LETTER_INVITATION,
	LETTER_RESET,
	LETTER_PASSWORD_CHANGED,
	LETTER_SECOND_FACTOR_ON,
	LETTER_SECOND_FACTOR_OFF,
	LETTER_RECOVERY_CODE_USED,
	LETTER_SAGE_RECONNECT,
	LETTER_SAGE_NO_SUBSCRIPTION,
	LETTER_SAGE_ACCESS_DENIED,
	LETTER_SHOP_REVOKED,
	LETTER_COUNT,
};

struct letter_facts {
	const char *account, *who, *role, *link, *shop; /* NULL: this letter has none */
};

/* Appends the letter's subject, on one line and cut to LETTER_SUBJECT_MAX characters, and its
 * text. What the facts bring of line ends and other control characters becomes blanks. A
 * buffer that is too small is marked failed. */
void letter_write(enum letter letter, const struct letter_facts *facts, struct buf *subject,
		  struct buf *body);

#endif
