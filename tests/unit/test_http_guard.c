/* Which addresses may be called: both edges of every range. */
#include "http/guard.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <netinet/in.h>

static bool allowed(const char *text, bool allow_loopback)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
	if (inet_pton(AF_INET, text, &v4.sin_addr) == 1)
		return guard_address_allowed((struct sockaddr *)&v4, allow_loopback);
	cr_assert_eq(inet_pton(AF_INET6, text, &v6.sin6_addr), 1, "%s", text);
	return guard_address_allowed((struct sockaddr *)&v6, allow_loopback);
}

Test(http_guard, refused)
{
	static const char *const addresses[] = {
		"0.0.0.0",
		"0.255.255.255",
		"10.0.0.0",
		"10.255.255.255",
		"100.64.0.0",
		"100.127.255.255",
		"127.0.0.1",
		"127.255.255.255",
		"169.254.0.0",
		"169.254.169.254",
		"172.16.0.0",
		"172.31.255.255",
		"192.0.0.0",
		"192.0.0.255",
		"192.0.2.1",
		"192.88.99.1",
		"192.168.0.0",
		"192.168.255.255",
		"198.18.0.0",
		"198.19.255.255",
		"198.51.100.7",
		"203.0.113.7",
		"224.0.0.1",
		"239.255.255.255",
		"240.0.0.1",
		"255.255.255.255",
		"::",
		"::1",
		"::ffff:127.0.0.1",
		"::ffff:10.0.0.1",
		"::ffff:93.184.216.34",
		"::127.0.0.1",
		"64:ff9b::7f00:1",
		"64:ff9b:1::1",
		"100::1",
		"fc00::1",
		"fdff::1",
		"fe80::1",
		"fec0::1",
		"ff02::1",
		"2001::1",
		"2001:1ff:ffff::1",
		"2001:db8::1",
		"2001:db8:ffff::1",
		"2002:7f00:1::1",
		"3fff::1",
		"3fff:fff:ffff::1",
		"5f00::1",
	};
	for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++)
		cr_expect_not(allowed(addresses[i], false), "%s", addresses[i]);
}

Test(http_guard, allowed)
{
	static const char *const addresses[] = {
		"1.0.0.0",      "9.255.255.255",   "11.0.0.0",     "100.63.255.255",
		"100.128.0.0",  "126.255.255.255", "128.0.0.1",    "169.253.255.255",
		"169.255.0.0",  "172.15.255.255",  "172.32.0.0",   "192.0.1.0",
		"192.0.3.0",    "192.167.255.255", "192.169.0.0",  "198.17.255.255",
		"198.20.0.0",   "203.0.112.255",   "203.0.114.0",  "223.255.255.255",
		"2001:200::1",  "2001:db7::1",     "2001:db9::1",  "2003::1",
		"2600:1f18::1", "2a00:1450::1",    "3ffe:ffff::1",
	};
	for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++)
		cr_expect(allowed(addresses[i], false), "%s", addresses[i]);
}

Test(http_guard, the_switch_opens_loopback_and_nothing_else)
{
	cr_expect(allowed("127.0.0.1", true));
	cr_expect(allowed("127.8.9.1", true));
	cr_expect(allowed("::1", true));
	cr_expect_not(allowed("::ffff:127.0.0.1", true));
	cr_expect_not(allowed("10.0.0.1", true));
	cr_expect_not(allowed("169.254.169.254", true));
	cr_expect_not(allowed("fe80::1", true));
}

Test(http_guard, other_families)
{
	struct sockaddr_storage other = {.ss_family = AF_UNIX};
	cr_expect_not(guard_address_allowed((struct sockaddr *)&other, true));
	cr_expect_not(guard_address_loopback((struct sockaddr *)&other));
}
