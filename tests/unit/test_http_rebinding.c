/*
 * DNS rebinding: a name that is public when it is looked at, and leads to this machine when it
 * is called. The resolver and connect() of this test program stand before libc's: the name
 * rebind.test changes its mind, and nothing is ever sent to the public address.
 */
#include "http/client.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <dlfcn.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <string.h>

#define NAME   "rebind.test"
#define PUBLIC "93.184.216.34"

static const char *const *answers; /* what the name leads to, look-up by look-up */
static atomic_int lookups, connects;

int getaddrinfo(const char *restrict node, const char *restrict service,
		const struct addrinfo *restrict hints, struct addrinfo **restrict out)
{
	int (*next)(const char *, const char *, const struct addrinfo *, struct addrinfo **) = NULL;
	void *symbol = dlsym(RTLD_NEXT, "getaddrinfo");
	memcpy(&next, &symbol, sizeof next);
	if (node && strcmp(node, NAME) == 0)
		node = answers[atomic_fetch_add(&lookups, 1)];
	return next(node, service, hints, out);
}

int connect(int fd, const struct sockaddr *address, socklen_t len)
{
	int (*next)(int, const struct sockaddr *, socklen_t) = NULL;
	void *symbol = dlsym(RTLD_NEXT, "connect");
	struct sockaddr_in v4;
	memcpy(&next, &symbol, sizeof next);
	if (address->sa_family == AF_INET && len >= sizeof v4) {
		memcpy(&v4, address, sizeof v4);
		if (v4.sin_addr.s_addr == inet_addr(PUBLIC)) {
			atomic_fetch_add(&connects, 1);
			errno = ECONNREFUSED;
			return -1;
		}
	}
	return next(fd, address, len);
}

static void expect_call(bool fresh, const char *code)
{
	const struct http_client_options options = {.allow_http_loopback = false};
	struct http_client *client = http_client_new(&options);
	const struct http_call call = {
		.method = "GET", .url = "https://" NAME "/rest/V1/byte8/ping", .fresh = fresh};
	struct http_answer answer;
	struct led_error error = {0};
	cr_assert_not_null(client);
	http_answer_init(&answer);
	cr_expect_eq(http_client_call(client, &call, &answer, &error), LED_HTTP);
	cr_expect_str_eq(error.code, code);
	cr_expect_not(answer.maybe_received);
	http_answer_release(&answer);
	http_client_free(client);
}

Test(http_rebinding, a_name_that_turns_to_this_machine_is_refused)
{
	static const char *const turning[] = {PUBLIC, "127.0.0.1", "169.254.169.254", "::1",
					      "10.0.0.7"};
	answers = turning;
	cr_assert_eq(http_client_global_init(NULL), LED_OK);
	expect_call(true, "connect_failed");
	cr_expect_eq(connects, 1, "the public address was not even tried");
	for (int i = 1; i < 5; i++)
		expect_call(i % 2, "address_refused");
	cr_expect_eq(lookups, 5);
	cr_expect_eq(connects, 1);
}
