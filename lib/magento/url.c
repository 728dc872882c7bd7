#include "magento/url.h"
#include "base/address.h"
#include "base/text.h"

#include <ctype.h>
#include <curl/curl.h>
#include <idn2.h>
#include <stdio.h>
#include <string.h>

#define LABEL_MAX 63 /* bytes of a name between two dots (RFC 1035) */
#define PORT_MAX  65535

enum fault {
	FAULT_MALFORMED,
	FAULT_TOO_LONG,
	FAULT_NOT_HTTPS,
	FAULT_HAS_USER,
	FAULT_HAS_QUERY,
	FAULT_HAS_FRAGMENT,
	FAULT_PORT,
	FAULT_IP_ADDRESS,
	FAULT_HOST,
};

static const struct {
	const char *code, *message;
} FAULTS[] = {
	[FAULT_MALFORMED] = {"url_malformed",
			     "This is not a web address. Copy the shop's base URL, as "
			     "https://shop.example.com, from Magento's settings."},
	[FAULT_TOO_LONG] = {"url_too_long", "The address is longer than 255 characters."},
	[FAULT_NOT_HTTPS] = {"url_not_https",
			     "The address must begin with https://. Ledger sends the shop its "
			     "keys, so the way there has to be encrypted."},
	[FAULT_HAS_USER] = {"url_has_user", "The address must not hold a user name or a password."},
	[FAULT_HAS_QUERY] = {"url_has_query",
			     "The address must end before the question mark: the shop's base "
			     "URL has no query."},
	[FAULT_HAS_FRAGMENT] = {"url_has_fragment",
				"The address must end before the # sign: the shop's base URL has "
				"no fragment."},
	[FAULT_PORT] = {"url_port",
			"Ledger calls shops on port 443 or 8443 only. The operator of this "
			"Ledger can allow others."},
	[FAULT_IP_ADDRESS] = {"url_ip_address",
			      "The address must name the shop, as shop.example.com; an IP "
			      "address is not accepted."},
	[FAULT_HOST] = {"url_host",
			"The shop's name must be a public one, with a dot, as shop.example.com."},
};

static enum led_err refuse(struct led_error *error, enum fault fault)
{
	return led_fail(error, LED_VALIDATION, FAULTS[fault].code, "%s", FAULTS[fault].message);
}

/* The parts of an address, as libcurl's own strings; the name is libidn2's. */
struct parts {
	char *scheme, *typed_host, *port, *path;
	char *host;
};

static void release(struct parts *parts)
{
	curl_free(parts->scheme);
	curl_free(parts->typed_host);
	idn2_free(parts->host);
	curl_free(parts->port);
	curl_free(parts->path);
}

static bool has_part(CURLU *url, CURLUPart part)
{
	char *text = NULL;
	bool has = curl_url_get(url, part, &text, 0) == CURLUE_OK;
	curl_free(text);
	return has;
}

/* An IPv6 address, or a name whose last label is a number: those are read as IPv4 addresses
 * (the URL standard's "ends in a number" rule), whatever their spelling. */
static bool is_ip_address(const char *host)
{
	size_t len = strlen(host);
	if (host[0] == '[')
		return true;
	if (len && host[len - 1] == '.')
		len--;
	size_t start = len;
	while (start && host[start - 1] != '.')
		start--;
	const char *label = host + start;
	size_t label_len = len - start;
	if (label_len >= 2 && label[0] == '0' && (label[1] == 'x' || label[1] == 'X'))
		return strspn(label + 2, "0123456789abcdefABCDEF") >= label_len - 2;
	return label_len && strspn(label, "0123456789") >= label_len;
}

/* Letters, digits and inner hyphens, in two labels at least. */
static bool is_public_name(const char *host)
{
	size_t labels = 0;
	for (const char *label = host;; labels++) {
		size_t len = strcspn(label, ".");
		if (!len || len > LABEL_MAX || label[0] == '-' || label[len - 1] == '-' ||
		    strspn(label, "abcdefghijklmnopqrstuvwxyz0123456789-") < len)
			return false;
		if (!label[len])
			return labels > 0;
		label += len + 1;
	}
}

static bool port_listed(const char *ports, int64_t port)
{
	while (ports && *ports) {
		char one[8] = "";
		int64_t listed;
		size_t len = strcspn(ports, ", \t");
		if (len && len < sizeof one) {
			memcpy(one, ports, len);
			if (text_to_int64(one, 1, PORT_MAX, &listed) && listed == port)
				return true;
		}
		ports += len + strspn(ports + len, ", \t");
	}
	return false;
}

static bool port_allowed(const struct parts *parts, const struct magento_url_rules *rules)
{
	int64_t port;
	if (!parts->port)
		return true;
	if (!text_to_int64(parts->port, 1, PORT_MAX, &port))
		return false;
	return port == 443 || port == 8443 || port_listed(rules->ports, port);
}

