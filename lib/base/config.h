/*
 * Configuration: one file of `key = value` lines, each overridden by the
 * environment (LEDGER_ + the key in upper case). An unknown key, a bad value or a
 * missing required key is a start-up error that names it.
 */
#ifndef BASE_CONFIG_H
#define BASE_CONFIG_H

#include "base/error.h"
#include "base/log.h"

#include <stdbool.h>

#define CONFIG_TEXT_MAX 512 /* bytes of a value with the NUL */

/* Sage's addresses, each of which a region may have of its own: sage_api_url_us … */
enum config_sage {
	CONFIG_SAGE_AUTHORIZE,
	CONFIG_SAGE_TOKEN,
	CONFIG_SAGE_REVOKE,
	CONFIG_SAGE_API,
	CONFIG_SAGE_URLS
};

/* The countries that Sage Accounting is sold in, as ISO 3166 has them. */
#define CONFIG_REGIONS 7
extern const char *const CONFIG_REGION_CODES[CONFIG_REGIONS];

struct config {
	char public_url[CONFIG_TEXT_MAX]; /* https://ledger.example.com, no trailing slash */
	char share_dir[CONFIG_TEXT_MAX];  /* holds templates/ and sql/ */
	char database[CONFIG_TEXT_MAX];   /* a socket's path, or host[,host…][:port] */
	char database_name[CONFIG_TEXT_MAX];
	char database_secrets[CONFIG_TEXT_MAX]; /* one file a user; "" = socket authentication */
	char key_dir[CONFIG_TEXT_MAX];
	char sage_client_id[CONFIG_TEXT_MAX];
	char sage_client_secret[CONFIG_TEXT_MAX];
	char sage_authorize_url[CONFIG_TEXT_MAX];
	char sage_token_url[CONFIG_TEXT_MAX];
	char sage_revoke_url[CONFIG_TEXT_MAX];
	char sage_api_url[CONFIG_TEXT_MAX];
	char sage_regional[CONFIG_SAGE_URLS][CONFIG_REGIONS][CONFIG_TEXT_MAX]; /* "": the common */
	char shop_ports[CONFIG_TEXT_MAX]; /* besides 443 and 8443: "8444, 9443" */
	char smtp_url[CONFIG_TEXT_MAX];   /* smtp://host[:port] or smtps://…; "": mail is kept */
	char smtp_user[CONFIG_TEXT_MAX];  /* "": the relay asks for no sign-in */
	char smtp_password[CONFIG_TEXT_MAX];
	char mail_from[CONFIG_TEXT_MAX]; /* a bare address */
	bool allow_http_loopback;        /* sandboxes and tests only */
	bool signup;
	int sage_requests_a_day;             /* of all workers together */
	int sage_requests_at_once;           /* likewise */
	int sage_business_requests_a_minute; /* of one business; 0: as fast as Sage answers */
	int worker_threads;                  /* 1 … 64 */
	int token_skew;                      /* seconds a shop's clock may differ; 0 … 600 */
	int intake_max_depth; /* unfinished jobs at which webhooks are told to wait */
	int intake_max_age;   /* seconds a job may be ready and not served, before they are too */
	enum log_level log_level;
};

/* LED_VALIDATION, code "bad_config", with a sentence that names the key and the fix. */
enum led_err config_load(const char *path, struct config *config, struct led_error *error)
	__attribute__((warn_unused_result));

/* The address for a region ("GB"; NULL or an unknown one: the common address). */
const char *config_sage_url(const struct config *config, enum config_sage which,
			    const char *region);

/* The value behind "--config" in a program's arguments, else "/etc/ledger/ledger.conf". */
const char *config_path(int argc, char **argv);

#endif
