#include "pairings.h"
#include "base/clock.h"
#include "base/log.h"
#include "magento/pair.h"
#include "store/pairing.h"

#define PAIRINGS_ARENA (1024 * 1024)

static enum led_err write_outcome(struct db *db, struct arena *arena, const struct pairing *pairing,
				  enum magento_pairing outcome, struct led_error *error)
{
	const struct audit_entry audit = {
		.account_id = pairing->account,
		.actor = WORKER_PROGRAM,
		.address = "",
		.action = "shop_paired",
		.facts = {{"binding", pairing->binding}, {"shop", pairing->shop_url}},
	};
	bool accepted;
	switch (outcome) {
	case MAGENTO_PAIRED:
		return pairing_accept(db, arena, pairing, &audit, &accepted, error);
	case MAGENTO_NOT_PAIRED:
		return pairing_refuse(db, pairing, error);
	case MAGENTO_PAIRING_UNKNOWN:
		break;
	}
	if (pairing->hopeless) /* a mistyped address, perhaps, that has a page for every path */
		return pairing_refuse(db, pairing, error);
	return pairing_put_off(db, pairing, error);
}

static enum led_err settle(struct worker *worker, struct http_client *client, struct arena *arena,
			   const struct pairing *pairing, struct led_error *error)
{
	struct secret key = {0};
	struct led_error why;
	struct db *db;
	enum led_err err = pairing_open_key(worker->keys, pairing, &key, error);
	if (err)
		return err;
	const struct magento_shop shop = {
		.http = client,
		.base_url = pairing->shop_url,
		.tenant_id = pairing->binding,
		.inbound_key = &key,
	};
	enum magento_pairing outcome = magento_pair_probe(&shop, &why);
	secret_release(&key);
	log_write(LOG_INFO, "pairing_settled", LOG_S("binding", pairing->binding),
		  LOG_S("outcome", outcome == MAGENTO_PAIRED ? "paired" : why.code));
	err = db_pool_take(worker->pool, &db, error);
	if (!err)
		err = write_outcome(db, arena, pairing, outcome, error);
	db_pool_give(worker->pool, db);
	return err;
}

static enum led_err settle_all(struct worker *worker, struct http_client *client,
			       struct arena *arena, struct led_error *error)
{
	struct pairing *list;
	size_t count = 0;
	struct db *db;
	enum led_err err = db_pool_take(worker->pool, &db, error);
	if (!err)
		err = pairing_unsettled(db, arena, 0, NULL, &list, &count, error);
	db_pool_give(worker->pool, db);
	for (size_t i = 0; !err && i < count; i++) {
		if (worker->stopping || clock_now() >= worker->linger_until)
			break;
		err = settle(worker, client, arena, &list[i], error);
	}
	return err;
}

void *pairings_main(void *argument)
{
	struct worker *worker = argument;
	const struct http_client_options options = {.allow_http_loopback =
							    worker->config.allow_http_loopback};
	struct http_client *client = http_client_new(&options);
	struct arena *arena = arena_new(PAIRINGS_ARENA);
	struct led_error error;
	if (!client || !arena)
		log_write(LOG_ERROR, "pairings_not_settled");
	else if (settle_all(worker, client, arena, &error))
		log_error("pairings_not_settled", &error);
	http_client_free(client);
	arena_free(arena);
	return NULL;
}
