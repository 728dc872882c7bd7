/* Configuration: every fault names its key; the environment rules. */
#include "base/config.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct config config;
static struct led_error error;

/* Loads a file of this text. Each test is a process of its own, so its environment is too. */
static enum led_err load(const char *text)
{
	char path[] = "/tmp/ledger-unit-XXXXXX";
	int fd = mkstemp(path);
	cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	error = (struct led_error){0};
	enum led_err err = config_load(path, &config, &error);
	unlink(path);
	return err;
}

Test(base_config, defaults)
{
	cr_assert_eq(load("public_url = https://ledger.example.com/\n"), LED_OK, "%s",
		     error.message);
	cr_expect_str_eq(config.public_url, "https://ledger.example.com");
	cr_expect_str_eq(config.database_name, "ledger");
	cr_expect_str_eq(config.sage_api_url, "https://api.accounting.sage.com/v3.1");
	cr_expect_str_eq(config.sage_token_url, "https://oauth.accounting.sage.com/token");
	cr_expect_str_eq(config.database_secrets, "");
	cr_expect_eq(config.worker_threads, 8);
	cr_expect_eq(config.token_skew, 120);
	cr_expect_eq(config.log_level, LOG_INFO);
	cr_expect_not(config.allow_http_loopback);
	cr_expect_not(config.signup);
}

Test(base_config, lines)
{
	cr_assert_eq(load("# a comment\n"
			  "\n"
			  "   public_url=http://127.0.0.1:8080   \n"
			  "\tsage_client_secret\t=\t a = b # c \r\n"
			  "database = db.example.com:3307\n"
			  "sage_client_id =\n"
			  "signup = YES\n"
			  "worker_threads = 64\n"
			  "log_level = Error"),
		     LED_OK, "%s", error.message);
	cr_expect_str_eq(config.public_url, "http://127.0.0.1:8080");
	cr_expect_str_eq(config.sage_client_secret, "a = b # c", "a value may hold = and #");
	cr_expect_str_eq(config.database, "db.example.com:3307");
	cr_expect_str_eq(config.sage_client_id, "");
	cr_expect(config.signup);
	cr_expect_eq(config.worker_threads, 64);
	cr_expect_eq(config.log_level, LOG_ERROR);
}

Test(base_config, faults_name_the_key)
{
	static const struct {
		const char *text, *named;
	} cases[] = {
		{"", "public_url"},
		{"public_url = https://x\nworker_treads = 5\n", "worker_treads"},
		{"public_url = https://x\nworker_threads = 0\n", "worker_threads"},
		{"public_url = https://x\nworker_threads = 65\n", "worker_threads"},
		{"public_url = https://x\nworker_threads = 8x\n", "worker_threads"},
		{"public_url = https://x\nworker_threads =\n", "worker_threads"},
		{"public_url = https://x\ntoken_skew = -1\n", "token_skew"},
		{"public_url = https://x\nsignup = perhaps\n", "signup"},
		{"public_url = https://x\nlog_level = loud\n", "log_level"},
		{"public_url = ledger.example.com\n", "public_url"},
		{"public_url = ftp://x\n", "public_url"},
		{"public_url = https:/\n", "public_url"},
		{"public_url = https://x\nsage_api_url =\n", "sage_api_url"},
		{"public_url = https://x\nPublic_URL = https://x\n", "Public_URL"},
		{"public_url https://x\n", "line 1"},
		{"\n\n= 5\n", "line 3"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		cr_expect_eq(load(cases[i].text), LED_VALIDATION, "%s", cases[i].text);
		cr_expect_str_eq(error.code, "bad_config");
		cr_expect_not_null(strstr(error.message, cases[i].named), "%s: %s", cases[i].named,
				   error.message);
	}
}

/* Bad values; `fine` ones are their neighbours. */
Test(base_config, addresses_and_lists)
{
	static const struct {
		const char *key, *value;
		bool fine;
	} cases[] = {
		{"public_url", "https://ledger.example.com:8443/x/", true},
		{"public_url", "https://[2001:db8::1]/x", true},
		{"public_url", "http://127.0.0.1:9/x", true},
		{"public_url", "http://localhost", true},
		{"public_url", "http://[::1]:9", true},
		{"public_url", "http://shop.example.com", false},
		{"public_url", "http://127.0.0.1.example.com", false},
		{"public_url", "http://localhost.example.com", false},
		{"public_url", "http://192.168.0.1", false},
		{"public_url", "https://a b?x#y", false},
		{"public_url", "https://x/a b", false},
		{"public_url", "https://x/\x01", false},
		{"public_url", "https://x/\xc3\xa4", false},
		{"public_url", "https://x?y", false},
		{"public_url", "https://x/y#z", false},
		{"public_url", "https://user@x", false},
		{"public_url", "https://user:password@x/", false},
		{"public_url", "https://", false},
		{"public_url", "https:///x", false},
		{"public_url", "https://:443", false},
		{"public_url", "https://x:", false},
		{"public_url", "https://x:0", false},
		{"public_url", "https://x:65536", false},
		{"public_url", "https://x:80:80", false},
		{"public_url", "https://[::1", false},
		{"public_url", "https://[::g]", false},
		{"public_url", "https://[::1]x", false},
		{"public_url", "", false},
		{"sage_authorize_url", "https://x/a?filter=apiv3.1", true},
		{"sage_authorize_url_us", "https://x/a?filter=apiv3.1", true},
		{"sage_authorize_url_us", "", true},
		{"sage_authorize_url", "https://x/a?b#c", false},
		{"sage_token_url", "https://x/a?b", false},
		{"sage_api_url_us", "https://x/a?b", false},
		{"sage_api_url_us", "", true},
		{"sage_api_url", "", false},
		{"sage_api_url", "http://api.example.com", false},
		{"sage_api_url", "http://127.0.0.1:9/v3.1", false},
		{"sage_api_url", "http://127.0.0.1:9/v3.1\nallow_http_loopback = yes", true},
		{"smtp_url", "smtp://user@relay", false},
		{"smtp_url", "smtp://re lay", false},
		{"smtp_url", "smtp://", false},
		{"shop_ports", "", true},
		{"shop_ports", "8444, 9443", true},
		{"shop_ports", "1 65535", true},
		{"shop_ports", "banana", false},
		{"shop_ports", "8444; 9443", false},
		{"shop_ports", "8444, 9443x", false},
		{"shop_ports", "0", false},
		{"shop_ports", "65536", false},
		{"shop_ports", "8444-8450", false},
		{"database", "", false},
		{"database_name", "", false},
		{"database_secrets", "", true},
		{"key_dir", "", false},
		{"share_dir", "", false},
	};
	setenv("LEDGER_MAIL_FROM", "ledger@relay.example", 1);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char text[256];
		if (strcmp(cases[i].key, "public_url") == 0)
			unsetenv("LEDGER_PUBLIC_URL");
		else
			setenv("LEDGER_PUBLIC_URL", "https://x", 1);
		snprintf(text, sizeof text, "%s = %s\n", cases[i].key, cases[i].value);
		cr_expect_eq(load(text), cases[i].fine ? LED_OK : LED_VALIDATION, "%s%s", text,
			     error.message);
		if (!cases[i].fine)
			cr_expect_not_null(strstr(error.message, cases[i].key), "%s%s", text,
					   error.message);
	}
}

