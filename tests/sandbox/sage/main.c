/*
 * sandbox-sage: a FastCGI program that stands in for Sage Business Cloud
 * Accounting. One process, many threads, everything in memory (store.h).
 *
 *   sandbox-sage [--threads N]      listens on fd 0, as spawn-fcgi gives it
 */
#include "common/server.h"
#include "sage/artefacts.h"
#include "sage/call.h"
#include "sage/catalogue.h"
#include "sage/contacts.h"
#include "sage/control.h"
#include "sage/faults.h"
#include "sage/idempotency.h"
#include "sage/oauth.h"
#include "sage/payments.h"
#include "sage/reference.h"
#include "sage/traffic.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { THREADS = 192, THREADS_MAX = 256, ROUTE_TEXT = 128, JSON_DEPTH = 32 };

/* More than the 150 requests that Sage allows an app in flight, so that a breach
 * is seen here and not queued away in front of us. */
_Static_assert(THREADS > 150, "the concurrency limit must be reachable");

static const struct route {
	const char *method;
	const char *collection; /* "*": any collection of reference data */
	bool key;
	const char *action; /* "" when none */
	void (*serve)(struct call *call);
} routes[] = {
	{"GET", "businesses", false, "", businesses_list},
	{"GET", "businesses", true, "", businesses_get},
	{"GET", "user", false, "", user_get},
	{"GET", "financial_settings", false, "", financial_settings_get},
	{"GET", "business_settings", false, "", business_settings_get},
	{"GET", "invoice_settings", false, "", invoice_settings_get},
	{"GET", "contacts", false, "", contacts_list},
	{"POST", "contacts", false, "", contacts_post},
	{"GET", "contacts", true, "", contacts_get},
	{"PUT", "contacts", true, "", contacts_put},
	{"DELETE", "contacts", true, "", contacts_delete},
	{"GET", "sales_invoices", false, "", artefacts_list},
	{"POST", "sales_invoices", false, "", artefacts_post},
	{"GET", "sales_invoices", true, "", artefacts_get},
	{"PUT", "sales_invoices", true, "", artefacts_put},
	{"DELETE", "sales_invoices", true, "", artefacts_void},
	{"POST", "sales_invoices", true, "release", artefacts_release},
	{"GET", "sales_credit_notes", false, "", artefacts_list},
	{"POST", "sales_credit_notes", false, "", artefacts_post},
	{"GET", "sales_credit_notes", true, "", artefacts_get},
	{"PUT", "sales_credit_notes", true, "", artefacts_put},
	{"DELETE", "sales_credit_notes", true, "", artefacts_void},
	{"POST", "sales_credit_notes", true, "release", artefacts_release},
	{"GET", "contact_payments", false, "", payments_list},
	{"POST", "contact_payments", false, "", payments_post},
	{"GET", "contact_payments", true, "", payments_get},
	{"DELETE", "contact_payments", true, "", payments_delete},
	{"GET", "contact_allocations", false, "", payments_list},
	{"POST", "contact_allocations", false, "", allocations_post},
	{"GET", "contact_allocations", true, "", payments_get},
	{"DELETE", "contact_allocations", true, "", payments_delete},
	{"GET", "products", false, "", items_list},
	{"POST", "products", false, "", items_post},
	{"GET", "products", true, "", items_get},
	{"PUT", "products", true, "", items_put},
	{"DELETE", "products", true, "", items_delete},
	{"GET", "services", false, "", items_list},
	{"POST", "services", false, "", items_post},
	{"GET", "services", true, "", items_get},
	{"PUT", "services", true, "", items_put},
	{"DELETE", "services", true, "", items_delete},
	{"GET", "stock_items", false, "", items_list},
	{"POST", "stock_items", false, "", items_post},
	{"GET", "stock_items", true, "", items_get},
	{"PUT", "stock_items", true, "", items_put},
	{"DELETE", "stock_items", true, "", items_delete},
	{"GET", "stock_movements", false, "", movements_list},
	{"POST", "stock_movements", false, "", movements_post},
	{"GET", "stock_movements", true, "", movements_get},
	{"DELETE", "stock_movements", true, "", movements_delete},
	{"GET", "*", false, "", reference_list},
	{"GET", "*", true, "", reference_get},
};

