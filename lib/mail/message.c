#include "mail/message.h"

#include "base/text.h"

#include <openssl/evp.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

#define LINE_MAX_QP 76 /* RFC 2045, section 6.7 */
#define WORD_BYTES  42 /* of text in an encoded word: 56 in base64, 68 with its frame */

static bool is_header_text(const char *text)
{
	if (!text_utf8_valid(text, strlen(text)))
		return false;
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			return false;
	return true;
}

static bool is_plain(const char *text)
{
	for (const char *c = text; *c; c++)
		if ((unsigned char)*c >= 0x7f)
			return false;
	/* What looks like an encoded word would be read as one. */
	return !strstr(text, "=?") && strlen(text) <= LINE_MAX_QP - strlen("Subject: ");
}

static void add_subject(struct buf *out, const char *subject)
{
	size_t len = strlen(subject);

	buf_add_str(out, "Subject:");
	if (is_plain(subject)) {
		buf_add_char(out, ' ');
		buf_add_str(out, subject);
		len = 0;
	}
	while (len) {
		unsigned char word[(WORD_BYTES + 2) / 3 * 4 + 1];
		size_t part = text_utf8_cut(subject, len, WORD_BYTES);

		EVP_EncodeBlock(word, (const unsigned char *)subject, (int)part);
		buf_addf(out, " =?UTF-8?B?%s?=", (const char *)word);
		subject += part;
		len -= part;
		if (len)
			buf_add_str(out, "\r\n");
	}
	buf_add_str(out, "\r\n");
}

/* Quoted-printable; a soft break before a line gets too long, blanks at an end encoded. */
static void add_body(struct buf *out, const char *body)
{
	size_t column = 0;

	for (const char *c = body; *c; c++) {
		bool at_end = c[1] == '\n' || c[1] == '\0';
		bool literal = (*c > ' ' && *c < 0x7f && *c != '=') || (*c == ' ' && !at_end);

		if (*c == '\r')
			continue;
		if (*c == '\n') {
			buf_add_str(out, "\r\n");
			column = 0;
			continue;
		}
		if (column + (literal ? 1 : 3) > LINE_MAX_QP - 1) {
			buf_add_str(out, "=\r\n");
			column = 0;
		}
		if (literal)
			buf_add_char(out, *c);
		else
			buf_addf(out, "=%02X", (unsigned)(unsigned char)*c);
		column += literal ? 1 : 3;
	}
	if (column)
		buf_add_str(out, "\r\n");
}

/* In C's own words, whatever the locale: RFC 5322 wants English. */
static void add_date(struct buf *out, int64_t when)
{
	static const char days[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t seconds = (time_t)when;
	struct tm tm;

	gmtime_r(&seconds, &tm);
	buf_addf(out, "Date: %.3s, %d %.3s %d %02d:%02d:%02d +0000\r\n", days + 3 * tm.tm_wday,
		 tm.tm_mday, months + 3 * tm.tm_mon, tm.tm_year + 1900, tm.tm_hour, tm.tm_min,
		 tm.tm_sec);
}

enum led_err mail_message_write(const struct mail_message *message, struct buf *out,
				struct led_error *error)
{
	if (!text_is_email(message->from) || !text_is_email(message->to) ||
	    !is_header_text(message->subject) || !is_header_text(message->id))
		return led_fail(error, LED_VALIDATION, "mail_header",
				"An address or the subject cannot stand in a header.");
	if (!text_utf8_valid(message->body, strlen(message->body)))
		return led_fail(error, LED_VALIDATION, "mail_text", "The text is not UTF-8.");
	add_date(out, message->date);
	buf_addf(out, "From: Ledger <%s>\r\nTo: <%s>\r\n", message->from, message->to);
	add_subject(out, message->subject);
	buf_addf(out, "Message-ID: <%s@%s>\r\n", message->id, strchr(message->from, '@') + 1);
	/* Nobody's holiday notice is wanted in return (RFC 3834). */
	buf_add_str(out, "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
			 "Content-Type: text/plain; charset=utf-8\r\n"
			 "Content-Transfer-Encoding: quoted-printable\r\n\r\n");
	add_body(out, message->body);
	if (out->failed)
		return led_fail(error, LED_VALIDATION, "mail_too_large",
				"The message is too long.");
	return LED_OK;
}
