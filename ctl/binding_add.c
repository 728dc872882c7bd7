/* ledgerctl binding add */
#include "base/json.h"
#include "base/text.h"
#include "ctl.h"
#include "magento/url.h"
#include "store/binding_admin.h"
#include "store/seal_use.h"

#include <string.h>

#define BUSINESS_NAME_MAX 255 /* characters */

static bool is_business_id(const char *text)
{
	return strlen(text) == 32 && strspn(text, "0123456789abcdef") == 32;
}

static bool is_region(const char *text)
{
	return strlen(text) == 2 && strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 2;
}

static bool is_business_name(const char *text)
{
	size_t len = strlen(text);
	return len && text_utf8_valid(text, len) &&
	       text_utf8_length(text, len) <= BUSINESS_NAME_MAX;
}

static enum led_err take_values(const struct ctl *ctl, struct binding_new *binding, char *shop_url,
				struct led_error *error)
{
	*binding = (struct binding_new){
		.account = ctl_value(ctl, "--account"),
		.shop_url = shop_url,
		.region = ctl_value(ctl, "--region"),
		.business = ctl_value(ctl, "--sage-business"),
		.business_name = ctl_value(ctl, "--business-name"),
	};
	const struct magento_url_rules rules = {.http_loopback = ctl->config.allow_http_loopback,
						.ports = ctl->config.shop_ports};
	enum led_err err = magento_url_parse(ctl_value(ctl, "--shop-url"), &rules, shop_url, error);
	if (err)
		return err;
	if (!is_business_id(binding->business))
		return ctl_bad_value(error, "--sage-business", "32 lower-case hex digits");
	if (!is_region(binding->region))
		return ctl_bad_value(error, "--region", "two capitals, as GB");
	if (binding->business_name && !is_business_name(binding->business_name))
		return ctl_bad_value(error, "--business-name", "1 to 255 characters");
	if (strcmp(ctl_value(ctl, "--api-key-file"), "-") == 0 &&
	    strcmp(ctl_value(ctl, "--sage-refresh-token-file"), "-") == 0)
		return ctl_bad_value(error, "--sage-refresh-token-file",
				     "a file when --api-key-file is standard input");
	return LED_OK;
}

static enum led_err run(struct ctl *ctl, struct led_error *error)
{
	char shop_url[MAGENTO_URL_MAX + 1], id[UUID_SIZE];
	struct secret api_key = {0}, refresh_token = {0};
	struct seal_keys *keys = NULL;
	struct db *db = NULL;
	struct binding_new binding;
	enum led_err err = take_values(ctl, &binding, shop_url, error);
	binding.api_key = &api_key;
	binding.refresh_token = &refresh_token;
	if (!err)
		err = ctl_read_secret(ctl, "--api-key-file", &api_key, error);
	if (!err)
		err = ctl_read_secret(ctl, "--sage-refresh-token-file", &refresh_token, error);
	if (!err)
		err = seal_keys_load(ctl->config.key_dir, SEAL_BOTH, &keys, error);
	if (!err)
		err = ctl_open(ctl, DB_SET_ADMIN | DB_SET_PLAN | DB_SET_SEAL_USE, &db, error);
	if (!err)
		err = binding_admin_add(db, keys, &binding, id, error);
	if (!err)
		err = seal_use_keep(db, error);
	db_close(db);
	seal_keys_free(keys);
	secret_release(&refresh_token);
	secret_release(&api_key);
	if (err)
		return err;
	ctl_say(ctl, "%s is joined to Sage business %s. Its tenant id: %s", shop_url,
		binding.business, id);
	ctl_result(ctl, "binding_id", json_object_new_string(id));
	return LED_OK;
}

const struct ctl_command ctl_binding_add = {
	.name = "binding add",
	.summary = "Joins a shop to a Sage business with keys that were exchanged elsewhere.",
	.options =
		{
			{"--account", "NAME", true, "the merchant company, as user add named it"},
			{"--shop-url", "URL", true, "Magento's base address"},
			{"--api-key-file", "FILE", true, "the key that the shop was given"},
			{"--sage-business", "ID", true, "Sage's id of the business"},
			{"--sage-refresh-token-file", "FILE", true, "a token nobody else uses"},
			{"--region", "CC", true, "the business's country: GB, IE, US, ..."},
			{"--business-name", "NAME", false, "as people know the business"},
		},
	.run = run,
};
