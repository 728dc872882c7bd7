#include "sage/control.h"

#include "sage/faults.h"
#include "sage/js.h"
#include "sage/ledger.h"
#include "sage/oauth.h"
#include "sage/store.h"
#include "sage/traffic.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
	"Sage sandbox: control API. Bodies and answers are JSON.\n"
	"\n"
	"GET    /_sandbox/            this text\n"
	"POST   /_sandbox/reset       empty everything, seed again, clock back, faults and\n"
	"                             settings cleared; tokens die\n"
	"POST   /_sandbox/clock       {\"offset\": seconds from the real clock}\n"
	"GET    /_sandbox/settings    the switches\n"
	"POST   /_sandbox/settings    any of: missing_tax \"strict\"|\"v3\"|\"compute\",\n"
	"                             idempotency_conflict \"replay\"|\"reject\", check_totals\n"
	"                             bool, latency_ms, max_concurrent, daily_limit\n"
	"GET    /_sandbox/faults      the faults still armed\n"
	"POST   /_sandbox/faults      one fault or an array: {\"kind\", \"count\": 1 (-1: until\n"
	"                             deleted), \"after\": 0 (fitting requests let through\n"
	"                             first), \"method\", \"path\": prefix, \"business\": id,\n"
	"                             \"retry_after\": seconds, \"ms\"}\n"
	"                             kinds: rate_limited server_error unavailable\n"
	"                             gateway_timeout cut_before cut_after latency\n"
	"                             lost_refresh no_subscription access_denied\n"
	"                             forbidden forbidden_page refused expired_token\n"
	"                             malformed_json\n"
	"DELETE /_sandbox/faults      disarm all\n"
	"GET    /_sandbox/businesses  all businesses and their users\n"
	"POST   /_sandbox/businesses  {\"name\", \"region\": GB|IE|US|CA|FR|ES|DE, \"user\": "
	"e-mail,\n"
	"                             \"id\", \"vat_registered\", \"multi_currency\"}; all but "
	"name\n"
	"                             optional; PUT with an id changes the two switches\n"
	"POST   /_sandbox/clients     {\"client_id\", \"client_secret\", \"redirect_uris\": [..]}\n"
	"POST   /_sandbox/grant       {\"business\" or \"user\", \"client_id\", \"scope\"}: a "
	"token pair\n"
	"GET    /_sandbox/ledger      ?business=ID&full=true: what a business holds; without\n"
	"                             business: all of them\n"
	"GET    /_sandbox/stats       requests by route and business, parallel writes, tokens\n";

static void fail(struct sb_reply *reply, int status, const char *why)
{
	struct json_object *out = json_object_new_object();

	js_put_str(out, "error", why);
	sb_reply_json(reply, status, out);
}

static void done(struct sb_reply *reply)
{
	struct json_object *out = json_object_new_object();

	js_put_bool(out, "ok", true);
	sb_reply_json(reply, 200, out);
}

struct control {
	const struct sb_request *req;
	struct sb_reply *reply;
	struct json_object *body; /* an object or array, NULL without a body */
};

static void control_help(struct control *control)
{
	sb_reply_text(control->reply, 200, "text/plain; charset=utf-8", help);
}

static void control_reset(struct control *control)
{
	sb_clock_shift(0);
	store_reset();
	oauth_reset();
	faults_clear();
	traffic_reset();
	done(control->reply);
}

static void control_clock(struct control *control)
{
	struct json_object *out;

	if (!json_object_is_type(js_get(control->body, "offset"), json_type_int)) {
		fail(control->reply, 400, "offset must be a whole number of seconds");
		return;
	}
	sb_clock_shift(js_int(control->body, "offset", 0));
	out = json_object_new_object();
	js_put_int(out, "now", sb_now());
	sb_reply_json(control->reply, 200, out);
}

static const char *const tax_names[] = {
	[TAX_STRICT] = "strict", [TAX_ZERO] = "v3", [TAX_COMPUTE] = "compute"};

static void control_settings_get(struct control *control)
{
	struct json_object *out = json_object_new_object();

	js_put_str(out, "missing_tax", tax_names[settings.missing_tax]);
	js_put_str(out, "idempotency_conflict", settings.idempotency_reject ? "reject" : "replay");
	js_put_bool(out, "check_totals", settings.check_totals);
	js_put_int(out, "latency_ms", settings.latency_ms);
	js_put_int(out, "max_concurrent", settings.max_concurrent);
	js_put_int(out, "daily_limit", settings.daily_limit);
	sb_reply_json(control->reply, 200, out);
}

