#include "http/client.h"
#include "base/clock.h"
#include "base/text.h"
#include "http/guard.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define HEADER_LINE_MAX  8192  /* bytes of a header line that we send */
#define ANSWER_HEAD_MAX  65536 /* bytes of all header lines that we take */
#define LOW_SPEED_BYTES  1     /* less than this a second … */
#define RETRY_AFTER_MAX  86400 /* seconds */
#define CONNECTIONS_KEPT 4
#define HOST_MAX         256

struct http_client {
	CURL *curl;
	bool allow_http_loopback;
	const atomic_bool *cancel;
};

/* One call under way: what libcurl's functions are handed. */
struct transfer {
	const struct http_call *call;
	struct http_answer *answer;
	size_t head_len; /* bytes of header lines so far */
	size_t sent;     /* bytes of the body handed over */
	bool allow_loopback;
	bool loopback_only; /* plain http */
	bool refused;       /* the guard refused an address */
	bool too_large;
	char host[HOST_MAX];
};

enum led_err http_client_global_init(struct led_error *error)
{
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return led_fail(error, LED_INTERNAL, "curl_failed", "libcurl does not start");
	return LED_OK;
}

struct http_client *http_client_new(const struct http_client_options *options)
{
	struct http_client *client = calloc(1, sizeof *client);
	if (!client)
		return NULL;
	client->allow_http_loopback = options->allow_http_loopback;
	client->cancel = options->cancel;
	client->curl = curl_easy_init();
	if (!client->curl) {
		free(client);
		return NULL;
	}
	return client;
}

void http_client_free(struct http_client *client)
{
	if (!client)
		return;
	curl_easy_cleanup(client->curl);
	free(client);
}

void http_answer_init(struct http_answer *answer)
{
	*answer = (struct http_answer){.retry_after = -1};
}

void http_answer_release(struct http_answer *answer)
{
	buf_release(&answer->body);
}

static void answer_clear(struct http_answer *answer, size_t body_max)
{
	struct buf body = answer->body;
	body.cap = body_max;
	buf_clear(&body);
	*answer = (struct http_answer){.retry_after = -1, .body = body};
}

bool http_answer_is_json(const struct http_answer *answer)
{
	size_t len = strcspn(answer->content_type, "; \t");
	if (len == 16 && strncasecmp(answer->content_type, "application/json", len) == 0)
		return true;
	return len > 5 && strncasecmp(answer->content_type + len - 5, "+json", 5) == 0;
}

int http_retry_after(const char *value, int64_t now)
{
	int64_t seconds;
	if (!text_to_int64(value, 0, INT64_MAX, &seconds)) {
		time_t when = curl_getdate(value, NULL);
		if (when < 0)
			return -1;
		seconds = when > now ? when - now : 0;
	}
	return seconds > RETRY_AFTER_MAX ? RETRY_AFTER_MAX : (int)seconds;
}

/* ---- what libcurl calls ---- */

