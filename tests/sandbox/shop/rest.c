#include "shop/rest.h"

#include "shop/magento_error.h"
#include "shop/magento_json.h"
#include "shop/mem.h"
#include "shop/shop.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char type_json[] = "application/json; charset=utf-8";

static void rest_ping(struct rest_call *call);
static void rest_methods(struct rest_call *call);
static void rest_entity(struct rest_call *call);

/* A route that ends in '/' takes one more segment, the entity's id. */
static const struct route {
	const char *method, *path;
	bool anonymous;
	void (*handle)(struct rest_call *call);
} routes[] = {
	{"POST", "byte8/setup/pair", true, rest_pair},
	{"GET", "byte8/ping", false, rest_ping},
	{"GET", "byte8/payment-methods", false, rest_methods},
	{"GET", "byte8/invoice/", false, rest_entity},
	{"GET", "byte8/customer/", false, rest_entity},
	{"GET", "byte8/creditmemo/", false, rest_entity},
	{"GET", "byte8/product/", false, rest_entity},
	{"GET", "byte8/payment/", false, rest_entity},
	{"POST", "byte8/sync-state", false, rest_sync_state},
};

/* Magento's own routes know nothing of our tokens. */
static const struct {
	const char *path, *resource;
} core_routes[] = {
	{"orders", "Magento_Sales::actions_view"},
	{"invoices", "Magento_Sales::sales_invoice"},
	{"creditmemos", "Magento_Sales::sales_creditmemo"},
	{"products", "Magento_Catalog::products"},
	{"customers", "Magento_Customer::customer"},
	{"store", "Magento_Backend::store"},
	{"modules", "Magento_Backend::admin"},
};

static const char missing_document[] =
	"The entity that was requested doesn't exist. Verify the entity and try again.";
static const char missing_product[] =
	"The product that was requested doesn't exist. Verify the product and try again.";

static struct json_object *param(const struct rest_call *call, const char *camel)
{
	struct json_object *value = magento_json_get(call->body, camel);
	char snake[64];
	size_t n = 0;

	if (value != NULL)
		return value;
	for (; *camel != '\0' && n + 2 < sizeof(snake); camel++) {
		if (isupper((unsigned char)*camel))
			snake[n++] = '_';
		snake[n++] = (char)tolower((unsigned char)*camel);
	}
	snake[n] = '\0';
	return magento_json_get(call->body, snake);
}

bool rest_required(const struct rest_call *call, const char *const *names, size_t n)
{
	const char *missing[8];
	size_t count = 0;

	for (size_t i = 0; i < n && count < sizeof(missing) / sizeof(missing[0]); i++)
		if (param(call, names[i]) == NULL)
			missing[count++] = names[i];
	if (count > 0)
		magento_error_required(call->reply, missing, count);
	return count == 0;
}

bool rest_text(const struct rest_call *call, const char *camel, const char **out)
{
	struct json_object *value = param(call, camel);

	*out = NULL;
	if (json_object_is_type(value, json_type_object) ||
	    json_object_is_type(value, json_type_array)) {
		magento_error_type(call->reply, "Array", "string");
		return false;
	}
	if (value != NULL)
		*out = json_object_get_string(value);
	return true;
}

bool rest_int(const char *text, long long *out)
{
	const char *at = text + strspn(text, " \t\n\r\v\f");
	bool negative = *at == '-';
	size_t digits;

	at += *at == '-' || *at == '+';
	digits = strspn(at, "0123456789");
	*out = 0;
	for (size_t i = 0; i < digits && *out < 1000000000000000LL; i++)
		*out = *out * 10 + (at[i] - '0');
	if (negative)
		*out = -*out;
	at += digits;
	if (*at == '.') {
		size_t decimals = strspn(++at, "0123456789");

		digits += decimals;
		at += decimals;
	}
	return digits > 0 && *(at + strspn(at, " \t\n\r\v\f")) == '\0';
}

void rest_void(const struct rest_call *call)
{
	sb_reply_text(call->reply, 200, type_json, "[]");
}

static void answer(const struct rest_call *call, struct json_object *value)
{
	char *text = magento_json(value, MAGENTO_JSON_PLAIN);

	sb_reply_text(call->reply, 200, type_json, text);
	free(text);
}

