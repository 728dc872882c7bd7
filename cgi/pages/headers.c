/*
 * The security headers of every answer of this program. nginx adds the same to what it
 * answers itself and leaves out what a program has stated, so none is sent twice.
 */
#include "pages/site.h"

#include <string.h>

static const struct {
	const char *name, *value;
} HEADERS[] = {
	{"Content-Security-Policy",
	 "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
	 "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"},
	{"X-Content-Type-Options", "nosniff"},
	/* Not no-referrer: under that, browsers send "Origin: null" with our own forms, and
	 * the check of the origin could not tell them from a stranger's. */
	{"Referrer-Policy", "same-origin"},
	{"Cross-Origin-Opener-Policy", "same-origin"},
	{"Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"},
	/* Pages of accounts, or the way to them: never to be kept. */
	{"Cache-Control", "no-store"},
};

void headers_after(void *program, const struct http_request *request,
		   struct http_response *response)
{
	const struct site *site = program;

	(void)request;
	for (size_t i = 0; i < sizeof(HEADERS) / sizeof(HEADERS[0]); i++)
		http_response_set(response, HEADERS[i].name, HEADERS[i].value);
	if (strncmp(site->origin, "https:", 6) == 0)
		http_response_set(response, "Strict-Transport-Security", "max-age=31536000");
}
