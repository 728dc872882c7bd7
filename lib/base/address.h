/* Addresses that an operator configures, judged strictly: what is refused here would fail later,
 * and say less. */
#ifndef BASE_ADDRESS_H
#define BASE_ADDRESS_H

#include <stdbool.h>

/* The schemes that an address may have, the safe one first. */
struct address_form {
	const char *secure, *plain; /* "https://", "http://" */
	bool query;                 /* it may end in "?…" */
};

/* scheme://host[:port][/path] in printable ASCII, without user or fragment. */
bool address_has_form(const char *address, const struct address_form *form);

/* Whether an address that has its form names this very machine: localhost, [::1] or
 * 127.0.0.0/8. */
bool address_is_local(const char *address);

/* A host alone, an IPv6 address in its brackets. */
bool address_host_is_local(const char *host);

/* Whether every entry, set apart by commas or blanks, is a port. */
bool address_are_ports(const char *list);

#endif
