/* ledgerctl binding add */
#include "base/json.h"
#include "base/text.h"
#include "ctl.h"
#include "store/binding_admin.h"
#include "store/seal_use.h"

#include <curl/curl.h>
#include <string.h>

#define SHOP_URL_MAX      255 /* bytes, as the columns */
#define BUSINESS_NAME_MAX 255 /* characters */

static const char *const loopback_hosts[] = {"127.0.0.1", "localhost", "[::1]"};

static bool is_loopback(const char *host)
{
	for (size_t i = 0; i < sizeof loopback_hosts / sizeof *loopback_hosts; i++)
		if (strcmp(host, loopback_hosts[i]) == 0)
			return true;
	return false;
}

/* True when the part is there; a part that is not there is what we want of some. */
static bool has_part(CURLU *url, CURLUPart part)
{
	char *text = NULL;
	bool has = curl_url_get(url, part, &text, 0) == CURLUE_OK;
	curl_free(text);
	return has;
}

static bool scheme_allowed(CURLU *url, bool http_loopback)
{
	char *scheme = NULL, *host = NULL;
	bool ok = curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
		  curl_url_get(url, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
		  (strcmp(scheme, "https") == 0 ||
		   (http_loopback && strcmp(scheme, "http") == 0 && is_loopback(host)));
	curl_free(scheme);
	curl_free(host);
	return ok;
}

/* https (http only to loopback, where the configuration allows it), no user, query or
 * fragment. The trailing slash goes: the REST prefix is appended. */
static bool take_shop_url(const char *text, bool http_loopback, char out[SHOP_URL_MAX + 1])
{
	size_t len = strlen(text);
	while (len && text[len - 1] == '/')
		len--;
	if (!len || len > SHOP_URL_MAX)
		return false;
	memcpy(out, text, len);
	out[len] = '\0';
	CURLU *url = curl_url();
	bool ok = url && curl_url_set(url, CURLUPART_URL, out, CURLU_DISALLOW_USER) == CURLUE_OK &&
		  scheme_allowed(url, http_loopback) && !has_part(url, CURLUPART_QUERY) &&
		  !has_part(url, CURLUPART_FRAGMENT);
	curl_url_cleanup(url);
	return ok;
}

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
	if (!take_shop_url(ctl_value(ctl, "--shop-url"), ctl->config.allow_http_loopback, shop_url))
		return ctl_bad_value(error, "--shop-url",
				     "an https:// address without user, query or fragment (http:// "
				     "only to this machine, with allow_http_loopback)");
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
	char shop_url[SHOP_URL_MAX + 1], id[UUID_SIZE];
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
		err = ctl_open(ctl, DB_SET_ADMIN | DB_SET_SEAL_USE, &db, error);
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
