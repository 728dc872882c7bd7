#include "base/config.h"
#include "base/address.h"
#include "base/text.h"

#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONFIG_FILE_DEFAULT "/etc/ledger/ledger.conf"

const char *const CONFIG_REGION_CODES[CONFIG_REGIONS] = {"GB", "US", "IE", "CA", "FR", "ES", "DE"};

enum kind { TEXT, URL, QUERY_URL, SMTP_URL, PORTS, EMAIL, BOOL, INT, LEVEL };

static const struct key {
	const char *name;
	enum kind kind;
	size_t offset;
	const char *fallback; /* NULL: the key is required; "": it may be empty */
	int min, max;         /* INT */
} keys[] = {
#define AT(field) offsetof(struct config, field)
/* In the order of CONFIG_REGION_CODES. */
#define REGIONAL(name, url, kind)                                                                  \
	{name "_gb", kind, AT(sage_regional[url][0]), "", 0, 0},                                   \
		{name "_us", kind, AT(sage_regional[url][1]), "", 0, 0},                           \
		{name "_ie", kind, AT(sage_regional[url][2]), "", 0, 0},                           \
		{name "_ca", kind, AT(sage_regional[url][3]), "", 0, 0},                           \
		{name "_fr", kind, AT(sage_regional[url][4]), "", 0, 0},                           \
		{name "_es", kind, AT(sage_regional[url][5]), "", 0, 0},                           \
	{                                                                                          \
		name "_de", kind, AT(sage_regional[url][6]), "", 0, 0                              \
	}
	{"public_url", URL, AT(public_url), NULL, 0, 0},
	{"share_dir", TEXT, AT(share_dir), "/usr/share/ledger", 0, 0},
	{"database", TEXT, AT(database), "/run/mysqld/mysqld.sock", 0, 0},
	{"database_name", TEXT, AT(database_name), "ledger", 0, 0},
	{"database_secrets", TEXT, AT(database_secrets), "", 0, 0},
	{"key_dir", TEXT, AT(key_dir), "/etc/ledger/keys", 0, 0},
	{"sage_client_id", TEXT, AT(sage_client_id), "", 0, 0},
	{"sage_client_secret", TEXT, AT(sage_client_secret), "", 0, 0},
	{"sage_authorize_url", QUERY_URL, AT(sage_authorize_url),
	 "https://www.sageone.com/oauth2/auth/central?filter=apiv3.1", 0, 0},
	{"sage_token_url", URL, AT(sage_token_url), "https://oauth.accounting.sage.com/token", 0,
	 0},
	{"sage_revoke_url", URL, AT(sage_revoke_url), "https://oauth.accounting.sage.com/revoke", 0,
	 0},
	{"sage_api_url", URL, AT(sage_api_url), "https://api.accounting.sage.com/v3.1", 0, 0},
	REGIONAL("sage_authorize_url", CONFIG_SAGE_AUTHORIZE, QUERY_URL),
	REGIONAL("sage_token_url", CONFIG_SAGE_TOKEN, URL),
	REGIONAL("sage_revoke_url", CONFIG_SAGE_REVOKE, URL),
	REGIONAL("sage_api_url", CONFIG_SAGE_API, URL),
	{"shop_ports", PORTS, AT(shop_ports), "", 0, 0},
	{"smtp_url", SMTP_URL, AT(smtp_url), "", 0, 0},
	{"smtp_user", TEXT, AT(smtp_user), "", 0, 0},
	{"smtp_password", TEXT, AT(smtp_password), "", 0, 0},
	{"mail_from", EMAIL, AT(mail_from), "", 0, 0},
	{"allow_http_loopback", BOOL, AT(allow_http_loopback), "no", 0, 0},
	{"signup", BOOL, AT(signup), "no", 0, 0},
	{"sage_requests_a_day", INT, AT(sage_requests_a_day), "1296000", 1, 100000000},
	{"sage_requests_at_once", INT, AT(sage_requests_at_once), "150", 1, 1000},
	{"sage_business_requests_a_minute", INT, AT(sage_business_requests_a_minute), "0", 0,
	 10000},
	{"worker_threads", INT, AT(worker_threads), "8", 1, 64},
	{"token_skew", INT, AT(token_skew), "120", 0, 600},
	{"intake_max_depth", INT, AT(intake_max_depth), "1000000", 1, 1000000000},
	{"intake_max_age", INT, AT(intake_max_age), "172800", 60, 31536000},
	{"log_level", LEVEL, AT(log_level), "info", 0, 0},
#undef REGIONAL
#undef AT
};
#define KEY_COUNT (sizeof keys / sizeof *keys)

