#include "shop/client.h"

#include "shop/mem.h"
#include "shop/shop.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BODY_MAX = 1024 * 1024 };

bool client_prepare(struct shop *shop, const char *method, const char *path, const char *body,
		    const char *key, struct client_call *call)
{
	*call = (struct client_call){0};
	if (!shop_paired(shop))
		return false;
	call->token = token_sign(shop->api_key, shop->tenant_id, shop_now(shop));
	if (call->token == NULL)
		return false;
	call->method = method;
	call->url = mem_format("%s%s", shop->base_url, path);
	call->body = mem_copy(body);
	call->idempotency_key = mem_copy(key);
	call->timeout_ms = shop->settings.timeout_ms;
	call->connect_timeout_ms = shop->settings.connect_timeout_ms;
	return true;
}

char *client_event_path(const struct shop *shop, const char *event)
{
	char *tenant = curl_easy_escape(NULL, shop->tenant_id, 0);
	char *name = curl_easy_escape(NULL, event, 0);
	char *path = mem_format("/webhooks/magento/%s/%s", tenant, name);

	curl_free(name);
	curl_free(tenant);
	return path;
}

void client_call_release(struct client_call *call)
{
	free(call->url);
	free(call->body);
	free(call->token);
	free(call->idempotency_key);
	*call = (struct client_call){0};
}

void client_answer_release(struct client_answer *answer)
{
	free(answer->body);
	free(answer->error);
	*answer = (struct client_answer){0};
}

static size_t on_body(char *bytes, size_t size, size_t n, void *into)
{
	struct text *body = into;

	if (body->len + size * n <= BODY_MAX)
		text_add(body, bytes, size * n);
	return size * n;
}

static size_t on_header(char *line, size_t size, size_t n, void *into)
{
	long *status = into;
	char text[32] = "";

	memcpy(text, line, size * n < sizeof(text) ? size * n : sizeof(text) - 1);
	if (*status == 0 && sscanf(text, "HTTP/%*s %ld", status) != 1)
		*status = 0;
	return size * n;
}

static struct curl_slist *headers_of(const struct client_call *call)
{
	struct curl_slist *list = NULL;
	char *line = mem_format("Authorization: Bearer %s", call->token);

	list = curl_slist_append(list, line);
	free(line);
	if (call->body != NULL) {
		list = curl_slist_append(list, "Content-Type: application/json");
		list = curl_slist_append(list, "Expect:");
	} else {
		list = curl_slist_append(list, "Accept: application/json");
	}
	if (call->idempotency_key != NULL) {
		line = mem_format("Idempotency-Key: %s", call->idempotency_key);
		list = curl_slist_append(list, line);
		free(line);
	}
	return list;
}

static CURLcode perform(const struct client_call *call, struct curl_slist *headers,
			struct text *body, long *status, char error[CURL_ERROR_SIZE])
{
	CURL *curl = curl_easy_init();
	CURLcode rc;

	if (curl == NULL)
		return CURLE_FAILED_INIT;
	curl_easy_setopt(curl, CURLOPT_URL, call->url);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, 1L);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, call->connect_timeout_ms);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, call->timeout_ms);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, call->method);
	if (call->body != NULL) {
		curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)strlen(call->body));
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, call->body);
	}
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, body);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, status);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, error);
	rc = curl_easy_perform(curl);
	curl_easy_cleanup(curl);
	return rc;
}

void client_send(const struct client_call *call, struct client_answer *answer)
{
	char error[CURL_ERROR_SIZE] = "";
	struct curl_slist *headers = headers_of(call);
	struct text body = {0};
	CURLcode rc;

	*answer = (struct client_answer){0};
	text_puts(&body, "");
	rc = perform(call, headers, &body, &answer->status, error);
	curl_slist_free_all(headers);
	answer->body = body.at;
	if (rc != CURLE_OK) {
		answer->outcome = OUTBOX_TRANSIENT;
		answer->status = 0;
		answer->error = mem_copy(error[0] != '\0' ? error : curl_easy_strerror(rc));
	} else if (answer->status >= 200 && answer->status <= 299) {
		answer->outcome = OUTBOX_OK;
	} else {
		answer->outcome = answer->status >= 400 && answer->status <= 499 ? OUTBOX_PERMANENT
										 : OUTBOX_TRANSIENT;
		answer->error = mem_format("HTTP %ld: %.*s", answer->status, OUTBOX_ERROR_MAX,
					   answer->body);
	}
}
