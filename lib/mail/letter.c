#include "mail/letter.h"

#include "base/text.h"

#include <string.h>

#define SIGNED "\n\n-- \nLedger: from Magento to Sage, to the penny.\n"

static const struct {
	const char *subject, *body;
} LETTERS[LETTER_COUNT] = {
	[LETTER_INVITATION] =
		{"{account}: your invitation to Ledger",
		 "{who} invites you to join {account} in Ledger as {role}.\n\n"
		 "To accept, choose a password here within seven days:\n\n{link}\n\n"
		 "If you expected no invitation, do nothing: without you it runs out." SIGNED},
	[LETTER_RESET] =
		{"Your new Ledger password",
		 "Someone, probably you, wants to set a new password for {who} in Ledger.\n\n"
		 "You can do so here within an hour, once:\n\n{link}\n\n"
		 "If it was not you, do nothing: your password stays as it is." SIGNED},
	[LETTER_PASSWORD_CHANGED] =
		{"Your Ledger password was changed",
		 "The password of {who} in Ledger was just changed, and the other sessions of "
		 "this sign-in were ended.\n\n"
		 "If it was not you, set a new password at once and tell an owner of {account}:"
		 "\n\n{link}" SIGNED},
	[LETTER_SECOND_FACTOR_ON] =
		{"Signing in to Ledger now takes a code",
		 "A second factor was set up for {who}: signing in takes a code from now on.\n\n"
		 "If it was not you, tell an owner of {account} at once." SIGNED},
	[LETTER_SECOND_FACTOR_OFF] =
		{"Signing in to Ledger no longer takes a code",
		 "The second factor of {who} was switched off: the password alone is enough now."
		 "\n\nIf it was not you, set a new password at once and tell an owner of "
		 "{account}." SIGNED},
	[LETTER_RECOVERY_CODE_USED] =
		{"A recovery code was used to sign in to Ledger",
		 "{who} has just signed in with one of the recovery codes, which now is used up."
		 "\n\nIf it was not you, set a new password at once and make new recovery "
		 "codes." SIGNED},
	[LETTER_SAGE_RECONNECT] =
		{"{shop}: Sage has to be connected again",
		 "Sage no longer accepts Ledger's access for {shop} ({account}). Nothing is lost: "
		 "new invoices wait.\n\nAn owner or operator can sign in to Sage again here, and "
		 "what waits is posted by itself:\n\n{link}" SIGNED},
	[LETTER_SAGE_NO_SUBSCRIPTION] =
		{"{shop}: the Sage subscription is not active",
		 "Sage says that the business joined to {shop} ({account}) has no active "
		 "subscription. Nothing is lost: new invoices wait.\n\nRenew it with Sage; Ledger "
		 "then goes on by itself. The state of the connection:\n\n{link}" SIGNED},
	[LETTER_SAGE_ACCESS_DENIED] =
		{"{shop}: Sage denies access to the business",
		 "The person who connected {shop} ({account}) to Sage may no longer use that "
		 "business. Nothing is lost: new invoices wait.\n\nGive the person access in Sage, "
		 "or connect again as someone who has it:\n\n{link}" SIGNED},
	[LETTER_SHOP_REVOKED] =
		{"{shop}: Magento no longer accepts Ledger",
		 "The shop {shop} ({account}) refuses Ledger's key. Nothing is lost: new events "
		 "wait.\n\nIf it was not disconnected on purpose, pair it again with a new code:"
		 "\n\n{link}" SIGNED},
};

static const char *fact(const struct letter_facts *facts, const char *name, size_t len)
{
	const struct {
		const char *name, *value;
	} known[] = {
		{"account", facts->account}, {"who", facts->who},   {"role", facts->role},
		{"link", facts->link},       {"shop", facts->shop},
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strlen(known[i].name) == len && strncmp(known[i].name, name, len) == 0)
			return known[i].value ? known[i].value : "";
	return "";
}

static void add_flat(struct buf *out, const char *text)
{
	for (; *text; text++)
		buf_add_char(out, (unsigned char)*text < ' ' || *text == 0x7f ? ' ' : *text);
}

static void fill(const char *pattern, const struct letter_facts *facts, struct buf *out)
{
	while (*pattern) {
		size_t plain = strcspn(pattern, "{");

		buf_add(out, pattern, plain);
		pattern += plain;
		if (*pattern == '{') {
			size_t len = strcspn(pattern + 1, "}");

			add_flat(out, fact(facts, pattern + 1, len));
			pattern += len + 2;
		}
	}
}

void letter_write(enum letter letter, const struct letter_facts *facts, struct buf *subject,
		  struct buf *body)
{
	size_t start = subject->len, len;

	fill(LETTERS[letter].subject, facts, subject);
	fill(LETTERS[letter].body, facts, body);
	if (subject->failed)
		return;
	len = text_utf8_prefix(subject->data + start, subject->len - start, LETTER_SUBJECT_MAX);
	subject->len = start + len;
	subject->data[subject->len] = '\0';
}