/* Collections that Sage has and the sandbox has not (yet). */
static const char *const not_built[] = {"addresses",
					"business_exchange_rates",
					"contact_allocations",
					"contact_payments",
					"contact_persons",
					"live_exchange_rates",
					"other_payments",
					"sales_estimates",
					"sales_quick_entries",
					"sales_quotes",
					"tax_determinations",
					"transactions",
					"unallocated_artefacts"};

static bool is_write(const char *method)
{
	return strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0;
}

static const struct route *route_of(const struct call *call)
{
	for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
		const struct route *route = &routes[i];
		const bool same = strcmp(route->collection, call->collection) == 0 ||
				  (strcmp(route->collection, "*") == 0 &&
				   reference_has_collection(call->business, call->collection));

		if (same && strcmp(route->method, call->req->method) == 0 &&
		    route->key == (call->key[0] != '\0') &&
		    strcmp(route->action, call->action) == 0)
			return route;
	}
	return NULL;
}

static void answer_no_route(struct call *call)
{
	for (size_t i = 0; i < sizeof(not_built) / sizeof(not_built[0]); i++)
		if (strcmp(not_built[i], call->collection) == 0) {
			sb_reply_text(call->reply, 501, "text/plain", "sandbox: not built yet\n");
			return;
		}
	call_not_found(call);
}

/* Parses the body; false: answered. */
static bool read_body(struct call *call)
{
	struct json_tokener *tokener;
	enum json_tokener_error error;

	if (call->req->body_len == 0)
		return true;
	tokener = json_tokener_new_ex(JSON_DEPTH);
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	call->body = json_tokener_parse_ex(tokener, call->req->body, (int)call->req->body_len + 1);
	error = json_tokener_get_error(tokener);
	json_tokener_free(tokener);
	if (error == json_tokener_success && json_object_is_type(call->body, json_type_object))
		return true;
	/* What Sage says to a body that is not JSON is not published. */
	call_error(call->reply, 400, "InvalidRequest", "The request body is not a JSON object.",
		   "");
	return false;
}

static void serve_routed(struct call *call)
{
	const struct route *route = route_of(call);
	const bool write = is_write(call->req->method);

	if (route == NULL) {
		answer_no_route(call);
		return;
	}
	if (write && call->readonly) {
		call_error(
			call->reply, 403, "MultiUserAccessDenied",
			"The current user is not allowed to access that resource with that method.",
			"");
		return;
	}
	if (!read_body(call))
		return;
	if (write && idempotency_replay(call))
		return;
	route->serve(call);
	if (write)
		idempotency_remember(call);
}

/* The business of X-Business, else the user's first; false: answered. */
static bool choose_business(struct call *call)
{
	const char *wanted = sb_header(call->req, "X-Business");

	if (wanted == NULL || *wanted == '\0') {
		call->business = store_lead_business(call->user->email);
	} else {
		call->business = store_business(wanted);
		if (call->business != NULL && strcmp(call->business->user, call->user->email) != 0)
			call->business = NULL;
	}
	if (call->business == NULL)
		call_error(
			call->reply, 403, "MultiUserAccessDenied",
			"The current user is not allowed to access that resource with that method.",
			"");
	return call->business != NULL;
}

/* Token, user and business of a request; false: answered. Called again after a
 * delay, in which anything may have been reset. */
static bool authorise(struct call *call)
{
	struct oauth_grant grant;
	enum oauth_check check = oauth_check(sb_header(call->req, "Authorization"), &grant);

	if (check != OAUTH_OK) {
		oauth_refuse(check, call->reply);
		return false;
	}
	call->user = store_user(grant.user);
	call->readonly = grant.readonly;
	return choose_business(call);
}

static void pause_ms(long ms)
{
	struct timespec left = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

	while (ms > 0 && nanosleep(&left, &left) != 0)
		;
}

static void route_text(const struct call *call, char out[ROUTE_TEXT])
{
	snprintf(out, ROUTE_TEXT, "%.8s /%.60s%s%s%.20s", call->req->method, call->collection,
		 call->key[0] != '\0' ? "/{key}" : "", call->action[0] != '\0' ? "/" : "",
		 call->action);
}

/* Whether this request is one too many; answered 429 then. */
static bool over_limit(const struct traffic_load *load, struct sb_reply *reply)
{
	if ((settings.max_concurrent == 0 || load->in_flight <= settings.max_concurrent) &&
	    (settings.daily_limit == 0 || load->today <= settings.daily_limit))
		return false;
	traffic_limited();
	faults_rate_limited(-1, reply);
	return true;
}