static curl_socket_t open_socket(void *data, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct transfer *transfer = data;
	bool allowed = transfer->loopback_only
			       ? guard_address_loopback(&address->addr)
			       : guard_address_allowed(&address->addr, transfer->allow_loopback);
	if (purpose != CURLSOCKTYPE_IPCXN || !allowed) {
		transfer->refused = true;
		return CURL_SOCKET_BAD;
	}
	return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static size_t take_body(char *data, size_t size, size_t count, void *user)
{
	struct transfer *transfer = user;
	buf_add(&transfer->answer->body, data, size * count);
	transfer->too_large = transfer->answer->body.failed;
	return transfer->too_large ? 0 : size * count;
}

static size_t give_body(char *out, size_t size, size_t count, void *user)
{
	struct transfer *transfer = user;
	size_t left = transfer->call->body_len - transfer->sent;
	size_t len = left < size * count ? left : size * count;
	if (len)
		memcpy(out, transfer->call->body + transfer->sent, len);
	transfer->sent += len;
	return len;
}

/* libcurl asks about once a second, and whenever something happens. */
static int asked_on(void *cancel, curl_off_t down_total, curl_off_t down, curl_off_t up_total,
		    curl_off_t up)
{
	(void)down_total;
	(void)down;
	(void)up_total;
	(void)up;
	return atomic_load((const atomic_bool *)cancel);
}

/* Copies the value of "Name: value\r\n" when the name is `name`. */
static bool keep_field(const char *line, size_t len, const char *name, char *out)
{
	size_t name_len = strlen(name);
	if (len <= name_len || line[name_len] != ':' || strncasecmp(line, name, name_len) != 0)
		return false;
	const char *value = line + name_len + 1;
	size_t value_len = len - name_len - 1;
	while (value_len && strchr(" \t", *value)) {
		value++;
		value_len--;
	}
	while (value_len && strchr(" \t\r\n", value[value_len - 1]))
		value_len--;
	if (value_len >= HTTP_CLIENT_FIELD_MAX)
		value_len = HTTP_CLIENT_FIELD_MAX - 1;
	memcpy(out, value, value_len);
	out[value_len] = '\0';
	return true;
}

static size_t take_header(char *line, size_t size, size_t count, void *user)
{
	struct transfer *transfer = user;
	struct http_answer *answer = transfer->answer;
	size_t len = size * count;
	transfer->head_len += len;
	if (transfer->head_len > ANSWER_HEAD_MAX) {
		transfer->too_large = true;
		return 0;
	}
	char seconds[HTTP_CLIENT_FIELD_MAX];
	if (keep_field(line, len, "content-type", answer->content_type) ||
	    keep_field(line, len, "x-request-id", answer->request_id) ||
	    keep_field(line, len, "x_request_id", answer->request_id) || /* Sage: either */
	    keep_field(line, len, "x-business", answer->business))
		return len;
	if (keep_field(line, len, "retry-after", seconds))
		answer->retry_after = http_retry_after(seconds, clock_now());
	return len;
}

/* ---- setting up a call ---- */

/* Checks the parts of the URL that decide where we connect. */
static enum led_err check_url(const struct http_client *client, struct transfer *transfer,
			      struct led_error *error)
{
	char *scheme = NULL, *host = NULL;
	CURLU *url = curl_url();
	bool good = url &&
		    curl_url_set(url, CURLUPART_URL, transfer->call->url, CURLU_DISALLOW_USER) ==
			    CURLUE_OK &&
		    curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
		    curl_url_get(url, CURLUPART_HOST, &host, 0) == CURLUE_OK;
	if (good) {
		transfer->loopback_only = strcmp(scheme, "http") == 0;
		transfer->allow_loopback = client->allow_http_loopback;
		good = strcmp(scheme, "https") == 0 ||
		       (transfer->loopback_only && client->allow_http_loopback);
		snprintf(transfer->host, sizeof transfer->host, "%s", host);
	}
	curl_free(scheme);
	curl_free(host);
	curl_url_cleanup(url);
	return good ? LED_OK
		    : led_fail(error, LED_VALIDATION, "bad_url",
			       "The address to call is not an https URL.");
}

/* A header line being put together, in memory that is wiped afterwards. */
struct line {
	char text[HEADER_LINE_MAX];
	size_t len;
	bool bad; /* too long, or with a line break in it */
};

static void line_add(struct line *line, const char *text, size_t len)
{
	if (len >= sizeof line->text - line->len || memchr(text, '\r', len) ||
	    memchr(text, '\n', len) || memchr(text, '\0', len)) {
		line->bad = true;
		return;
	}
	memcpy(line->text + line->len, text, len);
	line->len += len;
	line->text[line->len] = '\0';
}

/* Appends "Name: prefix value" to *list. */
static bool add_header(struct curl_slist **list, const char *name, const char *prefix,
		       const char *value, size_t value_len)
{
	struct line line = {.len = 0};
	line_add(&line, name, strlen(name));
	line_add(&line, ": ", 2);
	line_add(&line, prefix, strlen(prefix));
	line_add(&line, value, value_len);
	struct curl_slist *longer = line.bad ? NULL : curl_slist_append(*list, line.text);
	explicit_bzero(&line, sizeof line);
	if (longer)
		*list = longer;
	return longer != NULL;
}

static bool add_text(struct curl_slist **list, const char *name, const char *value)
{
	return add_header(list, name, "", value, strlen(value));
}

static bool build_headers(const struct http_call *call, struct curl_slist **list)
{
	const char *accept = call->accept ? call->accept : "application/json";
	/* "Expect:" without a value takes curl's own away: a 100 Continue would be the
	 * first status line, and Magento's PHP answers late to it. */
	struct curl_slist *first = curl_slist_append(NULL, "Expect:");
	if (!first)
		return false;
	*list = first;
	bool good = add_text(list, "Accept", accept);
	if (good && call->bearer)
		good = add_header(list, "Authorization", "Bearer ", call->bearer, call->bearer_len);
	if (good && call->body)
		good = add_text(list, "Content-Type", call->content_type);
	for (size_t i = 0; good && i < HTTP_CLIENT_HEADERS_MAX && call->headers[i].name; i++)
		good = add_text(list, call->headers[i].name, call->headers[i].value);
	return good;
}

static void free_headers(struct curl_slist *list)
{
	for (struct curl_slist *item = list; item; item = item->next)
		explicit_bzero(item->data, strlen(item->data));
	curl_slist_free_all(list);
}

static void set_limits(CURL *curl, const struct http_call *call, const struct transfer *transfer)
{
	long total_ms = call->total_ms ? call->total_ms : HTTP_CLIENT_TOTAL_MS;
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, transfer->loopback_only ? "http" : "https");
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(curl, CURLOPT_PROXY, ""); /* "" also forgets the environment's */
	curl_easy_setopt(curl, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(curl, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
	curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)HTTP_CLIENT_CONNECT_MS);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, total_ms);
	/* Half the whole time without a byte is a dead peer; the answer's thinking time
	 * counts too, so it must not be shorter. */
	curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, (long)LOW_SPEED_BYTES);
	curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, total_ms / 2000 + 1);
	curl_easy_setopt(curl, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)transfer->answer->body.cap);
	curl_easy_setopt(curl, CURLOPT_MAXCONNECTS, (long)CONNECTIONS_KEPT);
	curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, call->fresh ? 1L : 0L);
	curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, call->fresh ? 1L : 0L);
}

