/* /dashboard/connect-magento and POST /v1/magento/connect: the form, and the same as JSON. */
#include "connect.h"

#include "base/json.h"
#include "http/form.h"
#include "magento/provider.h"

#include <string.h>

#define UNKNOWN_TITLE "The shop has not answered yet"
#define UNKNOWN_MESSAGE                                                                            \
	"It is not known whether the shop took the code: its answer did not arrive. Nothing is "   \
	"lost. Ledger asks the shop by itself every minute; when it took the code, it appears "    \
	"under Bindings. If it does not within a few minutes, generate a new code and try again."

static enum led_err show_form(const struct connect *connect, const struct http_request *request,
			      struct http_response *response, int status, const char *url,
			      const struct led_error *why, struct led_error *error)
{
	struct page page;

	page_begin(&page, &connect->site, request, "Pair a Magento shop", "bindings");
	page_text(&page, page.data, "magento_base_url", url);
	page_text(&page, page.data, "problem", why ? why->message : NULL);
	page_text(&page, page.data, "code", why ? why->code : NULL);
	return page_send(&page, response, status, "connect_magento", error);
}

enum led_err connect_magento_form(void *program, struct http_request *request,
				  struct http_response *response, struct led_error *error)
{
	struct http_form query = {0};

	if (http_form_parse(request->query, strlen(request->query), request->arena, &query, NULL))
		query = (struct http_form){0};
	return show_form(program, request, response, 200, http_form_get(&query, "url"), NULL,
			 error);
}

static const char *next_path(const struct connect *connect, struct http_request *request,
			     const char *binding, struct led_error *error)
{
	int64_t account = visitor_of(request)->session->account_id;
	struct connection *connection;

	if (connection_get(connect->site.db, request->arena, account, binding, &connection, error))
		return NULL;
	/* A revived binding whose Sage side still stands needs no second sign-in. */
	if (connection && connection->business && strcmp(connection->sage_status, "active") == 0)
		return arena_printf(request->arena, "/dashboard/bindings/%s", binding);
	return arena_printf(request->arena, "/dashboard/connect-sage?binding=%s", binding);
}

enum led_err connect_magento_submit(void *program, struct http_request *request,
				    struct http_response *response, struct led_error *error)
{
	const struct connect *connect = program;
	struct http_form form = {0};
	struct connect_pairing pairing = {0};
	const char *next;
	enum led_err err =
		http_form_parse(request->body, request->body_len, request->arena, &form, error);

	if (err)
		return page_message(&connect->site, request, response, 400, "Not understood",
				    "The form could not be read.", error);
	pairing.url = http_form_get(&form, "magento_base_url");
	pairing.code = http_form_get(&form, "pairing_code");
	err = connect_pair(connect, request, &pairing, error);
	if (err)
		return err;
	if (pairing.outcome == CONNECT_UNKNOWN) {
		const struct connect_answer answer = {502, UNKNOWN_TITLE, UNKNOWN_MESSAGE,
						      "/dashboard/bindings", "To the bindings"};
		return connect_say(connect, request, response, &answer, error);
	}
	if (pairing.outcome == CONNECT_REFUSED)
		return show_form(connect, request, response, pairing.throttled ? 429 : 422,
				 pairing.url, &pairing.why, error);
	next = next_path(connect, request, pairing.binding, error);
	if (!next)
		return LED_DATABASE;
	page_redirect(&connect->site, request, response, next);
	return LED_OK;
}

static enum led_err answer_json(const struct connect_pairing *pairing,
				struct http_response *response)
{
	struct buf out;

	if (pairing->outcome == CONNECT_UNKNOWN) {
		http_response_error(response, 503, "pairing_unknown", UNKNOWN_MESSAGE);
		return LED_OK;
	}
	if (pairing->outcome == CONNECT_REFUSED) {
		http_response_error(response, pairing->throttled ? 429 : 422, pairing->why.code,
				    pairing->why.message);
		return LED_OK;
	}
	buf_init(&out, 256);
	buf_addf(&out, "{\"status\":\"paired\",\"binding_id\":\"%s\"}\n", pairing->binding);
	http_response_json(response, 200, buf_str(&out), out.len);
	buf_release(&out);
	return LED_OK;
}

enum led_err connect_magento_json(void *program, struct http_request *request,
				  struct http_response *response, struct led_error *error)
{
	struct json_object *body = NULL;
	struct connect_pairing pairing = {0};
	enum led_err err;

	if (magento_wrong_provider(request, response))
		return LED_OK;
	err = json_parse(request->body, request->body_len, &body, error);
	if (err == LED_SERDE || (!err && !json_object_is_type(body, json_type_object))) {
		json_object_put(body);
		http_response_error(response, 400, "bad_request", "The body is not a JSON object.");
		return LED_OK;
	}
	if (err)
		return err;
	pairing.url = json_string(body, "magento_base_url");
	pairing.code = json_string(body, "pairing_code");
	err = connect_pair(program, request, &pairing, error);
	json_object_put(body);
	return err ? err : answer_json(&pairing, response);
}