Test(base_config, long_values)
{
	char text[2000];
	snprintf(text, sizeof text, "public_url = https://x\nkey_dir = /%0*d\n",
		 CONFIG_TEXT_MAX - 2, 0);
	cr_expect_eq(load(text), LED_OK);
	cr_expect_eq(strlen(config.key_dir), CONFIG_TEXT_MAX - 1);
	snprintf(text, sizeof text, "public_url = https://x\nkey_dir = /%0*d\n",
		 CONFIG_TEXT_MAX - 1, 0);
	cr_expect_eq(load(text), LED_VALIDATION);
	cr_expect_not_null(strstr(error.message, "key_dir"));
	snprintf(text, sizeof text, "public_url = https://x\nkey_dir = /%01500d\n", 0);
	cr_expect_eq(load(text), LED_VALIDATION);
	cr_expect_not_null(strstr(error.message, "line 2"), "%s", error.message);
}

Test(base_config, mail)
{
	static const struct {
		const char *lines;
		bool fine;
	} cases[] = {
		{"", true},
		{"smtp_url = smtp://relay:25\nmail_from = ledger@relay.example\n", true},
		{"smtp_url = smtps://relay\nmail_from = ledger@relay.example\n", true},
		{"mail_from = ledger@relay.example\n", true},
		{"smtp_url = smtp://relay\n", false},
		{"smtp_url = https://relay\nmail_from = ledger@relay.example\n", false},
		{"smtp_url = smtp://relay\nmail_from = Ledger <ledger@relay.example>\n", false},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char text[256];
		snprintf(text, sizeof text, "public_url = https://x\n%s", cases[i].lines);
		cr_expect_eq(load(text), cases[i].fine ? LED_OK : LED_VALIDATION, "%s",
			     cases[i].lines);
	}
}

Test(base_config, environment_overrides)
{
	setenv("LEDGER_WORKER_THREADS", "3", 1);
	setenv("LEDGER_PUBLIC_URL", "https://from.environment/", 1);
	cr_assert_eq(load("worker_threads = 5\n"), LED_OK, "%s", error.message);
	cr_expect_eq(config.worker_threads, 3);
	cr_expect_str_eq(config.public_url, "https://from.environment",
			 "a required key may come from the environment alone");
	setenv("LEDGER_WORKER_THREADS", "many", 1);
	cr_expect_eq(load(""), LED_VALIDATION);
	cr_expect_not_null(strstr(error.message, "LEDGER_WORKER_THREADS"), "%s", error.message);
}

Test(base_config, unreadable_file)
{
	cr_expect_eq(config_load("/nonexistent/ledger.conf", &config, &error), LED_VALIDATION);
	cr_expect_not_null(strstr(error.message, "/nonexistent/ledger.conf"));
	cr_expect_eq(config_load("/tmp", &config, &error), LED_VALIDATION);
	cr_expect_not_null(strstr(error.message, "Cannot read /tmp"), "%s", error.message);
}

Test(base_config, path)
{
	char *with[] = {"ledgerctl", "status", "--config", "/x.conf", NULL};
	char *without[] = {"ledgerctl", "--config", NULL};
	cr_expect_str_eq(config_path(4, with), "/x.conf");
	cr_expect_str_eq(config_path(2, without), "/etc/ledger/ledger.conf");
}
