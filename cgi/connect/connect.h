/*
 * ledger-connect: whatever needs a key while a person waits. Pairing shops, signing in to
 * Sage, letting go, and the second step of signing in. Besides MariaDB it may reach shops and
 * Sage's sign-in, nothing else.
 */
#ifndef CONNECT_H
#define CONNECT_H

#include "crypto/seal.h"
#include "http/client.h"
#include "pages/page.h"
#include "pages/site.h"
#include "sage/oauth.h"
#include "store/connection.h"

struct connect {
	struct site site; /* first: what pages and the gate are given */
	struct seal_keys *keys;
	struct http_client *http;
};

/* answer.c: a page that says how something ended, with one thing to do next. */
struct connect_answer {
	int status;
	const char *title, *message;
	const char *action, *label; /* a path of ours and its words */
};
enum led_err connect_say(const struct connect *connect, const struct http_request *request,
			 struct http_response *response, const struct connect_answer *answer,
			 struct led_error *error) __attribute__((warn_unused_result));

/* The account's binding named by `id`. *out is NULL after answering 404. */
enum led_err connect_find(const struct connect *connect, struct http_request *request,
			  struct http_response *response, const char *id, struct connection **out,
			  struct led_error *error) __attribute__((warn_unused_result));

/* Ledger, as Sage's `region` knows it. */
struct sage_app connect_app(const struct connect *connect, const char *region);

/* Keeps the count of what was sealed for this request; a failure is logged, no more. */
void connect_keep_uses(const struct connect *connect);

/* What the audit log is told of this request. */
struct audit_entry connect_audit(const struct http_request *request, const char *action);

/* The address that Sage sends people back to, in the request's arena; NULL without memory. */
const char *connect_callback_url(const struct connect *connect, const struct http_request *request);

/* pairing.c: one try, from the typed address to the settled binding. */
enum connect_outcome { CONNECT_PAIRED, CONNECT_REFUSED, CONNECT_UNKNOWN };
struct connect_pairing {
	const char *url, *code; /* as typed; may be NULL */
	enum connect_outcome outcome;
	char binding[37];     /* of PAIRED */
	struct led_error why; /* else: a sentence for the merchant */
	bool throttled;
};
enum led_err connect_pair(const struct connect *connect, struct http_request *request,
			  struct connect_pairing *pairing, struct led_error *error)
	__attribute__((warn_unused_result));

/* One file a page, or a few that belong together. */
http_handler code_form, code_submit;
http_handler second_factor_page, second_factor_start, second_factor_finish, second_factor_codes,
	second_factor_off;
http_handler second_factor_reset_form, second_factor_reset_submit;
http_handler connect_magento_form, connect_magento_submit, connect_magento_json;
http_handler connect_sage_form, connect_sage_submit;
http_handler sage_callback;
http_handler business_form, business_submit;
http_handler disconnect_submit;

#endif
