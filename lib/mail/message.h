/*
 * A message as it goes over the wire (RFC 5322, MIME): plain text in UTF-8, its subject as
 * encoded words where it is not ASCII (RFC 2047), its body quoted-printable.
 */
#ifndef MAIL_MESSAGE_H
#define MAIL_MESSAGE_H

#include "base/buf.h"
#include "base/error.h"

#include <stdint.h>

#define MAIL_MESSAGE_MAX 65536 /* bytes of a whole message */

struct mail_message {
	const char *from; /* bare addresses: text_is_email */
	const char *to;
	const char *subject;
	const char *body; /* lines end with \n */
	const char *id;   /* unique: the Message-ID's part before the @ */
	int64_t date;     /* Unix seconds */
};

/* Appends the message, lines ended by CRLF. LED_VALIDATION, code "mail_header": a field has
 * a control character, which could begin a header of somebody else's choosing, or an address is
 * not valid; "mail_text": the body is not UTF-8. */
enum led_err mail_message_write(const struct mail_message *message, struct buf *out,
				struct led_error *error) __attribute__((warn_unused_result));

#endif
