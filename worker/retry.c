#include "retry.h"

#include <string.h>

#define DELAY_MAX (6 * 3600)

/* Specific codes before their class. The waiting of parked lanes is probed, so that what
 * was mended elsewhere (a subscription, a re-paired shop) goes on by itself. */
static const struct retry_rule rules[] = {
	{LED_AUTH, "binding_revoked", RETRY_FAIL, 0, NULL, NULL},
	{LED_AUTH, "shop_not_paired", RETRY_PARK, 300, NULL, "token_revoked"},
	{LED_AUTH, "shop_refused_token", RETRY_PARK, 300, NULL, "token_revoked"},
	{LED_AUTH, "shop_forbidden", RETRY_PARK, 900, NULL, NULL},
	{LED_AUTH, "no_subscription", RETRY_PARK, 900, "no_subscription", NULL},
	{LED_AUTH, "sage_client_refused", RETRY_PARK, 300, NULL, NULL},
	{LED_AUTH, "sage_access_denied", RETRY_PARK, 900, "access_denied", NULL},
	{LED_AUTH, "sage_not_connected", RETRY_PARK, 900, NULL, NULL},
	{LED_AUTH, NULL, RETRY_PARK, 900, "reconnect_needed", NULL},
	{LED_RATE_LIMITED, NULL, RETRY_PARK, 5, NULL, NULL},
	{LED_HTTP, NULL, RETRY_LATER, 0, NULL, NULL},
	{LED_DATABASE, NULL, RETRY_LATER, 0, NULL, NULL},
	{LED_NOT_FOUND, "waits_behind", RETRY_BEHIND, 0, NULL, NULL},
	{LED_NOT_FOUND, NULL, RETRY_FAIL, 0, NULL, NULL},
	{LED_VALIDATION, "settings_incomplete", RETRY_PARK, 60, NULL, NULL},
	{LED_VALIDATION, NULL, RETRY_FAIL, 0, NULL, NULL},
	{LED_PROVIDER, NULL, RETRY_FAIL, 0, NULL, NULL},
	{LED_SERDE, NULL, RETRY_FAIL, 0, NULL, NULL},
	{LED_INTERNAL, "key_missing", RETRY_PARK, 60, NULL, NULL},
	{LED_INTERNAL, "key_unreadable", RETRY_PARK, 60, NULL, NULL},
	{LED_INTERNAL, NULL, RETRY_FAIL, 0, NULL, NULL},
};
#define RULES (sizeof rules / sizeof *rules)

const struct retry_rule *retry_rule_for(const struct led_error *error)
{
	for (size_t i = 0; i < RULES; i++)
		if (rules[i].class == error->class &&
		    (!rules[i].code || strcmp(rules[i].code, error->code) == 0))
			return &rules[i];
	return &rules[RULES - 1];
}

int64_t retry_delay(int64_t attempt, uint16_t noise)
{
	if (attempt > 20)
		attempt = 20; /* beyond it the cap rules, and the power would overflow in the end */
	int64_t delay = attempt * attempt * attempt * attempt + 15;
	delay = delay - delay / 10 + delay * noise / 65535 / 5;
	return delay < DELAY_MAX ? delay : DELAY_MAX;
}
