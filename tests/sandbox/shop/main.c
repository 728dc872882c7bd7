/*
 * sandbox-shop: the Magento side of the wire contract for tests and the demo.
 * /{shop}/rest/… is the shop's REST side, /{shop}/_sandbox/… its control.
 */
#include "common/server.h"
#include "shop/control.h"
#include "shop/faults.h"
#include "shop/mem.h"
#include "shop/rest.h"
#include "shop/shop.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS = 48, LOGGED_BODY_MAX = 2048 };

static void log_call(struct shop *shop, const struct sb_request *req, const char *path,
		     const struct sb_reply *reply, const char *verdict, const char *fault)
{
	struct request_entry entry = {
		.method = mem_copy(req->method),
		.path = mem_format("%s%s%s", path, req->query[0] != '\0' ? "?" : "", req->query),
		.status = reply->cut ? 0 : reply->status,
		.verdict = verdict,
		.fault = fault,
		.user_agent = mem_copy(sb_header(req, "User-Agent")),
	};

	/* Not of the pairing call: its body holds the secrets. */
	if (strstr(path, "/sync-state") != NULL)
		entry.body = mem_copy_n(req->body, strnlen(req->body, LOGGED_BODY_MAX));
	shop_lock(shop);
	entry.at = shop_now(shop);
	request_log_add(&shop->log, entry);
	shop_unlock(shop);
}

static void serve_rest(struct shop *shop, const struct sb_request *req, const char *path,
		       struct sb_reply *reply)
{
	const char *verdict = NULL;
	struct fault fault;
	long latency;

	shop_lock(shop);
	faults_take(&shop->faults, req->method, path, &fault);
	latency = shop->settings.latency_ms;
	shop_unlock(shop);
	faults_sleep(latency);
	if (!faults_before(&fault, reply)) {
		verdict = rest_handle(shop, req, path, reply);
		faults_after(&fault, reply);
	}
	log_call(shop, req, path, reply, verdict,
		 fault.kind != FAULT_NONE ? fault_name(fault.kind) : NULL);
	fault_release(&fault);
}

static void serve(const struct sb_request *req, struct sb_reply *reply)
{
	const char *name = req->path + 1;
	size_t len = strcspn(name, "/");
	struct shop *shop = shop_find(name, len);
	char *path = mem_copy(name + len);

	sb_decode(path, false);
	if (shop == NULL)
		sb_reply_text(reply, 404, "text/plain",
			      "sandbox-shop: the first path segment names a shop "
			      "([A-Za-z0-9_-]{1,64}); see /demo/_sandbox/\n");
	else if (strncmp(path, "/_sandbox", 9) == 0 && (path[9] == '/' || path[9] == '\0'))
		control_handle(shop, req, path + 9 + (path[9] == '/'), reply);
	else
		serve_rest(shop, req, path, reply);
	free(path);
}

int main(void)
{
	curl_global_init(CURL_GLOBAL_DEFAULT);
	return sb_serve(THREADS, serve);
}