/* Lets the lock go for a delay. Whatever was found before must be found again. */
static void pause_unlocked(long ms)
{
	if (ms <= 0)
		return;
	store_unlock();
	pause_ms(ms);
	store_lock();
}

/* The id of the business that a request says it is for, "" when it cannot be told. */
static void addressed_business(const struct sb_request *req, char id[ID_TEXT])
{
	const char *wanted = sb_header(req, "X-Business");
	const struct business *lead = NULL;
	struct oauth_grant grant;

	id[0] = '\0';
	if (wanted != NULL && *wanted != '\0') {
		snprintf(id, ID_TEXT, "%s", wanted);
		return;
	}
	store_lock();
	if (oauth_check(sb_header(req, "Authorization"), &grant) == OAUTH_OK)
		lead = store_lead_business(grant.user);
	if (lead != NULL)
		snprintf(id, ID_TEXT, "%s", lead->id);
	store_unlock();
}

/* An authorised request on a path that can exist; the lock is held. */
static void serve_authorised(struct call *call)
{
	char business[ID_TEXT];
	char route[ROUTE_TEXT];
	struct fault fault;

	snprintf(business, sizeof(business), "%s", call->business->id);
	route_text(call, route);
	traffic_routed(business, route);
	fault = faults_take(call->req, business);
	pause_unlocked(fault.ms + settings.latency_ms);
	if (faults_before(&fault, call->req, call->reply) || !authorise(call))
		return;
	sb_reply_header(call->reply, "X-Business", business);
	serve_routed(call);
	faults_after(&fault, call->reply);
}

static void serve_api(const struct sb_request *req, struct sb_reply *reply,
		      const struct traffic_load *load)
{
	const bool write = is_write(req->method);
	char business[ID_TEXT];
	struct call call;
	const bool path_ok = call_init(&call, req, reply);

	addressed_business(req, business);
	traffic_begin(business, write);
	store_lock();
	if (!over_limit(load, reply) && authorise(&call)) {
		if (path_ok)
			serve_authorised(&call);
		else
			call_not_found(&call);
	}
	call_release(&call);
	store_unlock();
	traffic_end(business, write);
}

static const struct {
	const char *method;
	const char *path;
	void (*serve)(const struct sb_request *req, struct sb_reply *reply);
} oauth_routes[] = {
	{"GET", "/oauth2/auth/central", oauth_authorize_page},
	{"POST", "/oauth2/auth/central", oauth_authorize},
	{"POST", "/token", oauth_token},
	{"POST", "/revoke", oauth_revoke},
};

static void serve_oauth(const struct sb_request *req, struct sb_reply *reply)
{
	struct fault fault;

	for (size_t i = 0; i < sizeof(oauth_routes) / sizeof(oauth_routes[0]); i++) {
		if (strcmp(oauth_routes[i].method, req->method) != 0 ||
		    strcmp(oauth_routes[i].path, req->path) != 0)
			continue;
		fault = faults_take(req, NULL);
		pause_unlocked(fault.ms);
		if (faults_before(&fault, req, reply))
			return;
		oauth_routes[i].serve(req, reply);
		faults_after(&fault, reply);
		return;
	}
	sb_reply_text(reply, 404, "text/plain", "sandbox: no such page\n");
}

static void serve(const struct sb_request *req, struct sb_reply *reply)
{
	char request_id[ID_TEXT];
	struct traffic_load load;

	random_id(request_id);
	sb_reply_header(reply, "x-request-id", request_id);
	if (strncmp(req->path, "/_sandbox/", 10) == 0) {
		store_lock();
		control_serve(req, reply);
		store_unlock();
		return;
	}
	load = traffic_enter();
	if (strncmp(req->path, "/v3.1", 5) == 0) {
		serve_api(req, reply, &load);
	} else {
		store_lock();
		if (!over_limit(&load, reply))
			serve_oauth(req, reply);
		store_unlock();
	}
	traffic_leave();
}

int main(int argc, char **argv)
{
	unsigned long threads = THREADS;

	if (argc == 3 && strcmp(argv[1], "--threads") == 0)
		threads = strtoul(argv[2], NULL, 10);
	else if (argc != 1)
		threads = 0;
	if (threads == 0 || threads > THREADS_MAX) {
		fprintf(stderr, "usage: sandbox-sage [--threads 1..%d]\n", THREADS_MAX);
		return 2;
	}
	reference_init();
	store_reset();
	oauth_reset();
	return sb_serve((unsigned)threads, serve);
}
