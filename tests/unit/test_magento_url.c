/* A shop's address: what is taken and in which form, and what is refused as what. */
#include "magento/url.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static const struct magento_url_rules PUBLIC = {.ports = ""};
static const struct magento_url_rules SANDBOX = {.http_loopback = true, .ports = ""};

struct taken {
	const char *text, *normal;
};

Test(magento_url, taken)
{
	static const struct taken cases[] = {
		{"https://shop.example.com", "https://shop.example.com"},
		{"https://shop.example.com/", "https://shop.example.com"},
		{"https://shop.example.com//", "https://shop.example.com"},
		{"  https://shop.example.com \n", "https://shop.example.com"},
		{"HTTPS://Shop.Example.COM/Store", "https://shop.example.com/Store"},
		{"https://shop.example.com:443/", "https://shop.example.com"},
		{"https://shop.example.com:8443", "https://shop.example.com:8443"},
		{"https://shop.example.com:08443", "https://shop.example.com:8443"},
		{"https://shop.example.com/en/../store/", "https://shop.example.com/store"},
		{"https://shop.example.com/index.php", "https://shop.example.com/index.php"},
		{"https://1shop.example.com", "https://1shop.example.com"},
		{"https://127.0.0.1.example.com", "https://127.0.0.1.example.com"},
		{"https://bücher.example", "https://xn--bcher-kva.example"},
		{"https://xn--bcher-kva.example", "https://xn--bcher-kva.example"},
		{"https://BÜCHER.example/läden", NULL},
		{"https://例え.テスト", "https://xn--r8jz45g.xn--zckzah"},
		{"https://shop%2eexample.com", "https://shop.example.com"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char out[MAGENTO_URL_MAX + 1] = "";
		struct led_error error = {0};
		cr_expect_eq(magento_url_parse(cases[i].text, &PUBLIC, out, &error), LED_OK,
			     "%s: %s", cases[i].text, error.code);
		if (cases[i].normal)
			cr_expect_str_eq(out, cases[i].normal);
	}
}

struct refused {
	const char *text, *code;
};

static void expect_refused(const struct refused *cases, size_t count,
			   const struct magento_url_rules *rules)
{
	for (size_t i = 0; i < count; i++) {
		char out[MAGENTO_URL_MAX + 1];
		struct led_error error = {0};
		cr_expect_eq(magento_url_parse(cases[i].text, rules, out, &error), LED_VALIDATION,
			     "%s", cases[i].text);
		cr_expect_str_eq(error.code, cases[i].code, "%s: %s, not %s", cases[i].text,
				 error.code, cases[i].code);
		cr_expect_gt(strlen(error.message), 20);
	}
}

Test(magento_url, refused)
{
	static const struct refused cases[] = {
		{"", "url_malformed"},
		{"   ", "url_malformed"},
		{"https://", "url_malformed"},
		{"https:///path", "url_host"},
		{"shop.example.com", "url_not_https"},
		{"//shop.example.com", "url_not_https"},
		{"http://shop.example.com", "url_not_https"},
		{"http://127.0.0.1/", "url_not_https"},
		{"http://localhost:8080", "url_not_https"},
		{"ftp://shop.example.com", "url_not_https"},
		{"file:///etc/passwd", "url_not_https"},
		{"gopher://shop.example.com/_x", "url_not_https"},
		{"javascript:alert(1)", "url_not_https"},
		{"https://user@shop.example.com", "url_has_user"},
		{"https://user:secret@shop.example.com", "url_has_user"},
		{"https://shop.example.com@127.0.0.1/", "url_has_user"},
		{"https://shop.example.com:443@evil.example/", "url_has_user"},
		{"https://shop.example.com?x=1", "url_has_query"},
		{"https://shop.example.com/?", "url_has_query"},
		{"https://shop.example.com/store?a=b&c=d", "url_has_query"},
		{"https://shop.example.com/#top", "url_has_fragment"},
		{"https://shop.example.com#", "url_has_fragment"},
		{"https://evil.example#@shop.example.com/", "url_has_fragment"},
		{"https://shop.example.com:80", "url_port"},
		{"https://shop.example.com:22", "url_port"},
		{"https://shop.example.com:8444", "url_port"},
		{"https://shop.example.com:0", "url_port"},
		{"https://shop.example.com:65536", "url_port"},
		{"https://shop.example.com:99999999999", "url_port"},
		{"https://shop.example.com:https", "url_port"},
		{"https://127.0.0.1", "url_ip_address"},
		{"https://127.0.0.1:8443/", "url_ip_address"},
		{"https://93.184.216.34", "url_ip_address"},
		{"https://10.0.0.1", "url_ip_address"},
		{"https://169.254.169.254/latest/meta-data", "url_ip_address"},
		{"https://2130706433", "url_ip_address"},
		{"https://0x7f000001", "url_ip_address"},
		{"https://0x7f.1", "url_ip_address"},
		{"https://017700000001", "url_ip_address"},
		{"https://0177.0.0.1", "url_ip_address"},
		{"https://127.1", "url_ip_address"},
		{"https://127.0.1", "url_ip_address"},
		{"https://0", "url_ip_address"},
		{"https://0x", "url_ip_address"},
		{"https://127.0.0.1.", "url_ip_address"},
		{"https://999.999.999.999", "url_ip_address"},
		{"https://1.2.3.4.5", "url_ip_address"},
		{"https://shop.0x7f", "url_ip_address"},
		{"https://%31%32%37.0.0.1", "url_ip_address"},
		{"https://１２７.０.０.１", "url_ip_address"},
		{"https://127。0。0。1", "url_ip_address"},
		{"https://①②⑦.⓪.⓪.①", "url_ip_address"},
		{"https://[::1]", "url_ip_address"},
		{"https://[::1]:8443/", "url_ip_address"},
		{"https://[::ffff:127.0.0.1]", "url_ip_address"},
		{"https://[::ffff:7f00:1]", "url_ip_address"},
		{"https://[2001:db8::1]", "url_ip_address"},
		{"https://[fe80::1%25eth0]", "url_ip_address"},
		{"https://[64:ff9b::7f00:1]", "url_ip_address"},
		{"https://[::1", "url_ip_address"},
		{"https://localhost", "url_host"},
		{"https://intranet", "url_host"},
		{"https://shop.example.com.", "url_host"},
		{"https://.example.com", "url_host"},
		{"https://shop..example.com", "url_host"},
		{"https://-shop.example.com", "url_host"},
		{"https://shop_1.example.com", "url_host"},
		{"https://shop.example.com\\@evil.example", "url_malformed"},
		{"https://shop.example.com\\.evil.example", "url_malformed"},
		{"https://shop example.com", "url_malformed"},
		{"https://shop.example.com/a b", "url_malformed"},
		{"https://shop.example.com\t/", "url_malformed"},
		{"https://shop.example.com/\r\nHost: evil.example", "url_malformed"},
		{"https://shop.exa\xffmple.com", "url_malformed"},
		{"https://shop.example.com\x7f", "url_malformed"},
	};
	expect_refused(cases, sizeof cases / sizeof cases[0], &PUBLIC);
}

Test(magento_url, lengths)
{
	char text[400], out[MAGENTO_URL_MAX + 1];
	struct led_error error;
	int len = snprintf(text, sizeof text, "https://shop.example.com/");
	memset(text + len, 'a', sizeof text - (size_t)len);
	text[MAGENTO_URL_MAX] = '\0';
	cr_expect_eq(magento_url_parse(text, &PUBLIC, out, &error), LED_OK);
	cr_expect_eq(strlen(out), MAGENTO_URL_MAX);
	text[MAGENTO_URL_MAX] = 'a';
	text[MAGENTO_URL_MAX + 1] = '\0';
	cr_expect_eq(magento_url_parse(text, &PUBLIC, out, &error), LED_VALIDATION);
	cr_expect_str_eq(error.code, "url_too_long");
}

Test(magento_url, allowed_ports)
{
	const struct magento_url_rules rules = {.ports = "8444, 9443"};
	char out[MAGENTO_URL_MAX + 1];
	static const struct refused others[] = {
		{"https://shop.example.com:844", "url_port"},
		{"https://shop.example.com:9444", "url_port"},
	};
	cr_expect_eq(magento_url_parse("https://a.example:8444", &rules, out, NULL), LED_OK);
	cr_expect_eq(magento_url_parse("https://a.example:9443", &rules, out, NULL), LED_OK);
	cr_expect_eq(magento_url_parse("https://a.example:8443", &rules, out, NULL), LED_OK);
	expect_refused(others, 2, &rules);
}

Test(magento_url, the_switch_opens_loopback_and_nothing_else)
{
	char out[MAGENTO_URL_MAX + 1];
	static const struct refused others[] = {
		{"http://shop.example.com", "url_not_https"},
		{"http://10.0.0.1/", "url_not_https"},
		{"http://0.0.0.0/", "url_not_https"},
		{"http://[::ffff:127.0.0.1]/", "url_not_https"},
		{"http://127.0.0.1.example.com/", "url_not_https"},
		{"https://10.0.0.1/", "url_ip_address"},
		{"ftp://127.0.0.1/", "url_not_https"},
	};
	cr_expect_eq(magento_url_parse("http://127.0.0.1:8080/demo/", &SANDBOX, out, NULL), LED_OK);
	cr_expect_str_eq(out, "http://127.0.0.1:8080/demo");
	cr_expect_eq(magento_url_parse("http://127.1:8080", &SANDBOX, out, NULL), LED_OK);
	cr_expect_str_eq(out, "http://127.0.0.1:8080");
	cr_expect_eq(magento_url_parse("http://localhost:80/x", &SANDBOX, out, NULL), LED_OK);
	cr_expect_str_eq(out, "http://localhost/x");
	cr_expect_eq(magento_url_parse("https://[::1]:9443", &SANDBOX, out, NULL), LED_OK);
	expect_refused(others, sizeof others / sizeof others[0], &SANDBOX);
}

Test(magento_url, host)
{
	char out[MAGENTO_URL_MAX + 1];
	cr_expect_str_eq(magento_url_host("https://shop.example.com/x", out), "shop.example.com");
	cr_expect_str_eq(magento_url_host("http://127.0.0.1:80/x", out), "127.0.0.1");
	cr_expect_str_eq(magento_url_host("https://[::1]:9443", out), "[::1]");
}
