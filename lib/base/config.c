#include "base/config.h"
#include "base/text.h"

#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONFIG_FILE_DEFAULT "/etc/ledger/ledger.conf"

const char *const CONFIG_REGION_CODES[CONFIG_REGIONS] = {"GB", "US", "IE", "CA", "FR", "ES", "DE"};

enum kind { TEXT, URL, REGION_URL, SMTP_URL, EMAIL, BOOL, INT, LEVEL };

static const struct key {
	const char *name;
	enum kind kind;
	size_t offset;
	const char *fallback; /* NULL: the key is required */
	int min, max;         /* INT */
} keys[] = {
#define AT(field) offsetof(struct config, field)
/* In the order of CONFIG_REGION_CODES. */
#define REGIONAL(name, url)                                                                        \
	{name "_gb", REGION_URL, AT(sage_regional[url][0]), "", 0, 0},                             \
		{name "_us", REGION_URL, AT(sage_regional[url][1]), "", 0, 0},                     \
		{name "_ie", REGION_URL, AT(sage_regional[url][2]), "", 0, 0},                     \
		{name "_ca", REGION_URL, AT(sage_regional[url][3]), "", 0, 0},                     \
		{name "_fr", REGION_URL, AT(sage_regional[url][4]), "", 0, 0},                     \
		{name "_es", REGION_URL, AT(sage_regional[url][5]), "", 0, 0},                     \
	{                                                                                          \
		name "_de", REGION_URL, AT(sage_regional[url][6]), "", 0, 0                        \
	}
	{"public_url", URL, AT(public_url), NULL, 0, 0},
	{"share_dir", TEXT, AT(share_dir), "/usr/share/ledger", 0, 0},
	{"database", TEXT, AT(database), "/run/mysqld/mysqld.sock", 0, 0},
	{"database_name", TEXT, AT(database_name), "ledger", 0, 0},
	{"database_secrets", TEXT, AT(database_secrets), "", 0, 0},
	{"key_dir", TEXT, AT(key_dir), "/etc/ledger/keys", 0, 0},
	{"sage_client_id", TEXT, AT(sage_client_id), "", 0, 0},
	{"sage_client_secret", TEXT, AT(sage_client_secret), "", 0, 0},
	{"sage_authorize_url", URL, AT(sage_authorize_url),
	 "https://www.sageone.com/oauth2/auth/central?filter=apiv3.1", 0, 0},
	{"sage_token_url", URL, AT(sage_token_url), "https://oauth.accounting.sage.com/token", 0,
	 0},
	{"sage_revoke_url", URL, AT(sage_revoke_url), "https://oauth.accounting.sage.com/revoke", 0,
	 0},
	{"sage_api_url", URL, AT(sage_api_url), "https://api.accounting.sage.com/v3.1", 0, 0},
	REGIONAL("sage_authorize_url", CONFIG_SAGE_AUTHORIZE),
	REGIONAL("sage_token_url", CONFIG_SAGE_TOKEN),
	REGIONAL("sage_revoke_url", CONFIG_SAGE_REVOKE),
	REGIONAL("sage_api_url", CONFIG_SAGE_API),
	{"shop_ports", TEXT, AT(shop_ports), "", 0, 0},
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

static bool has_form(const char *value, enum kind kind)
{
	if (kind == REGION_URL && !*value)
		return true;
	if (kind == URL || kind == REGION_URL)
		return strncmp(value, "https://", 8) == 0 || strncmp(value, "http://", 7) == 0;
	if (kind == SMTP_URL)
		return !*value || strncmp(value, "smtps://", 8) == 0 ||
		       strncmp(value, "smtp://", 7) == 0;
	if (kind == EMAIL)
		return !*value || text_is_email(value);
	return true;
}

static bool set_text(char *field, const char *value, enum kind kind)
{
	size_t len = strlen(value);
	if (len >= CONFIG_TEXT_MAX)
		return false;
	memcpy(field, value, len + 1);
	if (kind != TEXT && len > 1 && field[len - 1] == '/')
		field[len - 1] = '\0';
	return has_form(field, kind);
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
	case REGION_URL:
	case SMTP_URL:
	case EMAIL:
		return set_text(field, value, key->kind);
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
		[TEXT] = "text of at most 511 bytes",
		[URL] = "an http:// or https:// address",
		[REGION_URL] = "an http:// or https:// address, or empty",
		[SMTP_URL] = "an smtp:// or smtps:// address, or empty",
		[EMAIL] = "a bare e-mail address, or empty",
		[BOOL] = "yes or no",
		[INT] = "a whole number in its range",
		[LEVEL] = "debug, info, warning or error",
	};
	return led_fail(error, LED_VALIDATION, "bad_config", "%s: %s must be %s.", where, key->name,
			expected[key->kind]);
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
	if (!err && config->smtp_url[0] && !config->mail_from[0])
		err = led_fail(error, LED_VALIDATION, "bad_config",
			       "smtp_url is set and mail_from is missing from %s.", path);
	return err;
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