/* Applies one switch to `to`; false: no such switch or value. */
static bool apply_setting(struct settings *to, const char *key, struct json_object *value)
{
	const char *text = json_object_get_string(value);
	const bool whole = json_object_is_type(value, json_type_int);

	if (strcmp(key, "missing_tax") == 0) {
		for (int i = TAX_STRICT; i <= TAX_COMPUTE; i++)
			if (strcmp(text, tax_names[i]) == 0) {
				to->missing_tax = i == TAX_STRICT ? TAX_STRICT
						  : i == TAX_ZERO ? TAX_ZERO
								  : TAX_COMPUTE;
				return true;
			}
		return false;
	}
	if (strcmp(key, "idempotency_conflict") == 0) {
		to->idempotency_reject = strcmp(text, "reject") == 0;
		return to->idempotency_reject || strcmp(text, "replay") == 0;
	}
	if (strcmp(key, "check_totals") == 0) {
		to->check_totals = json_object_get_boolean(value);
		return json_object_is_type(value, json_type_boolean);
	}
	if (strcmp(key, "latency_ms") == 0)
		to->latency_ms = (long)json_object_get_int64(value);
	else if (strcmp(key, "max_concurrent") == 0)
		to->max_concurrent = (long)json_object_get_int64(value);
	else if (strcmp(key, "daily_limit") == 0)
		to->daily_limit = json_object_get_int64(value);
	else
		return false;
	return whole && json_object_get_int64(value) >= 0;
}

static void control_settings(struct control *control)
{
	struct settings changed = settings;

	if (!json_object_is_type(control->body, json_type_object)) {
		fail(control->reply, 400, "an object of settings is needed");
		return;
	}
	json_object_object_foreach(control->body, key, value)
	{
		if (value == NULL || !apply_setting(&changed, key, value)) {
			fail(control->reply, 400, key);
			return;
		}
	}
	settings = changed;
	control_settings_get(control);
}

static void control_faults_get(struct control *control)
{
	sb_reply_json(control->reply, 200, faults_json());
}

static void control_faults(struct control *control)
{
	const char *wrong = NULL;

	if (json_object_is_type(control->body, json_type_object))
		wrong = faults_arm(control->body);
	else if (json_object_is_type(control->body, json_type_array))
		for (size_t i = 0; i < json_object_array_length(control->body) && !wrong; i++)
			wrong = faults_arm(json_object_array_get_idx(control->body, i));
	else
		wrong = "a fault or an array of faults is needed";
	if (wrong != NULL)
		fail(control->reply, 400, wrong);
	else
		control_faults_get(control);
}

static void control_faults_clear(struct control *control)
{
	faults_clear();
	done(control->reply);
}

static struct json_object *business_line(const struct business *business)
{
	struct json_object *out = json_object_new_object();

	js_put_str(out, "id", business->id);
	js_put_str(out, "name", business->name);
	js_put_str(out, "region", business->region->id);
	js_put_str(out, "user", business->user);
	js_put_bool(out, "vat_registered", business->vat_registered);
	js_put_bool(out, "multi_currency", business->multi_currency);
	return out;
}

static void add_business_line(struct business *business, void *arg)
{
	json_object_array_add(arg, business_line(business));
}

static void control_businesses_get(struct control *control)
{
	struct json_object *list = json_object_new_array();

	store_each_business(add_business_line, list);
	sb_reply_json(control->reply, 200, list);
}

static void set_switches(struct business *business, struct json_object *body)
{
	business->vat_registered = js_bool(body, "vat_registered", business->vat_registered);
	business->multi_currency = js_bool(body, "multi_currency", business->multi_currency);
}

/* The seeded person who signs in for a region. */
static const char *user_of_region(const char *region)
{
	const struct seed_user *seed = seed_users;

	while (seed->email != NULL && strcmp(seed->country, region) != 0)
		seed++;
	return seed->email;
}

static void control_businesses(struct control *control)
{
	const char *id = js_str(control->body, "id");
	const char *name = js_str(control->body, "name");
	const char *user = js_str(control->body, "user");
	const char *region_id = js_str(control->body, "region");
	const struct seed_region *region = seed_region(region_id != NULL ? region_id : "GB");
	struct business *business;

	if (name == NULL || region == NULL || (id != NULL && strlen(id) != ID_TEXT - 1)) {
		fail(control->reply, 400, "name, a known region and an id of 32 characters");
		return;
	}
	business = store_add_business(id, name, region,
				      user != NULL ? user : user_of_region(region->id));
	if (business == NULL) {
		fail(control->reply, 409, "this id is taken");
		return;
	}
	set_switches(business, control->body);
	sb_reply_json(control->reply, 201, business_line(business));
}

