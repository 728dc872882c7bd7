#include "mail/letter.h"

#include "base/json.h"
#include "base/text.h"

#include <stddef.h>
#include <string.h>

#define SIGNED "\n\n-- \nLedger: from Magento to Sage, to the penny.\n"

static const struct {
	const char *name, *subject, *body;
} LETTERS[LETTER_COUNT] = {
	[LETTER_SIGN_UP] =
		{"sign_up", "Your Ledger account",
		 "Someone, probably you, wants to open an account for {account} in Ledger under "
		 "this address.\n\n"
		 "To go on, choose a password here within a day:\n\n{link}\n\n"
		 "If it was not you, do nothing: no account is made." SIGNED},
	[LETTER_SIGN_UP_KNOWN] =
		{"sign_up_known", "You have a sign-in to Ledger already",
		 "Someone, probably you, wants to open an account for {account} in Ledger under "
		 "this address, which has a sign-in already. Nothing was changed.\n\n"
		 "If it was you and the password is forgotten, ask for a new one:\n\n{link}\n\n"
		 "For a second company, sign up under another address." SIGNED},
	[LETTER_INVITATION] =
		{"invitation", "{account}: your invitation to Ledger",
		 "{who} invites you to join {account} in Ledger as {role}.\n\n"
		 "To accept, choose a password here within seven days:\n\n{link}\n\n"
		 "If you expected no invitation, do nothing: without you it runs out." SIGNED},
	[LETTER_RESET] =
		{"reset", "Your new Ledger password",
		 "Someone, probably you, wants to set a new password for {who} in Ledger.\n\n"
		 "You can do so here within an hour, once:\n\n{link}\n\n"
		 "If it was not you, do nothing: your password stays as it is." SIGNED},
	[LETTER_PASSWORD_CHANGED] =
		{"password_changed", "Your Ledger password was changed",
		 "The password of {who} in Ledger was just changed, and the other sessions of "
		 "this sign-in were ended.\n\n"
		 "If it was not you, set a new password at once and tell an owner of {account}:"
		 "\n\n{link}" SIGNED},
	[LETTER_SECOND_FACTOR_ON] =
		{"second_factor_on", "Signing in to Ledger now takes a code",
		 "A second factor was set up for {who}: signing in takes a code from now on.\n\n"
		 "If it was not you, tell an owner of {account} at once." SIGNED},
	[LETTER_SECOND_FACTOR_OFF] =
		{"second_factor_off", "Signing in to Ledger no longer takes a code",
		 "The second factor of {who} was switched off: the password alone is enough now."
		 "\n\nIf it was not you, set a new password at once and tell an owner of "
		 "{account}." SIGNED},
	[LETTER_SECOND_FACTOR_RESET] =
		{"second_factor_reset", "Your second factor for Ledger was removed",
		 "An owner of {account}, {who}, has removed your second factor, and your sessions "
		 "were ended: the password alone is enough to sign in now. Set a new one up when "
		 "you next sign in.\n\n"
		 "If you did not ask for it, set a new password at once and ask {who} why:"
		 "\n\n{link}" SIGNED},
	[LETTER_RECOVERY_CODE_USED] =
		{"recovery_code_used", "A recovery code was used to sign in to Ledger",
		 "{who} has just signed in with one of the recovery codes, which now is used up."
		 "\n\nIf it was not you, set a new password at once and make new recovery "
		 "codes." SIGNED},
	[LETTER_SAGE_RECONNECT] =
		{"sage_reconnect", "{shop}: Sage has to be connected again",
		 "Sage no longer accepts Ledger's access for {shop} ({account}). Nothing is lost: "
		 "new invoices wait.\n\nAn owner or operator can sign in to Sage again here, and "
		 "what waits is posted by itself:\n\n{link}" SIGNED},
	[LETTER_SAGE_NO_SUBSCRIPTION] =
		{"sage_no_subscription", "{shop}: the Sage subscription is not active",
		 "Sage says that the business joined to {shop} ({account}) has no active "
		 "subscription. Nothing is lost: new invoices wait.\n\nRenew it with Sage; Ledger "
		 "then goes on by itself. The state of the connection:\n\n{link}" SIGNED},
	[LETTER_SAGE_ACCESS_DENIED] =
		{"sage_access_denied", "{shop}: Sage denies access to the business",
		 "The person who connected {shop} ({account}) to Sage may no longer use that "
		 "business. Nothing is lost: new invoices wait.\n\nGive the person access in Sage, "
		 "or connect again as someone who has it:\n\n{link}" SIGNED},
	[LETTER_SHOP_REVOKED] =
		{"shop_revoked", "{shop}: Magento no longer accepts Ledger",
		 "The shop {shop} ({account}) refuses Ledger's key. Nothing is lost: new events "
		 "wait.\n\nIf it was not disconnected on purpose, pair it again with a new code:"
		 "\n\n{link}" SIGNED},
};

#define FACT(name)                                                                                 \
	{                                                                                          \
#name, offsetof(struct letter_facts, name)                                         \
	}
static const struct {
	const char *name;
	size_t offset;
} FACTS[] = {FACT(account), FACT(who), FACT(role), FACT(link), FACT(shop), FACT(address)};
#define FACT_COUNT (sizeof(FACTS) / sizeof(FACTS[0]))

static const char *fact_at(const struct letter_facts *facts, size_t i)
{
	return *(const char *const *)((const char *)facts + FACTS[i].offset);
}

static const char *fact(const struct letter_facts *facts, const char *name, size_t len)
{
	for (size_t i = 0; i < FACT_COUNT; i++)
		if (strlen(FACTS[i].name) == len && strncmp(FACTS[i].name, name, len) == 0)
			return fact_at(facts, i) ? fact_at(facts, i) : "";
	return "";
}

const char *letter_name(enum letter letter)
{
	return LETTERS[letter].name;
}

enum led_err letter_parse(const char *name, enum letter *letter, struct led_error *error)
{
	for (int i = 0; i < LETTER_COUNT; i++) {
		*letter = (enum letter)i;
		if (strcmp(LETTERS[i].name, name) == 0)
			return LED_OK;
	}
	return led_fail(error, LED_INTERNAL, "letter_unknown", "There is no letter '%s'.", name);
}

void letter_facts_print(const struct letter_facts *facts, struct buf *out)
{
	const char *before = "";

	buf_add_char(out, '{');
	for (size_t i = 0; i < FACT_COUNT; i++) {
		if (!fact_at(facts, i))
			continue;
		buf_addf(out, "%s\"%s\":", before, FACTS[i].name);
		json_quote(out, fact_at(facts, i));
		before = ",";
	}
	buf_add_char(out, '}');
}

enum led_err letter_facts_parse(struct arena *arena, const char *json, struct letter_facts *facts,
				struct led_error *error)
{
	struct json_object *object = NULL;
	enum led_err err = json_parse(json, strlen(json), &object, error);

	*facts = (struct letter_facts){0};
	for (size_t i = 0; !err && i < FACT_COUNT; i++) {
		const char *text = json_string(object, FACTS[i].name);
		const char **to = (const char **)((char *)facts + FACTS[i].offset);

		*to = text ? arena_strdup(arena, text) : NULL;
		if (text && !*to)
			err = led_fail(error, LED_INTERNAL, "out_of_memory", "A letter's facts.");
	}
	json_object_put(object);
	return err;
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
