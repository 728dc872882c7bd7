/* The control calls that make the shop talk to the server. */
#include "shop/client.h"
#include "shop/control.h"
#include "shop/drain.h"
#include "shop/magento_json.h"
#include "shop/mem.h"
#include "shop/shop.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct json_object *control_drain(struct control *call)
{
	return drain_run(call->shop);
}

static struct json_object *not_paired(struct control *call)
{
	call->status = 409;
	snprintf(call->error, sizeof(call->error), "not paired");
	return NULL;
}

static bool state_wanted(const char *state, const char *want)
{
	return state != NULL && (strcmp(want, "any") == 0 || strcmp(state, want) == 0);
}

static bool id_wanted(struct json_object *ids, long long id)
{
	if (ids == NULL)
		return true;
	for (size_t i = 0; i < magento_json_length(ids); i++)
		if (json_object_get_int64(json_object_array_get_idx(ids, i)) == id)
			return true;
	return false;
}

/* What the command line would post, as a list of [event, id]; under the lock. */
static struct json_object *cli_plan(struct shop *shop, struct json_object *ids, const char *event,
				    const char *want)
{
	struct json_object *plan = json_object_new_array();
	const struct entity_list *invoices = &shop->entities[ENTITY_INVOICE];

	for (size_t i = 0; i < invoices->count; i++) {
		const struct entity *invoice = invoices->items[i];
		const char *state = magento_json_text(invoice->tree, "state");
		bool paid = state != NULL && strcmp(state, "paid") == 0;

		if (!id_wanted(ids, invoice->id) || !state_wanted(state, want))
			continue;
		for (int pass = 0; pass < 2; pass++) {
			static const char *const names[] = {"created", "paid"};
			struct json_object *one;
			char *name;

			if ((pass == 1 && !paid) ||
			    (strcmp(event, "both") != 0 && strcmp(event, names[pass]) != 0))
				continue;
			one = json_object_new_array();
			name = mem_format("invoice.%s", names[pass]);
			json_object_array_add(one, json_object_new_string(name));
			json_object_array_add(one, json_object_new_int64(invoice->id));
			json_object_array_add(plan, one);
			free(name);
		}
	}
	return plan;
}

struct json_object *control_cli_sync(struct control *call)
{
	struct json_object *ids = magento_json_get(call->in, "ids");
	const char *event = magento_json_text(call->in, "event");
	const char *state = magento_json_text(call->in, "state");
	struct json_object *plan, *out;
	bool paired;

	if (!json_object_is_type(ids, json_type_array) && !magento_json_bool(call->in, "all", 0)) {
		snprintf(call->error, sizeof(call->error), "ids (a list) or all:true");
		return NULL;
	}
	shop_lock(call->shop);
	paired = shop_paired(call->shop);
	plan = cli_plan(call->shop, ids, event != NULL ? event : "both",
			state != NULL ? state : "any");
	shop_unlock(call->shop);
	out = json_object_new_array();
	for (size_t i = 0; paired && i < magento_json_length(plan); i++) {
		struct json_object *one = json_object_array_get_idx(plan, i);
		struct json_object *result = drain_post_now(
			call->shop, json_object_get_string(json_object_array_get_idx(one, 0)),
			json_object_get_int64(json_object_array_get_idx(one, 1)));

		if (result != NULL)
			json_object_array_add(out, result);
	}
	json_object_put(plan);
	if (paired)
		return out;
	json_object_put(out);
	return not_paired(call);
}

/* {"status","outcome","body" (JSON if it is, else text),"error"} */
static struct json_object *answer_json(const struct client_answer *answer)
{
	struct json_object *out = json_object_new_object();
	struct json_object *body = magento_json_parse(answer->body, strlen(answer->body));

	magento_json_add_int(out, "status", answer->status);
	magento_json_add(out, "acknowledged",
			 json_object_new_boolean(answer->outcome == OUTBOX_OK));
	magento_json_add(out, "body", body != NULL ? body : json_object_new_string(answer->body));
	magento_json_add_text(out, "error", answer->error);
	return out;
}

struct json_object *control_disconnect(struct control *call)
{
	struct shop *shop = call->shop;
	struct client_answer answer;
	struct client_call request;
	struct json_object *out;
	bool ready = false;

	shop_lock(shop);
	if (shop_paired(shop)) {
		char sha1[TOKEN_SHA1_HEX];
		char *key;

		token_sha1_hex(shop->tenant_id, strlen(shop->tenant_id), sha1);
		key = mem_format("disconnect:%s", sha1);
		ready = client_prepare(shop, "POST", "/v1/tenant/disconnect", "{}", key, &request);
		free(key);
	}
	shop_unlock(shop);
	if (!ready)
		return not_paired(call);
	client_send(&request, &answer);
	out = answer_json(&answer);
	client_call_release(&request);
	client_answer_release(&answer);
	/* Whatever the answer, the local credentials go. */
	shop_lock(shop);
	shop_unpair(shop);
	shop_unlock(shop);
	return out;
}

/* The admin tile of a health answer (the wire contract, 7.3), malloc'd text. */
static char *tile_text(struct json_object *body)
{
	struct json_object *sync = magento_json_get(body, "sync");
	struct json_object *binding = magento_json_get(body, "binding");
	const char *magento =
		magento_json_text(magento_json_get(body, "tenant"), "magento_connection_status");
	const char *status = magento_json_text(binding, "status");
	const char *region = magento_json_text(binding, "region");
	long long failed = magento_json_int(sync, "failed_24h", 0);
	long long pending = magento_json_int(sync, "pending_count", 0);
	char upper[16] = "";

	if (!json_object_is_type(body, json_type_object) || json_object_object_length(body) == 0)
		return mem_copy("error: Ledger unreachable");
	if (magento != NULL && strcmp(magento, "token_revoked") == 0)
		return mem_copy("error: token revoked");
	if ((magento != NULL && strcmp(magento, "pending") == 0) || status == NULL ||
	    status[0] == '\0')
		return mem_copy("warning: Finish setup");
	if (strcmp(status, "active") != 0)
		return mem_format("error: Binding %s", status);
	if (failed > 0)
		return mem_format("error: %lld failed in 24 hours", failed);
	if (pending > 0)
		return mem_format("warning: %lld pending", pending);
	for (size_t i = 0; region != NULL && region[i] != '\0' && i + 1 < sizeof(upper); i++)
		upper[i] = (char)toupper((unsigned char)region[i]);
	return mem_format("connected: Connected to Sage (%s)", upper);
}

struct json_object *control_health(struct control *call)
{
	struct shop *shop = call->shop;
	struct client_answer answer;
	struct client_call request;
	struct json_object *out;
	char *tile;
	bool ready;

	shop_lock(shop);
	ready = client_prepare(shop, "GET", "/v1/tile/health", NULL, NULL, &request);
	shop_unlock(shop);
	if (!ready)
		return not_paired(call);
	client_send(&request, &answer);
	out = answer_json(&answer);
	tile = tile_text(answer.outcome == OUTBOX_OK ? magento_json_get(out, "body") : NULL);
	magento_json_add_text(out, "tile", tile);
	free(tile);
	client_call_release(&request);
	client_answer_release(&answer);
	return out;
}