static const struct key *find_key(const char *name)
{
	for (size_t i = 0; i < KEY_COUNT; i++)
		if (strcmp(keys[i].name, name) == 0)
			return &keys[i];
	return NULL;
}

static bool is_plain_http(const char *url)
{
	return strncmp(url, "http://", 7) == 0;
}

static bool has_form(const char *value, enum kind kind)
{
	const struct address_form web = {"https://", "http://", kind == QUERY_URL};
	static const struct address_form mail = {"smtps://", "smtp://", false};
	if (kind == URL || kind == QUERY_URL)
		return address_has_form(value, &web) &&
		       (!is_plain_http(value) || address_is_local(value));
	if (kind == SMTP_URL)
		return address_has_form(value, &mail);
	if (kind == PORTS)
		return address_are_ports(value);
	if (kind == EMAIL)
		return text_is_email(value);
	return true;
}

static bool set_text(char *field, const char *value, const struct key *key)
{
	size_t len = strlen(value);
	if (len >= CONFIG_TEXT_MAX)
		return false;
	memcpy(field, value, len + 1);
	if (!len)
		return key->fallback && !*key->fallback;
	if (key->kind != TEXT && len > 1 && field[len - 1] == '/')
		field[len - 1] = '\0';
	return has_form(field, key->kind);
}

static bool set_bool(bool *field, const char *value)
{
	static const struct {
		const char *word;
		bool value;
	} words[] = {{"yes", true}, {"true", true},   {"on", true},   {"1", true},
		     {"no", false}, {"false", false}, {"off", false}, {"0", false}};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (text_equal_nocase(value, words[i].word)) {
			*field = words[i].value;
			return true;
		}
	}
	return false;
}

static bool set_value(struct config *config, const struct key *key, const char *value)
{
	void *field = (char *)config + key->offset;
	int64_t number;
	switch (key->kind) {
	case TEXT:
	case URL:
	case QUERY_URL:
	case SMTP_URL:
	case PORTS:
	case EMAIL:
		return set_text(field, value, key);
	case BOOL:
		return set_bool(field, value);
	case LEVEL:
		return log_level_parse(value, field);
	case INT:
		if (!text_to_int64(value, key->min, key->max, &number))
			return false;
		*(int *)field = (int)number;
		return true;
	}
	return false;
}

static char *trim(char *text)
{
	while (isspace((unsigned char)*text))
		text++;
	size_t len = strlen(text);
	while (len > 0 && isspace((unsigned char)text[len - 1]))
		text[--len] = '\0';
	return text;
}

static enum led_err bad_value(struct led_error *error, const char *where, const struct key *key)
{
	static const char *const expected[] = {
		[TEXT] = "text of 1 to 511 bytes",
		[URL] = "https://host[:port][/path], or http:// at a loopback address",
		[QUERY_URL] =
			"https://host[:port][/path][?query], or http:// at a loopback address",
		[SMTP_URL] = "smtp://host[:port] or smtps://host[:port]",
		[PORTS] = "port numbers, 1 to 65535, separated by commas",
		[EMAIL] = "a bare e-mail address",
		[BOOL] = "yes or no",
		[INT] = "a whole number in its range",
		[LEVEL] = "debug, info, warning or error",
	};
	bool may_be_empty = key->fallback && !*key->fallback;
	return led_fail(error, LED_VALIDATION, "bad_config", "%s: %s must be %s%s.", where,
			key->name, expected[key->kind], may_be_empty ? ", or empty" : "");
}

static enum led_err read_line(char *line, const char *where, struct config *config, bool *seen,
			      struct led_error *error)
{
	char *text = trim(line);
	if (*text == '\0' || *text == '#')
		return LED_OK;
	char *equals = strchr(text, '=');
	if (!equals)
		return led_fail(error, LED_VALIDATION, "bad_config", "%s: no '=' in the line.",
				where);
	*equals = '\0';
	const char *name = trim(text);
	const struct key *key = find_key(name);
	if (!key)
		return led_fail(error, LED_VALIDATION, "bad_config", "%s: unknown key %s.", where,
				name);
	if (!set_value(config, key, trim(equals + 1)))
		return bad_value(error, where, key);
	seen[key - keys] = true;
	return LED_OK;
}

