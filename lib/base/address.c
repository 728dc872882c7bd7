#include "base/address.h"
#include "base/text.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define HOST_MAX 253 /* characters of a name (RFC 1035) */
#define PORT_MAX 65535

/* `text` up to `len` bytes is a port's number. */
static bool is_port(const char *text, size_t len)
{
	char port[8];
	int64_t number;
	if (!len || len >= sizeof port)
		return false;
	memcpy(port, text, len);
	port[len] = '\0';
	return text_to_int64(port, 1, PORT_MAX, &number);
}

bool address_are_ports(const char *list)
{
	for (list += strspn(list, ", \t"); *list; list += strspn(list, ", \t")) {
		size_t len = strcspn(list, ", \t");
		if (!is_port(list, len))
			return false;
		list += len;
	}
	return true;
}

/* Copies the host, brackets and all, of what follows the scheme; its length, 0: there is none. */
static size_t copy_host(const char *rest, char *out)
{
	size_t len = strcspn(rest, *rest == '[' ? "]/?#" : ":/?#");
	if (rest[len] == ']')
		len++;
	if (len > HOST_MAX)
		return 0;
	memcpy(out, rest, len);
	out[len] = '\0';
	return len;
}

static bool host_has_form(char *host, size_t len)
{
	struct in6_addr address;
	if (host[0] != '[')
		return isalnum((unsigned char)host[0]) &&
		       strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "-._") == len;
	if (host[len - 1] != ']')
		return false;
	host[len - 1] = '\0';
	return inet_pton(AF_INET6, host + 1, &address) == 1;
}

static bool is_printable(const char *text)
{
	for (; *text; text++)
		if (*text <= ' ' || *text > '~')
			return false;
	return true;
}

bool address_has_form(const char *address, const struct address_form *form)
{
	char host[HOST_MAX + 1];
	size_t secure = strlen(form->secure), plain = strlen(form->plain);
	const char *rest = strncmp(address, form->secure, secure) == 0 ? address + secure
			   : strncmp(address, form->plain, plain) == 0 ? address + plain
								       : NULL;
	size_t len = rest ? copy_host(rest, host) : 0;
	if (!len || !host_has_form(host, len) || !is_printable(rest))
		return false;
	rest += len;
	if (*rest == ':') {
		size_t port = strcspn(++rest, "/?#");
		if (!is_port(rest, port))
			return false;
		rest += port;
	}
	return (!*rest || strchr("/?", *rest)) && !strchr(rest, '#') &&
	       (form->query || !strchr(rest, '?'));
}

bool address_host_is_local(const char *host)
{
	struct in_addr address;
	if (strcmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0)
		return true;
	return inet_pton(AF_INET, host, &address) == 1 &&
	       ntohl(address.s_addr) >> 24 == IN_LOOPBACKNET;
}

bool address_is_local(const char *address)
{
	char host[HOST_MAX + 1];
	const char *rest = strstr(address, "://");
	return rest && copy_host(rest + 3, host) && address_host_is_local(host);
}
