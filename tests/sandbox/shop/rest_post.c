/* The two calls that change a shop: pairing and the sync state. */
#include "shop/magento_error.h"
#include "shop/mem.h"
#include "shop/rest.h"
#include "shop/shop.h"

#include <stdlib.h>
#include <string.h>

enum { CODE_LIFETIME = 1800 };

/* PHP's trim(). */
static char *trimmed(const char *text)
{
	static const char white[] = " \t\n\r\v";
	size_t len;

	text += strspn(text, white);
	len = strlen(text);
	while (len > 0 && strchr(white, text[len - 1]) != NULL)
		len--;
	return mem_copy_n(text, len);
}

/* PHP's empty(): "0" is empty, too. */
static bool php_empty(const char *text)
{
	return text[0] == '\0' || strcmp(text, "0") == 0;
}

static bool url_good(const char *url)
{
	size_t scheme = strncmp(url, "https://", 8) == 0  ? 8
			: strncmp(url, "http://", 7) == 0 ? 7
							  : 0;

	return scheme > 0 && url[scheme] != '\0' && url[scheme] != '/';
}

static bool code_good(const struct shop *shop, const char *code)
{
	char hash[TOKEN_SHA256_HEX];

	token_sha256_hex(code, strlen(code), hash);
	return shop->pairing_hash[0] != '\0' && strcmp(hash, shop->pairing_hash) == 0 &&
	       shop_now(shop) - shop->pairing_issued_at <= CODE_LIFETIME;
}

void rest_pair(struct rest_call *call)
{
	enum { CODE, TENANT, KEY, URL, FIELDS };
	static const char *const names[FIELDS] = {"pairingCode", "tenantId", "byte8ApiKey",
						  "ledgerBaseUrl"};
	char *fields[FIELDS] = {NULL};
	bool blank = false;

	if (!rest_required(call, names, FIELDS))
		return;
	for (size_t i = 0; i < FIELDS; i++) {
		const char *text;

		if (!rest_text(call, names[i], &text))
			goto out;
		fields[i] = trimmed(text);
		blank = blank || php_empty(fields[i]);
	}
	if (blank) {
		magento_error(call->reply, 400,
			      "pairing_code, tenant_id, byte8_api_key and ledger_base_url are all "
			      "required.",
			      NULL, NULL);
	} else if (!url_good(fields[URL])) {
		magento_error(call->reply, 400, "ledger_base_url must be an absolute http(s) URL.",
			      NULL, NULL);
	} else if (!code_good(call->shop, fields[CODE])) {
		magento_error(call->reply, 401, "Invalid or expired pairing code.", NULL, NULL);
	} else {
		shop_pair(call->shop, fields[TENANT], fields[KEY], fields[URL]);
		rest_void(call);
	}
out:
	for (size_t i = 0; i < FIELDS; i++)
		free(fields[i]);
}

static bool one_of(const char *text, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(text, list[i]) == 0)
			return true;
	return false;
}

static void refuse(const struct rest_call *call, const char *sentence, const char *value)
{
	char *message = mem_format("%s: \"%s\".", sentence, value);

	magento_error(call->reply, 400, message, NULL, NULL);
	free(message);
}

static void replace(char **field, char *text)
{
	free(*field);
	*field = text;
}

enum { TYPE, ID, PROVIDER, STATUS, ENTITY_ID, REFERENCE, SKIP, ERROR, SYNC_AT, STATE_FIELDS };

static void state_write(struct rest_call *call, long long id, const char *const text[STATE_FIELDS])
{
	struct shop *shop = call->shop;
	struct state_row *row = state_row(&shop->states, text[TYPE], id, text[PROVIDER]);
	char now[SHOP_TIME_LEN];

	shop_time(shop_now(shop), now);
	replace(&row->sync_status, mem_copy(text[STATUS]));
	replace(&row->provider_entity_id, state_cut(text[ENTITY_ID], STATE_TEXT_MAX));
	replace(&row->provider_reference, state_cut(text[REFERENCE], STATE_TEXT_MAX));
	replace(&row->skip_reason, state_cut(text[SKIP], STATE_TEXT_MAX));
	replace(&row->error_code, state_cut(text[ERROR], STATE_TEXT_MAX));
	replace(&row->last_sync_at, state_datetime(text[SYNC_AT] != NULL ? text[SYNC_AT] : now));
	row->writes++;
	rest_void(call);
}

void rest_sync_state(struct rest_call *call)
{
	static const char *const names[STATE_FIELDS] = {
		[TYPE] = "entityType",
		[ID] = "magentoEntityId",
		[PROVIDER] = "provider",
		[STATUS] = "syncStatus",
		[ENTITY_ID] = "providerEntityId",
		[REFERENCE] = "providerReference",
		[SKIP] = "skipReason",
		[ERROR] = "errorCode",
		[SYNC_AT] = "lastSyncAt",
	};
	static const char *const types[] = {"invoice", "creditmemo", "customer", "product"};
	static const char *const statuses[] = {"synced", "skipped", "failed"};
	const char *text[STATE_FIELDS];
	long long id;
	char *cut;

	if (!rest_required(call, names, ENTITY_ID))
		return;
	for (size_t i = 0; i < STATE_FIELDS; i++)
		if (!rest_text(call, names[i], &text[i]))
			return;
	if (!rest_int(text[ID], &id)) {
		magento_error_type(call->reply, text[ID], "int");
		return;
	}
	if (!one_of(text[TYPE], types, 4)) {
		refuse(call, "Unknown entity_type", text[TYPE]);
	} else if (id <= 0) {
		refuse(call, "magento_entity_id must be a positive integer", text[ID]);
	} else if (text[PROVIDER][0] == '\0') {
		refuse(call, "provider must not be empty", text[PROVIDER]);
	} else if (!one_of(text[STATUS], statuses, 3)) {
		refuse(call, "Unknown sync_status", text[STATUS]);
	} else {
		cut = state_cut(text[PROVIDER], STATE_PROVIDER_MAX);
		/* Magento writes the cut name, looks for the whole one, and finds nothing. */
		if (strcmp(cut, text[PROVIDER]) != 0)
			refuse(call, "Sync state row vanished after write for provider",
			       text[PROVIDER]);
		else
			state_write(call, id, text);
		free(cut);
	}
}
