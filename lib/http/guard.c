#include "http/guard.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Refused ranges of IPv4 (IANA IPv4 Special-Purpose Address Registry, and multicast). */
static const struct {
	uint32_t network;
	int bits;
} REFUSED4[] = {
	{0x00000000, 8},  /* 0.0.0.0/8 this network */
	{0x0a000000, 8},  /* 10.0.0.0/8 private */
	{0x64400000, 10}, /* 100.64.0.0/10 carrier-grade NAT */
	{0x7f000000, 8},  /* 127.0.0.0/8 loopback */
	{0xa9fe0000, 16}, /* 169.254.0.0/16 link-local, clouds' metadata */
	{0xac100000, 12}, /* 172.16.0.0/12 private */
	{0xc0000000, 24}, /* 192.0.0.0/24 IETF protocols */
	{0xc0000200, 24}, /* 192.0.2.0/24 documentation */
	{0xc0586300, 24}, /* 192.88.99.0/24 6to4 relays */
	{0xc0a80000, 16}, /* 192.168.0.0/16 private */
	{0xc6120000, 15}, /* 198.18.0.0/15 benchmarks */
	{0xc6336400, 24}, /* 198.51.100.0/24 documentation */
	{0xcb007100, 24}, /* 203.0.113.0/24 documentation */
	{0xe0000000, 4},  /* 224.0.0.0/4 multicast */
	{0xf0000000, 4},  /* 240.0.0.0/4 reserved, broadcast */
};

/* Refused ranges inside 2000::/3. What lies outside (loopback, mapped, NAT64, unique
 * local, link-local, multicast …) is refused as a whole. */
static const struct {
	unsigned char network[6];
	int bits;
} REFUSED6[] = {
	{{0x20, 0x01, 0x00}, 23},       /* 2001::/23 IETF protocols, Teredo */
	{{0x20, 0x01, 0x0d, 0xb8}, 32}, /* 2001:db8::/32 documentation */
	{{0x20, 0x02}, 16},             /* 2002::/16 6to4: carries an IPv4 address */
	{{0x3f, 0xff, 0x00}, 20},       /* 3fff::/20 documentation */
};

static bool allowed4(uint32_t address, bool allow_loopback)
{
	if (allow_loopback && address >> 24 == 127)
		return true;
	for (size_t i = 0; i < sizeof REFUSED4 / sizeof REFUSED4[0]; i++)
		if ((address ^ REFUSED4[i].network) >> (32 - REFUSED4[i].bits) == 0)
			return false;
	return true;
}

static bool in_range6(const unsigned char *address, const unsigned char *network, int bits)
{
	int whole = bits / 8, rest = bits % 8;
	for (int i = 0; i < whole; i++)
		if (address[i] != network[i])
			return false;
	return rest == 0 || (address[whole] ^ network[whole]) >> (8 - rest) == 0;
}

static bool allowed6(const struct in6_addr *address, bool allow_loopback)
{
	if (IN6_IS_ADDR_LOOPBACK(address))
		return allow_loopback;
	if ((address->s6_addr[0] & 0xe0) != 0x20)
		return false;
	for (size_t i = 0; i < sizeof REFUSED6 / sizeof REFUSED6[0]; i++)
		if (in_range6(address->s6_addr, REFUSED6[i].network, REFUSED6[i].bits))
			return false;
	return true;
}

bool guard_address_loopback(const struct sockaddr *address)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	switch (address->sa_family) {
	case AF_INET:
		memcpy(&v4, address, sizeof v4);
		return ntohl(v4.sin_addr.s_addr) >> 24 == 127;
	case AF_INET6:
		memcpy(&v6, address, sizeof v6);
		return IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr);
	default:
		return false;
	}
}

bool guard_address_allowed(const struct sockaddr *address, bool allow_loopback)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	switch (address->sa_family) {
	case AF_INET:
		memcpy(&v4, address, sizeof v4);
		return allowed4(ntohl(v4.sin_addr.s_addr), allow_loopback);
	case AF_INET6:
		memcpy(&v6, address, sizeof v6);
		return allowed6(&v6.sin6_addr, allow_loopback);
	default:
		return false;
	}
}