static void rest_ping(struct rest_call *call)
{
	static const char *const names[] = {"ok", "tenant_id", "server_time"};
	struct json_object *values[3], *out;
	char when[SHOP_TIME_LEN];
	bool object = call->shop->settings.ping_object;

	shop_time(shop_now(call->shop), when);
	memcpy(when + strlen(when) - 1, "+00:00", 7);
	values[0] = json_object_new_boolean(1);
	values[1] = json_object_new_string(call->shop->tenant_id);
	values[2] = json_object_new_string(when);
	out = object ? json_object_new_object() : json_object_new_array();
	for (size_t i = 0; i < 3; i++) {
		if (object)
			json_object_object_add(out, names[i], values[i]);
		else
			json_object_array_add(out, values[i]);
	}
	answer(call, out);
	json_object_put(out);
}

static void rest_methods(struct rest_call *call)
{
	answer(call, call->shop->payment_methods);
}

static void answer_missing(const struct rest_call *call, enum entity_kind kind, long long id)
{
	struct json_object *parameters;

	if (kind == ENTITY_CUSTOMER) {
		parameters = json_object_new_object();
		magento_json_add_text(parameters, "fieldName", "customerId");
		magento_json_add_int(parameters, "fieldValue", id);
		magento_error(call->reply, 404, "No such entity with %fieldName = %fieldValue",
			      parameters, NULL);
	} else {
		magento_error(call->reply, 404,
			      kind == ENTITY_PRODUCT ? missing_product : missing_document, NULL,
			      NULL);
	}
}

static void rest_entity(struct rest_call *call)
{
	/* ".../invoice/7": the kind is the segment before the id. */
	const char *end = call->id - 1, *start = end;
	enum entity_kind kind;
	long long id;
	char *name, *body;

	while (start[-1] != '/')
		start--;
	name = mem_copy_n(start, (size_t)(end - start));
	kind = entity_kind_of(name);
	free(name);
	if (kind == ENTITY_NONE) {
		magento_error_route(call->reply);
	} else if (!rest_int(call->id, &id)) {
		magento_error_type(call->reply, call->id, "int");
	} else if (id == 0) {
		magento_error(call->reply, 400, "An ID is needed. Set the ID and try again.", NULL,
			      NULL);
	} else if ((body = entity_body(call->shop, kind, id)) == NULL) {
		answer_missing(call, kind, id);
	} else {
		sb_reply_text(call->reply, 200, type_json, body);
		free(body);
	}
}

/* What the shop renders for an Accept header: the first type it knows. */
enum format { FORMAT_JSON, FORMAT_XML, FORMAT_NONE };

static enum format format_of(const char *accept)
{
	static const struct {
		const char *type;
		enum format format;
	} types[] = {
		{"*/*", FORMAT_JSON},           {"application/json", FORMAT_JSON},
		{"application/*", FORMAT_JSON}, {"application/xml", FORMAT_XML},
		{"text/xml", FORMAT_XML},       {"application/xhtml+xml", FORMAT_XML},
	};

	if (accept == NULL || accept[0] == '\0')
		return FORMAT_JSON;
	while (*accept != '\0') {
		size_t len;

		accept += strspn(accept, ", ");
		len = strcspn(accept, ",; ");
		for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
			if (strlen(types[i].type) == len &&
			    strncasecmp(types[i].type, accept, len) == 0)
				return types[i].format;
		accept += strcspn(accept, ",");
	}
	return FORMAT_NONE;
}

static void to_xml(struct sb_reply *reply)
{
	struct json_object *value = magento_json_parse(reply->body, reply->body_len);
	char *xml = magento_xml(value);

	sb_reply_text(reply, reply->status, "application/xml; charset=utf-8", xml);
	free(xml);
	json_object_put(value);
}

/* Magento's pattern: type, then nothing but "; charset=…". */
static bool content_type_good(const char *header, struct sb_reply *reply)
{
	size_t len = header != NULL ? strcspn(header, ";") : 0;
	const char *rest;
	char *message;

	if (len == 0) {
		magento_error(reply, 400, "Content-Type header is empty.", NULL, NULL);
		return false;
	}
	rest = header + len;
	if (*rest == ';') {
		rest += 1 + strspn(rest + 1, " ");
		if (strncasecmp(rest, "charset=", 8) != 0) {
			magento_error(reply, 400, "Content-Type header is invalid.", NULL, NULL);
			return false;
		}
		if (strcasecmp(rest + 8, "utf-8") != 0) {
			magento_error(reply, 400, "UTF-8 is the only supported charset.", NULL,
				      NULL);
			return false;
		}
	}
	if (len == strlen("application/json") && strncasecmp(header, "application/json", len) == 0)
		return true;
	message = mem_format("Server cannot understand Content-Type HTTP header media type %.*s",
			     (int)len, header);
	magento_error(reply, 400, message, NULL, NULL);
	free(message);
	return false;
}