static enum led_err read_file(const char *path, struct config *config, bool *seen,
			      struct led_error *error)
{
	char line[CONFIG_TEXT_MAX + 128];
	char where[CONFIG_TEXT_MAX];
	enum led_err err = LED_OK;
	FILE *file = fopen(path, "re");
	if (!file)
		return led_fail(error, LED_VALIDATION, "bad_config", "Cannot open %s: %m.", path);
	for (int number = 1; !err && fgets(line, sizeof line, file); number++) {
		snprintf(where, sizeof where, "%.400s line %d", path, number);
		if (!strchr(line, '\n') && !feof(file))
			err = led_fail(error, LED_VALIDATION, "bad_config", "%s is too long.",
				       where);
		else
			err = read_line(line, where, config, seen, error);
	}
	if (!err && ferror(file))
		err = led_fail(error, LED_VALIDATION, "bad_config", "Cannot read %s: %m.", path);
	fclose(file);
	return err;
}

static enum led_err read_environment(const struct key *key, struct config *config, bool *seen,
				     struct led_error *error)
{
	char name[64] = "LEDGER_";
	for (size_t i = 0; key->name[i]; i++)
		name[7 + i] = (char)toupper((unsigned char)key->name[i]);
	const char *value = getenv(name);
	if (!value)
		return LED_OK;
	if (!set_value(config, key, value))
		return bad_value(error, name, key);
	seen[key - keys] = true;
	return LED_OK;
}

/* What no value shows by itself. Our own address may be a loopback one in any case: nothing is
 * called there. */
static enum led_err check_together(const struct config *config, const char *path,
				   struct led_error *error)
{
	for (size_t i = 0; i < KEY_COUNT && !config->allow_http_loopback; i++) {
		const char *value = (const char *)config + keys[i].offset;
		if ((keys[i].kind == URL || keys[i].kind == QUERY_URL) &&
		    value != config->public_url && is_plain_http(value))
			return led_fail(error, LED_VALIDATION, "bad_config",
					"%s must be an https:// address: %s does not set "
					"allow_http_loopback.",
					keys[i].name, path);
	}
	if (config->smtp_url[0] && !config->mail_from[0])
		return led_fail(error, LED_VALIDATION, "bad_config",
				"smtp_url is set and mail_from is missing from %s.", path);
	return LED_OK;
}

enum led_err config_load(const char *path, struct config *config, struct led_error *error)
{
	bool seen[KEY_COUNT] = {false};
	*config = (struct config){0};
	enum led_err err = read_file(path, config, seen, error);
	for (size_t i = 0; !err && i < KEY_COUNT; i++) {
		err = read_environment(&keys[i], config, seen, error);
		if (err || seen[i])
			continue;
		if (!keys[i].fallback)
			err = led_fail(error, LED_VALIDATION, "bad_config",
				       "%s is missing from %s.", keys[i].name, path);
		else if (!set_value(config, &keys[i], keys[i].fallback))
			err = bad_value(error, "default", &keys[i]);
	}
	return err ? err : check_together(config, path, error);
}

const char *config_sage_url(const struct config *config, enum config_sage which, const char *region)
{
	const char *const common[CONFIG_SAGE_URLS] = {
		[CONFIG_SAGE_AUTHORIZE] = config->sage_authorize_url,
		[CONFIG_SAGE_TOKEN] = config->sage_token_url,
		[CONFIG_SAGE_REVOKE] = config->sage_revoke_url,
		[CONFIG_SAGE_API] = config->sage_api_url,
	};
	for (size_t i = 0; region && i < CONFIG_REGIONS; i++)
		if (strcmp(CONFIG_REGION_CODES[i], region) == 0 &&
		    config->sage_regional[which][i][0])
			return config->sage_regional[which][i];
	return common[which];
}

const char *config_path(int argc, char **argv)
{
	for (int i = 1; i + 1 < argc; i++)
		if (strcmp(argv[i], "--config") == 0)
			return argv[i + 1];
	return CONFIG_FILE_DEFAULT;
}
