/*
 * Which network addresses our calls may reach. The connected address itself is checked,
 * after name resolution, so that a name which changes its mind (DNS rebinding) gains
 * nothing. Ranges: IANA's special-purpose registries for IPv4 and IPv6 (RFC 6890 and
 * successors); everything not globally reachable is refused, and of IPv6 all outside
 * 2000::/3.
 */
#ifndef HTTP_GUARD_H
#define HTTP_GUARD_H

#include <stdbool.h>
#include <sys/socket.h>

/* With `allow_loopback` (sandboxes and tests) 127.0.0.0/8 and ::1 pass as well. Families
 * other than IPv4 and IPv6 never do. */
bool guard_address_allowed(const struct sockaddr *address, bool allow_loopback);

/* 127.0.0.0/8 or ::1: all that plain http may reach, under the same switch. */
bool guard_address_loopback(const struct sockaddr *address);

#endif