static void set_call(CURL *curl, struct transfer *transfer, struct curl_slist *headers)
{
	const struct http_call *call = transfer->call;
	curl_easy_setopt(curl, CURLOPT_URL, call->url);
	curl_easy_setopt(curl, CURLOPT_USERAGENT, "Ledger");
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, transfer);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, transfer);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, transfer);
	if (call->body) {
		/* Read through a function that cannot rewind: libcurl then fails with
		 * CURLE_SEND_FAIL_REWIND instead of sending the body a second time. */
		curl_easy_setopt(curl, CURLOPT_POST, 1L);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->body_len);
		curl_easy_setopt(curl, CURLOPT_READFUNCTION, give_body);
		curl_easy_setopt(curl, CURLOPT_READDATA, transfer);
	}
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, call->method);
}

/* ---- what became of it ---- */

static const struct {
	CURLcode result;
	const char *code;
	const char *words; /* behind "host: " */
} FAILURES[] = {
	{CURLE_COULDNT_RESOLVE_HOST, "not_resolved", "the name could not be resolved"},
	{CURLE_COULDNT_CONNECT, "connect_failed", "no connection"},
	{CURLE_SSL_CONNECT_ERROR, "tls_failed", "the TLS handshake failed"},
	{CURLE_PEER_FAILED_VERIFICATION, "tls_failed", "the TLS certificate is not valid"},
	{CURLE_SSL_CACERT_BADFILE, "tls_failed", "the certificate authorities cannot be read"},
	{CURLE_SSL_CIPHER, "tls_failed", "no common TLS cipher"},
	{CURLE_OPERATION_TIMEDOUT, "timed_out", "no complete answer in time"},
	{CURLE_GOT_NOTHING, "cut_off", "the connection was closed without an answer"},
	{CURLE_SEND_ERROR, "cut_off", "the connection broke while sending"},
	{CURLE_RECV_ERROR, "cut_off", "the connection broke while receiving"},
	{CURLE_PARTIAL_FILE, "cut_off", "the answer ended early"},
	{CURLE_SEND_FAIL_REWIND, "cut_off", "the kept connection was dead"},
	{CURLE_FILESIZE_EXCEEDED, "too_large", "the answer is too large"},
	{CURLE_WEIRD_SERVER_REPLY, "malformed_answer", "the answer is not HTTP"},
	{CURLE_UNSUPPORTED_PROTOCOL, "malformed_answer", "the answer is not HTTP"},
};

