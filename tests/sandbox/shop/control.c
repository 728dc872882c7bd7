#include "shop/control.h"

#include "shop/drain.h"
#include "shop/magento_json.h"
#include "shop/mem.h"
#include "shop/shop.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CLOCK_MAX 253402300799LL /* 9999-12-31T23:59:59Z */

static struct json_object *status(struct control *call)
{
	struct json_object *out = json_object_new_object();
	struct shop *shop = call->shop;
	char now[SHOP_TIME_LEN];

	shop_time(shop_now(shop), now);
	magento_json_add_text(out, "shop", shop->name);
	magento_json_add(out, "paired", json_object_new_boolean(shop_paired(shop)));
	json_object_object_add(out, "tenant_id",
			       shop->tenant_id != NULL ? json_object_new_string(shop->tenant_id)
						       : NULL);
	magento_json_add_text(out, "base_url", shop->base_url);
	magento_json_add(out, "pairing_code_pending",
			 json_object_new_boolean(shop->pairing_hash[0] != '\0'));
	magento_json_add_text(out, "now", now);
	for (int kind = 0; kind < ENTITY_KINDS; kind++)
		magento_json_add_int(out, entity_kind_name((enum entity_kind)kind),
				     (long long)shop->entities[kind].count);
	magento_json_add_int(out, "outbox", (long long)shop->outbox.count);
	return out;
}

static struct json_object *reset(struct control *call)
{
	shop_reset(call->shop);
	return status(call);
}

static struct json_object *set_clock(struct control *call)
{
	struct shop *shop = call->shop;
	long long now = magento_json_int(call->in, "now", shop_now(shop)) +
			magento_json_int(call->in, "advance", 0);
	struct json_object *out;
	char text[SHOP_TIME_LEN];
	int frozen = magento_json_bool(call->in, "frozen", shop->clock_frozen != 0);

	if (magento_json_bool(call->in, "real", 0)) {
		now = sb_now();
		frozen = 0;
	}
	if (now < 1 || now > CLOCK_MAX) {
		snprintf(call->error, sizeof(call->error),
			 "now: Unix seconds before the year 10000");
		return NULL;
	}
	shop->clock_offset = now - sb_now();
	shop->clock_frozen = frozen ? now : 0;
	out = json_object_new_object();
	shop_time(now, text);
	magento_json_add_int(out, "now", now);
	magento_json_add_text(out, "time", text);
	magento_json_add(out, "frozen", json_object_new_boolean(frozen));
	return out;
}

static struct json_object *settings(struct control *call)
{
	struct shop_settings *set = &call->shop->settings;
	struct json_object *in = call->in, *out = json_object_new_object();

	set->latency_ms = (long)magento_json_int(in, "latency_ms", set->latency_ms);
	set->timeout_ms = (long)magento_json_int(in, "timeout_ms", set->timeout_ms);
	set->connect_timeout_ms =
		(long)magento_json_int(in, "connect_timeout_ms", set->connect_timeout_ms);
	set->ping_object = magento_json_bool(in, "ping_object", set->ping_object);
	set->production = magento_json_bool(in, "production", set->production);
	if (magento_json_get(in, "drain_interval_ms") != NULL)
		drain_interval((long)magento_json_int(in, "drain_interval_ms", 0));
	magento_json_add_int(out, "latency_ms", set->latency_ms);
	magento_json_add_int(out, "timeout_ms", set->timeout_ms);
	magento_json_add_int(out, "connect_timeout_ms", set->connect_timeout_ms);
	magento_json_add(out, "ping_object", json_object_new_boolean(set->ping_object));
	magento_json_add(out, "production", json_object_new_boolean(set->production));
	magento_json_add_int(out, "drain_interval_ms", drain_interval_get());
	return out;
}

static struct json_object *list_faults(struct control *call)
{
	return faults_json(&call->shop->faults);
}

static struct json_object *add_faults(struct control *call)
{
	if (magento_json_bool(call->in, "clear", 0)) {
		faults_clear(&call->shop->faults);
	} else if (!faults_add(&call->shop->faults, call->in)) {
		snprintf(call->error, sizeof(call->error),
			 "fault: 500 503 401 404 cut slow truncated html huge redirect");
		return NULL;
	}
	return list_faults(call);
}

static struct json_object *pairing_code(struct control *call)
{
	struct json_object *out = json_object_new_object();
	struct shop *shop = call->shop;
	char code[33];

	sb_random_hex(code, 16);
	token_sha256_hex(code, strlen(code), shop->pairing_hash);
	shop->pairing_issued_at = shop_now(shop);
	magento_json_add_text(out, "code", code);
	magento_json_add_text(out, "hash", shop->pairing_hash);
	magento_json_add_int(out, "issued_at", shop->pairing_issued_at);
	return out;
}

