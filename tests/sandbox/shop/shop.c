#include "shop/shop.h"

#include "common/server.h"
#include "shop/drain.h"
#include "shop/magento_json.h"
#include "shop/mem.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	NAME_MAX_LEN = 64,
	TIMEOUT_MS = 15000,
	CONNECT_TIMEOUT_MS = 5000,
};

static pthread_mutex_t shops_lock = PTHREAD_MUTEX_INITIALIZER;
static struct shop *shops;

/* What a fresh Magento lists; null labels are real. */
static const char default_methods[] =
	"[{\"code\":\"free\",\"label\":\"No Payment Information Required\",\"is_active\":true},"
	"{\"code\":\"checkmo\",\"label\":\"Check / Money order\",\"is_active\":true},"
	"{\"code\":\"banktransfer\",\"label\":\"Bank Transfer Payment\",\"is_active\":true},"
	"{\"code\":\"purchaseorder\",\"label\":\"Purchase Order\",\"is_active\":true},"
	"{\"code\":\"cashondelivery\",\"label\":\"Cash On Delivery\",\"is_active\":false},"
	"{\"code\":\"paypal_express\",\"label\":\"PayPal Express Checkout\",\"is_active\":true},"
	"{\"code\":\"stripe_payments\",\"label\":\"Credit / debit card\",\"is_active\":true},"
	"{\"code\":\"paypal_billing_agreement\",\"label\":null,\"is_active\":false}]";

static bool name_good(const char *name, size_t len)
{
	static const char allowed[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";

	return len >= 1 && len <= NAME_MAX_LEN && strspn(name, allowed) >= len;
}

static struct shop *shop_new(const char *name, size_t len)
{
	struct shop *shop = mem_zero(sizeof(*shop));

	shop->name = mem_copy_n(name, len);
	pthread_mutex_init(&shop->lock, NULL);
	pthread_mutex_init(&shop->drain_lock, NULL);
	shop_reset(shop);
	return shop;
}

struct shop *shop_find(const char *name, size_t len)
{
	struct shop *shop;

	if (!name_good(name, len))
		return NULL;
	pthread_mutex_lock(&shops_lock);
	for (shop = shops; shop != NULL; shop = shop->next)
		if (strlen(shop->name) == len && memcmp(shop->name, name, len) == 0)
			break;
	if (shop == NULL) {
		shop = shop_new(name, len);
		shop->next = shops;
		shops = shop;
		drain_start(shop);
	}
	pthread_mutex_unlock(&shops_lock);
	return shop;
}

void shop_lock(struct shop *shop)
{
	pthread_mutex_lock(&shop->lock);
}

void shop_unlock(struct shop *shop)
{
	pthread_mutex_unlock(&shop->lock);
}

void shop_reset(struct shop *shop)
{
	shop->generation++;
	shop->clock_offset = 0;
	shop->clock_frozen = 0;
	shop->settings = (struct shop_settings){
		.timeout_ms = TIMEOUT_MS,
		.connect_timeout_ms = CONNECT_TIMEOUT_MS,
	};
	shop_unpair(shop);
	free(shop->base_url);
	shop->base_url = mem_copy("https://ledger.byte8.io");
	token_replay_clear(&shop->replay);
	for (int kind = 0; kind < ENTITY_KINDS; kind++)
		entity_clear(&shop->entities[kind]);
	shop->next_order_id = 1;
	json_object_put(shop->payment_methods);
	shop->payment_methods = magento_json_parse(default_methods, strlen(default_methods));
	outbox_clear(&shop->outbox);
	state_clear(&shop->states);
	faults_clear(&shop->faults);
	request_log_clear(&shop->log);
}

long long shop_now(const struct shop *shop)
{
	return shop->clock_frozen != 0 ? shop->clock_frozen : sb_now() + shop->clock_offset;
}

bool shop_paired(const struct shop *shop)
{
	return shop->tenant_id != NULL && shop->api_key != NULL;
}

void shop_pair(struct shop *shop, const char *tenant_id, const char *api_key, const char *base_url)
{
	size_t len = strlen(base_url);

	while (len > 0 && base_url[len - 1] == '/')
		len--;
	shop_unpair(shop);
	shop->tenant_id = mem_copy(tenant_id);
	shop->api_key = mem_copy(api_key);
	free(shop->base_url);
	shop->base_url = mem_copy_n(base_url, len);
}

void shop_unpair(struct shop *shop)
{
	free(shop->tenant_id);
	free(shop->api_key);
	shop->tenant_id = NULL;
	shop->api_key = NULL;
	shop->pairing_hash[0] = '\0';
}

void shop_time(long long when, char out[SHOP_TIME_LEN])
{
	time_t t = (time_t)when;
	struct tm tm;

	gmtime_r(&t, &tm);
	strftime(out, SHOP_TIME_LEN, "%Y-%m-%dT%H:%M:%SZ", &tm);
}
