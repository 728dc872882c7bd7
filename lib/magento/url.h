/*
 * A shop's base address as a merchant types it, judged and brought to one form: parsed once,
 * by libcurl, which is also what connects to it later, so the two cannot disagree.
 *
 * Taken: https on port 443, 8443 or one the operator allows; a name with a dot, ASCII or
 * internationalised; a path. Refused: user or password, query, fragment, any spelling of an
 * IP address (decimal, octal, hexadecimal, short, IPv6, written in other scripts' digits), a
 * name that only a private network can know. What address the name leads to is checked when
 * connecting (http/guard.h), not here.
 */
#ifndef MAGENTO_URL_H
#define MAGENTO_URL_H

#include "base/error.h"

#include <stdbool.h>

#define MAGENTO_URL_MAX 255 /* bytes, as binding.shop_url */

struct magento_url_rules {
	bool http_loopback; /* http, and any port, to 127.0.0.0/8, [::1] and localhost */
	const char *ports;  /* further ports, separated by commas or blanks; may be "" */
};

/* `out` (MAGENTO_URL_MAX + 1 bytes) gets the normal form: scheme and host in lower case,
 * the name in its ASCII form, no default port, no trailing slash. LED_VALIDATION with a
 * sentence for the merchant and one of the codes url_malformed, url_too_long,
 * url_not_https, url_has_user, url_has_query, url_has_fragment, url_port,
 * url_ip_address, url_host. */
enum led_err magento_url_parse(const char *text, const struct magento_url_rules *rules, char *out,
			       struct led_error *error) __attribute__((warn_unused_result));

/* The host of an address in normal form, without its port: in `out`, MAGENTO_URL_MAX + 1
 * bytes. Returns `out`. */
const char *magento_url_host(const char *url, char *out);

#endif
