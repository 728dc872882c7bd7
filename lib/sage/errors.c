#include "sage/errors.h"
#include "base/json.h"

#include <string.h>

#define UMBRELLA    "line_items.description"
#define ENTRIES_MAX 5 /* told of one refusal; a line missing a field repeats for each line */

/* The first row that fits; a NULL $dataCode fits all, "" what is not Sage's own. */
static const struct {
	int from, to; /* statuses */
	const char *data_code;
	enum led_err class;
	const char *code;
	const char *message;
} RULES[] = {
	{401, 401, "AuthorizationFailure", LED_AUTH, "no_subscription",
	 "Sage says that this business has no active subscription. Renew it in Sage; Ledger then "
	 "goes "
	 "on by itself."},
	{401, 401, NULL, LED_AUTH, "sage_token_refused",
	 "Sage no longer accepts Ledger's access. Connect Sage again."},
	{403, 403, "MultiUserAccessDenied", LED_AUTH, "sage_access_denied",
	 "The Sage user who connected Ledger may not do this. Give that user full access to sales "
	 "and "
	 "contacts in Sage, or connect with another user."},
	{403, 403, "", LED_HTTP, "sage_failed",
	 "Something between Sage and Ledger refused this call. Ledger will try again."},
	{403, 403, NULL, LED_AUTH, "sage_forbidden",
	 "Sage refuses Ledger's access to this business. Connect Sage again."},
	{408, 408, NULL, LED_HTTP, "sage_failed", "Sage took too long. Ledger will try again."},
	{429, 429, NULL, LED_RATE_LIMITED, "sage_rate_limited", "Sage asked Ledger to wait."},
	{500, 599, NULL, LED_HTTP, "sage_failed",
	 "Sage has a fault of its own at the moment. Ledger will try again."},
};
#define RULE_COUNT (sizeof RULES / sizeof RULES[0])

/* Sage's errors are a list of objects; anything else is not Sage's. */
static bool is_sages(struct json_object *body)
{
	return json_object_is_type(body, json_type_array) && json_object_array_length(body) > 0 &&
	       json_string(json_object_array_get_idx(body, 0), "$message");
}

/* The first entry that is not the umbrella; its position. */
static size_t telling_entry(struct json_object *body)
{
	for (size_t i = 0; i < json_object_array_length(body); i++) {
		const char *source = json_string(json_object_array_get_idx(body, i), "$source");
		if (!source || strcmp(source, UMBRELLA) != 0)
			return i;
	}
	return 0;
}

static const char *data_code(struct json_object *body)
{
	if (!is_sages(body))
		return "";
	const char *code =
		json_string(json_object_array_get_idx(body, telling_entry(body)), "$dataCode");
	return code ? code : "";
}

static bool same_entry(struct json_object *a, struct json_object *b)
{
	const char *source_a = json_string(a, "$source"), *source_b = json_string(b, "$source");
	return source_a && source_b && strcmp(source_a, source_b) == 0 &&
	       strcmp(json_string(a, "$message"), json_string(b, "$message")) == 0;
}

/* "source: message; source: message". A field missing on every line is told once. */
static void tell_entries(struct json_object *body, struct buf *out)
{
	size_t count = json_object_array_length(body), told = 0;
	struct json_object *last = NULL;
	for (size_t i = telling_entry(body); i < count && told < ENTRIES_MAX; i++) {
		struct json_object *entry = json_object_array_get_idx(body, i);
		const char *source = json_string(entry, "$source");
		const char *message = json_string(entry, "$message");
		if (!source)
			source = "";
		if (!message || (last && strcmp(source, UMBRELLA) == 0) ||
		    (last && same_entry(last, entry)))
			continue;
		last = entry;
		buf_addf(out, "%s%s%s%s", told++ ? "; " : "", source, source[0] ? ": " : "",
			 message);
	}
}

static enum led_err refuse(struct json_object *body, enum led_err class, struct led_error *error)
{
	struct buf told;
	buf_init(&told, 4 * LED_MESSAGE_MAX); /* led_fail cuts it; a failed one keeps its start */
	tell_entries(body, &told);
	const char *code = data_code(body);
	led_fail(error, class, code[0] ? code : "refused", "Sage says: %s", buf_str(&told));
	buf_release(&told);
	return class;
}

bool sage_refused_field(const struct led_error *error, const char *field)
{
	size_t len = strlen(field);
	if (error->class != LED_PROVIDER)
		return false;
	for (const char *at = strstr(error->message, field); at; at = strstr(at + 1, field))
		if (at > error->message && strchr(" .", at[-1]) && strncmp(at + len, ": ", 2) == 0)
			return true;
	return false;
}

int sage_retry_after(const struct http_answer *answer)
{
	int seconds = answer->retry_after;
	if (seconds < 0)
		return answer->status == 429 ? SAGE_RETRY_AFTER_DEFAULT : 0;
	if (seconds == 0) /* "now" is no wait at all, and 0 would mean that nothing was said */
		return 1;
	return seconds > SAGE_RETRY_AFTER_MAX ? SAGE_RETRY_AFTER_MAX : seconds;
}

static enum led_err not_as_agreed(const struct http_answer *answer, struct led_error *error)
{
	return led_fail(error, LED_SERDE, "sage_answer_invalid",
			"Sage's answer is not what its interface promises (status %d).",
			answer->status);
}

static enum led_err judge_refusal(const struct http_answer *answer, struct json_object *body,
				  struct led_error *error)
{
	const char *code = data_code(body);
	for (size_t i = 0; i < RULE_COUNT; i++) {
		if (answer->status < RULES[i].from || answer->status > RULES[i].to ||
		    (RULES[i].data_code && strcmp(RULES[i].data_code, code) != 0))
			continue;
		led_fail(error, RULES[i].class, RULES[i].code, "%s", RULES[i].message);
		if (error)
			error->retry_after = sage_retry_after(answer);
		return RULES[i].class;
	}
	if (answer->status >= 400 && is_sages(body))
		return refuse(body, answer->status == 404 ? LED_NOT_FOUND : LED_PROVIDER, error);
	return not_as_agreed(answer, error);
}

enum led_err sage_judge(const struct http_answer *answer, struct json_object **out,
			struct led_error *error)
{
	*out = NULL;
	if (answer->status == 204)
		return LED_OK;
	struct json_object *body = NULL;
	enum led_err err = LED_SERDE;
	if (http_answer_is_json(answer))
		err = json_parse(buf_str(&answer->body), answer->body.len, &body, NULL);
	if (answer->status < 200 || answer->status > 299) {
		err = judge_refusal(answer, body, error);
		json_object_put(body);
		return err;
	}
	if (err == LED_INTERNAL)
		return led_fail(error, err, "no_memory", "No memory for Sage's answer");
	if (err)
		return not_as_agreed(answer, error);
	*out = body;
	return LED_OK;
}
