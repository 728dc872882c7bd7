/* Small text rules that more than one layer needs. No locale, no allocation. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Strict UTF-8 (RFC 3629): no overlong forms, surrogates or values over U+10FFFF. */
bool text_utf8_valid(const char *text, size_t len);

/* The longest prefix of `text` of at most `max_bytes` that ends on a character. */
size_t text_utf8_cut(const char *text, size_t len, size_t max_bytes);

/* Drops every byte that belongs to no character, in place: what "%.60s" or a full buffer cut
 * in two. */
void text_utf8_mend(char *text);

/* The bytes that the first `max_chars` characters of `text` take. */
size_t text_utf8_prefix(const char *text, size_t len, size_t max_chars);

/* Number of characters. */
size_t text_utf8_length(const char *text, size_t len);

/* Appends code point `cp` to `out` (room for 4 bytes); the bytes written. */
size_t text_utf8_encode(uint32_t cp, char out[4]);

/* `out` gets 2 * len + 1 bytes: lower-case hex and a NUL. */
void text_hex(const void *data, size_t len, char *out);

/* Reads exactly 2 * size hex digits into `out`; false when `text` is anything else. */
bool text_unhex(const char *text, void *out, size_t size);

/* base64url without padding (RFC 4648, section 5). `out` gets text_base64url_size(len)
 * bytes with the NUL. */
#define TEXT_BASE64URL_SIZE(len) (((len)*4 + 2) / 3 + 1)
void text_base64url(const void *data, size_t len, char *out);

/* The bytes decoded into `out` (of `size`), or -1: wrong alphabet, padding, impossible
 * length, non-zero trailing bits, or too long. */
long text_unbase64url(const char *text, size_t len, void *out, size_t size);

/* base32 without padding, upper case (RFC 4648, section 6). `out` gets
 * TEXT_BASE32_SIZE(len) bytes with the NUL. */
#define TEXT_BASE32_SIZE(len) (((len)*8 + 4) / 5 + 1)
void text_base32(const void *data, size_t len, char *out);

/* The canonical textual UUID: 36 characters, lower or upper case hex, four hyphens. */
bool text_is_uuid(const char *text);

/* A bare e-mail address that can stand in a mail's header and on an SMTP line as it is:
 * printable ASCII without blanks, quotes, brackets, commas or backslashes, one @ with something on
 * both sides, at most 254 bytes (RFC 5321). */
bool text_is_email(const char *text);

/* Whole decimal numbers within [min, max]; no sign but '-', no space, no leading '+'. */
bool text_to_int64(const char *text, int64_t min, int64_t max, int64_t *out);

bool text_ends_with(const char *text, const char *ending);

/* Case-insensitive for ASCII only. */
bool text_equal_nocase(const char *a, const char *b);

/* Percent-decodes `len` bytes into `out` (len + 1 bytes; NUL added). With `plus`, '+' is
 * a space (form encoding). The length, or -1 when an escape is malformed or a NUL. */
long text_percent_decode(const char *text, size_t len, bool plus, char *out);

#endif
