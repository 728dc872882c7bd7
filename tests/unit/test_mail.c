/* Mail: what goes over the wire, and what is refused. */
#include "mail/letter.h"
#include "mail/message.h"

#include <criterion/criterion.h>
#include <string.h>

static struct led_error error;

static struct mail_message plain(void)
{
	return (struct mail_message){.from = "ledger@relay.example",
				     .to = "anna@acme.example",
				     .subject = "Hello",
				     .body = "One line.\n",
				     .id = "1.2",
				     .date = 1234567890};
}

static void write_to(struct buf *out, const struct mail_message *message)
{
	buf_init(out, MAIL_MESSAGE_MAX);
	cr_assert_eq(mail_message_write(message, out, &error), LED_OK, "%s", error.message);
}

Test(mail_message, plain)
{
	struct mail_message message = plain();
	struct buf out;
	write_to(&out, &message);
	cr_expect_str_eq(buf_str(&out), "Date: Fri, 13 Feb 2009 23:31:30 +0000\r\n"
					"From: Ledger <ledger@relay.example>\r\n"
					"To: <anna@acme.example>\r\n"
					"Subject: Hello\r\n"
					"Message-ID: <1.2@relay.example>\r\n"
					"Auto-Submitted: auto-generated\r\n"
					"MIME-Version: 1.0\r\n"
					"Content-Type: text/plain; charset=utf-8\r\n"
					"Content-Transfer-Encoding: quoted-printable\r\n"
					"\r\n"
					"One line.\r\n");
	buf_release(&out);
}

/* RFC 2047: what is not ASCII, what looks encoded, and what is long becomes encoded words. */
Test(mail_message, subjects)
{
	static const struct {
		const char *subject, *line;
	} cases[] = {
		{"caf\xc3\xa9", "Subject: =?UTF-8?B?Y2Fmw6k=?=\r\n"},
		{"=?UTF-8?B?eA==?=", "Subject: =?UTF-8?B?PT9VVEYtOD9CP2VBPT0/PQ==?=\r\n"},
		{"", "Subject: \r\n"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct mail_message message = plain();
		struct buf out;
		message.subject = cases[i].subject;
		write_to(&out, &message);
		cr_expect_not_null(strstr(buf_str(&out), cases[i].line), "%s in %s", cases[i].line,
				   buf_str(&out));
		buf_release(&out);
	}
}

static size_t longest_line(const char *text)
{
	size_t longest = 0;
	while (*text) {
		size_t len = strcspn(text, "\r");
		longest = len > longest ? len : longest;
		text += len + (text[len] ? 2 : 0);
	}
	return longest;
}

Test(mail_message, no_long_lines)
{
	char subject[601], body[2001];
	struct mail_message message = plain();
	struct buf out;
	for (size_t i = 0; i < 200; i++)
		memcpy(subject + 3 * i, "\xe2\x82\xac", 3);
	subject[600] = '\0';
	memset(body, 'x', 2000);
	body[2000] = '\0';
	message.subject = subject;
	message.body = body;
	write_to(&out, &message);
	cr_expect_leq(longest_line(buf_str(&out)), 78);
	buf_release(&out);
}

Test(mail_message, quoted_printable)
{
	struct mail_message message = plain();
	struct buf out;
	message.body = "a=b \n.dot\n\xc3\xa9\r\n\nno end";
	write_to(&out, &message);
	cr_expect_not_null(
		strstr(buf_str(&out), "\r\n\r\na=3Db=20\r\n.dot\r\n=C3=A9\r\n\r\nno end\r\n"), "%s",
		buf_str(&out));
	buf_release(&out);
}

Test(mail_message, no_header_of_somebody_elses_choosing)
{
	static const char *const subjects[] = {"a\r\nBcc: x@y.example",
					       "a\nb",
					       "a\rb",
					       "a\x01"
					       "b",
					       "a\x7f",
					       "\xff"};
	static const char *const addresses[] = {
		"",
		"x",
		"@y.example",
		"x@",
		"x@y@z.example",
		"x@y.example\r\nRCPT TO:<z@z.example>",
		"x@y.example>",
		"<x@y.example",
		"x y@z.example",
		"x@y.example,z@z.example",
		"\"x\"@y.example",
		"-oX@y.example",
		"caf\xc3\xa9@y.example",
	};
	struct buf out;
	buf_init(&out, MAIL_MESSAGE_MAX);
	for (size_t i = 0; i < sizeof subjects / sizeof *subjects; i++) {
		struct mail_message message = plain();
		message.subject = subjects[i];
		cr_expect_eq(mail_message_write(&message, &out, &error), LED_VALIDATION,
			     "subject %zu", i);
		cr_expect_str_eq(error.code, "mail_header");
	}
	for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
		struct mail_message message = plain();
		message.to = addresses[i];
		cr_expect_eq(mail_message_write(&message, &out, &error), LED_VALIDATION, "%s",
			     addresses[i]);
		message = plain();
		message.from = addresses[i];
		cr_expect_eq(mail_message_write(&message, &out, &error), LED_VALIDATION, "%s",
			     addresses[i]);
	}
	cr_expect_eq(out.len, 0);
	buf_release(&out);
}

Test(mail_letter, each_is_whole)
{
	const struct letter_facts facts = {
		.account = "ACCOUNT", .who = "WHO", .role = "ROLE", .link = "LINK", .shop = "SHOP"};
	for (int i = 0; i < LETTER_COUNT; i++) {
		struct buf subject, body;
		buf_init(&subject, LETTER_BODY_MAX);
		buf_init(&body, LETTER_BODY_MAX);
		letter_write((enum letter)i, &facts, &subject, &body);
		cr_expect(subject.len > 10 && !subject.failed, "letter %d", i);
		cr_expect(body.len > 50 && !body.failed, "letter %d", i);
		cr_expect_null(strpbrk(buf_str(&subject), "{}\n"), "letter %d", i);
		cr_expect_null(strpbrk(buf_str(&body), "{}"), "letter %d: an unknown fact", i);
		buf_release(&subject);
		buf_release(&body);
	}
}

Test(mail_letter, facts_are_text)
{
	const struct letter_facts facts = {.account = "A\r\nBcc: x@y.example {link}",
					   .who = "WHO",
					   .role = "ROLE",
					   .link = "LINK"};
	struct buf subject, body;
	buf_init(&subject, LETTER_BODY_MAX);
	buf_init(&body, LETTER_BODY_MAX);
	letter_write(LETTER_INVITATION, &facts, &subject, &body);
	cr_expect_str_eq(buf_str(&subject),
			 "A  Bcc: x@y.example {link}: your invitation to Ledger");
	cr_expect_null(strchr(buf_str(&body), '\r'));
	buf_release(&subject);
	buf_release(&body);
}