static struct json_object *pair(struct control *call)
{
	const char *tenant = magento_json_text(call->in, "tenant_id");
	const char *key = magento_json_text(call->in, "api_key");
	const char *url = magento_json_text(call->in, "base_url");

	if (tenant == NULL || key == NULL || url == NULL) {
		snprintf(call->error, sizeof(call->error),
			 "tenant_id, api_key and base_url are needed");
		return NULL;
	}
	shop_pair(call->shop, tenant, key, url);
	return status(call);
}

static struct json_object *customers(struct control *call)
{
	return make_customer(call->shop, call->in, call->error);
}

static struct json_object *products(struct control *call)
{
	return make_product(call->shop, call->in, call->error);
}

static struct json_object *invoices(struct control *call)
{
	return make_invoice(call->shop, call->in, call->error);
}

static struct json_object *creditmemos(struct control *call)
{
	return make_creditmemo(call->shop, call->in, call->error);
}

static struct json_object *pay(struct control *call)
{
	return make_paid(call->shop, call->id, call->error);
}

static struct json_object *raw(struct control *call)
{
	char *kind = sb_param(call->req->query, "kind");
	char *events = sb_param(call->req->query, "events");
	struct json_object *out = make_raw(call->shop, kind, events, call->req->body,
					   call->req->body_len, call->error);

	free(events);
	free(kind);
	return out;
}

static struct json_object *outbox(struct control *call)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < call->shop->outbox.count; i++)
		json_object_array_add(list, outbox_row_json(call->shop->outbox.rows[i]));
	return list;
}

static struct json_object *states(struct control *call)
{
	struct json_object *list = json_object_new_array();
	char *type = sb_param(call->req->query, "entity_type");
	char *id = sb_param(call->req->query, "magento_entity_id");

	for (size_t i = 0; i < call->shop->states.count; i++) {
		const struct state_row *row = call->shop->states.rows[i];

		if ((type == NULL || strcmp(type, row->entity_type) == 0) &&
		    (id == NULL || strtoll(id, NULL, 10) == row->magento_entity_id))
			json_object_array_add(list, state_row_json(row));
	}
	free(id);
	free(type);
	return list;
}

static struct json_object *requests(struct control *call)
{
	char *limit = sb_param(call->req->query, "limit");
	struct json_object *out = request_log_json(
		&call->shop->log, limit != NULL ? strtol(limit, NULL, 10) : REQUEST_LOG_MAX);

	free(limit);
	return out;
}

static struct json_object *requeue(struct control *call)
{
	long long id = magento_json_int(call->in, "id", 0);
	struct json_object *out;

	if (id <= 0 && !magento_json_bool(call->in, "all", 0)) {
		snprintf(call->error, sizeof(call->error), "id (of the row) or all:true");
		return NULL;
	}
	out = json_object_new_object();
	magento_json_add_int(out, "requeued",
			     outbox_requeue(&call->shop->outbox, id, shop_now(call->shop)));
	return out;
}

static struct json_object *gc(struct control *call)
{
	struct json_object *out = json_object_new_object();

	magento_json_add_int(out, "deleted",
			     outbox_collect(&call->shop->outbox, shop_now(call->shop)));
	return out;
}

static struct json_object *token(struct control *call)
{
	struct shop *shop = call->shop;
	char *text = shop_paired(shop) ? token_sign(shop->api_key, shop->tenant_id, shop_now(shop))
				       : NULL;
	struct json_object *out;

	if (text == NULL) {
		call->status = 409;
		snprintf(call->error, sizeof(call->error), "not paired");
		return NULL;
	}
	out = json_object_new_object();
	magento_json_add_text(out, "token", text);
	free(text);
	return out;
}