static enum led_err classify(CURLcode result, const struct transfer *transfer,
			     struct led_error *error)
{
	const char *host = transfer->host;
	/* libcurl says "out of memory" of a single header line beyond its 100 KiB too: whatever
	 * went wrong once the request is out must not look like a fault of ours, for which
	 * nobody tries again. */
	bool answering = transfer->answer->maybe_received && result == CURLE_OUT_OF_MEMORY;
	if (transfer->too_large || answering)
		result = CURLE_FILESIZE_EXCEEDED;
	if (transfer->refused && result == CURLE_COULDNT_CONNECT)
		return led_fail(error, LED_HTTP, "address_refused",
				"%s: its address is not one that may be called", host);
	if (result == CURLE_OUT_OF_MEMORY)
		return led_fail(error, LED_INTERNAL, "no_memory", "No memory for a call");
	for (size_t i = 0; i < sizeof FAILURES / sizeof FAILURES[0]; i++)
		if (FAILURES[i].result == result)
			return led_fail(error, LED_HTTP, FAILURES[i].code, "%s: %s", host,
					FAILURES[i].words);
	return led_fail(error, LED_HTTP, "call_failed", "%s: %s", host, curl_easy_strerror(result));
}

static enum led_err perform(struct http_client *client, struct transfer *transfer,
			    struct led_error *error)
{
	struct http_answer *answer = transfer->answer;
	int64_t started = clock_monotonic_ms();
	CURLcode result = curl_easy_perform(client->curl);
	answer->duration_ms = clock_monotonic_ms() - started;
	long status = 0, request_size = 0;
	curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(client->curl, CURLINFO_REQUEST_SIZE, &request_size);
	answer->maybe_received = status > 0 || request_size > 0;
	if (result != CURLE_OK)
		return classify(result, transfer, error);
	answer->status = (int)status;
	return LED_OK;
}

enum led_err http_client_call(struct http_client *client, const struct http_call *call,
			      struct http_answer *answer, struct led_error *error)
{
	answer_clear(answer, call->body_max ? call->body_max : HTTP_CLIENT_BODY_MAX);
	struct transfer transfer = {.call = call, .answer = answer};
	enum led_err err = check_url(client, &transfer, error);
	if (err)
		return err;
	struct curl_slist *headers = NULL;
	if (!build_headers(call, &headers)) {
		err = led_fail(error, LED_INTERNAL, "bad_header", "A header cannot be sent");
		goto out;
	}
	/* Keeps the connections; every option is set anew, so no call inherits another's. */
	curl_easy_reset(client->curl);
	set_limits(client->curl, call, &transfer);
	set_call(client->curl, &transfer, headers);
	if (client->cancel) {
		curl_easy_setopt(client->curl, CURLOPT_NOPROGRESS, 0L);
		curl_easy_setopt(client->curl, CURLOPT_XFERINFOFUNCTION, asked_on);
		curl_easy_setopt(client->curl, CURLOPT_XFERINFODATA, client->cancel);
	}
	err = perform(client, &transfer, error);
	curl_easy_reset(client->curl); /* it must not keep pointers to our stack */
out:
	free_headers(headers);
	return err;
}
