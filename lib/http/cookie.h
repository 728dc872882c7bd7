/*
 * Cookies (RFC 6265): reading the Cookie header and building Set-Cookie. Values are of
 * our own making (base64url, hex), so nothing is encoded and anything else is refused.
 */
#ifndef HTTP_COOKIE_H
#define HTTP_COOKIE_H

#include "http/request.h"
#include "http/response.h"

#define HTTP_COOKIE_MAX 4096 /* bytes of a Set-Cookie value with the NUL */

/* The cookie's value copied to the arena, or NULL: absent, twice with different values
 * (a planted second one must not be chosen silently), or with characters that RFC 6265
 * does not allow. */
const char *http_cookie_get(const struct http_request *request, const char *name);

struct http_cookie {
	const char *name; /* "__Host-…" demands secure, which is then always sent, and Path=/ */
	const char *value;
	long max_age; /* seconds; 0 = until the browser closes; -1 = remove it now */
	bool secure;  /* false only on a private stack without TLS */
};

/* Adds Set-Cookie: Path=/, HttpOnly, SameSite=Lax, Secure as told. A name or value that
 * is not allowed marks the response failed. */
void http_cookie_set(struct http_response *response, const struct http_cookie *cookie);

#endif
