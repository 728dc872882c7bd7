/*
 * The security headers of every answer of this program. nginx adds the same to what it
 * answers itself and leaves out what a program has stated, so none is sent twice.
 */
#include "pages/site.h"

#include <string.h>

#define CSP "Content-Security-Policy"
#define POLICY                                                                                     \
	"default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "                \
	"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors "

static const struct {
	const char *name, *value;
} HEADERS[] = {
	{"X-Content-Type-Options", "nosniff"},
	/* Not no-referrer: under that, browsers send "Origin: null" with our own forms, and
	 * the check of the origin could not tell them from a stranger's. */
	{"Referrer-Policy", "same-origin"},
	{"Cross-Origin-Opener-Policy", "same-origin"},
	{"Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"},
	/* Pages of accounts, or the way to them: never to be kept. */
	{"Cache-Control", "no-store"},
};

/* Scheme, host and port, and no character that could end the directive. */
void headers_allow_frame(struct http_response *response, struct arena *arena, const char *shop_url)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    ".-:[]";
	const char *host = strstr(shop_url, "://");
	size_t len = host ? strspn(host + 3, plain) : 0;
	const char *policy;

	if (!len || (host[3 + len] && host[3 + len] != '/') ||
	    (strncmp(shop_url, "https://", 8) != 0 && strncmp(shop_url, "http://", 7) != 0))
		return;
	len += (size_t)(host + 3 - shop_url);
	policy = arena_printf(arena, "%s%.*s", POLICY, (int)len, shop_url);
	if (policy)
		http_response_set(response, CSP, policy);
}

void headers_after(void *program, const struct http_request *request,
		   struct http_response *response)
{
	const struct site *site = program;

	(void)request;
	for (size_t i = 0; i < sizeof(HEADERS) / sizeof(HEADERS[0]); i++)
		http_response_set(response, HEADERS[i].name, HEADERS[i].value);
	if (!http_response_header(response, CSP))
		http_response_set(response, CSP, POLICY "'none'");
	if (strncmp(site->origin, "https:", 6) == 0)
		http_response_set(response, "Strict-Transport-Security", "max-age=31536000");
}