static enum led_err judge(const struct parts *parts, const struct magento_url_rules *rules,
			  struct led_error *error)
{
	bool http = strcmp(parts->scheme, "http") == 0;
	if (rules->http_loopback && parts->host && address_host_is_local(parts->host) &&
	    (http || strcmp(parts->scheme, "https") == 0))
		return LED_OK;
	if (strcmp(parts->scheme, "https") != 0)
		return refuse(error, FAULT_NOT_HTTPS);
	if (!parts->host || is_ip_address(parts->host))
		return refuse(error, FAULT_IP_ADDRESS);
	if (!is_public_name(parts->host))
		return refuse(error, FAULT_HOST);
	return port_allowed(parts, rules) ? LED_OK : refuse(error, FAULT_PORT);
}

static void fold(char *text)
{
	for (; *text; text++)
		*text = (char)tolower((unsigned char)*text);
}

/* The host in its ASCII form (UTS 46, as browsers do): names of other scripts, and digits of
 * other scripts too. libcurl would go by the process's locale. */
static bool take_parts(CURLU *url, struct parts *parts)
{
	if (curl_url_get(url, CURLUPART_SCHEME, &parts->scheme, 0) ||
	    curl_url_get(url, CURLUPART_PATH, &parts->path, 0))
		return false;
	fold(parts->scheme);
	if (curl_url_get(url, CURLUPART_HOST, &parts->typed_host, 0) ||
	    idn2_to_ascii_8z(parts->typed_host, &parts->host,
			     IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK)
		return strcmp(parts->scheme, "https") != 0; /* judged before the host is */
	fold(parts->host);
	return curl_url_get(url, CURLUPART_PORT, &parts->port, CURLU_NO_DEFAULT_PORT) !=
	       CURLUE_OUT_OF_MEMORY;
}

/* What libcurl itself refuses, told apart as far as a merchant can act upon it. */
static enum fault fault_of(CURLUcode code)
{
	switch (code) {
	case CURLUE_BAD_SCHEME:
	case CURLUE_UNSUPPORTED_SCHEME:
		return FAULT_NOT_HTTPS;
	case CURLUE_USER_NOT_ALLOWED:
	case CURLUE_BAD_USER:
	case CURLUE_BAD_PASSWORD:
	case CURLUE_BAD_LOGIN:
		return FAULT_HAS_USER;
	case CURLUE_BAD_PORT_NUMBER:
		return FAULT_PORT;
	case CURLUE_BAD_IPV6:
		return FAULT_IP_ADDRESS;
	default:
		return FAULT_MALFORMED;
	}
}

static enum led_err write_normal(const struct parts *parts, char *out, struct led_error *error)
{
	size_t path = strlen(parts->path);
	while (path && parts->path[path - 1] == '/')
		path--;
	/* libcurl keeps an explicit default port that came with the text. */
	bool plain = !parts->port ||
		     (strcmp(parts->scheme, "https") == 0 && strcmp(parts->port, "443") == 0) ||
		     (strcmp(parts->scheme, "http") == 0 && strcmp(parts->port, "80") == 0);
	int len = snprintf(out, MAGENTO_URL_MAX + 1, "%s://%s%s%s%.*s", parts->scheme, parts->host,
			   plain ? "" : ":", plain ? "" : parts->port, (int)path, parts->path);
	return len > MAGENTO_URL_MAX ? refuse(error, FAULT_TOO_LONG) : LED_OK;
}

static bool is_plain_text(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] <= ' ' || text[i] == 0x7f || text[i] == '\\')
			return false;
	return len > 0 && text_utf8_valid(text, len);
}

enum led_err magento_url_parse(const char *text, const struct magento_url_rules *rules, char *out,
			       struct led_error *error)
{
	char typed[MAGENTO_URL_MAX + 1];
	struct parts parts = {0};
	enum led_err err;
	while (isspace((unsigned char)*text))
		text++;
	size_t len = strlen(text);
	while (len && isspace((unsigned char)text[len - 1]))
		len--;
	if (len > MAGENTO_URL_MAX)
		return refuse(error, FAULT_TOO_LONG);
	if (!is_plain_text(text, len))
		return refuse(error, FAULT_MALFORMED);
	memcpy(typed, text, len);
	typed[len] = '\0';
	CURLU *url = curl_url();
	if (!url)
		return led_fail(error, LED_INTERNAL, "out_of_memory", "An address.");
	CURLUcode code = curl_url_set(url, CURLUPART_URL, typed, CURLU_DISALLOW_USER);
	if (code)
		err = refuse(error, fault_of(code));
	/* An empty query or fragment leaves no part behind. */
	else if (has_part(url, CURLUPART_FRAGMENT) || strchr(typed, '#'))
		err = refuse(error, FAULT_HAS_FRAGMENT);
	else if (has_part(url, CURLUPART_QUERY) || strchr(typed, '?'))
		err = refuse(error, FAULT_HAS_QUERY);
	else if (!take_parts(url, &parts))
		err = refuse(error, FAULT_HOST);
	else
		err = judge(&parts, rules, error);
	if (!err)
		err = write_normal(&parts, out, error);
	release(&parts);
	curl_url_cleanup(url);
	return err;
}

const char *magento_url_host(const char *url, char *out)
{
	const char *host = strstr(url, "://");
	host = host ? host + 3 : url;
	size_t len = host[0] == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":/");
	snprintf(out, MAGENTO_URL_MAX + 1, "%.*s", (int)len, host);
	return out;
}