static void control_businesses_put(struct control *control)
{
	const char *id = js_str(control->body, "id");
	struct business *business = id != NULL ? store_business(id) : NULL;

	if (business == NULL) {
		fail(control->reply, 404, "no such business");
		return;
	}
	set_switches(business, control->body);
	sb_reply_json(control->reply, 200, business_line(business));
}

static void control_clients(struct control *control)
{
	const char *id = js_str(control->body, "client_id");
	const char *secret = js_str(control->body, "client_secret");
	struct json_object *uris = js_get(control->body, "redirect_uris");

	if (id == NULL || secret == NULL ||
	    (uris != NULL && !json_object_is_type(uris, json_type_array))) {
		fail(control->reply, 400, "client_id, client_secret and an array redirect_uris");
		return;
	}
	oauth_add_client(id, secret, uris);
	done(control->reply);
}

static void control_grant(struct control *control)
{
	const char *client = js_str(control->body, "client_id");
	const char *user = js_str(control->body, "user");
	const char *business_id = js_str(control->body, "business");
	const char *scope = js_str(control->body, "scope");
	struct business *business = business_id != NULL ? store_business(business_id) : NULL;
	struct json_object *pair;

	if (user == NULL && business != NULL)
		user = business->user;
	if (user == NULL && business_id == NULL)
		user = seed_users[0].email;
	pair = user != NULL ? oauth_mint(client != NULL ? client : "sandbox-client", user,
					 scope != NULL ? scope : "full_access")
			    : NULL;
	if (pair == NULL)
		fail(control->reply, 404, "no such client, user or business");
	else
		sb_reply_json(control->reply, 200, pair);
}

struct ledger_page {
	struct json_object *list;
	bool full;
};

static void add_ledger(struct business *business, void *arg)
{
	struct ledger_page *page = arg;

	json_object_array_add(page->list, ledger_json(business, page->full));
}

static void control_ledger(struct control *control)
{
	char *id = sb_param(control->req->query, "business");
	char *full = sb_param(control->req->query, "full");
	struct ledger_page page = {.full = full != NULL && strcmp(full, "true") == 0};
	struct business *business = id != NULL ? store_business(id) : NULL;

	if (id != NULL && business == NULL) {
		fail(control->reply, 404, "no such business");
	} else if (business != NULL) {
		sb_reply_json(control->reply, 200, ledger_json(business, page.full));
	} else {
		page.list = json_object_new_array();
		store_each_business(add_ledger, &page);
		sb_reply_json(control->reply, 200, page.list);
	}
	free(id);
	free(full);
}

static void control_stats(struct control *control)
{
	sb_reply_json(control->reply, 200, traffic_json());
}

static const struct {
	const char *method;
	const char *path; /* after /_sandbox/ */
	void (*serve)(struct control *control);
} routes[] = {
	{"GET", "", control_help},
	{"POST", "reset", control_reset},
	{"POST", "clock", control_clock},
	{"GET", "settings", control_settings_get},
	{"POST", "settings", control_settings},
	{"GET", "faults", control_faults_get},
	{"POST", "faults", control_faults},
	{"DELETE", "faults", control_faults_clear},
	{"GET", "businesses", control_businesses_get},
	{"POST", "businesses", control_businesses},
	{"PUT", "businesses", control_businesses_put},
	{"POST", "clients", control_clients},
	{"POST", "grant", control_grant},
	{"GET", "ledger", control_ledger},
	{"GET", "stats", control_stats},
};

void control_serve(const struct sb_request *req, struct sb_reply *reply)
{
	struct control control = {.req = req, .reply = reply};
	const char *path = req->path + strlen("/_sandbox/");

	if (req->body_len > 0) {
		control.body = json_tokener_parse(req->body);
		if (control.body == NULL) {
			fail(reply, 400, "the body is not JSON");
			return;
		}
	}
	for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++)
		if (strcmp(routes[i].method, req->method) == 0 &&
		    strcmp(routes[i].path, path) == 0) {
			routes[i].serve(&control);
			json_object_put(control.body);
			return;
		}
	json_object_put(control.body);
	fail(reply, 404, "no such control call; GET /_sandbox/ lists them");
}