/* What follows "V1/" of /rest/V1/…, /rest/{store}/V1/…, /index.php/rest/…; or NULL. */
static const char *service_path(const char *path)
{
	size_t store;

	if (strncmp(path, "/index.php/", 11) == 0)
		path += 10;
	if (strncmp(path, "/rest/", 6) != 0)
		return NULL;
	path += 6;
	store = strcspn(path, "/");
	if (strncmp(path, "V1/", 3) != 0 && path[store] == '/')
		path += store + 1;
	return strncmp(path, "V1/", 3) == 0 ? path + 3 : "";
}

static const struct route *route_find(const char *method, char *path, const char **id)
{
	size_t end = strlen(path);

	while (end > 0 && path[end - 1] == '/')
		path[--end] = '\0';
	for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
		size_t len = strlen(routes[i].path);

		if (strcmp(routes[i].method, method) != 0)
			continue;
		*id = NULL;
		if (routes[i].path[len - 1] != '/' && strcmp(routes[i].path, path) == 0)
			return &routes[i];
		if (routes[i].path[len - 1] != '/' || strncmp(routes[i].path, path, len) != 0 ||
		    path[len] == '\0' || strchr(path + len, '/') != NULL)
			continue;
		*id = path + len;
		return &routes[i];
	}
	return NULL;
}

static void answer_no_route(const char *path, struct sb_reply *reply)
{
	size_t len = strcspn(path, "/");

	for (size_t i = 0; i < sizeof(core_routes) / sizeof(core_routes[0]); i++) {
		struct json_object *parameters;

		if (strlen(core_routes[i].path) != len ||
		    strncmp(core_routes[i].path, path, len) != 0)
			continue;
		parameters = json_object_new_object();
		magento_json_add_text(parameters, "resources", core_routes[i].resource);
		magento_error(reply, 401, "The consumer isn't authorized to access %resources.",
			      parameters, NULL);
		return;
	}
	magento_error_route(reply);
}

static bool over_https(const struct sb_request *req)
{
	const char *forwarded = sb_header(req, "X-Forwarded-Proto");

	return forwarded != NULL && strcasecmp(forwarded, "https") == 0;
}

static bool authorized(struct rest_call *call)
{
	struct shop *shop = call->shop;

	if (shop->settings.production && !over_https(call->req))
		call->verdict = "plain HTTP in production mode";
	else
		call->verdict = token_judge(&shop->replay, sb_header(call->req, "Authorization"),
					    shop->api_key, shop->tenant_id, shop_now(shop));
	if (strcmp(call->verdict, TOKEN_ACCEPTED) == 0)
		return true;
	magento_error_unauthorized(call->reply);
	return false;
}

/* Magento's order: route, token, content type, body, parameters. */
static void dispatch(struct rest_call *call, const struct route *route)
{
	if (!route->anonymous && !authorized(call))
		return;
	if (strcmp(route->method, "POST") == 0) {
		if (!content_type_good(sb_header(call->req, "Content-Type"), call->reply))
			return;
		call->body = magento_json_parse(call->req->body, call->req->body_len);
		if (call->body == NULL && strcmp(call->req->body, "null") != 0) {
			magento_error(call->reply, 400, "Decoding error.", NULL, NULL);
			return;
		}
	}
	route->handle(call);
}

const char *rest_handle(struct shop *shop, const struct sb_request *req, const char *path,
			struct sb_reply *reply)
{
	struct rest_call call = {.shop = shop, .req = req, .reply = reply};
	const char *service = service_path(path);
	enum format format = format_of(sb_header(req, "Accept"));
	const struct route *route;
	char *copy;

	if (service == NULL) {
		/* The storefront: what a client meets that forgot /rest. */
		sb_reply_text(reply, 302, "text/html; charset=UTF-8",
			      "<!doctype html>\n<html><body>Redirecting…</body></html>\n");
		sb_reply_header(reply, "Location", "/customer/account/login/");
		return NULL;
	}
	if (format == FORMAT_NONE) {
		sb_reply_text(reply, 500, "text/html; charset=UTF-8",
			      "<!doctype html>\n<html><body><h1>An error has happened during "
			      "application run.</h1></body></html>\n");
		return NULL;
	}
	copy = mem_copy(service);
	route = route_find(req->method, copy, &call.id);
	shop_lock(shop);
	if (route == NULL)
		answer_no_route(copy, reply);
	else
		dispatch(&call, route);
	shop_unlock(shop);
	json_object_put(call.body);
	free(copy);
	if (format == FORMAT_XML)
		to_xml(reply);
	return call.verdict;
}
