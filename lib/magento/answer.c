#include "magento/answer.h"
#include "base/json.h"

#include <stdio.h>
#include <string.h>

#define RETRY_AFTER_DEFAULT 5   /* seconds, after a 429 that does not say */
#define RETRY_AFTER_MAX     900 /* seconds */
#define NO_ROUTE            "Request does not match any route."

/* How Magento says that a record does not exist: invoice, credit memo, payment; product;
 * customer. Any other sentence, one in the shop's own language too, is not certain. */
static const char *const NO_ENTITY[] = {
	"The entity that was requested doesn't exist.",
	"The product that was requested doesn't exist.",
	"No such entity",
};

/* The ways to Magento's REST: with the web server's rewrites, and without. */
static const char *const WAYS[MAGENTO_WAYS] = {"/rest/V1", "/index.php/rest/V1"};

/* The first row that fits. 404 is told apart by its message, before this. */
static const struct {
	int from, to; /* statuses */
	enum led_err class;
	const char *code;
	const char *message;
} REFUSALS[] = {
	{300, 399, LED_HTTP, "shop_redirects",
	 "The shop's address redirects to another one. Connect the shop with the address it "
	 "redirects to."},
	{400, 400, LED_INTERNAL, "shop_refused_request",
	 "The shop did not understand Ledger's request. Please report this to support."},
	{401, 401, LED_AUTH, "shop_refused_token",
	 "The shop no longer accepts Ledger. Pair it again: press Generate in Magento's "
	 "settings and enter the code here. If it was just paired, check that the shop's web "
	 "server "
	 "tells Magento that the request came over HTTPS (X-Forwarded-Proto)."},
	{403, 403, LED_AUTH, "shop_forbidden",
	 "The shop's web server or firewall refuses Ledger. Allow requests to "
	 "/rest/V1/byte8/ and try again."},
	{429, 429, LED_RATE_LIMITED, "shop_rate_limited", "The shop asked Ledger to wait."},
	{500, 599, LED_HTTP, "shop_failed",
	 "The shop answered with an error of its own. Ledger will try again; if it goes on, look "
	 "at "
	 "var/log in Magento."},
	{0, 999, LED_HTTP, "shop_unexpected_status",
	 "The shop answered in a way that Magento does not. Check that its address leads to "
	 "Magento "
	 "itself."},
};

bool magento_rest_url(const char *base_url, enum magento_way way, const char *path, char *out)
{
	int len = snprintf(out, MAGENTO_REST_URL_SIZE, "%s%s%s", base_url, WAYS[way], path);
	return len > 0 && len < MAGENTO_REST_URL_SIZE;
}

bool magento_answer_is_elsewhere(const struct http_answer *answer)
{
	return answer->status == 404 && !http_answer_is_json(answer);
}

static bool says_no_entity(const char *message)
{
	for (size_t i = 0; i < sizeof NO_ENTITY / sizeof NO_ENTITY[0]; i++)
		if (strncmp(message, NO_ENTITY[i], strlen(NO_ENTITY[i])) == 0)
			return true;
	return false;
}

enum led_err magento_entity_missing(struct led_error *error)
{
	return led_fail(error, LED_NOT_FOUND, "shop_entity_not_found",
			"The shop no longer has this record. If it was deleted there, nothing is "
			"left to do.");
}

static enum led_err judge_missing(struct json_object *body, bool of_entity, struct led_error *error)
{
	const char *message = json_string(body, "message");
	if (!message)
		return led_fail(
			error, LED_HTTP, "shop_not_found_page",
			"There is no Magento at the shop's address. Check the base URL that "
			"the shop was connected with.");
	if (of_entity && says_no_entity(message))
		return magento_entity_missing(error);
	if (of_entity && strcmp(message, NO_ROUTE) != 0)
		return led_fail(error, LED_HTTP, "shop_not_found_unclear",
				"The shop says that something does not exist, and not in Magento's "
				"words. Ledger will try again.");
	return led_fail(error, LED_HTTP, "module_not_installed",
			"The Byte8 module does not answer in the shop. Check that "
			"byte8/module-client is installed and enabled; Ledger will try again.");
}

static enum led_err judge_refusal(const struct http_answer *answer, struct led_error *error)
{
	size_t row = 0;
	int status = answer->status;
	if (status == 401 && !http_answer_is_json(answer))
		status = 403; /* a password page before the shop, not Magento */
	while (status < REFUSALS[row].from || status > REFUSALS[row].to)
		row++;
	enum led_err class = led_fail(error, REFUSALS[row].class, REFUSALS[row].code, "%s",
				      REFUSALS[row].message);
	if (error && answer->retry_after > 0)
		error->retry_after = answer->retry_after < RETRY_AFTER_MAX ? answer->retry_after
									   : RETRY_AFTER_MAX;
	else if (error && class == LED_RATE_LIMITED)
		error->retry_after = RETRY_AFTER_DEFAULT;
	return class;
}

enum led_err magento_answer_judge(const struct http_answer *answer, bool of_entity,
				  struct json_object **out, struct led_error *error)
{
	*out = NULL;
	bool good = answer->status >= 200 && answer->status <= 299;
	if (!good && answer->status != 404)
		return judge_refusal(answer, error);
	struct json_object *body = NULL;
	enum led_err err = LED_SERDE;
	if (http_answer_is_json(answer))
		err = json_parse(buf_str(&answer->body), answer->body.len, &body, NULL);
	if (!good) {
		err = judge_missing(body, of_entity, error);
		json_object_put(body);
		return err;
	}
	if (err == LED_INTERNAL)
		return led_fail(error, err, "no_memory", "No memory for the shop's answer");
	if (err)
		return led_fail(error, LED_SERDE, "shop_answer_not_json",
				"The shop answered with something other than data, such as a page. "
				"Check that no maintenance or sign-in page stands before "
				"/rest/V1/byte8/.");
	*out = body;
	return LED_OK;
}