/* '*' stands for a number. What calls the server does so without the lock. */
static const struct command {
	const char *method, *path;
	bool locked;
	struct json_object *(*run)(struct control *call);
	const char *help;
} commands[] = {
	{"GET", "status", true, status, "pairing, clock, how many of each kind"},
	{"POST", "reset", true, reset, "forget everything of this shop"},
	{"POST", "clock", true, set_clock,
	 "{now?, advance?, frozen?} Unix seconds, or {real:true}"},
	{"GET", "settings", true, settings, "as they are"},
	{"POST", "settings", true, settings,
	 "{latency_ms, timeout_ms, connect_timeout_ms, ping_object, production, "
	 "drain_interval_ms (of the whole process, 0 = on demand)}"},
	{"GET", "faults", true, list_faults, "those still waiting"},
	{"POST", "faults", true, add_faults,
	 "{fault: 500|503|401|404|cut|slow|truncated|html|huge|redirect, match: part of "
	 "\"METHOD /path\", count (1; -1 = for ever), ms, bytes, location, after (work first)} or "
	 "{clear:true}"},
	{"POST", "pairing-code", true, pairing_code, "a new code, as the admin's Generate button"},
	{"POST", "pair", true, pair, "{tenant_id, api_key, base_url}: set without a code"},
	{"POST", "customers", true, customers,
	 "{id?, email, first_name, last_name, address | addresses, …}"},
	{"POST", "products", true, products, "{id?, sku, name, product_type, price, …}"},
	{"POST", "invoices", true, invoices,
	 "{items:[{sku,name,qty,price,tax_percent,…}], customer_id | guest, state, …}"},
	{"POST", "invoices/*/pay", true, pay, "an open invoice becomes paid"},
	{"POST", "creditmemos", true, creditmemos,
	 "{invoice_id, items:[{sku,qty}]?, adjustment_positive?, …}, or a cart of its own"},
	{"POST", "raw", true, raw, "?kind=…&events=a,b and a canonical body, served byte for byte"},
	{"GET", "outbox", true, outbox, "every row"},
	{"GET", "states", true, states, "?entity_type=&magento_entity_id=; with chip and tooltip"},
	{"GET", "requests", true, requests, "?limit=; REST calls received, counts by verdict"},
	{"POST", "drain", false, control_drain, "one run of the cron job; answers its summary"},
	{"POST", "cli-sync", false, control_cli_sync,
	 "{ids | all:true, event: created|paid|both, state: open|paid|any}"},
	{"POST", "requeue", true, requeue, "{id | all:true}: dead letters become pending"},
	{"POST", "gc", true, gc, "the daily clean-up of succeeded rows over 30 days"},
	{"POST", "disconnect", false, control_disconnect, "the admin's Disconnect button"},
	{"GET", "health", false, control_health,
	 "the tile: what the server answered, what it shows"},
	{"GET", "token", true, token, "a fresh token of this shop for the server"},
};

static const struct command *command_find(const char *method, const char *path, long long *id)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		const char *pattern = commands[i].path, *at = path;

		*id = 0;
		while (*pattern != '\0') {
			char *end;

			if (*pattern == '*') {
				*id = strtoll(at, &end, 10);
				if (end == at)
					break;
				at = end;
				pattern++;
			} else if (*pattern++ != *at++) {
				at = NULL;
				break;
			}
		}
		if (at != NULL && *pattern == '\0' && *at == '\0' &&
		    strcmp(commands[i].method, method) == 0)
			return &commands[i];
	}
	return NULL;
}

static void answer_help(struct sb_reply *reply)
{
	struct text out = {0};

	text_puts(&out, "Shop sandbox: the Magento side of the wire, for tests.\n"
			"REST under {shop}/rest/V1/byte8/…, control under {shop}/_sandbox/:\n\n");
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		char *line = mem_format("%-4s %-16s %s\n", commands[i].method, commands[i].path,
					commands[i].help);

		text_puts(&out, line);
		free(line);
	}
	sb_reply_text(reply, 200, "text/plain; charset=utf-8", out.at);
	free(out.at);
}

static void answer_error(struct sb_reply *reply, int status_code, const char *sentence)
{
	struct json_object *out = json_object_new_object();

	magento_json_add_text(out, "error", sentence);
	sb_reply_json(reply, status_code, out);
}

void control_handle(struct shop *shop, const struct sb_request *req, const char *path,
		    struct sb_reply *reply)
{
	struct control call = {.shop = shop, .req = req, .status = 400};
	const struct command *command = command_find(req->method, path, &call.id);
	struct json_object *out;

	if (path[0] == '\0' && strcmp(req->method, "GET") == 0) {
		answer_help(reply);
		return;
	}
	if (command == NULL) {
		answer_error(reply, 404, "no such control call; GET _sandbox/ lists them");
		return;
	}
	if (req->body_len > 0) {
		call.in = magento_json_parse(req->body, req->body_len);
		if (call.in == NULL) {
			answer_error(reply, 400, "the body is not JSON");
			return;
		}
	}
	if (command->locked)
		shop_lock(shop);
	out = command->run(&call);
	/* Printed under the lock: the answer may share parts with the shop. */
	if (out != NULL)
		sb_reply_json(reply, 200, out);
	else
		answer_error(reply, call.status, call.error);
	json_object_put(call.in);
	if (command->locked)
		shop_unlock(shop);
}
